"""Asking at a terminal: a pseudo-terminal stands for it."""

import os
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from arazzo_runner.auth.prompt import is_terminal, prompt_for

pty = pytest.importorskip("pty", reason="pseudo-terminals as POSIX has them")


class Terminal:
    """Types a line, and remembers what is shown."""

    def __init__(self, monkeypatch, typed=""):
        self._open = ExitStack()
        self.master, slave = pty.openpty()
        self._open.callback(os.close, self.master)
        for stream, mode in (("stdin", "r"), ("stderr", "w")):
            terminal = Path(os.ttyname(slave))
            monkeypatch.setattr(sys, stream, self._open.enter_context(terminal.open(mode)))
        os.close(slave)
        os.write(self.master, typed.encode())

    def shows(self, *texts):
        """Read until all of it was shown; the echo of what is typed comes when it likes."""
        sys.stderr.flush()
        shown = ""
        while not all(text in shown for text in texts):
            shown += os.read(self.master, 10_000).decode()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._open.close()


def test_names_are_typed_seen_and_secrets_unseen(monkeypatch):
    names = ["ARAZZO_AUTH_A_B_USERNAME", "ARAZZO_AUTH_A_B_PASSWORD", "ARAZZO_AUTH_A_B_TOKEN"]
    with Terminal(monkeypatch, "ada\n") as terminal:
        assert is_terminal({})
        assert not is_terminal({"CI": "true"})
        answers = iter(["p4ss", ""])
        monkeypatch.setattr("arazzo_runner.auth.prompt.getpass", lambda question: next(answers))
        found = prompt_for("something needs credentials", names)
        assert found == {names[0]: "ada", names[1]: "p4ss"}
        terminal.shows("something needs credentials", f"  {names[0]}: ")


def test_the_end_of_the_input_is_no_answer(monkeypatch):
    def end(question):
        raise EOFError

    monkeypatch.setattr("arazzo_runner.auth.prompt.getpass", end)
    assert prompt_for("needed", ["ARAZZO_AUTH_A_B_KEY"]) == {}


@pytest.mark.parametrize("stream", ["stdin", "stderr"])
def test_what_is_no_terminal_is_not_asked(monkeypatch, stream):
    with Terminal(monkeypatch), Path(os.devnull).open() as nothing:
        monkeypatch.setattr(sys, stream, nothing)
        assert not is_terminal({})
