"""Names in keyword arguments that must be in the documents: a misspelt one would be passed over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from arazzo_runner import running
from arazzo_runner.errors import UsageError
from arazzo_runner.executor.inputs import bundle_inputs, declared_schemas
from arazzo_runner.loading import Description
from arazzo_runner.openapi.security.credentials import credential_parts
from arazzo_runner.openapi.servers import declared_variables
from arazzo_runner.text.diagnostic import Diagnostic, did_you_mean, error


def check_names(
    description: Description, options: running.RunConfig, secrets: Sequence[str] = ()
) -> None:
    """Raise UsageError for sources, schemes, server variables, steps and inputs there are not."""
    apis = description.apis()
    credentials = [source for source, _ in options.credentials.values]
    found = [
        *_unknown_names("servers", options.servers, {"", *apis}, "API description"),
        *_unknown_names("credentials", credentials, apis, "API description"),
        *_schemes(description, options),
    ]
    if options.server_variables:
        variables = {name for api in apis.values() for name in declared_variables(api.raw)}
        found += _unknown_names("server_variables", options.server_variables, variables, "variable")
    if options.settings.until is not None:
        found += _unknown_names("until", [options.settings.until], _steps(description), "step")
    found += _unknown_names("secrets", secrets, inputs_of(description), "input") if secrets else ()
    if found:
        raise UsageError(*found)


def _unknown_names(
    option: str, names: Iterable[str], known: Collection[str], what: str
) -> Iterator[Diagnostic]:
    for name in names:
        if name not in known:
            listed = ", ".join(f"`{one}`" for one in sorted(known) if one)
            others = f"there are {listed}" if listed else "there are none"
            hint = did_you_mean(name, known) or others
            yield error(
                "AZ906", f"`{option}` names `{name}`, and no {what} is called so", help=hint
            )


def _schemes(description: Description, options: running.RunConfig) -> Iterator[Diagnostic]:
    apis = description.apis()
    for (source, scheme), parts in options.credentials.values.items():
        if source not in apis:
            continue
        known = apis[source].schemes
        yield from _unknown_names("credentials", [scheme], known, f"security scheme of `{source}`")
        if scheme in known:
            yield from _unknown_names(
                "credentials", parts, credential_parts(known[scheme]), f"part of `{scheme}`"
            )


def _steps(description: Description) -> list[str]:
    return [step.step_id for one in description.entry.document.workflows for step in one.steps]


def inputs_of(description: Description) -> set[str]:
    """The names of the inputs of all workflows."""
    return {
        name
        for unit in description.units.values()
        for one in unit.document.workflows
        for name in declared_schemas(bundle_inputs(one.inputs, unit.document.components.inputs))
        or ()
    }
