"""Of what is said for all tests, what concerns one document: others may have other sources."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import TypeVar

from arazzo_runner.document.model import Workflow
from arazzo_runner.embed.names import inputs_of
from arazzo_runner.embed.options import RunOptions
from arazzo_runner.executor.inputs import bundle_inputs, declared_schemas
from arazzo_runner.expression.value import Value
from arazzo_runner.loading import Description
from arazzo_runner.openapi.model import ApiDescription
from arazzo_runner.openapi.servers import declared_variables

T = TypeVar("T")


def relevant_options(options: RunOptions, description: Description) -> RunOptions:
    """The options without the names of sources, variables and inputs that are not here."""
    apis = description.apis()
    variables, secrets = options.get("server_variables", {}), options.get("secrets", ())
    # Whole API descriptions are looked through: only where somebody asks.
    known = _variables(apis.values()) if variables else set()
    inputs = inputs_of(description) if secrets else set()
    return options | RunOptions(
        servers=_known_only(options.get("servers", {}), {"", *apis}),
        credentials=_known_only(options.get("credentials", {}), apis),
        server_variables=_known_only(variables, known),
        secrets=[one for one in secrets if one in inputs],
    )


def _variables(apis: Iterable[ApiDescription]) -> set[str]:
    return {name for one in apis for name in declared_variables(one.raw)}


def _known_only(given: Mapping[str, T], known: Container[str]) -> dict[str, T]:
    return {name: one for name, one in given.items() if name in known}


def relevant_inputs_of(
    description: Description, workflow: Workflow, inputs: Mapping[str, Value]
) -> dict[str, Value]:
    """Those of some inputs that a workflow declares; all of them where it welcomes any."""
    known = declared_schemas(
        bundle_inputs(workflow.inputs, description.entry.document.components.inputs)
    )
    return {name: value for name, value in inputs.items() if known is None or name in known}
