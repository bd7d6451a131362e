"""What is known of a run while it goes on, collected from its events."""

from __future__ import annotations

from msgspec import Struct

from arazzo_runner.document.model import Workflow
from arazzo_runner.executor.result import ActionTaken, Attempt, CriterionResult, StepError
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.expression.value import MISSING, Value
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.model import Operation


class WorkflowInProgress(Struct, eq=False):
    """A workflow that began; its title waits for its first step, since prerequisites go first."""

    workflow: Workflow
    inputs: dict[str, Value]
    depth: int
    titled: bool = False


class VisitInProgress(Struct):
    """A visit of a step, and what its latest attempt did so far."""

    operation: Operation | None = None
    request: HttpRequest | None = None
    outcome: HttpResponse | TransportFailure | None = None
    criteria: tuple[CriterionResult, ...] = ()

    def attempt(self, action: ActionTaken) -> Attempt:
        """The failed attempt as its events told it; its result comes only with the step's."""
        response = self.outcome if isinstance(self.outcome, HttpResponse) else None
        return Attempt(
            self.request, response, MISSING, MISSING, self._error(), self.criteria, (), action,
            succeeded=False,
        )  # fmt: skip

    def _error(self) -> StepError | None:
        if not isinstance(self.outcome, TransportFailure):
            return None
        failure = self.outcome
        return StepError(failure.code, failure.message, failure.hint, "response")
