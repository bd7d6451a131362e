import gc
import signal
import sys
import weakref

import pytest

from arazzo_runner.cli.run.signals import catching_signals


class Node:
    pass


def test_a_signal_within_a_callback_is_remembered_and_printed_nowhere(capsys):
    node = Node()
    gone = weakref.ref(node, lambda _: signal.raise_signal(signal.SIGINT))
    with catching_signals() as signals:
        with signals:
            del node
            gc.collect()
        assert gone() is None
        assert signals.interrupted()
        assert signals.code == 130
    assert capsys.readouterr().err == ""


def test_other_errors_within_a_callback_are_printed(monkeypatch):
    seen = []
    monkeypatch.setattr(sys, "unraisablehook", lambda one: seen.append(one.exc_type))
    usual = sys.unraisablehook
    node = Node()
    gone = weakref.ref(node, lambda _: 1 / 0)
    with catching_signals():
        del node
        gc.collect()
    assert gone() is None
    assert seen == [ZeroDivisionError]
    assert sys.unraisablehook is usual


def test_a_signal_elsewhere_in_a_wait_is_raised():
    with catching_signals() as signals, pytest.raises(KeyboardInterrupt), signals:
        signal.raise_signal(signal.SIGINT)


def test_a_block_round_another_hears_of_its_signal():
    with catching_signals() as outer:
        with catching_signals() as inner:
            signal.raise_signal(signal.SIGTERM)
        assert (inner.code, outer.code) == (143, 143)
    with catching_signals() as outer:
        with catching_signals():
            pass
        assert outer.code is None
