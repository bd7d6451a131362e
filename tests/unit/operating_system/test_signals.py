import os
import signal

import pytest

from arazzo_runner.operating_system.signals import ending_signals, signal_code


def test_windows_has_one_more_signal(windows, monkeypatch):
    monkeypatch.setattr(signal, "SIGBREAK", 21, raising=False)
    assert ending_signals() == (signal.SIGINT, signal.SIGTERM, 21)


@pytest.mark.skipif(os.name == "nt", reason="Windows has SIGBREAK as well")
def test_the_signals_of_other_systems():
    assert ending_signals() == (signal.SIGINT, signal.SIGTERM)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (21, 143)]
)
def test_the_exit_codes_are_those_of_a_posix_shell_everywhere(number, code):
    assert signal_code(number) == code
