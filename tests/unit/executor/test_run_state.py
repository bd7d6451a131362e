"""What a run counts before each step."""

import pytest

from arazzo_runner.executor.plan import Clock, Limits, Plan, Settings
from arazzo_runner.executor.run_state import RunState


@pytest.mark.parametrize(
    ("now", "max_steps", "stopped"),
    [
        (4.9, 1, None),
        (5.0, 1, "run-timeout"),
        (4.9, 0, "max-steps"),
    ],
)
def test_what_a_step_is_held_against(now, max_steps, stopped):
    times = iter([0.0, now])
    clock = Clock(lambda: next(times), lambda: 0.0)
    settings = Settings(Limits(max_steps=max_steps, run_timeout=5))
    state = RunState(Plan(()), {}, None, settings, clock, lambda _event: None, lambda: False)
    state.count_step(None)
    assert state.stopped is None if stopped is None else state.stopped.code == stopped
    assert state.steps == (stopped is None)


def test_what_was_stopped_is_over_without_another_look():
    clock = Clock(lambda: 0.0, lambda: 0.0)
    state = RunState(Plan(()), {}, None, Settings(), clock, lambda _event: None, lambda: False)
    assert not state.is_over(None)
    state.stop("cancelled", "the run was interrupted", None, None)
    assert state.is_over(None)


def test_what_runs_at_the_end_has_steps_of_its_own():
    clock = Clock(lambda: 0.0, lambda: 0.0)
    state = RunState(Plan(()), {}, None, Settings(), clock, lambda _event: None, lambda: False)
    state.stop("max-steps", "over", None, None)
    state.steps = 7
    with state.grace_period(None):
        state.count_step(None)
        assert (state.steps, state.stopped) == (1, None)
    assert (state.steps, state.stopped.code) == (7, "max-steps")
