"""The run on a terminal or in a log, told while it happens: plain lines, one write a step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TextIO, assert_never

from arazzo_runner.document.model import Workflow
from arazzo_runner.executor.events import (
    CriterionJudged,
    Event,
    RequestSent,
    ResponseReceived,
    StepFinished,
    StepRetried,
    StepStarted,
    WorkflowFinished,
    WorkflowStarted,
)
from arazzo_runner.executor.result import (
    Attempt,
    CriterionResult,
    RunResult,
    Status,
    StepError,
    WorkflowResult,
)
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.expression.value import MISSING, Value
from arazzo_runner.operation.message import HttpRequest, HttpResponse
from arazzo_runner.operation.model import Operation
from arazzo_runner.report.failure import step_failure_lines, workflow_error_lines
from arazzo_runner.report.look import Look, Verbosity
from arazzo_runner.report.mask import Masker
from arazzo_runner.report.shown import Shown
from arazzo_runner.report.step_text import (
    named_values,
    retry_lines,
    step_details,
    step_head,
    warning_lines,
)
from arazzo_runner.report.style import PLAIN, Style, marks_for
from arazzo_runner.report.verdict_text import verdict_line

DETAILED_STEPS = 100
"""After so many visits, a step that passes takes one line; ``-v`` keeps them all."""

OUTPUT_LIMIT = 1_000
"""A workflow's output is shown up to this length, in characters."""


@dataclass(slots=True)
class _Started:
    """A workflow in progress; its title waits for its first step, since prerequisites go first."""

    workflow: Workflow
    inputs: dict[str, Value]
    depth: int
    titled: bool = False


@dataclass(slots=True)
class _Visit:
    """A step in progress, and what its attempt did so far."""

    operation: Operation | None = None
    request: HttpRequest | None = None
    outcome: HttpResponse | TransportFailure | None = None
    criteria: tuple[CriterionResult, ...] = ()


class Console:
    """An observer that writes what happens to ``out``, secrets masked.

    ``width`` is in characters; only bodies and values are cut to it. :meth:`finish` writes the
    verdict; without it a run has none.
    """

    def __init__(
        self,
        out: TextIO,
        masker: Masker,
        verbosity: Verbosity = "normal",
        colour: Style = PLAIN,
        width: int = 100,
    ) -> None:
        marks = marks_for(out)
        self._out = out
        self._look = Look(Shown(masker, marks.cut), colour, marks, width, verbosity)
        self._workflows: list[_Started] = []
        self._visits: list[_Visit] = []
        self._visited = 0
        self._told: set[StepError] = set()

    def __call__(self, event: Event) -> None:
        """Take note of an event, and write what is to be said about it."""
        if self._look.verbosity == "quiet":
            return
        match event:
            case WorkflowStarted(workflow, inputs, depth):
                self._workflows.append(_Started(workflow, inputs, depth))
            case StepStarted():
                self._start_step(event)
            case RequestSent(_, request):
                self._visit.request = request
            case ResponseReceived(_, outcome):
                self._visit.outcome = outcome
            case CriterionJudged(_, result):
                self._visit.criteria += (result,)
            case StepRetried():
                self._retry(event)
            case StepFinished():
                self._finish_step(event)
            case WorkflowFinished(result, depth):
                self._finish_workflow(result, depth)
            case _:
                assert_never(event)

    def finish(self, result: RunResult, exit_code: int) -> None:
        """Write the one-line verdict."""
        self._write([verdict_line(result, exit_code, self._look)])

    # --- steps ---

    @property
    def _visit(self) -> _Visit:
        if not self._visits:
            self._visits.append(_Visit())
        return self._visits[-1]

    def _start_step(self, event: StepStarted) -> None:
        self._visits.append(_Visit(event.operation))
        lines = self._title_of(event.workflow)
        if event.operation is None:
            # Its workflow is told before the step is over: say first who calls.
            name = self._look.shown.text(event.step.step_id)
            lines.append(f"{_indent(event.depth)}{self._look.marks.call} {name}")
        self._write(lines)

    def _retry(self, event: StepRetried) -> None:
        visit = self._visit
        attempt = _attempt_so_far(visit, event)
        step_id = event.step.step_id
        head, details = retry_lines(step_id, visit.operation, attempt, event.attempt, self._look)
        self._visits[-1] = _Visit(visit.operation)
        self._write(_block(event.depth, head, details))

    def _finish_step(self, event: StepFinished) -> None:
        if self._visits:
            self._visits.pop()
        self._visited += 1
        result, look = event.result, self._look
        head = step_head(result, look)
        failed = result.status in (Status.FAILED, Status.ERROR)
        if self._visited > DETAILED_STEPS and look.verbosity == "normal" and not failed:
            self._write(self._shortened(event, head))
            return
        lines = _block(event.depth, head, step_details(result, look))
        if failed:
            lines += ["", *_indented(event.depth, step_failure_lines(result, look))]
            self._told.update(one.error for one in result.attempts[-1:] if one.error)
        self._write([*lines, ""])

    def _shortened(self, event: StepFinished, head: str) -> list[str]:
        warnings = [warning_lines(one, self._look) for one in event.result.attempts[-1:]]
        lines = _block(event.depth, head, (line for lines in warnings for line in lines))
        if self._visited == DETAILED_STEPS + 1:
            lines.insert(0, f"{_indent(event.depth)}(from here one line a step; `-v` shows all)")
        return lines

    # --- workflows ---

    def _title_of(self, workflow: Workflow) -> list[str]:
        """The title of a workflow, once."""
        for started in reversed(self._workflows):
            if started.workflow is workflow:
                return self._title(started)
        return []

    def _title(self, started: _Started) -> list[str]:
        if started.titled:
            return []
        started.titled = True
        look, workflow = self._look, started.workflow
        indent = "    " * started.depth
        name = look.style.paint(look.style.bold, look.shown.text(workflow.workflow_id))
        summary = look.shown.line(workflow.summary or "", look.width)
        inputs = named_values(started.inputs, look, look.room)
        return [
            f"{indent}{name}  {summary}".rstrip(),
            *(f"{indent}  {line}" for line in look.labelled("with", inputs)),
            "",
        ]

    def _finish_workflow(self, result: WorkflowResult, depth: int) -> None:
        lines: list[str] = []
        for started in reversed(self._workflows):
            if started.workflow.workflow_id == result.workflow_id:
                lines = self._title(started)
                self._workflows.remove(started)
                break
        self._write([*lines, *_indented(depth, self._end(result))])

    def _end(self, result: WorkflowResult) -> list[str]:
        """The error that ended a workflow, unless it was told already, and its outputs."""
        look, lines = self._look, []
        if result.error and result.error not in self._told:
            self._told.add(result.error)
            lines += [*workflow_error_lines(result, look), ""]
        if result.ended_by and result.ended_by.type == "goto":
            # It took over the outputs of the workflow it went to, which has shown them.
            target = look.shown.text(result.ended_by.target or "")
            return [*lines, f"went on in `{target}`: {result.status.value}", ""]
        if not result.outputs:
            return lines
        outputs = named_values(result.outputs, look, OUTPUT_LIMIT)
        return [*lines, "outputs", *(f"  {line}" for line in outputs), ""]

    def _write(self, lines: list[str]) -> None:
        """Write lines at once, so that those of a step stay together."""
        if not lines:
            return
        text = "\n".join(lines) + "\n"
        try:
            self._out.write(text)
        except UnicodeEncodeError:
            encoding = self._out.encoding or "ascii"
            self._out.write(text.encode(encoding, "backslashreplace").decode(encoding))
        self._out.flush()  # a log that is piped somewhere shows where a long run is


def _attempt_so_far(visit: _Visit, event: StepRetried) -> Attempt:
    """The failed attempt as its events told it; its result comes only with the step's."""
    response = visit.outcome if isinstance(visit.outcome, HttpResponse) else None
    return Attempt(
        visit.request, response, MISSING, MISSING, _transport_error(visit), visit.criteria, (),
        event.action, succeeded=False,
    )  # fmt: skip


def _transport_error(visit: _Visit) -> StepError | None:
    if not isinstance(visit.outcome, TransportFailure):
        return None
    failure = visit.outcome
    return StepError(failure.code, failure.message, failure.hint, "response")


def _indent(depth: int) -> str:
    return "    " * depth + "  "


def _block(depth: int, head: str, details: Iterable[str]) -> list[str]:
    return [_indent(depth) + head, *_indented(depth + 1, details)]


def _indented(depth: int, lines: Iterable[str]) -> list[str]:
    indent = _indent(depth)
    return [indent + line if line else "" for line in lines]
