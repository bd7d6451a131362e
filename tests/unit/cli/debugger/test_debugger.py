"""The clock of a run with a debugger: the time at the prompt counts for nothing."""

import time

from arazzo_runner.cli.debugger.debugger import TerminalDebugger
from arazzo_runner.executor.plan import Clock

FLAGS = {"step": True, "journal": None, "record": None}


def test_the_time_at_the_prompt_is_no_time_of_the_run(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    debugger = TerminalDebugger(FLAGS)
    clock = debugger.clock(Clock(lambda: now[0], lambda: 0.0))
    began = clock.limited()
    now[0] += 2  # the run itself
    with debugger._standstill():
        now[0] += 3600
    assert clock.limited() - began == clock.monotonic() - began == 2.0
