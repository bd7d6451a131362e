"""What can be typed at the prompt of the debugger."""

import pytest

from arazzo_runner.cli.debugger.commands import COMMANDS, TypedCommand, help_lines, parse_command


@pytest.mark.parametrize(
    ("line", "name", "argument"),
    [
        ("n", "next", ""),
        ("  next  ", "next", ""),
        ("s", "step", ""),
        ("c", "continue", ""),
        ("cont", "continue", ""),
        ("p $inputs.a == 1", "print", "$inputs.a == 1"),
        ("$response.body#/a b", "print", "$response.body#/a b"),
        ("set a = {}", "set", "a = {}"),
        ("r", "retry", ""),
        ("q", "quit", ""),
        ("stop", "quit", ""),
        ("?", "help", ""),
    ],
)
def test_commands_have_short_and_long_names(line, name, argument):
    typed = parse_command(line)
    assert isinstance(typed, TypedCommand)
    assert (typed.command.name, typed.argument) == (name, argument)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("skp", "`skp` is no command; did you mean `skip`?"),
        ("xyzzy", "`xyzzy` is no command; try `h`"),
        ("hello world", "`hello` is no command; did you mean `help`?"),
        ("skip pay", "`skip` takes nothing after it; try `skip` alone"),
        ("c 5", "`c` takes nothing after it; try `c` alone"),
    ],
)
def test_what_is_no_command_or_has_a_word_too_many_says_so(line, message):
    assert parse_command(line) == message


def test_no_word_has_two_meanings_and_help_names_each():
    words = [word for one in COMMANDS for word in one.words]
    assert len(words) == len(set(words))
    assert all(any(one.usage in line for line in help_lines()) for one in COMMANDS)
    assert max(map(len, help_lines())) <= 80


def test_what_changes_a_run_is_never_repeated_by_an_empty_line():
    assert {one.name for one in COMMANDS if one.repeats} == {
        "next", "step", "continue", "print", "list",
    }  # fmt: skip
