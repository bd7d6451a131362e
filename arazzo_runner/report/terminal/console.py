"""The run on a terminal or in a log, shown while it happens: plain lines, one write a step."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, assert_never

from msgspec.structs import replace

from arazzo_runner.document.model import Workflow, WorkflowName
from arazzo_runner.executor.events import (
    CriterionJudged,
    Event,
    MessageAwaited,
    MessageReceived,
    MessageSent,
    RequestSent,
    ResponseReceived,
    StepFinished,
    StepRetried,
    StepStarted,
    WorkflowFinished,
    WorkflowStarted,
)
from arazzo_runner.executor.result import RunResult, Status, StepError, StepResult, WorkflowResult
from arazzo_runner.openapi.model import Operation
from arazzo_runner.report.checks import likeness
from arazzo_runner.report.safe_text import SafeText
from arazzo_runner.report.secrets import Masker
from arazzo_runner.report.terminal.steps import retry_lines, step_details, step_head, warning_lines
from arazzo_runner.report.terminal.style import (
    PLAIN,
    AnsiStyle,
    TextStream,
    TextStyle,
    Verbosity,
    marks_for,
    output_lines,
    value_lines,
)
from arazzo_runner.report.terminal.verdict import report_verdict, verdict_line
from arazzo_runner.report.traversal import WorkflowInProgress

if TYPE_CHECKING:
    from arazzo_runner.report.coverage.measure import Coverage
    from arazzo_runner.report.model import RunReport

DETAILED_STEPS = 100
"""After so many visits, a step that passes takes one line; ``-v`` keeps them all."""

GAPS = 30
"""So many of the branches and statuses that no run has gone through are listed."""


class Console:
    """An observer that writes what happens to ``out``, secrets masked.

    ``width`` is in characters; only bodies and values are cut to it. :meth:`finish` writes the
    verdict; without it a run has none. ``look`` is how all lines look. ``again`` gives the command
    that runs a workflow again, by its workflowId.
    """

    def __init__(
        self,
        out: TextStream,
        masker: Masker,
        verbosity: Verbosity = "normal",
        colour: AnsiStyle = PLAIN,
        width: int = 100,
        again: Callable[[str], str] | None = None,
    ) -> None:
        marks = marks_for(out)
        self.out = out
        self._again = again
        self.look = TextStyle(SafeText(masker, marks.cut), colour, marks, width, verbosity)
        self._running: list[WorkflowInProgress] = []  # the latest first
        self._operations: list[Operation | None] = []
        self._visited = 0
        self._reported: set[StepError] = set()
        self._shown_attempts: set[str] = set()
        self._warned: frozenset[object] = frozenset()
        self._hinted: set[str] = set()
        self._unreachable: set[object] = set()

    def __call__(self, event: Event) -> None:
        """Take note of an event, and write what is to be said about it."""
        if self.look.verbosity == "quiet":
            return
        match event:
            case WorkflowStarted(workflow, inputs, depth, generated, seed=seed):
                self._running.insert(
                    0, WorkflowInProgress(workflow, inputs, depth, generated, seed)
                )
            case StepStarted():
                self._start_step(event)
            case RequestSent() | ResponseReceived() | CriterionJudged():
                pass  # the end of an attempt has all of it
            case MessageSent() | MessageAwaited() | MessageReceived():
                pass  # the end of an attempt has all of it
            case StepRetried():
                self._retry(event)
            case StepFinished():
                self._finish_step(event)
            case WorkflowFinished(result, depth):
                self._finish_workflow(result, depth)
            case _:
                assert_never(event)

    def finish(self, result: RunResult, exit_code: int) -> None:
        """Write what has not been told yet, and the one-line verdict."""
        if self.look.verbosity != "quiet":
            self.write_unreported(result)
        self.write([verdict_line(result, exit_code, self.look)])

    def conclude(self, report: RunReport) -> None:
        """Write the one-line verdict on several documents."""
        self.write([report_verdict(report, self.look)])

    def write_unreported(self, result: RunResult) -> None:
        """Write the errors that have not been told yet."""
        for one in result.workflows:
            self.write(self._unreported(one))

    def know(self, result: RunResult) -> None:
        """The errors of this result have been told elsewhere."""
        self._reported.update(one.error for one in result.workflows if one.error)

    def cover(self, coverage: Coverage) -> None:
        """Write how much was gone through, and what was not."""
        from arazzo_runner.report.coverage.lines import coverage_line, gap_lines

        gaps = list(gap_lines(coverage, self.look.shown))
        lines = [coverage_line(coverage), *(f"  {one}" for one in gaps[:GAPS])]
        if len(gaps) > GAPS:
            lines.append(f"  {self.look.marks.cut} and {len(gaps) - GAPS:,} more; `--json` has all")
        self.write(lines)

    def _look_at(self, depth: int) -> TextStyle:
        """The look at a depth: what is indented has less room."""
        return replace(self.look, width=self.look.width - 4 * depth) if depth else self.look

    # --- steps ---

    def _start_step(self, event: StepStarted) -> None:
        self._operations.append(event.operation)
        lines = self._title_of(event.workflow)
        if isinstance(event.step.target, WorkflowName):
            # That workflow is told before the step is over: say first who calls.
            text, call = self.look.shown.text, self.look.marks.call
            called = text(event.step.target.workflow_id)
            name = text(event.step.step_id)
            lines.append(f"{_indent(event.depth)}{call} {name}  workflow `{called}`")
        self.write(lines)

    def _retry(self, event: StepRetried) -> None:
        if event.result.key in self._shown_attempts:
            return
        name, look = event.step.step_id, self._look_at(event.depth)
        operation, attempt = self._operations[-1], event.result
        head, details = retry_lines(name, operation, attempt, event.attempt, look)
        self.write(_block(event.depth, head, details))

    def _finish_step(self, event: StepFinished) -> None:
        self._operations.pop()
        self._visited += 1
        if self._shown_attempts.intersection(one.key for one in event.result.attempts[-1:]):
            return
        look = self._look_at(event.depth)
        event = replace(event, result=self._news(event.result))
        result = event.result
        head = step_head(result, look)
        failed = result.status in (Status.FAILED, Status.ERROR)
        if self._visited > DETAILED_STEPS and look.verbosity == "normal" and not failed:
            self.write(self._shorten(event, head))
            return
        lines = _block(event.depth, head, step_details(result, look))
        if failed:
            lines += _indent_lines(event.depth, self._explain(result, look))
        self.write([*lines, ""])

    def show_attempt(self, result: StepResult, depth: int) -> None:
        """Write how a step stands whose attempt is over; its end does not say it again."""
        look, result = self._look_at(depth), self._news(result)
        lines = _block(depth, step_head(result, look), step_details(result, look))
        if not result.passed:
            lines += _indent_lines(depth, self._explain(result, look))
        self._shown_attempts.update(one.key for one in result.attempts)
        self.write([*lines, ""])

    def _news(self, result: StepResult) -> StepResult:
        """A visit without the warnings that an earlier one had; ``-v`` shows all of them."""
        if self.look.verbosity != "normal" or not any(one.checks for one in result.attempts[-1:]):
            return result
        *earlier, last = result.attempts
        warned = {likeness(one) for one in last.checks if not one.passed and one.severity == "warn"}
        told, self._warned = self._warned, self._warned | warned
        news = tuple(one for one in last.checks if one.passed or likeness(one) not in told)
        return replace(result, attempts=(*earlier, replace(last, checks=news)))

    def _explain(self, result: StepResult, look: TextStyle) -> list[str]:
        # Most runs need no explanation, and none of what it takes to write one.
        from arazzo_runner.report.base_path import base_path_hint
        from arazzo_runner.report.failure import likeness_of_failure, step_failure_lines

        self._reported.update(one.error for one in result.attempts[-1:] if one.error)
        lines = step_failure_lines(result, look)
        failures = {likeness_of_failure(one) for one in result.attempts[-1:]} - {None}
        if failures & self._unreachable and look.verbosity == "normal":
            return ["", f"{lines[0]} (as above)"]
        self._unreachable |= failures
        for hint in (base_path_hint(result.operation, one) for one in result.attempts[-1:]):
            if hint is None:
                continue
            if hint in self._hinted:  # what it says is of the server, not of the step
                lines = [one for one in lines if look.shown.text(hint) not in one]
            self._hinted.add(hint)
        return ["", *lines] if lines else []

    def _shorten(self, event: StepFinished, head: str) -> list[str]:
        warnings = [warning_lines(one, self.look) for one in event.result.attempts[-1:]]
        lines = _block(event.depth, head, (line for lines in warnings for line in lines))
        if self._visited == DETAILED_STEPS + 1:
            lines.insert(
                0, f"{_indent(event.depth)}(one line per step from here on; `-v` shows all)"
            )
        return lines

    # --- workflows ---

    def _title_of(self, workflow: Workflow) -> list[str]:
        """The title of a workflow, once."""
        return self._title(next(one for one in self._running if one.workflow is workflow))

    def _title(self, started: WorkflowInProgress) -> list[str]:
        if started.titled:
            return []
        started.titled = True
        look, workflow = self.look, started.workflow
        indent = "    " * started.depth
        name = look.style.paint(look.style.bold, look.shown.text(workflow.workflow_id))
        summary = look.shown.line(workflow.summary or "", look.width)
        inputs = value_lines(started.inputs, look)
        names = ", ".join(f"`{look.shown.text(one)}`" for one in started.generated)
        seed = "" if started.seed is None else f" (`--seed {started.seed}` generates them again)"
        made = [f"generated, since they are not set: {names}{seed}"] if names else []
        return [
            f"{indent}{name}  {summary}".rstrip(),
            *(f"{indent}  {line}" for line in look.label_lines("with", inputs)),
            *(f"{indent}  {line}" for line in look.label_lines("note", made)),
            "",
        ]

    def _finish_workflow(self, result: WorkflowResult, depth: int) -> None:
        name = result.workflow_id
        started = self._workflow_in_progress(result)
        self._running.remove(started)
        self.write([*self._title(started), *_indent_lines(depth, self._end(result))])
        stopped = result.error is not None and result.error.code == "cancelled"
        if self._again and not (depth or result.passed or stopped):
            self.write([f"  rerun: {self._again(name)}", ""])

    def _workflow_in_progress(self, result: WorkflowResult) -> WorkflowInProgress:
        return next(one for one in self._running if one.workflow.place == result.place)

    def _end(self, result: WorkflowResult) -> list[str]:
        """The error that ended a workflow, unless it was told already, and its outputs."""
        look, lines = self.look, self._unreported(result)
        if result.ended_by and result.ended_by.type == "goto" and not result.error:
            # It took over the outputs of the workflow it went to, which has shown them.
            name, target = result.workflow_id, result.ended_by.target or ""
            went_on = look.shown.text(f"`{name}` continued in `{target}`: {result.status.value}")
            return [*lines, went_on, ""]
        if not result.outputs:
            return lines
        outputs = output_lines(result.outputs, look)
        return [*lines, "outputs", *(f"  {line}" for line in outputs), ""]

    def _unreported(self, result: WorkflowResult) -> list[str]:
        """The error that ended a workflow, unless it was told already."""
        if not result.error or result.error in self._reported:
            return []
        from arazzo_runner.report.failure import workflow_error_lines

        self._reported.add(result.error)
        return [*workflow_error_lines(result.workflow_id, result.error, self.look), ""]

    def write(self, lines: list[str]) -> None:
        """Write lines at once, so that those of a step stay together."""
        if not lines:
            return
        text = "\n".join(lines) + "\n"
        try:
            self.out.write(text)
        except UnicodeEncodeError:
            encoding = self.out.encoding or "ascii"
            self.out.write(text.encode(encoding, "backslashreplace").decode(encoding))
        self.out.flush()  # a log that is piped somewhere shows where a long run is


def _indent(depth: int) -> str:
    return "    " * depth + "  "


def _block(depth: int, head: str, details: Iterable[str]) -> list[str]:
    return [_indent(depth) + head, *_indent_lines(depth + 1, details)]


def _indent_lines(depth: int, lines: Iterable[str]) -> list[str]:
    indent = _indent(depth)
    return [indent + line if line else "" for line in lines]
