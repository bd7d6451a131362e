"""What a terminal shows while a run goes on, and what stays when it is over."""

import io
import sys

import pytest

from arazzo_runner.executor.events import (
    MessageAwaited,
    MessageReceived,
    RequestSent,
    StepFinished,
    StepRetried,
    StepStarted,
)
from arazzo_runner.executor.world import ReceiveCall, TransportFailure
from arazzo_runner.operating_system import terminal
from arazzo_runner.report.safe_text import SafeText
from arazzo_runner.report.secrets import Masker
from arazzo_runner.report.terminal.live import (
    SHOW_CURSOR,
    UNFOLDED,
    LiveItems,
    LiveRun,
    LiveStream,
    TerminalConsole,
    spinner,
    whole_seconds_text,
)
from arazzo_runner.report.terminal.style import (
    ANSI,
    ASCII,
    PLAIN,
    TextStyle,
    is_live,
    plain_look,
    style_for,
)


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


class Time:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def look():
    return plain_look(Masker(["hunter22"]))


@pytest.fixture
def watched(time):
    """A console whose bottom lines never begin by themselves, and what was written to it."""
    out = Terminal()
    stream = LiveStream(out, time, delay=1e6)
    console = TerminalConsole(
        stream, Masker(["hunter22"]), "normal", PLAIN, lambda: 100, None, time
    )
    return console, stream, out


@pytest.mark.parametrize(
    ("variables", "tty", "live"),
    [
        ({"TERM": "xterm"}, True, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True, True),
        ({"TERM": "xterm", "CI": "false"}, True, True),
        ({"TERM": "xterm", "CI": "true"}, True, False),
        ({"TERM": "dumb"}, True, False),
        ({}, True, False),
        ({"TERM": "xterm"}, False, False),
    ],
)
def test_where_lines_are_redrawn(variables, tty, live):
    assert is_live(Terminal() if tty else io.StringIO(), variables) is live


@pytest.mark.parametrize("knows", [True, False])
def test_on_windows_where_the_console_understands_it(monkeypatch, knows):
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(terminal, "has_escape_sequences", lambda _: knows)
    assert is_live(Terminal(), {}) is knows  # nobody names it
    assert not is_live(Terminal(), {"TERM": "dumb"})
    assert style_for(Terminal(), {}) is (ANSI if knows else PLAIN)
    assert style_for(Terminal(), {}, "always") is ANSI


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(-1, "0 s"), (0.9, "0 s"), (59.9, "59 s"), (65, "1 min 5 s"), (3605, "1 h 0 min 5 s")],
)
def test_seconds_are_whole(seconds, shown):
    assert whole_seconds_text(seconds) == shown


def test_spinners(look):
    assert spinner(look, 0.0) != spinner(look, 0.125)
    plain = TextStyle(SafeText(Masker(), ASCII.cut), PLAIN, ASCII)
    assert spinner(plain, 0.0) == "-"


def test_a_step_that_goes_on(build, look, time):
    progress = LiveRun(look, time)
    workflow = build.workflow_model("trig\x1b[31mger")
    progress(build.started(workflow))
    progress(StepStarted(workflow, build.step_model("hunter22"), build.operation(), 0, build.STEP))
    progress(RequestSent("key", build.request(), 0))
    time.now += 2.5
    step, run = progress.lines(time.now)
    assert step.endswith(" 2 s  ***  POST /Flows/{FlowSid}/Executions")
    assert run == "    1 step, 1 request; 2 s trig\\x1b[31mger"


def test_a_wait_is_counted_down(build, look, time):
    progress = LiveRun(look, time)
    workflow, step = build.workflow_model(), build.step_model()
    progress(build.started(workflow))
    progress(StepStarted(workflow, step, None, 0, build.STEP))
    progress(StepRetried(step, 1, build.action(wait=30.0), 0, build.STEP, build.attempt()))
    seen = []
    for _ in range(3):
        seen.append(progress.lines(time.now)[0])
        time.now += 12.0
    assert seen == [
        "  ↻ attempt 2 in 30 s  create", "  ↻ attempt 2 in 18 s  create", "  ↻ attempt 2 in 6 s  create",
    ]  # fmt: skip
    assert progress.lines(time.now)[0].endswith(" 36 s (attempt 2)  create")
    progress(RequestSent("key", build.request(), 0))
    assert progress.lines(time.now)[0].endswith(" 36 s (attempt 2)  create")
    progress(StepFinished(workflow, build.step(), 0, build.STEP))
    assert len(progress.lines(time.now)) == 1


def test_a_message_is_waited_for(build, look, time):
    progress = LiveRun(look, time)
    workflow = build.workflow_model()
    call = ReceiveCall("key", "shop", "confirmations", "c", None, 65.0, 99.0)
    progress(build.started(workflow))
    progress(StepStarted(workflow, build.step_model(), None, 0, build.STEP))
    time.now += 3.0
    progress(MessageAwaited("key", "confir\x1bmations", 65.0, 0, call))
    time.now += 12.5
    assert progress.lines(time.now)[0].endswith(
        " waiting for `confir\\x1bmations`, 12 s of 1 min 5 s  create"
    )
    progress(MessageReceived("key", "confirmations", TransportFailure("timeout", "late"), 0))
    step, run = progress.lines(time.now)
    assert step.endswith(" 15 s  create")
    assert "1 step, 0 requests, 1 message;" in run
    progress(MessageAwaited("key", "confirmations", None, 0, call))
    assert progress.lines(time.now)[0].endswith(" waiting for `confirmations`, 0 s  create")


def test_a_thousand_steps_fold(build, watched):
    console, stream, out = watched
    steps = [build.step(f"step{number}") for number in range(1_000)]
    *events, end = build.events(build.workflow(*steps))
    for event in events:
        console(event)
    written = out.getvalue()
    assert f"✓ step{UNFOLDED - 1}  " in written
    assert f"✓ step{UNFOLDED}  " not in written
    first, *latest, _run = stream.progress.lines(100.0)
    assert first == f"  … {1_000 - UNFOLDED - 4} earlier steps"
    assert [line.split()[1] for line in latest] == ["step996", "step997", "step998", "step999"]
    console(end)
    console.finish(build.run(build.workflow(*steps)), 0)
    end_of_it = out.getvalue().removeprefix(written).splitlines()
    assert end_of_it[0] == "  ✓ 970 steps passed (hidden; `-v` shows each)"
    assert end_of_it[-1].startswith("✓ 1 workflow passed, 1,000 steps")


def test_what_is_no_success_is_never_folded(build, watched):
    console, _, out = watched
    warned = build.step("warned", attempts=[build.attempt(checks=(build.check("odd", False),))])
    retried = build.attempt(criteria=[build.unmet()], action=build.action(wait=1.0))
    again = build.step("again", attempts=[retried, build.attempt()])
    inner = build.workflow(build.step("inside"), workflow_id="inner", outputs={"a": 1})
    caller = build.step("caller", attempts=[build.attempt(None, None)], workflow=inner)
    steps = [build.step(f"s{number}") for number in range(UNFOLDED)]
    whole = build.workflow(*steps, warned, again, caller, build.failed_step(step_id="last"))
    for event in build.events(whole):
        console(event)
    after = out.getvalue().partition("s29")[2]
    assert "✓ warned" in after
    assert "warn" in after
    assert "again" not in after.partition("✓ 3 steps passed, folded")[0]
    assert "inner" not in after
    assert "✗ last" in after
    assert "repeat: curl" in after


def test_a_window_may_change(build, time):
    widths = iter([100, 30, 30, 30, 30])
    out = Terminal()
    stream = LiveStream(out, time, delay=1e6)
    console = TerminalConsole(stream, Masker(), "normal", PLAIN, lambda: next(widths), None, time)
    for event in build.events(build.workflow(build.step())):
        console(event)
    assert '{"sid": "FNaaaaaaaa…' in out.getvalue()


def test_cases(look, time):
    progress = LiveItems(look, time, 12, "case")
    for name in ("a", "b", "hunter22", "d", "e", "f"):
        progress.begin(name)
    progress.end("a", failed=False)
    progress.end("b", failed=True)
    time.now += 61
    (line,) = progress.lines(time.now)
    assert line[4:] == "2 of 12 cases done, 1 failed, 1 min 1 s; running: ***, d, e, f"
    progress.begin("g")
    assert progress.lines(time.now)[0].endswith("***, d, e, f, …")


def test_what_is_written_stands_above_the_lines(time, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    out = Terminal()
    stream = LiveStream(out, time, delay=1e6)
    stream.progress = LiveItems(plain_look(Masker()), time, 3, "case")
    with stream:
        stream._begin()
        stream.write("✗ [bold]one[/bold]\n")
        stream.flush()
        stream.restore()
    shown = out.getvalue()
    assert "✗ [bold]one[/bold]\n" in shown
    assert "0 of 3 cases done" in shown
    assert shown.count(SHOW_CURSOR) == 2
    stream.write("after\n")
    stream.restore()
    assert out.getvalue() == shown + "after\n"
    stream._begin()  # the timer may have been about to
    assert out.getvalue() == shown + "after\n"
