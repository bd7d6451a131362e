"""Security schemes of which the user says by what their requests are signed: ``--signer``."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from arazzo_runner.auth.sign import signer_parts
from arazzo_runner.errors import UsageError
from arazzo_runner.executor.plan import Unit
from arazzo_runner.openapi.model import ApiDescription
from arazzo_runner.pipeline.load import Description
from arazzo_runner.text.diagnostic import did_you_mean, error


def with_signers(description: Description, signers: Mapping[str, str]) -> Description:
    """The description with signers by ``[SOURCE.]SCHEME``.

    Raises UsageError AZ906 for a scheme or a signer that there is not.
    """
    if not signers:
        return description
    known = [
        name
        for source, api in description.apis().items()
        for one in api.schemes
        for name in (one, f"{source}.{one}")
    ]
    for name in signers:
        if name not in known:
            hint = did_you_mean(name, known) or "`arazzo auth` lists the security schemes"
            message = f"`--signer {name}=…` names no security scheme"
            raise UsageError(error("AZ906", message, help=hint))
        if not signers[name]:
            # Of a variable that is not set: the requests would be sent without a signature.
            message = f"`--signer {name}=` names no signer"
            raise UsageError(error("AZ906", message, help=f"write `--signer {name}=aws-sigv4`"))
    return replace(
        description,
        units={uri: _signed_unit(unit, signers) for uri, unit in description.units.items()},
    )


def _signed_unit(unit: Unit, signers: Mapping[str, str]) -> Unit:
    apis = {source: _signed_api(source, api, signers) for source, api in unit.apis.items()}
    return replace(unit, apis=apis)


def _signed_api(source: str, api: ApiDescription, signers: Mapping[str, str]) -> ApiDescription:
    chosen = {name: signers.get(f"{source}.{name}", signers.get(name, "")) for name in api.schemes}
    if not any(chosen.values()):
        return api
    schemes = {
        name: replace(one, signer=signer_parts(chosen[name])) if chosen[name] else one
        for name, one in api.schemes.items()
    }
    # What was worked out is of operations whose schemes are the others.
    return replace(api, schemes=schemes, memo={})
