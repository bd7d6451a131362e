"""Runs begin from begin to begin: no drift, and those that were missed are skipped."""

import pytest

from arazzo_runner.cli.monitor.schedule import Schedule


@pytest.mark.parametrize(
    ("begun", "now", "due", "skipped"),
    [
        (100.0, 101.0, 110.0, 0),  # from begin to begin, however long it took
        (100.0, 109.9, 110.0, 0),
        (100.0, 110.0, 110.0, 0),  # the next is due just now
        (100.0, 110.1, 120.0, 1),  # one was due while it was at work
        (100.0, 135.0, 140.0, 3),
        (120.0, 121.0, 130.0, 0),
        (120.0, 119.9, 130.0, 0),  # a clock that is a little behind begins none twice
    ],
)
def test_the_next_run(begun: float, now: float, due: float, skipped: int) -> None:
    assert Schedule(100.0, 10.0).after(begun, now) == (due, skipped)


def test_it_does_not_drift() -> None:
    schedule = Schedule(0.3, 0.1)
    begun = schedule.first
    for number in range(1, 10_001):
        begun, skipped = schedule.after(begun, begun + 0.05)
        assert (begun, skipped) == (0.3 + number * 0.1, 0)
