"""What the completion scripts ask (`arazzo __complete SHELL …`), and what is printed for them.

The first line is ``words``, or ``files`` or ``folders`` with a tab and what stands before the path
in the current word. ``words`` is followed by a candidate a line, for zsh and fish with a tab and a
description. PowerShell gets one line of JSON (`powershell.py`). This starts with each press of a
key, so nothing heavy is imported.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from arazzo_runner.cli.completion.candidates import complete_words
from arazzo_runner.cli.completion.command_line import Candidate, Completion
from arazzo_runner.cli.completion.paths import path_candidates
from arazzo_runner.cli.completion.powershell import powershell_reply
from arazzo_runner.cli.completion.shell_line import ShellLine, split_line


def print_completion(args: Sequence[str]) -> int:
    """Print what may stand at the cursor; ``args`` are the shell's name and what it knows."""
    match args:
        case ["bash", breaks, line]:
            shell_line = split_line(line, breaks)
            lines = _bash_lines(complete_words(shell_line.words), shell_line)
        case ["zsh" | "fish", _, *_]:
            lines = _described_lines(complete_words(args[1:]))
        case ["powershell", encoded] if (reply := powershell_reply(encoded)) is not None:
            lines = iter((reply,))
        case _:
            return 2
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0


def _described_lines(completion: Completion) -> Iterator[str]:
    yield f"{completion.kind}\t{completion.prefix}"
    for value, text in completion.candidates:
        if value.isprintable():
            yield f"{value}\t{text if text.isprintable() else ''}"


def _bash_lines(completion: Completion, line: ShellLine) -> Iterator[str]:
    if completion.kind == "files" and completion.prefix.endswith("@"):  # to bash a host's name
        completion = path_candidates(completion, line.words[-1])
    yield completion.kind
    for candidate in completion.candidates:
        if candidate.value.isprintable():
            yield _bash_word(candidate, line)


def _bash_word(candidate: Candidate, line: ShellLine) -> str:
    """The part of the candidate behind the last break of words, which is what bash replaces."""
    tail = candidate.value[line.cut :]
    if line.quote:
        return tail
    end = "" if candidate.value.endswith(("=", "/")) else " "
    return "".join(map(_escape_character, tail)) + end


def _escape_character(character: str) -> str:
    is_plain = character.isalnum() or character in "_-+=.,:/@%^"
    return character if is_plain else f"\\{character}"
