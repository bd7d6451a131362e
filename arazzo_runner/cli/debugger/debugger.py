"""The debugger of a run: where it stops, what it shows there, and what is typed then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final, TextIO
from typing import Literal as Choice

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.cli.debugger.commands import Name, TypedCommand, help_lines, parse_command
from arazzo_runner.cli.debugger.expression import printed_lines
from arazzo_runner.cli.debugger.inputs import EditError, edit_candidates, read_edit
from arazzo_runner.cli.debugger.preview import (
    Preview,
    preview_lines,
    preview_of,
    scope_at,
    scope_lines,
)
from arazzo_runner.cli.debugger.prompt import Prompt
from arazzo_runner.document.model import RetryAction
from arazzo_runner.executor.actions import describe_action, target_name
from arazzo_runner.executor.attempt import AttemptOutcome
from arazzo_runner.executor.events import (
    Observer,
    RequestSent,
    StepFinished,
    WorkflowStarted,
)
from arazzo_runner.executor.plan import Clock, PlannedAction, StepKey, StepPlan
from arazzo_runner.executor.request import BuiltCall
from arazzo_runner.executor.result import Attempt
from arazzo_runner.executor.run_state import WorkflowState
from arazzo_runner.executor.secret_inputs import has_secrets
from arazzo_runner.executor.step import step_result
from arazzo_runner.expression.scope import Scope
from arazzo_runner.report.terminal.console import Console
from arazzo_runner.report.terminal.style import TextStyle

if TYPE_CHECKING:
    from arazzo_runner.cli.run.signals import Signals

_UNCHANGEABLE: Final = {
    "journal": "it has a journal, and a resume could not do that again",
    "record": "it is recorded, and a replay could not do that again",
}
"""Why nothing is changed by hand, by the flag that is in the way."""


class Stop(Struct, frozen=True):
    """Where the run stands: before a step with ``preview``, or after an attempt without one.

    ``show_attempt`` shows that attempt once more.
    """

    planned: StepPlan
    frame: WorkflowState
    scope: Scope
    preview: Preview | None
    show_attempt: Callable[[], None] | None = None


class TerminalDebugger:
    """Stops a run and asks what to do; ``breaks`` are the steps to stop before.

    Without ``breaks`` it stops before and after each attempt. ``notes`` say what was changed by
    hand. :meth:`attach` gives it what a run begins with.
    """

    def __init__(self, given: Mapping[str, object]) -> None:
        self.breaks: frozenset[StepKey] = frozenset()
        self.notes: dict[str, None] = {}
        self._unchangeable = next((why for name, why in _UNCHANGEABLE.items() if given[name]), None)
        self._mode: Choice["step", "next", "continue"] = "step" if given["step"] else "continue"
        self._level = 0
        self._paused = 0.0
        self._started = 0.0
        self._repeated: StepPlan | None = None
        self._repeatable: TypedCommand | None = None
        self._latest: dict[int, tuple[WorkflowState, Scope]] = {}

    def attach(self, console: Console, learn: Observer, signals: Signals, source: TextIO) -> None:
        """Take what shows the run, what learns of secrets, and where lines come from."""
        self._console = console
        self._look: TextStyle = console.look
        self._learn = learn
        self._signals = signals
        self._prompt = Prompt(source, console.out, signals)

    def clock(self, clock: Clock) -> Clock:
        """A clock that stands still while the user is asked."""
        return replace(clock, monotonic=lambda: clock.monotonic() - self._paused)

    @contextmanager
    def _standstill(self) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self._paused += time.perf_counter() - began

    # --- where it stops ---

    async def before(self, planned: StepPlan, frame: WorkflowState, key: str) -> bool:
        """Whether the attempt is made."""
        is_sent = True
        if self._stops_before(planned, frame):
            with self._standstill():
                is_sent = await self._ask_before(planned, frame, key)
        self._started = time.perf_counter()
        return is_sent

    async def after(
        self,
        planned: StepPlan,
        frame: WorkflowState,
        attempt: Attempt,
        scope: Scope,
        action: PlannedAction | None,
    ) -> bool:
        """Whether the step is tried once more."""
        duration = time.perf_counter() - self._started
        self._latest[frame.depth] = (frame, scope)
        if not self._stops_after(frame):
            return False
        with self._standstill():
            show = partial(self._show_attempt, planned, frame, attempt, action, duration)
            show()
            return await self._ask_after(Stop(planned, frame, scope, None, show))

    def _stops_before(self, planned: StepPlan, frame: WorkflowState) -> bool:
        if self._signals.interrupted() or self._is_repeated(planned):
            return False
        return planned.key in self.breaks or self._stops_after(frame)

    def _is_repeated(self, planned: StepPlan) -> bool:
        """Whether the user has just said that this step is to be sent again."""
        repeated, self._repeated = self._repeated, None
        return repeated is planned

    def _stops_after(self, frame: WorkflowState) -> bool:
        if self._signals.interrupted() or self._mode == "continue":
            return False
        return self._mode == "step" or frame.depth <= self._level

    async def _ask_before(self, planned: StepPlan, frame: WorkflowState, key: str) -> bool:
        attempt = key.rpartition("@")[2]
        again = f" (attempt {attempt})" if attempt != "1" else ""
        self._write([self._title("before", planned, frame) + again])
        stop = await self._preview(planned, frame)
        self._show(stop)
        if await self._command(stop) == "skip":
            self._note_step(planned, "was skipped in the debugger")
            return False
        return True

    async def _ask_after(self, stop: Stop) -> bool:
        is_repeated = await self._command(stop) == "retry"
        if is_repeated:
            self._note_step(stop.planned, "was sent again in the debugger")
            self._repeated = stop.planned
        self._write([""])
        return is_repeated

    def _show_attempt(
        self,
        planned: StepPlan,
        frame: WorkflowState,
        attempt: Attempt,
        action: PlannedAction | None,
        duration: float,
    ) -> None:
        if action is not None and not isinstance(action.action, RetryAction):
            attempt = replace(attempt, action=describe_action(action, target_name(action)))
        outputs = dict(frame.steps[planned.step.step_id])
        tried = AttemptOutcome(attempt, frame.scope, outputs, attempt.workflow)
        result = step_result(planned, (attempt,), tried, duration)
        self._learn(StepFinished(frame.plan.workflow, result, frame.depth, planned.key))
        self._console.show_attempt(result, frame.depth)
        self._write(self._consequence(attempt, action, frame.depth))

    def _consequence(self, attempt: Attempt, action: PlannedAction | None, depth: int) -> list[str]:
        """What follows a failed attempt; an ``end`` and a ``goto`` stand among its lines."""
        if action is not None and isinstance(action.action, RetryAction):
            line = f"retry, by action `{self._look.shown.text(action.action.name)}`"
        elif action is None and not attempt.succeeded:
            line = "the workflow ends"
        else:
            return []
        return ["    " * depth + "  " + one for one in self._look.label_lines("then", [line])]

    async def _preview(self, planned: StepPlan, frame: WorkflowState) -> Stop:
        preview = await preview_of(planned, frame)
        if isinstance(preview, BuiltCall):
            self._learn(RequestSent("", preview.request, frame.depth))
        known, latest = self._latest.get(frame.depth, (None, None))
        scope = scope_at(frame, latest if known is frame else None, preview)
        return Stop(planned, frame, scope, preview)

    # --- what is typed ---

    async def _command(self, stop: Stop) -> Name | None:
        """The command that the run goes on with; None where it is to stop."""
        while (line := self._prompt.ask(partial(self._mask_line, stop=stop))) is not None:
            typed = self._read_line(line)
            if typed is None:
                continue
            match typed.command.name:
                case "quit":
                    break
                case "next" | "step" | "continue" as mode:
                    self._mode, self._level = mode, stop.frame.depth
                    return mode
                case "skip" | "retry" as name if self._is_possible(name, stop):
                    return name
                case "set":
                    stop = await self._edit(typed.argument, stop)
                case "print" | "list" | "help":
                    self._answer(typed, stop)
                case _:
                    pass
        self._signals.stop()
        return None

    def _read_line(self, line: str) -> TypedCommand | None:
        if not line.strip():
            return self._repeatable
        typed = parse_command(line)
        if isinstance(typed, str):
            self._write([self._look.shown.text(typed)])
            return None
        self._repeatable = typed if typed.command.repeats else None
        return typed

    def _is_possible(self, name: Choice["skip", "retry"], stop: Stop) -> bool:
        refusal = None
        if self._unchangeable is not None:
            refusal = f"`{name}` changes the run: {self._unchangeable}"
        elif name == "skip" and stop.preview is None:
            refusal = "`skip` comes before a step; this one has run, `n` goes on"
        elif name == "retry" and stop.preview is not None:
            refusal = "`retry` comes after a step; this one has not run yet, `n` runs it"
        self._write([] if refusal is None else [refusal])
        return refusal is None

    async def _edit(self, argument: str, stop: Stop) -> Stop:
        if self._unchangeable is not None:
            self._write([f"`set` changes the run: {self._unchangeable}"])
            return stop
        frame, shown = stop.frame, self._look.shown
        try:
            name, value = read_edit(argument, frame)
        except EditError as reason:
            self._learn_refused(argument, frame)
            self._write([shown.text(str(reason))])
            return stop
        frame.set_input(name, value)
        self._learn_inputs(frame, {name: value})
        workflow = frame.plan.workflow.workflow_id
        when = "after" if stop.preview is None else "before"
        step = f"`{stop.planned.key.workflow}/{stop.planned.key.step}`"
        what = f"the input `{name}` of `{workflow}` was set in the debugger"
        self.notes[f"{what} {when} the step {step}"] = None
        self._write([f"{shown.text(name)} = {shown.value(value, self._look.room)}"])
        if stop.preview is None:
            return stop
        stop = await self._preview(stop.planned, frame)
        self._write_indented(preview_lines(stop.preview, self._look) if stop.preview else [])
        return stop

    def _answer(self, typed: TypedCommand, stop: Stop) -> None:
        match typed.command.name:
            case "print" if typed.argument:
                self._write(list(printed_lines(typed.argument, stop.scope, self._look)))
            case "help":
                self._write(help_lines())
            case _:
                self._show(stop)

    # --- what is shown ---

    def _title(self, when: str, planned: StepPlan, frame: WorkflowState) -> str:
        shown, style = self._look.shown, self._look.style
        name = style.paint(style.bold, shown.text(planned.step.step_id))
        return f"{when} {name} of `{shown.text(frame.plan.workflow.workflow_id)}`"

    def _show(self, stop: Stop) -> None:
        if stop.show_attempt is not None:
            stop.show_attempt()
        lines = [] if stop.preview is None else preview_lines(stop.preview, self._look)
        lines += scope_lines(stop.scope, self._look)
        self._write_indented(lines)

    def _mask_line(self, line: str, stop: Stop) -> str:
        """A line that was not typed at a terminal, as it may be shown."""
        typed = parse_command(line)
        if isinstance(typed, TypedCommand) and typed.command.name == "set":
            try:
                name, value = read_edit(typed.argument, stop.frame)
            except EditError:
                self._learn_refused(typed.argument, stop.frame)
            else:
                self._learn_inputs(stop.frame, {name: value})
        return self._look.shown.text(line)

    def _learn_inputs(self, frame: WorkflowState, inputs: dict[str, object]) -> None:
        """Mask what is secret of these, before anything shows it."""
        plan = frame.plan
        self._learn(WorkflowStarted(plan.workflow, inputs, frame.depth, (), plan.key))

    def _learn_refused(self, argument: str, frame: WorkflowState) -> None:
        """Mask a value that an input cannot have: a secret with a slip in it is still one."""
        name, values = edit_candidates(argument)
        for value in values if name else ():
            self._learn_inputs(frame, {name: value})
        if name and has_secrets(frame.plan.inputs_schema.whole.member(name)):
            self._look.shown.masker.learn([str(values[-1])])

    def _note_step(self, planned: StepPlan, what: str) -> None:
        self.notes[f"the step `{planned.key.workflow}/{planned.key.step}` {what}"] = None

    def show_notes(self) -> None:
        """Say at the end what was changed by hand."""
        lines = [self._look.shown.text(one) for one in self.notes]
        self._write([*self._look.label_lines("note", lines), *([""] if lines else [])])

    def _write_indented(self, lines: list[str]) -> None:
        self._write([f"  {one}" if one else "" for one in lines])

    def _write(self, lines: list[str]) -> None:
        self._console.write(lines)
