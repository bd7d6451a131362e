"""Signing a request by a signer: that of this package, or one that another package offers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from arazzo_runner.entry_points import (
    PLUGIN_FAILURES,
    Plugin,
    load_plugin,
    plugin_error,
    plugin_names,
)
from arazzo_runner.errors import UsageError
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.expression.value import FileBody
from arazzo_runner.openapi.message import HttpRequest
from arazzo_runner.openapi.model import SignerParts
from arazzo_runner.openapi.request.multipart import pieces_of
from arazzo_runner.openapi.security.credentials import CredentialParts, variable_name
from arazzo_runner.openapi.security.token_need import SignNeed
from arazzo_runner.plugins import SIGNERS, SignableRequest, SigningError
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.version import VERSION

_WHAT: Final = "signer"
_SIGV4: Final = "aws-sigv4"
_MEMBERS: Final = ("needs", "may", "secrets", "headers")
# Behind `ARAZZO_AUTH_<SOURCE>_<SCHEME>_`, and a field name of RFC 9110, section 5.6.2.
_PART: Final = lazy_pattern(r"[a-z][a-z0-9_]*")
_FIELD: Final = lazy_pattern(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@cache
def load_signer(name: str) -> Plugin:
    """The signer of a name. Raises UsageError AZ906."""
    if name == _SIGV4:
        from arazzo_runner.auth.sigv4 import SigV4Signer

        return Plugin(name, SigV4Signer(), f"arazzo {VERSION}")
    found = load_plugin(SIGNERS, name, _WHAT, (_SIGV4,))
    value = found.value
    if isinstance(value, type):
        value = _instance(found)
    for member in _MEMBERS:
        if not _is_names(getattr(value, member, None), member):
            raise _unusable_error(found, f"`{member}` has to be a tuple of names")
    if not callable(getattr(value, "sign", None)):
        raise _unusable_error(found, "it has no method `sign`")
    return Plugin(name, value, found.package)


def signer_names() -> list[str]:
    """The names of all signers."""
    return [_SIGV4, *plugin_names(SIGNERS)]


def _instance(found: Plugin) -> Any:
    try:
        return found.value()
    except PLUGIN_FAILURES as reason:
        raise _unusable_error(found, reason) from reason


def _is_names(value: object, member: str) -> bool:
    pattern = _FIELD if member == "headers" else _PART
    return isinstance(value, tuple) and all(
        isinstance(one, str) and re.fullmatch(pattern.pattern, one) for one in value
    )


def _unusable_error(found: Plugin, reason: BaseException | str) -> UsageError:
    return UsageError(plugin_error(_WHAT, found.name, found.package, reason))


def signer_parts(name: str) -> SignerParts:
    """What a signer needs, as security schemes know it. Raises UsageError AZ906."""
    value = load_signer(name).value
    return SignerParts(name, value.needs, value.may, value.secrets, value.headers)


def sign_request(
    need: SignNeed,
    request: HttpRequest,
    parts: CredentialParts,
    now: datetime,
    learn: Callable[[Iterable[str]], None],
) -> HttpRequest | TransportFailure:
    """The request with its signature, or why there is none; ``learn`` is told what to mask."""
    signer = load_signer(need.signer)
    try:
        signable = SignableRequest(
            request.method.upper(), request.url, request.headers, _content(request.body), now
        )
        fields = signer.value.sign(signable, dict(parts))
        _check_fields(fields, signer.value.headers)
    except SigningError as reason:
        return _failure(need, f"the request cannot be signed by `{need.signer}`: {reason}")
    except OSError as reason:
        return _failure(need, f"the request cannot be signed: {reason}")
    except PLUGIN_FAILURES as reason:  # what others wrote may raise anything
        return _failure(need, str(plugin_error(_WHAT, signer.name, signer.package, reason).message))
    learn(fields.values())
    for name, value in fields.items():
        request = request.with_header(name, value)
    return request


def _check_fields(fields: object, names: tuple[str, ...]) -> None:
    if not isinstance(fields, Mapping):
        raise TypeError("`sign` has to return a mapping of header fields")
    known = {one.lower() for one in names}
    for name, value in fields.items():
        if not isinstance(name, str) or name.lower() not in known:
            raise ValueError(f"the header field `{name}` is not one of its `headers`")
        if not isinstance(value, str) or not value.isprintable() or not value.isascii():
            raise ValueError(f"the value of the header field `{name}` cannot be sent")


def _content(body: bytes) -> bytes:
    return b"".join(
        Path(one.path).read_bytes() if isinstance(one, FileBody) else one for one in pieces_of(body)
    )


def _failure(need: SignNeed, message: str) -> TransportFailure:
    prefix = variable_name(need.source, need.scheme, "")
    return TransportFailure(
        "credentials", message, f"the variables of `{need.scheme}` begin with `{prefix}`"
    )
