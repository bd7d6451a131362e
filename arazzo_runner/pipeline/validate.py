"""What is wrong with documents, and with their agreement with API descriptions; nothing is sent."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from time import thread_time
from typing import TYPE_CHECKING

from msgspec import Struct, field

from arazzo_runner.errors import UsageError
from arazzo_runner.executor.bind.operation import BindContext
from arazzo_runner.executor.bind.plan import bind, entry_workflows, needs_other_workflows
from arazzo_runner.executor.bind.step import bind_call
from arazzo_runner.executor.plan import Limits, Plan, StepKey, Unit, WorkflowKey
from arazzo_runner.lint.cascades import find_causes, independent_findings
from arazzo_runner.lint.context import step_contexts
from arazzo_runner.lint.control_flow import retry_limit_findings
from arazzo_runner.lint.extensions.vendor import foreign_findings
from arazzo_runner.lint.queries import query_findings, selector_findings, within_query_time
from arazzo_runner.lint.registry import SHAPE
from arazzo_runner.lint.run import plan_findings, step_findings
from arazzo_runner.lint.suppress import Selection, select_findings
from arazzo_runner.lint.unused import unused_input_findings, unused_source_findings
from arazzo_runner.pipeline.load import (
    LoadLimits,
    PartialDescription,
    SharedCache,
    examine_description,
)
from arazzo_runner.text.diagnostic import Diagnostic, Severity, sort_findings

if TYPE_CHECKING:
    from arazzo_runner.document.retrieval import DocumentAccess


class ValidateOptions(Struct, frozen=True):
    """How documents are validated: where their sources are, limits, and what is reported.

    ``rules`` are the names of those that other packages offer.
    """

    overrides: Mapping[str, str] = field(default_factory=dict)
    limits: LoadLimits = field(default_factory=LoadLimits)
    selection: Selection = field(default_factory=Selection)
    rules: tuple[str, ...] = ()


def validate(
    access: DocumentAccess, document: str, wanted: ValidateOptions, shared: SharedCache
) -> tuple[Diagnostic, ...]:
    """All findings about a document, by its path or URL, in the order of the text.

    ``shared`` keeps what the next documents may need again. A document that cannot be read is a
    finding like others (AZ101).
    """
    return tuple(sort_findings(unsorted_findings(access, document, wanted, shared)))


def unsorted_findings(
    access: DocumentAccess, document: str, wanted: ValidateOptions, shared: SharedCache
) -> tuple[Diagnostic, ...]:
    """What :func:`validate` finds, in no order: nothing has to be located in the text."""
    try:
        examined = examine_description(access, document, wanted.overrides, wanted.limits, shared)
    except UsageError as reason:
        return reason.diagnostics
    findings = description_findings(examined)
    if wanted.rules:
        from arazzo_runner.pipeline.package_rules import rule_findings

        findings += rule_findings(examined.units.values(), wanted.rules)
    return selected_findings(findings, examined, wanted, document)


def selected_findings(
    findings: list[Diagnostic],
    examined: PartialDescription,
    wanted: ValidateOptions,
    document: str,
) -> tuple[Diagnostic, ...]:
    """Those of the findings about a document that the user wants to hear of, once each."""
    found = dict.fromkeys(_with_names(findings, examined))
    return tuple(select_findings(found, wanted.selection, absolute_path(document)))


def _with_names(found: list[Diagnostic], examined: PartialDescription) -> Iterable[Diagnostic]:
    if not any(one.code == "AZ118" for one in found):
        return found
    from arazzo_runner.lint.names import with_names

    return with_names(found, examined.units.values())


def absolute_path(document: str) -> str:
    """The path that patterns of a selection are held against; what is no file stays as it is."""
    is_file = document != "-" and "://" not in document
    return Path(os.path.abspath(document)).as_posix() if is_file else document  # noqa: PTH100


class Examination(Struct, frozen=True):
    """The findings about a description, in no order, and the plan of all its workflows.

    There is no plan where the document could not be read.
    """

    findings: list[Diagnostic]
    plan: Plan | None = None


def description_findings(examined: PartialDescription) -> list[Diagnostic]:
    """All findings about what was read of a description, in no order."""
    return examination(examined).findings


def examination(examined: PartialDescription) -> Examination:
    """All findings about what was read of a description, with the plan that they are about."""
    plans: list[Plan] = []
    findings = within_query_time(thread_time, partial(_findings, examined, plans.append))
    return Examination(findings, *plans)


def _findings(examined: PartialDescription, take: Callable[[Plan], None]) -> list[Diagnostic]:
    if not examined.units:
        return list(examined.findings)
    documents = [unit.document for unit in examined.units.values()]
    queries = [*query_findings(documents), *selector_findings(documents)]
    known = find_causes((*examined.findings, *queries), examined.units, examined.missing)
    # Where requests go is a matter of the run: an API description may leave it open.
    binding = BindContext(examined.units, fallback_server="http://localhost")
    base_uri, entry = next(iter(examined.units.items()))
    plan = bind(
        binding, [WorkflowKey(base_uri, one.workflow_id) for one in entry.document.workflows]
    )
    take(plan)
    return [
        *examined.findings,
        *independent_findings([*binding.findings, *plan_findings(plan)], known),
        *retry_limit_findings(plan, Limits().max_retries),
        *queries,
        *foreign_findings(examined.units.values()),
        *(_document_findings(entry, plan) if _is_understood(examined) else ()),
        *(_order_findings(examined, plan) if _is_whole(examined, binding) else ()),
    ]


def findings_by_step(examined: PartialDescription) -> Iterator[tuple[StepKey, Diagnostic]]:
    """The findings of each step of the entry document by what it calls.

    A finding in an API description, such as an undeclared security scheme, is of each step that
    needs what is wrong there.
    """
    uri, entry = next(iter(examined.units.items()))
    for workflow in entry.document.workflows:
        for step in workflow.steps:
            binding = BindContext(examined.units, fallback_server="http://localhost")
            bind_call(step, workflow, entry, binding)
            key = StepKey(uri, workflow.workflow_id, step.step_id)
            yield from ((key, one) for one in binding.findings)
    binding = BindContext(examined.units, fallback_server="http://localhost")
    names = [WorkflowKey(uri, one.workflow_id) for one in entry.document.workflows]
    for view in step_contexts(bind(binding, names)):
        yield from ((view.step.key, one) for one in step_findings(view))
        view.memo.clear()


def _is_understood(examined: PartialDescription) -> bool:
    return not any(
        one.severity is Severity.ERROR and one.code.startswith("AZ1") for one in examined.findings
    )


def _is_whole(examined: PartialDescription, binding: BindContext) -> bool:
    """Whether the plan has all that the documents name."""
    findings = (*examined.findings, *binding.findings)
    return not any(one.severity is Severity.ERROR and one.code[2] in "12" for one in findings)


def _order_findings(examined: PartialDescription, plan: Plan) -> Iterator[Diagnostic]:
    """What a run of the document reaches too late or never, as `run` without `--workflow` does."""
    if not needs_other_workflows(plan):
        return
    from arazzo_runner.executor.bind.order import never_run_findings

    base_uri, entry = next(iter(examined.units.items()))
    names = entry_workflows(entry, examined.units.values())
    yield from never_run_findings(plan, [WorkflowKey(base_uri, name) for name in names])


def _document_findings(entry: Unit, plan: Plan) -> Iterator[Diagnostic]:
    """What the document says of itself, once all of it could be understood."""
    for rule in SHAPE.values():
        yield from rule(entry.document)
    yield from unused_input_findings(entry)
    yield from unused_source_findings(entry, plan)
