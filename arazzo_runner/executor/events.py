"""What happens during a run, told while it happens: the only channel out of the core.

Consoles, reports, traces and test plugins are observers of these; the core prints nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct

from arazzo_runner.document.model import Step, Workflow
from arazzo_runner.executor.result import ActionTaken, CriterionResult, StepResult, WorkflowResult
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.expression.value import Value
from arazzo_runner.operation.message import HttpRequest, HttpResponse
from arazzo_runner.operation.model import Operation


class WorkflowStarted(Struct, frozen=True):
    """A workflow begins; ``depth`` is 0 for one that the run itself started."""

    workflow: Workflow
    inputs: dict[str, Value]
    depth: int


class StepStarted(Struct, frozen=True):
    """A step is visited; ``operation`` is None for a step that calls a workflow."""

    workflow: Workflow
    step: Step
    operation: Operation | None
    depth: int


class RequestSent(Struct, frozen=True):
    """A request goes out."""

    key: str
    request: HttpRequest
    depth: int


class ResponseReceived(Struct, frozen=True):
    """A response came, or the reason why none did."""

    key: str
    outcome: HttpResponse | TransportFailure
    depth: int


class CriterionJudged(Struct, frozen=True):
    """A success criterion was judged."""

    key: str
    result: CriterionResult
    depth: int


class StepRetried(Struct, frozen=True):
    """A failed attempt will be repeated after ``action.wait`` seconds."""

    step: Step
    attempt: int
    action: ActionTaken
    depth: int


class StepFinished(Struct, frozen=True):
    """A visit of a step is over."""

    workflow: Workflow
    result: StepResult
    depth: int


class WorkflowFinished(Struct, frozen=True):
    """A workflow is over."""

    result: WorkflowResult
    depth: int


Event: TypeAlias = (
    WorkflowStarted
    | StepStarted
    | RequestSent
    | ResponseReceived
    | CriterionJudged
    | StepRetried
    | StepFinished
    | WorkflowFinished
)

Observer: TypeAlias = Callable[[Event], object]
