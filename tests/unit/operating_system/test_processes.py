import shutil
import signal
import sys

import pytest

from arazzo_runner.operating_system import processes
from arazzo_runner.operating_system.processes import (
    end_tree,
    has_sessions,
    run_instead,
    split_words,
    startable_words,
)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (r"C:\tools\op.exe read 'my key'", [r"C:\tools\op.exe", "read", "my key"]),
        (r'"C:\Program Files\op.exe" a#b', [r"C:\Program Files\op.exe", "a#b"]),
    ],
)
def test_backslashes_stay_on_windows(windows, command, expected):
    assert split_words(command) == expected


@pytest.mark.skipif(sys.platform == "win32", reason="a backslash stands in paths there")
def test_elsewhere_a_backslash_escapes():
    assert split_words(r"pass show my\ key '' # a") == ["pass", "show", "my key", "", "#", "a"]


def test_a_quote_without_its_end(windows):
    with pytest.raises(ValueError, match="No closing quotation"):
        split_words("pass 'a")


def test_a_script_is_found_as_a_program(windows, monkeypatch):
    monkeypatch.setattr(shutil, "which", {"op": r"C:\op.CMD"}.get)
    assert startable_words(["op", "read"]) == [r"C:\op.CMD", "read"]
    assert startable_words(["none", "read"]) == ["none", "read"]
    assert not has_sessions()


class StartedProgram:
    pid = 4711

    def __init__(self):
        self.is_killed = False

    def kill(self):
        self.is_killed = True


def test_a_process_of_windows_ends_with_all_that_it_started(windows, monkeypatch):
    called, program = [], StartedProgram()
    monkeypatch.setattr(processes, "run", lambda words, **_: called.append(words))
    monkeypatch.setenv("SYSTEMROOT", r"D:\Windows")
    end_tree(program)
    assert called == [(r"D:\Windows\System32\taskkill.exe", "/F", "/T", "/PID", "4711")]
    assert program.is_killed


def test_a_program_that_stands_for_this_one_gets_the_signals(monkeypatch):
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    try:
        assert run_instead([sys.executable, "-c", "raise SystemExit(7)"]) == 7
        signal.raise_signal(signal.SIGINT)  # which ends nothing here
    finally:
        for number, handler in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
            signal.signal(number, handler)
