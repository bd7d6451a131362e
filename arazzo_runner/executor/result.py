"""What a run leaves behind: results of workflows, steps, attempts, criteria and checks.

The shape is that of the report (``docs/report.md``); ``report/formats/json.py`` spells it out.
Durations are in seconds.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias
from typing import Literal as Choice

from msgspec import Struct, field

from arazzo_runner.expression.scope import WorkflowValues
from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.http_semantics.headers import Headers
from arazzo_runner.openapi.message import HttpRequest, HttpResponse, WireExchange
from arazzo_runner.openapi.model import Operation
from arazzo_runner.openapi.response.body import BodyError, decode_body
from arazzo_runner.openapi.response.contract import CheckResult
from arazzo_runner.text.diagnostic import Diagnostic, SafeRepr
from arazzo_runner.text.source import Place

if TYPE_CHECKING:
    from arazzo_runner.asyncapi.model import Direction
    from arazzo_runner.executor.channels.call import ChannelCall


class Status(StrEnum):
    """``failed``: a criterion, check or request; ``error``: no usable response, or a limit."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"


class OperandValue(SafeRepr, frozen=True):
    """An expression of a condition, and what it was; MISSING where it had no value."""

    expression: str
    value: Value
    start: int
    """Offset of the expression in the condition's text."""

    def brief(self) -> str:
        """The expression alone."""
        return self.expression


class CriterionResult(SafeRepr, frozen=True):
    """One judged criterion; ``error`` says why it could not be evaluated, if so.

    ``place`` is None for the implicit criterion (2xx) of a step without ``successCriteria``.
    """

    kind: Choice["simple", "regex", "jsonpath", "xpath", "implicit"]
    condition: str
    context: str | None
    passed: bool
    operands: tuple[OperandValue, ...]
    error: str | None
    place: Place | None
    hint: str | None = None

    def brief(self) -> str:
        """The condition and the verdict."""
        return f"{self.condition!r}, {'passed' if self.passed else 'failed'}"


FaultSide: TypeAlias = Choice["request", "response", "call"]


class StepError(SafeRepr, frozen=True):
    """Why an attempt has no usable response, or was never sent.

    ``fault`` tells whose: the ``request`` could not be built (exit 1), the ``response`` is not
    usable or a limit was reached (exit 4); the ``call`` had credentials that are refused (exit 2).
    ``details`` are further lines about it.
    """

    code: str
    message: str
    hint: str | None
    fault: FaultSide
    place: Place | None = None
    details: tuple[str, ...] = ()

    def brief(self) -> str:
        """The code alone."""
        return self.code


class ActionTaken(Struct, frozen=True):
    """The action that was decided; ``wait`` in seconds, for a retry.

    ``cut_from`` is the longer wait that was asked for, where ``--max-wait`` cut it.
    ``target`` is a stepId or workflowId.
    """

    name: str
    type: Choice["end", "goto", "retry"]
    level: Choice["step", "workflow"]
    target: str | None = None
    wait: float | None = None
    cut_from: float | None = None


class ConsideredAction(SafeRepr, frozen=True):
    """An action whose criteria were judged, up to the first that does not hold.

    ``reason`` says why they were not judged at all: its retries are used up.
    """

    name: str
    level: Choice["step", "workflow"]
    holds: bool
    criteria: tuple[CriterionResult, ...]
    reason: str | None = None

    def brief(self) -> str:
        """Which action, and whether it is taken."""
        return f"{self.name}, {'matched' if self.holds else 'not matched'}"


class StepMessage(SafeRepr, frozen=True):
    """The message that an attempt sent, or received, over a channel.

    ``address`` is where it was sent, or received. ``body`` is its payload as bytes: :attr:`payload`
    reads it. ``others`` were received as well, and not taken so far. ``duration``
    is in seconds: until it was handed over, or received. ``notes`` are what the world said of it.
    """

    channel: str
    direction: Direction
    address: str
    headers: Headers
    content_type: str | None
    body: bytes
    others: int = 0
    duration: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def payload(self) -> MaybeValue:
        """The payload as a value; MISSING where there is none, or it was not kept."""
        try:
            return decode_body(self.content_type, self.body, sys.maxsize)
        except BodyError:
            return MISSING

    def brief(self) -> str:
        """Which way, and the channel."""
        return f"{self.direction} {self.channel}"


class Attempt(SafeRepr, frozen=True):
    """One try of a step: what was sent and got, how it was judged, what was decided.

    Bodies are kept as bytes, the oldest only as long as there is room (``--max-kept``): ``body``
    and ``sent_body`` read them when they are asked for. ``is_readable``: the response was parsed.
    ``interlude`` is what a retry ran before the next attempt, and
    ``considered`` the actions that were judged, in order. ``exchanges`` are what
    went over the wire, redirects too, where the world tells. ``workflow`` is what the called
    workflow did; that of the last attempt is the step's. ``in_process``: no server was asked.
    ``outputs`` are those of an attempt that was repeated, the old large ones only as long as there
    is room; those of the last attempt are the step's. ``key`` is that of its call
    (``executor/world.py``), by which a world knows it. ``message`` is that of a step on a channel,
    in place of a request and a response.
    """

    request: HttpRequest | None
    response: HttpResponse | None
    error: StepError | None
    criteria: tuple[CriterionResult, ...]
    checks: tuple[CheckResult, ...]
    action: ActionTaken | None
    succeeded: bool
    interlude: WorkflowResult | StepResult | None = None
    considered: tuple[ConsideredAction, ...] = ()
    exchanges: tuple[WireExchange, ...] = ()
    workflow: WorkflowResult | None = None
    in_process: bool = False
    is_readable: bool = True
    outputs: dict[str, Value] = field(default_factory=dict)
    key: str = ""
    message: StepMessage | None = None

    @property
    def world_notes(self) -> tuple[str, ...]:
        """What the world said of the response or of the message."""
        told = self.response or self.message
        return told.notes if told is not None else ()

    @property
    def body(self) -> MaybeValue:
        """The parsed response body; MISSING where there is none, or it was not kept."""
        return _read(self.response) if self.is_readable else MISSING

    @property
    def sent_body(self) -> MaybeValue:
        """The request body as a value; MISSING where there is none, or it was not kept."""
        return _read(self.request)

    def brief(self) -> str:
        """The verdict, and what came."""
        came = self.response or self.error or self.message
        verdict = "passed" if self.succeeded else "failed"
        return f"{verdict}, {came.brief()}" if came else verdict


def _read(message: HttpRequest | HttpResponse | None) -> MaybeValue:
    """The body as expressions read it; the limit of its depth was looked at when it came."""
    if message is None:
        return MISSING
    try:
        return decode_body(message.header("Content-Type"), message.body, sys.maxsize)
    except BodyError:
        return MISSING


class StepResult(SafeRepr, frozen=True):
    """One visit of a step; its verdict is that of its last attempt.

    ``workflow`` is the called workflow's result, when the step calls one; ``findings`` are what
    contradicted the API description before anything was sent. ``channel`` is that of a step which
    sends or receives a message.
    """

    step_id: str
    status: Status
    source: str | None
    operation: Operation | None
    duration: float
    outputs: dict[str, Value]
    workflow: WorkflowResult | None
    attempts: tuple[Attempt, ...]
    place: Place
    findings: tuple[Diagnostic, ...] = ()
    channel: ChannelCall | None = None

    @property
    def passed(self) -> bool:
        """Whether the step passed."""
        return self.status is Status.PASSED

    def brief(self) -> str:
        """Which step, and how it went."""
        return f"{self.step_id}, {self.status}"


class WorkflowResult(SafeRepr, frozen=True):
    """One run of a workflow; ``error`` says why it ended as an error, where no step does.

    ``gone_to`` are the workflows that a called one continued in (``goto``), in order: they belong
    to the step. Those that one of the run's own workflows continued in are entries of the run.
    ``finally_run`` is what ran when it had ended (``x-finally``). ``case`` names the one of several
    sets of inputs that it ran with, ``repetition`` (from 1) the one of several runs, ``generated``
    the inputs that were generated, and ``seed`` is what makes the same ones again.
    ``document`` is the path or URL of one of several documents.
    """

    workflow_id: str
    status: Status
    inputs: dict[str, Value]
    outputs: dict[str, Value]
    duration: float
    steps: tuple[StepResult, ...]
    ended_by: ActionTaken | None
    error: StepError | None
    place: Place
    gone_to: tuple[WorkflowResult, ...] = ()
    case: str | None = None
    finally_run: WorkflowResult | None = None
    generated: tuple[str, ...] = ()
    seed: int | None = None
    repetition: int | None = None
    document: str | None = None

    @property
    def title(self) -> str:
        """The workflowId, with the case and the repetition where there are several."""
        number = "" if self.repetition is None else f"#{self.repetition}"
        label = " ".join(one for one in (self.case, number) if one)
        is_one = self.case is None and self.repetition is None
        return self.workflow_id if is_one else f"{self.workflow_id} [{label}]"

    def to_values(self) -> WorkflowValues:
        """What expressions read of it (``$workflows``); of a step, its latest visit."""
        steps = {one.step_id: one.outputs for one in self.steps}
        return WorkflowValues(self.inputs, self.outputs, steps)

    @property
    def full_title(self) -> str:
        """The title, and before it the document where there are several."""
        return self.title if self.document is None else f"{self.document}: {self.title}"

    @property
    def passed(self) -> bool:
        """Whether the workflow passed."""
        return self.status is Status.PASSED

    def brief(self) -> str:
        """Which workflow, and how it went."""
        return f"{self.workflow_id}, {self.status}"


class RunResult(SafeRepr, frozen=True):
    """All workflows that ran, in order; those of many documents are read one by one."""

    workflows: Sequence[WorkflowResult]
    duration: float

    def brief(self) -> str:
        """Which workflows, and how they went."""
        return "; ".join(one.brief() for one in self.workflows)
