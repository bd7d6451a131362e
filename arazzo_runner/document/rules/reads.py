"""What the expressions of a document read, and whether it is there to be read.

Arazzo Specification 1.1.0, "Runtime Expressions". No API description is needed for this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final

from msgspec import Struct, field

from arazzo_runner.document.model import (
    ArazzoDocument,
    EndAction,
    FailureAction,
    GotoAction,
    Reusable,
    Step,
    SuccessAction,
    Workflow,
    WorkflowName,
)
from arazzo_runner.document.node import is_name, join_names, unreadable_name
from arazzo_runner.document.rules.expressions import WorkflowExpressions
from arazzo_runner.document.rules.names import (
    DocumentNames,
    check_source,
    check_step,
    check_workflow,
)
from arazzo_runner.expression.ast import (
    ComponentRef,
    Expression,
    NamedRef,
    SourceRef,
    StepOutputRef,
    WorkflowRef,
)
from arazzo_runner.text.diagnostic import Diagnostic, Severity, did_you_mean, error, warning
from arazzo_runner.text.source import Place
from arazzo_runner.text.suggested_fix import rename_to_known

_FIELDS: Final = ("name", "url", "type")
"""The fields of a Source Description Object."""


class ExpressionNames(Struct, frozen=True):
    """The names of inputs or outputs; the ``readable`` ones are those that expressions hold."""

    names: Mapping[str, None]
    readable: Mapping[str, None]
    unreadable: tuple[str, ...]

    def has(self, found: NamedRef) -> bool:
        """Whether a name is known, which may hold dots: as a whole, or its first part."""
        return found.name in self.names or found.name.partition(".")[0] in self.names

    def unreadable_in(self, text: str) -> str | None:
        """The name in a text that no expression can hold; None without one."""
        return unreadable_name(text, self.unreadable)


def expression_names(names: Iterable[str]) -> ExpressionNames:
    """Names sorted out by whether expressions can hold them."""
    every = dict.fromkeys(names)
    readable = dict.fromkeys(filter(is_name, every))
    return ExpressionNames(every, readable, tuple(one for one in every if one not in readable))


class _KnownNames(Struct, frozen=True):
    """What can be read; ``elsewhere`` are workflows of other documents that this one calls."""

    document: ArazzoDocument
    names: DocumentNames
    elsewhere: frozenset[str]
    _outputs: dict[int, ExpressionNames] = field(default_factory=dict)

    def outputs_of(self, owner: Step | Workflow) -> ExpressionNames:
        """The names of the outputs of a step or workflow of the document, sorted out once."""
        if id(owner) not in self._outputs:
            self._outputs[id(owner)] = expression_names(name for name, _ in owner.outputs)
        return self._outputs[id(owner)]


def read_findings(
    document: ArazzoDocument, names: DocumentNames, walked: Iterable[WorkflowExpressions]
) -> Iterator[Diagnostic]:
    """Outputs, steps, workflows, sources and components that are read and not there."""
    called = (name for one in document.workflows for name in named_workflows(one))
    elsewhere = frozenset(
        # Of a name that other tools write (`workflows.signIn`) its own place says what is wrong.
        one.workflow_id.rpartition(".")[2]
        for one in called
        if one.source is not None or one.workflow_id not in names.workflows
    )
    known = _KnownNames(document, names, elsewhere)
    for walk in walked:
        for found, place in chain(walk.own, *walk.steps):
            yield from _expression_findings(found, place, walk.workflow.workflow_id, known)


def named_workflows(workflow: Workflow) -> Iterator[WorkflowName]:
    """The workflows that a workflow calls, goes to, retries with or waits for."""
    yield from workflow.depends_on
    yield from (step.target for step in workflow.steps if isinstance(step.target, WorkflowName))
    for action in _actions(workflow):
        if not isinstance(action, EndAction | Reusable) and isinstance(action.target, WorkflowName):
            yield action.target


def _actions(workflow: Workflow) -> Iterable[SuccessAction | FailureAction | Reusable]:
    yield from workflow.success_actions
    yield from workflow.failure_actions
    for step in workflow.steps:
        yield from step.on_success
        yield from step.on_failure


def _expression_findings(
    found: Expression, place: Place, workflow_id: str, known: _KnownNames
) -> Iterator[Diagnostic]:
    match found:
        case StepOutputRef():
            return _step_output(found, place, workflow_id, known)
        case WorkflowRef():
            return _workflow_value(found, place, known)
        case SourceRef():
            return _source_field(found, place, known)
        case ComponentRef():
            return _component(found, place, known)
        case _:
            return iter(())


def _is_declared(found: NamedRef, outputs: ExpressionNames) -> bool:
    """Whether an output is read, or one that cannot be, which is a finding of its own."""
    return outputs.has(found) or outputs.unreadable_in(found.text) is not None


def _step_output(
    found: StepOutputRef | WorkflowRef, place: Place, workflow_id: str, known: _KnownNames
) -> Iterator[Diagnostic]:
    step = known.names.steps[workflow_id].get(found.step_id)
    if step is None:
        yield from check_step(found.step_id, place, workflow_id, known.names)
        return
    if isinstance(step.target, WorkflowName) and not step.outputs:
        return  # then its outputs are those of the workflow that it calls
    outputs = known.outputs_of(step)
    if not _is_declared(found, outputs):
        what = f"the step `{step.step_id}`"
        yield _undeclared_output(Severity.ERROR, what, found, place, outputs)


def _workflow_value(found: WorkflowRef, place: Place, known: _KnownNames) -> Iterator[Diagnostic]:
    workflow = known.names.workflows.get(found.workflow_id)
    if workflow is None:
        if found.workflow_id.rpartition(".")[2] not in known.elsewhere:
            yield from check_workflow(found.workflow_id, place, known.names, known.elsewhere)
        return
    if found.field == "inputs":
        return  # lint/inputs.py judges them
    if found.step_id:
        yield from _step_output(found, place, found.workflow_id, known)
        return
    outputs = known.outputs_of(workflow)
    if not _is_declared(found, outputs) and not _goes_to_workflow(workflow):
        what = f"the workflow `{workflow.workflow_id}`"
        yield _undeclared_output(Severity.WARNING, what, found, place, outputs)


def _undeclared_output(
    severity: Severity, what: str, found: NamedRef, place: Place, outputs: ExpressionNames
) -> Diagnostic:
    message = f"{what} has no output `{found.name}`"
    help_ = did_you_mean(found.name, outputs.readable) or f"declare it in the `outputs` of {what}"
    fix = rename_to_known(place, found.name, outputs.readable)
    return Diagnostic("AZ211", severity, message, place, "never has a value", help_, (), fix)


def _goes_to_workflow(workflow: Workflow) -> bool:
    """Whether the workflow may go to another one, whose outputs are then the result."""
    gotos = (one for one in _actions(workflow) if isinstance(one, GotoAction))
    return any(isinstance(one.target, WorkflowName) for one in gotos)


def _source_field(found: SourceRef, place: Place, known: _KnownNames) -> Iterator[Diagnostic]:
    """What of a source description is a value: its own fields."""
    named = next(iter(check_source(found.name, place, known.names)), None)
    if named is not None:
        yield named
    elif found.reference not in _FIELDS:
        message = f"`{found.text}` refers to something in another document, which has no value"
        way_out = "outputs of a workflow that ran are `$workflows.<workflowId>.outputs.<name>`"
        if ".outputs." not in found.reference:
            way_out = f"of a source description, {join_names(_FIELDS, 'and')} can be read"
        yield warning("AZ113", message, place, "never has a value", way_out)


def _component(found: ComponentRef, place: Place, known: _KnownNames) -> Iterator[Diagnostic]:
    names = _component_names(found, known.document)
    if found.name in names or found.name.partition(".")[0] in names:
        message = f"`{found.text}` refers to an object of the document, which has no value"
        way_out = "a component is only used through a `reference`; write the value here"
        yield warning("AZ113", message, place, "never has a value", way_out)
    else:
        message = f"there is no `{found.name}` in `components.{found.type}`"
        listed = ", ".join(f"`{name}`" for name in names)
        help_ = did_you_mean(found.name, names)
        help_ = help_ or (
            f"there are {listed}"
            if listed
            else f"there are none; add it to `components.{found.type}`"
        )
        fix = rename_to_known(place, found.name, names)
        yield error("AZ209", message, place, "unknown", help_, fix)


def _component_names(found: ComponentRef, document: ArazzoDocument) -> Iterable[str]:
    match found.type:
        case "parameters":
            return document.components.parameters
        case "successActions":
            return document.components.success_actions
        case _:
            return document.components.failure_actions
