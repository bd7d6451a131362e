"""The check of a draft: `validate` has no finding about it, and it passes against the mock.

Nothing is written for that: the text is read as if it stood where it will.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from arazzo_runner.document.retrieval import DocumentAccess, Retrieve, RetrievedDocument
from arazzo_runner.errors import ArazzoError, DocumentError
from arazzo_runner.executor.bind.operation import BindContext
from arazzo_runner.executor.bind.plan import bind
from arazzo_runner.executor.plan import Plan, WorkflowKey
from arazzo_runner.executor.result import RunResult, StepResult, WorkflowResult
from arazzo_runner.generate.draft import Draft, WorkflowFault
from arazzo_runner.generate.writer import write_draft
from arazzo_runner.mock.settings import MockSettings
from arazzo_runner.openapi.model import ApiDescription
from arazzo_runner.pipeline.load import (
    Description,
    LoadLimits,
    PartialDescription,
    SharedCache,
    examine_description,
    for_run,
)
from arazzo_runner.pipeline.run import PlanResult, RunConfig, execute_run, with_inputs
from arazzo_runner.pipeline.validate import description_findings, findings_by_step
from arazzo_runner.text.diagnostic import Diagnostic, Severity
from arazzo_runner.text.source import Place

_EXTENSION = "AZ507"
"""The hint for an extension, which is written only where the user asked for it."""
_TOGETHER = 40
"""How many workflows run together: their steps stay far below the limits of a run."""


class DraftReader(Struct, frozen=True):
    """Reads drafts as documents at ``uri``; what their sources name is read once for all of them.

    ``retrieved`` is the source as the user named it, which needs no second reading. Where it
    ``accepts_warnings``, those that lie in the API description are no faults of steps.
    """

    access: DocumentAccess
    uri: str
    limits: LoadLimits
    retrieved: RetrievedDocument | None = None
    shared: SharedCache = field(default_factory=SharedCache)
    accepts_warnings: bool = False

    def examine(self, draft: Draft) -> PartialDescription:
        """What can be read of the draft."""
        data = write_draft(draft).encode()
        document = RetrievedDocument(data, "<draft>", self.uri)
        access = replace(self.access, open=lambda _name: document, retrieve_for=self._retrieve_for)
        return examine_description(access, "<draft>", {}, self.limits, self.shared)

    def _retrieve_for(self, asking: str) -> Retrieve:
        retrieve, known = self.access.retrieve_for(asking), self.retrieved
        if known is None:
            return retrieve
        return lambda uri: known if uri == known.uri else retrieve(uri)


def draft_faults(draft: Draft, reader: DraftReader) -> list[WorkflowFault]:
    """What is wrong with the workflows of a draft: by `validate`, else by a run with the mock."""
    examined = reader.examine(draft)
    findings = [one for one in description_findings(examined) if one.code != _EXTENSION]
    own = {one: [*_finding_faults(one, draft, examined)] for one in findings}
    faults = [fault for each in own.values() for fault in each]
    if not examined.units:
        return faults
    foreign = [one for one, each in own.items() if not each]
    if reader.accepts_warnings:
        faults += [_source_fault(one) for one in foreign if one.severity is not Severity.ERROR]
        foreign = [one for one in foreign if one.severity is Severity.ERROR]
    if foreign:
        faults += _operation_faults(dict.fromkeys(foreign), examined)
    wrong = {one.workflow_id for one in faults}
    called = {one.cleanup.workflow_id for one in draft.workflows if one.cleanup}
    names = [one.workflow_id for one in draft.workflows if one.workflow_id not in wrong | called]
    for at in range(0, len(names), _TOGETHER):
        faults += _run_faults(names[at : at + _TOGETHER], examined, findings)
    return faults


def _finding_faults(
    finding: Diagnostic, draft: Draft, examined: PartialDescription
) -> Iterator[WorkflowFault]:
    entry = next(iter(examined.units.values())).document.source if examined.units else None
    places = [finding.place, *(one.place for one in finding.more)]
    reason = f"{finding.code}: {finding.message}"
    for place in places:
        if place is not None and (entry is None or place.source is entry):
            fault = _fault_at(place, draft, reason)
            if fault is not None:
                yield fault
                return


def _operation_faults(
    findings: Collection[Diagnostic], examined: PartialDescription
) -> Iterator[WorkflowFault]:
    """The faults that lie in the API description, at the steps that need what is wrong there."""
    known = set[Diagnostic]()
    for key, one in findings_by_step(examined):
        if one in findings:
            known.add(one)
            reason = f"{one.code}: {one.message}"
            yield WorkflowFault(key.workflow, key.step, reason, is_of_operation=True)
    for one in findings:
        if one not in known:
            yield _source_fault(one)


def _source_fault(finding: Diagnostic) -> WorkflowFault:
    return WorkflowFault("", "", f"{finding.code}: {finding.message}")


def _fault_at(place: Place, draft: Draft, reason: str) -> WorkflowFault | None:
    match place.pointer:
        case ("workflows", int(index), "steps", int(step), *_):
            workflow = draft.workflows[index]
            return WorkflowFault(workflow.workflow_id, workflow.steps[step].step_id, reason)
        case ("workflows", int(index), *_):
            return WorkflowFault(draft.workflows[index].workflow_id, "", reason)
        case _:
            return None


def _run_faults(
    names: Sequence[str], examined: PartialDescription, findings: Sequence[Diagnostic]
) -> list[WorkflowFault]:
    wrong = tuple(one for one in examined.findings if one.severity is Severity.ERROR)
    description = Description(examined.units, tuple(for_run(one) for one in findings), errors=wrong)
    try:
        return [*_faults_of(_run_mock(description, names))]
    except ArazzoError as reason:
        if len(names) == 1:
            return [WorkflowFault(names[0], "", _words(reason))]
    return [fault for one in names for fault in _run_alone(description, one)]


def _run_alone(description: Description, name: str) -> Iterator[WorkflowFault]:
    try:
        yield from _faults_of(_run_mock(description, [name]))
    except ArazzoError as reason:
        yield WorkflowFault(name, "", _words(reason))


def _words(reason: ArazzoError) -> str:
    found: Sequence[Diagnostic] = getattr(reason, "diagnostics", ())
    return f"{found[0].code}: {found[0].message}" if found else str(reason)


def _run_mock(description: Description, names: Sequence[str]) -> RunResult:
    from arazzo_runner.worlds.mock import mock_world

    settings = MockSettings()
    options = RunConfig(needs_credentials=False, mock=settings, environment={})
    uri = description.entry.document.base_uri
    plan = _plan(description, [WorkflowKey(uri, name) for name in names])
    prepared = with_inputs(description, PlanResult(plan), {}, mock=settings)
    apis: dict[str, ApiDescription] = description.apis()
    return execute_run(prepared, mock_world(prepared.plan, apis, settings), options)


def _plan(description: Description, selected: Sequence[WorkflowKey]) -> Plan:
    """The plan of a run; what `validate` finds was looked for before. Raises DocumentError."""
    binding = BindContext(
        description.units, fallback_server="http://localhost", needs_credentials=False
    )
    plan = bind(binding, selected)
    wrong = description.errors_of(plan, binding.findings)
    if wrong:
        raise DocumentError(*wrong)
    return plan


def _faults_of(result: RunResult) -> Iterator[WorkflowFault]:
    for workflow in result.workflows:
        if workflow.passed:
            continue
        step, ending = _failing_step(workflow), workflow.finally_run
        if step is None and ending is not None:
            # What was created is still there: the step that deletes it says why.
            reason = _failure_words(ending, _failing_step(ending))
        else:
            reason = _failure_words(workflow, step)
        step_id = step.step_id if step is not None else ""
        yield WorkflowFault(workflow.workflow_id, step_id, reason)


def _failing_step(workflow: WorkflowResult) -> StepResult | None:
    return next((one for one in reversed(workflow.steps) if not one.passed), None)


def _failure_words(workflow: WorkflowResult, step: StepResult | None) -> str:
    if step is None or not step.attempts:
        error = workflow.error
        return f"{error.code}: {error.message}" if error else "it does not pass against the mock"
    last = step.attempts[-1]
    if last.error is not None:
        return f"{last.error.code}: {last.error.message}"
    if last.response is not None and last.response.status >= 400:
        body = last.response.body[:200].decode("utf-8", "replace")
        return f"the mock returned {last.response.status}: {body}"
    wrong = [one.condition for one in last.criteria if not one.passed]
    return f"not true against the mock: `{'`, `'.join(wrong)}`"
