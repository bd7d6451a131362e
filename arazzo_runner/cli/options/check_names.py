"""Names on the command line that must be in the documents: a misspelt one would be ignored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

import click
from click.core import ParameterSource
from msgspec import Struct

from arazzo_runner.cli.options.profiles import NO_PROFILE, Profile
from arazzo_runner.cli.options.settings import narrowed_to, read_checks
from arazzo_runner.errors import UsageError
from arazzo_runner.openapi.lookup import operation_ids
from arazzo_runner.openapi.request.user_headers import parse_user_headers
from arazzo_runner.openapi.security.schemes import is_movable
from arazzo_runner.pipeline.load import Description
from arazzo_runner.text.diagnostic import Diagnostic, did_you_mean, error, warning

_Finding: TypeAlias = tuple[str, Diagnostic]
"""A name, and what is said of it."""


class UnknownName(Struct, frozen=True):
    """A name that a document does not have: of which flag, and the finding about it.

    ``key`` is the name, or for what may be repeated the text as it was typed.
    """

    parameter: str
    key: str
    finding: Diagnostic

    def is_same(self, other: UnknownName) -> bool:
        """Whether both are about the same name, of two documents."""
        return (self.parameter, self.key) == (other.parameter, other.key)


def check_names(description: Description, given: Mapping[str, Any]) -> None:
    """Raise UsageError for sources, server variables, schemes and steps that there are not."""
    found = [one.finding for one in unknown_names(description, given)]
    if found:
        raise UsageError(*found)


def unknown_names(description: Description, given: Mapping[str, Any]) -> list[UnknownName]:
    """The sources, server variables, schemes and steps of flags that a document does not have."""
    until = given["until"]
    found = {
        "servers": _servers(description, given),
        "server_variables": _variables(description, given),
        "credential_origins": _credentials(description, given),
        "until": () if until is None else _until_findings(description, until),
        "checks": _checks(description, given.get("checks", ())),
        "no_auth": _no_auth(description, given.get("no_auth", ())),
        "send_invalid": _send_invalid(description, given.get("send_invalid", ())),
    }
    return [
        UnknownName(parameter, key, finding)
        for parameter, findings in found.items()
        for key, finding in findings
    ]


def without_names(given: Mapping[str, Any], unknown: Iterable[UnknownName]) -> dict[str, Any]:
    """The flags without names that a document does not have."""
    own = dict(given)
    for one in unknown:
        value = own[one.parameter]
        if isinstance(value, Mapping):
            own[one.parameter] = {name: each for name, each in value.items() if name != one.key}
        elif isinstance(value, tuple):
            own[one.parameter] = tuple(each for each in value if each != one.key)
        else:
            own[one.parameter] = None
    return own


def unknown_secrets(description: Description, given: Mapping[str, Any]) -> list[Diagnostic]:
    """Warnings about ``--secret`` names of nothing: what they were meant for is shown."""
    units = description.units.values()
    names = {name for unit in units for name in (*_inputs(unit), *_outputs(unit))}
    typed = {text.partition("=")[0].rstrip(":") for text in given["inputs"]}
    headers = {
        one.name.lower() for one in parse_user_headers(given["headers"], description.source_names)
    }
    unknown = [
        one for one in given["secrets"] if one not in names | typed and one.lower() not in headers
    ]
    message = "`--secret {}` names no input, no output and no header of `--header`"
    return [warning("AZ906", message.format(one), help=did_you_mean(one, names)) for one in unknown]


def _inputs(unit: Any) -> Iterable[str]:
    return [name for schema in unit.inputs.values() for name in schema.stated]


def _outputs(unit: Any) -> Iterable[str]:
    for workflow in unit.document.workflows:
        yield from (name for name, _ in workflow.outputs)
        yield from (name for step in workflow.steps for name, _ in step.outputs)


def _servers(description: Description, given: Mapping[str, Any]) -> Iterator[_Finding]:
    known = description.security_schemes()
    for name, url in given["servers"].items():
        if name and name not in known and f"{name}={url}" not in _of_profile(given).servers:
            message = f"`--server {name}={url}` names no API description"
            yield name, error("AZ906", message, help=_way_out(name, known))


def _variables(description: Description, given: Mapping[str, Any]) -> Iterator[_Finding]:
    if not given["server_variables"]:
        return
    known = description.server_variables()
    for name, value in given["server_variables"].items():
        if name not in known and f"{name}={value}" not in _of_profile(given).variables:
            message = f"`--server-var {name}={value}`: no server has a variable `{name}`"
            yield name, error("AZ906", message, help=_way_out(name, known))


def _credentials(description: Description, given: Mapping[str, Any]) -> Iterator[_Finding]:
    """Errors about names that are no security schemes, or whose credential stays where it is."""
    schemes = [one for api in description.apis().values() for one in api.schemes.values()]
    known = {one.name for one in schemes}
    moving = {one.name for one in schemes if is_movable(one)}
    for name, origins in given["credential_origins"].items():
        flag = f"`--credential {name}@{origins[0]}`"
        if name not in known:
            message = f"{flag} names no security scheme"
            yield name, error("AZ906", message, help=_way_out(name, known))
        elif name not in moving:
            message = f"{flag}: a credential of this kind is only sent to its own server"
            yield name, error("AZ906", message, help=_MOVING)


_MOVING: Final = "HTTP basic, tokens, and API keys in a header can be sent to another origin"


def _of_profile(given: Mapping[str, Any]) -> Profile:
    """What many documents share may name what this one does not have."""
    profile: Profile = given.get("profile", NO_PROFILE)
    return profile


def _until_findings(description: Description, step_id: str) -> Iterator[_Finding]:
    workflows = description.entry.document.workflows
    known = list(dict.fromkeys(step.step_id for one in workflows for step in one.steps))
    if step_id not in known:
        message = f"`--until {step_id}` names no step"
        yield step_id, error("AZ906", message, help=_way_out(step_id, known))


def _checks(description: Description, typed: Iterable[str]) -> Iterator[_Finding]:
    """Narrowed checks of what there is not; what a file sets is for other documents, too."""
    narrowed = {text: narrowed_to(read_checks([text])) for text in typed}
    source = click.get_current_context().get_parameter_source("checks")
    if source is not ParameterSource.COMMANDLINE or not any(narrowed.values()):
        return
    known = set(_names_of_checks(description))
    for text, names in narrowed.items():
        if not known.issuperset(names):
            message = f"`--check {text}` names no operation and no step"
            yield text, error("AZ906", message, help=did_you_mean(names[0], known))


def _names_of_checks(description: Description) -> Iterator[str]:
    for unit in description.units.values():
        for workflow in unit.document.workflows:
            for step in workflow.steps:
                yield from (step.step_id, f"{workflow.workflow_id}/{step.step_id}")
    for api in description.apis().values():
        yield from operation_ids(api)
    for described in description.async_apis().values():
        from arazzo_runner.asyncapi.operations import async_operation_ids, channel_names

        yield from (*async_operation_ids(described), *channel_names(described))


def _send_invalid(description: Description, names: Iterable[str]) -> Iterator[_Finding]:
    workflows = (one for unit in description.units.values() for one in unit.document.workflows)
    known = {step.step_id for one in workflows for step in one.steps}
    for name in names:
        if name != "all" and name not in known:
            message = f"`--send-invalid {name}` names no step"
            yield name, error("AZ906", message, help=_way_out(name, known))


def _no_auth(description: Description, texts: Iterable[str]) -> Iterator[_Finding]:
    apis = description.security_schemes()
    for text in texts:
        source, _, scheme = text.partition(".")
        if text == "all":
            continue
        if source not in apis:
            message = f"`--no-auth {text}` names no API description"
            yield text, error("AZ906", message, help=_way_out(source, {"all", *apis}))
        elif scheme and scheme not in apis[source]:
            message = f"`--no-auth {text}`: `{source}` has no security scheme `{scheme}`"
            yield text, error("AZ906", message, help=_way_out(scheme, apis[source]))


def _way_out(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    listed = ", ".join(f"`{one}`" for one in names)
    return did_you_mean(name, names) or (f"there are {listed}" if names else "there are none")
