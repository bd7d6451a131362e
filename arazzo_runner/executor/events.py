"""The events of a run, emitted while it happens: the only channel out of the core.

Consoles, reports, traces and test plugins are observers of these; the core prints nothing. The keys
tell workflows and steps of one name apart, of several documents.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from arazzo_runner.document.model import Step, Workflow
from arazzo_runner.executor.plan import StepKey, WorkflowKey
from arazzo_runner.executor.result import (
    ActionTaken,
    Attempt,
    CriterionResult,
    StepMessage,
    StepResult,
    WorkflowResult,
)
from arazzo_runner.executor.world import PublishCall, ReceiveCall, TransportFailure
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.model import Operation
from arazzo_runner.text.diagnostic import SafeRepr


class WorkflowStarted(SafeRepr, frozen=True):
    """A workflow begins; ``depth`` is 0 for one that the run itself started.

    ``generated`` are the names of inputs that were generated, and ``seed`` makes the same again.
    """

    workflow: Workflow
    inputs: dict[str, Value]
    depth: int
    generated: tuple[str, ...]
    workflow_key: WorkflowKey
    seed: int | None = None

    def brief(self) -> str:
        """Which workflow."""
        return self.workflow.workflow_id


class StepStarted(SafeRepr, frozen=True):
    """A step is visited; ``operation`` is None for one that calls a workflow or uses a channel."""

    workflow: Workflow
    step: Step
    operation: Operation | None
    depth: int
    step_key: StepKey

    def brief(self) -> str:
        """Which step, and what it calls."""
        name = f"{self.workflow.workflow_id}/{self.step.step_id}"
        called = self.operation
        return f"{name}, {called.method} {called.path}" if called else name


class RequestSent(SafeRepr, frozen=True):
    """A request goes out."""

    key: str
    request: HttpRequest
    depth: int

    def brief(self) -> str:
        """Which attempt, and where to."""
        return f"{self.key}, {self.request.brief()}"


class ResponseReceived(SafeRepr, frozen=True):
    """A response was received, or the reason why none was."""

    key: str
    outcome: HttpResponse | TransportFailure
    depth: int

    def brief(self) -> str:
        """Which attempt, and what came."""
        return f"{self.key}, {self.outcome.brief()}"


class MessageOutcome(SafeRepr, frozen=True):
    """What came of a message of a channel, or the reason why nothing did."""

    key: str
    channel: str
    outcome: StepMessage | TransportFailure
    depth: int

    def brief(self) -> str:
        """Which attempt, and what came of it."""
        return f"{self.key}, {self.outcome.brief()}"


class MessageSent(MessageOutcome, frozen=True):
    """A message was handed over to a channel, or the reason why it could not be."""

    call: PublishCall


class MessageAwaited(SafeRepr, frozen=True):
    """A step begins to wait for a message; ``timeout`` in seconds, None: the world's own."""

    key: str
    channel: str
    timeout: float | None
    depth: int
    call: ReceiveCall

    def brief(self) -> str:
        """Which attempt, and of which channel."""
        return f"{self.key}, {self.channel}"


class MessageReceived(MessageOutcome, frozen=True):
    """A message was received, or the reason why none was."""


class CriterionJudged(SafeRepr, frozen=True):
    """A success criterion was judged."""

    key: str
    result: CriterionResult
    depth: int

    def brief(self) -> str:
        """Which attempt, and the verdict."""
        return f"{self.key}, {self.result.brief()}"


class StepRetried(SafeRepr, frozen=True):
    """A failed attempt, ``result``, will be repeated after ``action.wait`` seconds."""

    step: Step
    attempt: int
    action: ActionTaken
    depth: int
    step_key: StepKey
    result: Attempt

    def brief(self) -> str:
        """Which step, and when again."""
        return f"{self.step.step_id}, attempt {self.attempt}, wait {self.action.wait or 0:g} s"


class StepFinished(SafeRepr, frozen=True):
    """A visit of a step is over."""

    workflow: Workflow
    result: StepResult
    depth: int
    step_key: StepKey

    def brief(self) -> str:
        """Which step, and how it went."""
        return f"{self.workflow.workflow_id}/{self.result.brief()}"


class WorkflowFinished(SafeRepr, frozen=True):
    """A workflow is over."""

    result: WorkflowResult
    depth: int
    workflow_key: WorkflowKey

    def brief(self) -> str:
        """Which workflow, and how it went."""
        return self.result.brief()


Event: TypeAlias = (
    WorkflowStarted
    | StepStarted
    | RequestSent
    | ResponseReceived
    | MessageSent
    | MessageAwaited
    | MessageReceived
    | CriterionJudged
    | StepRetried
    | StepFinished
    | WorkflowFinished
)

Observer: TypeAlias = Callable[[Event], object]
