"""What other tools call things: an error shows the command to paste, and none is an alias."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import click

from arazzo_runner.cli.command_words import command_words
from arazzo_runner.report.secret_names import is_secret
from arazzo_runner.text.pattern import lazy_pattern

COMMANDS: Final = {
    "lint": "validate",
    "check": "validate",
    "test": "run",
    "exec": "run",
    "execute": "run",
    "start": "run",
    "play": "run",
    "ls": "list",
    "init": "new",
    "create": "new",
    "generate": "new",
    "show": "list",
    "help": "--help",
    "version": "--version",
}

FLAGS: Final = {
    "--url": "--server",
    "--base-url": "--server",
    "--host": "--server",
    "--env": "--profile",
    "--environment": "--profile",
    "--var": "--input",
    "--variable": "--input",
    "--env-var": "--input",
    "--input-file": "--inputs",
    "--inputs-file": "--inputs",
    "--insecure-skip-verify": "--insecure",
    "--server-url": "--server",
    "--workflow-id": "--workflow",
    "--reporter": "--report",
    "--reporters": "--report",
    "-V": "--version",
    "-e": "--input",
    "-k": "--insecure",
    "-w": "--workflow",
}

_ASSIGNMENT: Final = lazy_pattern(r"[\w.-]+:?=")
_DOCUMENT: Final = lazy_pattern(r"\.(ya?ml|json)\Z")
_ENV_FILE: Final = "--env-file"
_KEY_FLAG: Final = "--key-password"
_INPUT: Final = lazy_pattern(r"(-i|--input=)?([\w.-]+)(:?=)")


def command_hint(words: Sequence[str]) -> str | None:
    """The command to paste for one that begins with another tool's word."""
    name = COMMANDS.get(words[0])
    if name is None:
        return None
    rest = [] if name.startswith("--") and len(words) == 1 else [*words[1:]]
    return _paste([*rest[:1], name] if name.startswith("--") else [name, *rest])


def flag_hint(name: str, context: click.Context) -> str | None:
    """The command to paste for one with another tool's flag."""
    words = command_words(context)
    if name == "--json" and _has_flag(context, "--format"):
        at = words.index(name)
        return _paste([*words[:at], "--format", "json", *words[at + 1 :]])
    flag = _ENV_FILE if _is_env_file(name, words) else FLAGS.get(name)
    if flag == "--version":
        return _paste([flag])
    if flag is None or not _has_flag(context, flag):
        return None
    return _paste([_with_flag(word, name, flag) for word in words])


def _is_env_file(name: str, words: Sequence[str]) -> bool:
    """Whether ``--env`` names a file, as it does in some tools, and no environment."""
    if FLAGS.get(name) != "--profile":
        return False
    values = [word.removeprefix(f"{name}=") for word in words if word.startswith(f"{name}=")]
    values += [value for before, value in pairwise(words) if before == name]
    return any(value.endswith(".env") or "/" in value for value in values)


def extra_words(joined: str, context: click.Context) -> list[str]:
    """The words of the command line that click has joined by spaces."""
    words = []
    for word in command_words(context):
        if joined == word or joined.startswith(f"{word} "):
            words.append(word)
            joined = joined[len(word) + 1 :]
    return words


def check_words(documents: Sequence[str], context: click.Context) -> None:
    """Raise click's UsageError for words behind the first document that are none.

    They neither end as documents do nor name a file or folder: an input, or a workflow.
    """
    behind = (word for word in documents[1:] if word != "-" and "://" not in word)
    others = [one for one in behind if not _DOCUMENT.search(one) and not os.path.lexists(one)]
    if others:
        raise click.UsageError(f"Got unexpected extra arguments ({' '.join(others)})", context)


def extra_words_hint(extra: Sequence[str], context: click.Context) -> str | None:
    """The command to paste for ``run DOCUMENT NAME`` and ``run DOCUMENT name=value``."""
    if any(_DOCUMENT.search(word) for word in extra):
        return None
    flags = ["--input" if _ASSIGNMENT.match(word) else "--workflow" for word in extra]
    if not all(_has_flag(context, flag) for flag in flags):
        return None
    words = [*command_words(context)]
    for word, flag in zip(extra, flags, strict=True):
        at = len(words) - 1 - words[::-1].index(word)
        words[at : at + 1] = ["-i" if flag == "--input" else flag, word]
    return _paste(words)


def _has_flag(context: click.Context, flag: str) -> bool:
    return any(flag in one.opts for one in context.command.params)


def _with_flag(word: str, name: str, flag: str) -> str:
    if word == name or word.startswith(f"{name}="):
        return flag + word.removeprefix(name)
    return word


def _paste(words: Sequence[str]) -> str:
    shown = (
        "***" if before == _KEY_FLAG else without_secret(word)
        for before, word in pairwise(["", *words])
    )
    from shlex import join

    return f"`arazzo {join(shown)}`"


def without_secret(word: str) -> str:
    """An input's value is shown only where its name does not say that it is a secret."""
    if word.startswith(f"{_KEY_FLAG}="):
        return f"{_KEY_FLAG}=***"
    match = _INPUT.match(word)
    if match and is_secret("query", match[2].lower()):
        return f"{match[0]}***"
    return word
