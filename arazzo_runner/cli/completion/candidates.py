"""What may stand at the cursor of a command line, by the tables of commands and options."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from arazzo_runner.cli.completion.command_line import (
    Candidate,
    Completion,
    Typed,
    options_by_flag,
    read_words,
    takes_value,
)
from arazzo_runner.cli.completion.values import codes, values_of
from arazzo_runner.cli.options.command_list import COMMANDS, actions_of, joined_words
from arazzo_runner.options.model import Option
from arazzo_runner.options.table import options_of

SHELLS: Final = ("bash", "zsh", "fish", "powershell")


def complete_words(words: Sequence[str]) -> Completion:
    """Complete the last of the words behind the program's name."""
    *before, current = words
    while before and before[0] == "--debug":
        before.pop(0)
    if not before:
        return _completion(current, _start(current))
    name, *others = joined_words(before)
    if name not in COMMANDS:
        return Completion()
    actions = actions_of(name)
    if actions and not current.startswith("-"):
        named = {} if others else actions
        return _completion(current, itertools.starmap(Candidate, named.items()))
    return _complete(read_words(name, others), current)


def _start(current: str) -> Iterable[Candidate]:
    if current.startswith("-"):
        return (
            _HELP,
            Candidate("--version", "Show the version and exit; with -v, what is installed, too."),
        )
    commands = ((name, text) for name, (_, text) in COMMANDS.items() if " " not in name)
    return itertools.starmap(Candidate, commands)


_HELP: Final = Candidate("--help", "Show this message and exit.")


def _complete(typed: Typed, current: str) -> Completion:
    if typed.awaited is not None:
        return _complete_value(typed, typed.awaited, current, "")
    if typed.has_ended or not current.startswith("-"):
        return _argument(typed, current)
    flag, equals, value = current.partition("=")
    if equals and current.startswith("--"):
        return _complete_inside(typed, flag, value, f"{flag}=")
    short, value = current[:2], current[2:]
    if value and short != "--":
        return _complete_inside(typed, short, value, short)
    return _completion(current, _flags(typed))


def _complete_inside(typed: Typed, flag: str, value: str, before: str) -> Completion:
    """Complete a value in the word of its flag: `--flag=VALUE`, `-iVALUE`."""
    option = options_by_flag(typed.command).get(flag)
    if option is None or not takes_value(option):
        return Completion()
    return _complete_value(typed, option, value, before)


def _flags(typed: Typed) -> Iterator[Candidate]:
    used = {name for name, _ in typed.values}
    for option in options_of(typed.command):
        if option.is_repeatable or option.kind == "counter" or option.name not in used:
            yield Candidate(option.flag, option.help)
    yield _HELP


def _argument(typed: Typed, current: str) -> Completion:
    if typed.command.startswith("batch ") and typed.command != "batch start":
        return Completion()  # numbers of batches are in a database
    values = _ARGUMENTS.get(typed.command)
    if values is None:
        return Completion("files")
    return Completion() if typed.arguments else _completion(current, values())


def _schemas() -> Iterator[Candidate]:
    from arazzo_runner.cli.schema import SCHEMAS

    return map(Candidate, SCHEMAS)


_ARGUMENTS: Final[Mapping[str, Callable[[], Iterable[Candidate]]]] = {
    "explain": codes,
    "schema": _schemas,
    "completion": lambda: map(Candidate, SHELLS),
    "demo": lambda: (),
}
"""Of commands whose argument is no path."""


def _complete_value(typed: Typed, option: Option, value: str, before: str) -> Completion:
    """Complete the value of an option; ``before`` stands before it in the same word."""
    found = values_of(option)(typed, value)
    if isinstance(found, Completion):
        return found._replace(prefix=before + found.prefix)
    return _completion(before + value, (Candidate(before + one, text) for one, text in found))


def _completion(current: str, candidates: Iterable[Candidate]) -> Completion:
    return Completion("words", tuple(one for one in candidates if one.value.startswith(current)))
