"""A user of Locust that runs workflows: docs/load.md.

``from arazzo_runner.locust import ArazzoUser`` in a file of Locust; it needs the extra
``arazzo[load]``. Locust itself has to be imported before this, as it is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any, ClassVar, Final

from locust import User, task

from arazzo_runner.embed.documents import DocumentPath
from arazzo_runner.embed.options import RunOptions
from arazzo_runner.embed.result import Result
from arazzo_runner.embed.runner import Runner
from arazzo_runner.executor.result import Attempt, StepResult, WorkflowResult
from arazzo_runner.load_test.figures import WORKFLOW
from arazzo_runner.pipeline.load import Description
from arazzo_runner.report.secrets import Masker
from arazzo_runner.report.traversal import workflows_of


class FailedStepError(Exception):
    """Why a step or a workflow failed, in words that are the same for equal failures."""


class SharedRunner:
    """The runner of all users of a class, and whose turn it is among the cases."""

    def __init__(self) -> None:
        self._runner: Runner | None = None
        self._turns: Iterator[int] | None = None

    def runner(self, options: RunOptions, host: str | None) -> Runner:
        """The runner, made when it is asked for first; ``host`` is the server that Locust names."""
        if self._runner is None:
            self._runner = Runner(**(options | {"server": host} if host else options))
            self._runner.__enter__()  # connections are kept until the process ends
        return self._runner

    def turn(self, first: int) -> int:
        """The next number; the workers begin one after the other."""
        if self._turns is None:
            self._turns = count(first)
        return next(self._turns)


class ArazzoUser(User):
    """A virtual user that runs a document's workflows, one run after the other.

    ``workflow`` and ``options`` are those of `arazzo.run`. Each run has the ``inputs``, and over
    them the next of ``cases``, which all users of a process deal out. All users of a class share
    one Runner, and so its documents, plans and connections. ``takes_host``: the host that is typed
    in Locust is the server, to which credentials go too.
    """

    abstract = True
    document: ClassVar[DocumentPath | Description]
    workflow: ClassVar[str | Sequence[str] | None] = None
    inputs: ClassVar[Mapping[str, Any]] = {}
    cases: ClassVar[Sequence[Mapping[str, Any]]] = ()
    options: ClassVar[RunOptions] = {}
    takes_host: ClassVar[bool] = True
    shared: ClassVar[SharedRunner]

    def __init_subclass__(cls) -> None:
        """Each class of users has a runner of its own."""
        super().__init_subclass__()
        cls.shared = SharedRunner()

    @task
    def run_workflows(self) -> None:
        """Run the workflows once, and report them with their steps."""
        runner = self.shared.runner(self.options, self.host if self.takes_host else None)
        self.report(runner.run(self.document, self.workflow, inputs=self._next_inputs()))

    def _next_inputs(self) -> dict[str, Any]:
        if not self.cases:
            return {**self.inputs}
        turn = self.shared.turn(getattr(self.environment.runner, "worker_index", 0))
        return {**self.inputs, **self.cases[turn % len(self.cases)]}

    def report(self, result: Result) -> None:
        """Tell Locust of a run: each request, and each workflow as a transaction."""
        for workflow in workflows_of(result.workflows):
            for step in workflow.steps:
                self._report_step(workflow, step, result.masker)
            self._report_workflow(workflow, result.masker)

    def _report_workflow(self, workflow: WorkflowResult, masker: Masker) -> None:
        name = masker.text(workflow.workflow_id)
        failed = None if workflow.passed else FailedStepError(masker.text(_blame(workflow)))
        self.environment.events.request.fire(
            request_type=WORKFLOW,
            name=name,
            response_time=workflow.duration * 1000,
            response_length=0,
            exception=failed,
            context={},
            entry=(name, ""),
            verdict=workflow.passed,
        )

    def _report_step(self, workflow: WorkflowResult, step: StepResult, masker: Masker) -> None:
        if step.operation is None:  # it called a workflow, which is reported by itself
            return
        method, path = step.operation.method.upper(), step.operation.path
        ids = masker.text(workflow.workflow_id), masker.text(step.step_id)
        for attempt in step.attempts:
            is_last = attempt is step.attempts[-1]
            duration, size = _measures(attempt)
            reason = None if step.passed or not is_last else masker.text(failure_reason(attempt))
            self.environment.events.request.fire(
                request_type=method,
                name=f"{path} ({ids[1]})",
                response_time=None if duration is None else duration * 1000,
                response_length=size,
                exception=None if reason is None else FailedStepError(reason),
                context={},
                entry=ids,
                verdict=step.passed if is_last else None,
            )


def _measures(attempt: Attempt) -> tuple[float | None, int]:
    """How long the request of an attempt took, where it was sent, and the size of what came."""
    if attempt.response is not None:
        return attempt.response.duration, len(attempt.response.body)
    sent = [one.duration for one in attempt.exchanges]
    return (sum(sent) if sent else None), 0


def _blame(workflow: WorkflowResult) -> str:
    if workflow.error is not None:
        return _error_words(workflow.error.code)
    failed = next((one for one in workflow.steps[-1:] if not one.passed), None)
    return f"step {failed.step_id}" if failed else workflow.status.value


def failure_reason(attempt: Attempt) -> str:
    """Why an attempt failed, without anything that is another one in each run."""
    if attempt.error is not None:
        return _error_words(attempt.error.code)
    status = attempt.response.status if attempt.response is not None else "no response"
    for criterion in attempt.criteria:
        if not criterion.passed:
            return f"{status}: {criterion.condition}"
    kinds = sorted({one.kind for one in attempt.checks if not one.passed})
    return f"{status}: {', '.join(kinds) or 'failed'}"


_WORDS: Final[Mapping[str, str]] = {
    "connect": "the server cannot be reached",
    "tls": "no secure connection is made",
    "timeout": "no response in time",
    "protocol": "the response is not HTTP, or was broken off",
    "limit": "a limit was reached",
    "refused": "the request was not sent",
    "rejected": "the broker refused the message",
    "credentials": "the credentials were refused",
    "cancelled": "the request was interrupted",
}


def _error_words(code: str) -> str:
    return f"{code}: {_WORDS[code]}" if code in _WORDS else code
