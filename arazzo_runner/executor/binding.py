"""What binding works with: the documents, what the user chose, and where findings go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from msgspec import Struct, field

from arazzo_runner.document.model import WorkflowName
from arazzo_runner.executor.plan import Unit, WorkflowKey
from arazzo_runner.openapi.model import Operation
from arazzo_runner.openapi.security.schemes import Authorization, ParameterKeys
from arazzo_runner.text.diagnostic import Diagnostic, did_you_mean, error
from arazzo_runner.text.suggested_fix import rename_to_known

Authorize: TypeAlias = Callable[[str, Operation, ParameterKeys, str], Authorization]
"""By the source's name, the operation, what the workflow passes, and the server's URL."""


class BindContext(Struct, frozen=True):
    """``servers`` are base URLs by source name (``""`` for all), ``variables`` server variables.

    ``authorize`` gives the credentials for an operation of a source, beside what the workflow
    passes by itself; ``fallback_server`` serves where a description knows none.
    """

    units: Mapping[str, Unit]
    servers: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    authorize: Authorize = lambda _source, _operation, _given, _server: Authorization()
    fallback_server: str | None = None
    findings: list[Diagnostic] = field(default_factory=list)

    def report(self, finding: Diagnostic) -> None:
        """Keep a finding, once: several steps may name the same unknown thing of a component."""
        if finding not in self.findings:
            self.findings.append(finding)


def find_workflow(name: WorkflowName, unit: Unit, binding: BindContext) -> WorkflowKey | None:
    """The workflow that a ``workflowId`` names, here or in an Arazzo source; None is reported."""
    target = unit if name.source is None else _unit_of_source(name, unit, binding)
    if target is None:
        return None
    known = [workflow.workflow_id for workflow in target.document.workflows]
    if name.workflow_id in known:
        return target.document.base_uri, name.workflow_id
    where = f" in `{name.source}`" if name.source else ""
    listed = ", ".join(f"`{one}`" for one in known)
    help_line = did_you_mean(name.workflow_id, known) or f"its workflows are {listed}"
    message = f"no workflow is called `{name.workflow_id}`{where}"
    fix = rename_to_known(name.place, name.workflow_id, known)
    binding.report(error("AZ207", message, name.place, "unknown workflowId", help_line, fix))
    return None


def _unit_of_source(name: WorkflowName, unit: Unit, binding: BindContext) -> Unit | None:
    assert name.source is not None
    uri = unit.documents.get(name.source)
    if uri is not None:
        return binding.units[uri]
    if name.source in unit.apis:
        message = f"source description `{name.source}` is an API description and has no workflows"
        binding.report(error("AZ207", message, name.place, "not an Arazzo source"))
        return None
    known = [source.name for source in unit.document.source_descriptions]
    message = f"no source description is called `{name.source}`"
    help_line = did_you_mean(name.source, known)
    fix = rename_to_known(name.place, name.source, known)
    binding.report(error("AZ203", message, name.place, "", help_line, fix))
    return None
