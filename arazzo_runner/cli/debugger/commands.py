"""What can be typed at the prompt of the debugger: the commands, their short names, their help."""

from __future__ import annotations

from typing import Final, TypeAlias
from typing import Literal as Choice

from msgspec import Struct

from arazzo_runner.text.diagnostic import did_you_mean

Name: TypeAlias = Choice[
    "next", "step", "continue", "print", "set", "skip", "retry", "list", "quit", "help"
]


class PromptCommand(Struct, frozen=True):
    """A command; ``words`` are what it can be typed as, ``usage`` is how it stands in the help.

    ``repeats``: an empty line does it once more.
    """

    name: Name
    words: tuple[str, ...]
    usage: str
    help: str
    repeats: bool = False


COMMANDS: Final = (
    PromptCommand(
        "next", ("n", "next"), "n, next", "go on; a called workflow runs as one", repeats=True
    ),
    PromptCommand(
        "step", ("s", "step"), "s, step", "go on; stop in a called workflow too", repeats=True
    ),
    PromptCommand(
        "continue",
        ("c", "continue", "cont"),
        "c, continue",
        "run to the next breakpoint, or to the end",
        repeats=True,
    ),
    PromptCommand(
        "print",
        ("p", "print"),
        "p EXPRESSION",
        "print the value of an expression or a condition",
        repeats=True,
    ),
    PromptCommand("set", ("set",), "set NAME=JSON", "change an input of this workflow"),
    PromptCommand("skip", ("skip",), "skip", "do not send this step; it has no outputs"),
    PromptCommand("retry", ("r", "retry"), "r, retry", "after a step: send it again"),
    PromptCommand(
        "list", ("l", "list"), "l, list", "show this step and its scope again", repeats=True
    ),
    PromptCommand("quit", ("q", "quit", "stop", "exit"), "q, quit", "stop the run"),
    PromptCommand("help", ("h", "help", "?"), "h, help", "show this list"),
)

_WITH_ARGUMENT: Final = ("print", "set")
_BY_WORD: Final = {word: command for command in COMMANDS for word in command.words}


class TypedCommand(Struct, frozen=True):
    """A command as it was typed, and what stands behind it."""

    command: PromptCommand
    argument: str


def parse_command(line: str) -> TypedCommand | str:
    """The command of a line, or a sentence that says why it is none.

    An expression alone is printed.
    """
    text = line.strip()
    if text.startswith("$"):
        return TypedCommand(_BY_WORD["print"], text)
    word, _, argument = text.partition(" ")
    command = _BY_WORD.get(word)
    if command is None:
        hint = did_you_mean(word, _BY_WORD)
        return f"`{word}` is no command; {hint}" if hint else f"`{word}` is no command; try `h`"
    argument = argument.strip()
    if argument and command.name not in _WITH_ARGUMENT:
        # `skip pay` would skip the step before `pay`, and `c pay` run past it.
        return f"`{word}` takes nothing after it; try `{word}` alone"
    return TypedCommand(command, argument)


def help_lines() -> list[str]:
    """The commands, a line each."""
    width = max(len(one.usage) for one in COMMANDS) + 2
    listed = [f"  {one.usage.ljust(width)}{one.help}" for one in COMMANDS]
    return [*listed, "  An empty line repeats n, s, c, p and l. Ctrl-C and Ctrl-D stop the run."]
