"""One version of a document, validated, with all that was worked out on the way.

Requests about a version share one analysis. Of text that cannot be read the findings alone are
known; then the last one that could be read helps out.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.errors import DocumentError, UsageError
from arazzo_runner.executor.plan import Plan, StepKey, Unit, WorkflowKey, WorkflowPlan
from arazzo_runner.lint.context import StepContext, StepContexts, lazy_contexts
from arazzo_runner.lint.suppress import Selection
from arazzo_runner.lsp.workspace.line_index import LineIndex
from arazzo_runner.lsp.workspace.overlay import CheckCurrent
from arazzo_runner.lsp.workspace.texts import OpenText
from arazzo_runner.pipeline.fix import ValidateSettings
from arazzo_runner.pipeline.load import examine_description
from arazzo_runner.pipeline.validate import examination, selected_findings
from arazzo_runner.text.diagnostic import Diagnostic, sort_findings
from arazzo_runner.text.limits import first_findings
from arazzo_runner.text.parse import decode
from arazzo_runner.text.source import SourceFile

_MISSING: Final = frozenset({"AZ201", "AZ214", "AZ216", "AZ217"})
"""Findings about what could not be read: another text may be what is missing."""


class Analysis(Struct, frozen=True, dict=True):
    """A version of a document: its findings, and its units and plan where it could be read.

    ``setting`` is what it was validated with. ``every`` are all findings, ``findings`` those that
    the user wants to hear of.
    """

    text: OpenText
    index: LineIndex
    source: SourceFile
    setting: ValidateSettings
    every: tuple[Diagnostic, ...]
    findings: tuple[Diagnostic, ...]
    units: Mapping[str, Unit]
    plan: Plan | None

    @property
    def is_readable(self) -> bool:
        """Whether there is a document in the text."""
        return self.plan is not None

    @property
    def entry(self) -> Unit:
        """The unit of the document itself, where it is readable."""
        return next(iter(self.units.values()))

    @property
    def data(self) -> Any:
        """The plain data of the document, where it is readable."""
        return self.entry.document.raw

    def may_have_read(self, uri: str) -> bool:
        """Whether a text counts here: where it was read, is named, or something is missing."""
        if not self.is_readable or any(one.code in _MISSING for one in self.every):
            return True
        return uri in self.sources or uri.rpartition("/")[2] in self.text.text

    @cached_property
    def sources(self) -> frozenset[str]:
        """The URIs of the documents and API descriptions, and of what these refer to."""
        found: set[str] = set()
        for unit in self.units.values():
            found.add(unit.document.source.uri)
            found.update(api.source.uri for api in unit.async_apis.values())
            for api in unit.apis.values():
                found.update((api.source.uri, *api.documents))
        return frozenset(found)

    @cached_property
    def contexts(self) -> StepContexts:
        """The views of its steps, each made when it is first asked for."""
        return lazy_contexts(self.plan or Plan(()))

    @cached_property
    def memo(self) -> dict[str, Any]:
        """What requests have worked out; a cache, not state."""
        return {}

    def workflow_key(self, workflow_id: str) -> WorkflowKey:
        """The key of a workflow of the document."""
        return WorkflowKey(self.entry.document.base_uri, workflow_id)

    def workflow_plan(self, workflow_id: str) -> WorkflowPlan | None:
        """A workflow of the document, bound."""
        plans = self.plan.workflows if self.plan else {}
        return plans.get(self.workflow_key(workflow_id)) if self.units else None

    def context(self, workflow_id: str, step_id: str) -> StepContext | None:
        """The view of a step; None for one that calls no operation, or cannot be bound."""
        if not self.units:
            return None
        key = StepKey(self.entry.document.base_uri, workflow_id, step_id)
        return self.contexts.at(key) if key in self.contexts.plans else None


def analyse(
    text: OpenText, index: LineIndex, setting: ValidateSettings, check_current: CheckCurrent
) -> Analysis:
    """Validate a version of a document. Raises OutdatedTextError where ``check_current`` does."""
    name = text.path
    retrieved = setting.access.open(name)
    options = setting.options
    try:
        source = decode(retrieved.data, retrieved.name, retrieved.uri)
        examined = examine_description(
            setting.access, name, options.overrides, options.limits, setting.shared
        )
    except (UsageError, DocumentError) as reason:
        source = SourceFile(retrieved.name, text.text, retrieved.uri)
        return Analysis(
            text, index, source, setting, reason.diagnostics, reason.diagnostics, {}, None
        )
    check_current()
    judged = examination(examined)
    check_current()
    if examined.units:
        source = next(iter(examined.units.values())).document.source
    every = tuple(sort_findings(dict.fromkeys(judged.findings)))
    plain = replace(options, selection=Selection())
    selected = sort_findings(selected_findings(judged.findings, examined, options, name))
    shown = tuple(first_findings(source.name, selected, options.limits.findings))
    if options.selection == Selection():
        every = tuple(selected)
    else:
        every = tuple(sort_findings(selected_findings(judged.findings, examined, plain, name)))
    return Analysis(text, index, source, setting, every, shown, examined.units, judged.plan)
