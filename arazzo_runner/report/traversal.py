"""Traversal of results: workflows, steps and attempts, those inside steps too, in the order run.

Names of operations in reports are made here, and what observers know of a run in progress.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from arazzo_runner.document.model import Workflow
from arazzo_runner.executor.result import (
    Attempt,
    StepResult,
    WorkflowResult,
)
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.model import Operation


def workflows_of(workflows: Iterable[WorkflowResult]) -> Iterator[WorkflowResult]:
    """All runs of workflows: these, and those that steps called or retries ran."""
    for workflow in workflows:
        yield workflow
        for step in workflow.steps:
            yield from workflows_of(_inner_workflows(step))
        yield from workflows_of(workflow.gone_to)
        yield from workflows_of(_finally(workflow))


def _finally(workflow: WorkflowResult) -> Iterable[WorkflowResult]:
    return () if workflow.finally_run is None else (workflow.finally_run,)


def _inner_workflows(step: StepResult) -> Iterator[WorkflowResult]:
    for attempt in step.attempts:
        if attempt.workflow and attempt is not step.attempts[-1]:
            yield attempt.workflow
        if isinstance(attempt.interlude, WorkflowResult):
            yield attempt.interlude
        elif attempt.interlude:
            yield from _inner_workflows(attempt.interlude)
    if step.workflow:
        yield step.workflow


def steps_of(workflows: Iterable[WorkflowResult]) -> Iterator[StepResult]:
    """All visits of steps: of the workflows, those they called, and what retries ran."""
    for workflow in workflows:
        for step in workflow.steps:
            yield from visits_of(step)
        yield from steps_of(workflow.gone_to)
        yield from steps_of(_finally(workflow))


def visits_of(step: StepResult) -> Iterator[StepResult]:
    """A visit of a step, after all those inside of it."""
    for attempt in step.attempts:
        if attempt.workflow and attempt is not step.attempts[-1]:
            yield from steps_of((attempt.workflow,))
        yield from _interlude(attempt)
    if step.workflow:
        yield from steps_of((step.workflow,))
    yield step


def _interlude(attempt: Attempt) -> Iterator[StepResult]:
    if isinstance(attempt.interlude, WorkflowResult):
        yield from steps_of((attempt.interlude,))
    elif attempt.interlude:
        yield from visits_of(attempt.interlude)


def step_target(step: StepResult) -> str:
    """What a step called: an operation by its title, a channel, or a workflow; else empty."""
    if step.operation:
        return step.operation.title
    if step.channel:
        return f"{step.channel.action} {step.channel.channel.name}"
    return f"workflow {step.workflow.workflow_id}" if step.workflow else ""


def step_outcome(step: StepResult) -> str:
    """What came of the last attempt: a status, whether a message was sent or received; or empty."""
    last = step.attempts[-1] if step.attempts else None
    if step.channel is None:
        return str(last.response.status) if last and last.response else ""
    done = "sent" if step.channel.action == "send" else "received"
    is_done = last is not None and last.message is not None and last.error is None
    return done if is_done else f"not {done}"


def has_replay_failure(step: StepResult) -> bool:
    """Whether a recording had something against the step: its run goes on all the same."""
    errors = (attempt.error for attempt in step.attempts)
    return any(one.code in ("differs-from-recording", "not-recorded") for one in errors if one)


class OperationName(Struct, frozen=True):
    """How reports name an operation of a source description."""

    source: str | None
    operation_id: str | None
    method: str
    path: str


def operation_name(source: str | None, operation: Operation) -> OperationName:
    """The name of an operation of the source description ``source``."""
    return OperationName(source, operation.operation_id, operation.method, operation.path)


class WorkflowInProgress(Struct, eq=False):
    """A workflow that began; its title waits for its first step, since prerequisites go first."""

    workflow: Workflow
    inputs: dict[str, Value]
    depth: int
    generated: tuple[str, ...] = ()
    seed: int | None = None
    titled: bool = False
