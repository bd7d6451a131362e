"""Every workflow, step and attempt of a result, also those inside steps, in the order run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from arazzo_runner.executor.result import Attempt, StepResult, WorkflowResult


def workflows_of(workflows: Iterable[WorkflowResult]) -> Iterator[WorkflowResult]:
    """All runs of workflows: these, and those that steps called or retries ran."""
    for workflow in workflows:
        yield workflow
        for step in workflow.steps:
            yield from workflows_of(_inner_workflows(step))
        yield from workflows_of(workflow.gone_to)


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
            yield from _with_inner(step)
        yield from steps_of(workflow.gone_to)


def _with_inner(step: StepResult) -> Iterator[StepResult]:
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
        yield from _with_inner(attempt.interlude)


def has_replay_failure(step: StepResult) -> bool:
    """Whether a recording had something against the step: its run goes on all the same."""
    errors = (attempt.error for attempt in step.attempts)
    return any(one.code in ("differs-from-recording", "not-recorded") for one in errors if one)
