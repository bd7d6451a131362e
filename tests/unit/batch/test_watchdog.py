"""An event loop that hangs."""

from threading import Event

from arazzo_runner.batch.watchdog import Watchdog


def test_a_loop_that_is_silent_is_ended() -> None:
    ended = Event()
    with Watchdog(0.02, ended.set):
        assert ended.wait(30)


def test_a_process_that_stood_still_is_not_ended() -> None:
    """SIGSTOP and SIGCONT, or a machine that was asleep: the loop had no chance to say so."""
    now, ended = [0.0], Event()
    with Watchdog(4.0, ended.set, lambda: now[0]):
        ended.wait(0.05)
        now[0] += 60
        ended.wait(1.5)
    assert not ended.is_set()


def test_a_loop_that_is_there_is_not() -> None:
    now, ended = [0.0], Event()
    with Watchdog(0.02, ended.set, lambda: now[0]) as watchdog:
        for _ in range(10):
            now[0] += 0.02
            watchdog.alive()
            ended.wait(0.005)
    assert not ended.is_set()
