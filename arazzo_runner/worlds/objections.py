"""What a world holds against requests, put into results after a run has gone its way."""

from __future__ import annotations

from msgspec.structs import replace

from arazzo_runner.executor.result import (
    Attempt,
    RunResult,
    Status,
    StepError,
    StepResult,
    WorkflowResult,
)
from arazzo_runner.operation.message import HttpRequest


class ReplayFailures:
    """Errors by the request that they are about; a request is known by its identity."""

    def __init__(self) -> None:
        self._errors: dict[int, tuple[HttpRequest, StepError]] = {}

    def raise_against(self, request: HttpRequest, error: StepError) -> None:
        """Make ``error`` the failure of the attempt that sent ``request``."""
        self._errors[id(request)] = (request, error)  # kept, or its id may be another's

    def run(self, result: RunResult) -> RunResult:
        """The result with a failed step for each objection, and failed workflows around them."""
        return replace(result, workflows=tuple(map(self.workflow, result.workflows)))

    def end(self, result: RunResult, error: StepError) -> RunResult:
        """The result with its last workflow failed for ``error``, where there is one."""
        if not result.workflows:
            return result
        *others, last = result.workflows
        failed = replace(last, status=Status.FAILED, error=last.error or error)
        return replace(result, workflows=(*others, failed))

    def workflow(self, workflow: WorkflowResult) -> WorkflowResult:
        """The workflow, failed where a request in it has an objection."""
        steps = tuple(map(self.step, workflow.steps))
        gone_to = tuple(map(self.workflow, workflow.gone_to))
        if _is_same(steps, workflow.steps) and _is_same(gone_to, workflow.gone_to):
            return workflow
        return replace(workflow, status=Status.FAILED, steps=steps, gone_to=gone_to)

    def step(self, step: StepResult) -> StepResult:
        """The visit, failed where a request in it has an objection."""
        attempts = tuple(map(self._attempt, step.attempts))
        called = step.workflow and self.workflow(step.workflow)
        if _is_same(attempts, step.attempts) and called is step.workflow:
            return step
        return replace(step, status=Status.FAILED, attempts=_with_error(attempts), workflow=called)

    def _attempt(self, attempt: Attempt) -> Attempt:
        error = self._against(attempt.request)
        interlude = self._interlude(attempt.interlude)
        if error is None and interlude is attempt.interlude:
            return attempt
        succeeded = attempt.succeeded and error is None
        error = error or attempt.error
        return replace(attempt, error=error, succeeded=succeeded, interlude=interlude)

    def _interlude(
        self, interlude: WorkflowResult | StepResult | None
    ) -> WorkflowResult | StepResult | None:
        if isinstance(interlude, WorkflowResult):
            return self.workflow(interlude)
        return interlude and self.step(interlude)

    def _against(self, request: HttpRequest | None) -> StepError | None:
        found = self._errors.get(id(request))
        return found[1] if found else None


def _is_same(new: tuple[object, ...], old: tuple[object, ...]) -> bool:
    return all(one is other for one, other in zip(new, old, strict=True))


def _with_error(attempts: tuple[Attempt, ...]) -> tuple[Attempt, ...]:
    """The attempts; the last, which stands for the visit, has the error of an earlier one."""
    *earlier, last = attempts
    if last.error is not None:
        return attempts
    numbered = ((at, one.error) for at, one in enumerate(earlier, 1) if one.error)
    for at, error in numbered:
        if error.code in ("differs-from-recording", "not-recorded"):
            told = replace(error, message=f"attempt {at}: {error.message}")
            return (*earlier, replace(last, error=told, succeeded=False))
    return attempts
