"""Programs that know credentials."""

import subprocess
import sys

import pytest

from arazzo_runner.auth import command
from arazzo_runner.auth.command import command_lookup, read_command_value, split_command
from arazzo_runner.errors import UsageError


class Program:
    """Prints what a test says for each of its command lines; ``ran`` are those."""

    def __init__(self, *printed, status=0):
        self.printed = list(printed)
        self.status = status
        self.ran = []

    def __call__(self, words):
        self.ran.append(list(words))
        return subprocess.CompletedProcess(words, self.status, self.printed.pop(0))


def test_a_command_for_each_variable():
    program = Program(b"one\n", b"two\r\n")
    look_up = command_lookup("op read 'a b/{name}'", program)
    assert [look_up("X"), look_up("Y")] == ["one", "two"]
    assert program.ran == [["op", "read", "a b/X"], ["op", "read", "a b/Y"]]


def test_a_command_that_fails_for_a_variable_does_not_know_it():
    assert command_lookup("op {name}", Program(b"half", status=1))("X") is None


def test_a_command_for_all_variables_is_run_once():
    program = Program(b'{"X": "one", "Y": "two"}')
    look_up = command_lookup("vault all", program)
    assert [look_up(name) for name in "XYZ"] == ["one", "two", None]
    assert program.ran == [["vault", "all"]]


@pytest.mark.parametrize(
    "printed",
    [
        b"s3cret",
        b'["s3cret"]',
        b'{"X": 7}',
        b'{"X": {"a": "b"}}',
        b"",
        b"[" * 100_000,
        b"9" * 5_000,
    ],
)
def test_what_is_no_object_of_texts(printed):
    with pytest.raises(UsageError) as caught:
        command_lookup("vault --token s3cret", Program(printed))("X")
    (finding,) = caught.value.diagnostics
    assert finding.code == "AZ905"
    assert "`vault` did not print a JSON object" in finding.message
    assert "s3cret" not in f"{finding.message} {finding.help}"


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (Program(b"", status=3), "ended with status 3"),
        (Program(b"\xff"), "printed output that is not UTF-8"),
        (Program(b"x" * (2**20 + 1)), "printed more than 1,048,576 bytes"),
    ],
)
def test_commands_that_fail(program, words):
    with pytest.raises(UsageError) as caught:
        read_command_value("vault s3cret", program)
    (finding,) = caught.value.diagnostics
    assert finding.message == f"the command for credentials `vault` {words}"


def test_a_program_that_does_not_end(monkeypatch):
    def run(words):
        raise subprocess.TimeoutExpired(words, command.SECONDS)

    with pytest.raises(UsageError) as caught:
        read_command_value("sleep 99", run)
    assert "`sleep` did not end within 30 s" in str(caught.value)


def test_a_real_program_has_no_shell_and_no_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    program = "import sys; print(sys.stdin.read() + sys.argv[1])"
    assert read_command_value(f"{sys.executable} -c '{program}' '$HOME; echo *'") == "$HOME; echo *"


def test_a_program_that_is_not_there():
    with pytest.raises(UsageError) as caught:
        read_command_value("/no/such/program")
    assert "`/no/such/program` cannot be run: no such file or directory" in str(caught.value)


@pytest.mark.parametrize(("text", "why"), [("a 'b", "no closing quotation"), (" ", "it is empty")])
def test_command_lines_that_are_none(text, why):
    with pytest.raises(UsageError) as caught:
        split_command(text)
    assert why in str(caught.value)
