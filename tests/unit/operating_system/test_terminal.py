import ctypes
import io
import sys
from types import SimpleNamespace

import pytest

from arazzo_runner.operating_system.terminal import (
    has_escape_sequences,
    is_closed_pipe,
    pipe_encoding,
)


class Console:
    """The functions of Windows for consoles, of which one is behind descriptor 1."""

    def __init__(self, knows_sequences):
        self.mode = 3
        self.knows_sequences = knows_sequences

    def GetConsoleMode(self, console, mode):  # noqa: N802
        if console.value != 70:
            return 0
        mode._obj.value = self.mode
        return 1

    def SetConsoleMode(self, _console, mode):  # noqa: N802
        if not self.knows_sequences:
            return 0
        self.mode = mode
        return 1


@pytest.fixture
def console(windows, monkeypatch):
    def make(knows_sequences):
        made = Console(knows_sequences)
        monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=made), raising=False)
        handles = SimpleNamespace(get_osfhandle={1: 70, 5: 71}.__getitem__)
        monkeypatch.setitem(sys.modules, "msvcrt", handles)
        return made

    return make


def stream(descriptor):
    return SimpleNamespace(fileno=lambda: descriptor)


def test_a_console_is_asked_to_understand_sequences(console):
    made = console(True)
    assert has_escape_sequences(stream(1))
    assert made.mode == 7  # what was set stays


def test_an_old_console_a_pipe_and_a_text_have_none(console):
    console(False)
    assert not has_escape_sequences(stream(1))
    assert not has_escape_sequences(stream(5))
    assert not has_escape_sequences(io.StringIO())
    assert not has_escape_sequences(object())


@pytest.mark.skipif(sys.platform == "win32", reason="consoles are asked there")
def test_other_terminals_have_them():
    assert has_escape_sequences(io.StringIO())
    assert not is_closed_pipe(OSError(22, "Invalid argument"))


def test_what_is_written_to_a_pipe_is_utf_8(windows):
    assert pipe_encoding({}) == "utf-8"
    assert pipe_encoding({"PYTHONIOENCODING": "cp1252"}) is None


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(22, "Invalid argument"), True),
        (OSError(22, "Invalid argument", "a?b"), False),  # a name that no file has
        (OSError(28, "No space left"), False),
        (ValueError(), False),
    ],
)
def test_a_closed_pipe_has_no_error_of_its_own_there(windows, error, expected):
    assert is_closed_pipe(error) is expected
