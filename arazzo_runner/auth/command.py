"""Credentials from a program: a password manager, a vault. Run without a shell.

Only the user's own configuration names such a command, never a document.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Final

from arazzo_runner.errors import UsageError
from arazzo_runner.openapi.security.credentials import CredentialLookup
from arazzo_runner.operating_system.processes import split_words, startable_words
from arazzo_runner.text.diagnostic import error

SECONDS: Final = 30.0
PLACEHOLDER: Final = "{name}"
_EXAMPLE: Final = "pass show 'my key'"
_LONGEST: Final = 1024 * 1024

RunProcess = Callable[[Sequence[str]], "subprocess.CompletedProcess[bytes]"]


def command_lookup(command: str, run: RunProcess | None = None) -> CredentialLookup:
    """What a command knows of variables.

    With ``{name}`` in its words it is run for each variable, and prints the value, or fails where
    it has none. Without, it is run once, and prints a JSON object of variables. Raises UsageError
    AZ905, and AZ906 for a command that cannot be split into words.
    """
    words = split_command(command)
    run = run or _run
    if any(PLACEHOLDER in word for word in words):
        return lambda name: _value_of(words, name, run)
    every: list[dict[str, str]] = []

    def look_up(name: str) -> str | None:
        if not every:
            every.append(_object(words, _output(words, run)))
        return every[0].get(name)

    return look_up


def read_command_value(command: str, run: RunProcess | None = None) -> str:
    """The value that a command prints. Raises UsageError."""
    words = split_command(command)
    return _text(words, _output(words, run or _run))


def split_command(command: str) -> list[str]:
    """The words of a command line, as a shell would split it; UsageError AZ906."""
    try:
        words = split_words(command)
    except ValueError as reason:
        why = f"it cannot be split into words: {str(reason).lower()}"
        raise _unusable_error(why, f"quote it as a shell does: `{_EXAMPLE}`") from None
    if not words:
        raise _unusable_error("it is empty", f"name a program and its words: `{_EXAMPLE}`")
    return words


def _unusable_error(why: str, way_out: str) -> UsageError:
    message = f"the command for credentials cannot be used: {why}"
    return UsageError(error("AZ906", message, help=way_out))


def _value_of(words: Sequence[str], name: str, run: RunProcess) -> str | None:
    filled = [word.replace(PLACEHOLDER, name) for word in words]
    done = _run_checked(filled, run)
    return _text(filled, done.stdout) if done.returncode == 0 else None


def _output(words: Sequence[str], run: RunProcess) -> bytes:
    done = _run_checked(words, run)
    if done.returncode != 0:
        raise _failed_error(words, f"ended with status {done.returncode}")
    return done.stdout


def _run_checked(words: Sequence[str], run: RunProcess) -> subprocess.CompletedProcess[bytes]:
    try:
        done = run(words)
    except subprocess.TimeoutExpired:
        raise _failed_error(words, f"did not end within {SECONDS:g} s") from None
    except OSError as reason:
        why = (reason.strerror or type(reason).__name__).lower()
        raise _failed_error(words, f"cannot be run: {why}") from None
    if len(done.stdout) > _LONGEST:
        raise _failed_error(words, f"printed more than {_LONGEST:,} bytes")
    return done


def _run(words: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    """A program may ask its own questions on a terminal; it is not given our input otherwise."""
    stdin = None if sys.stdin is not None and sys.stdin.isatty() else subprocess.DEVNULL
    return subprocess.run(  # noqa: S603 - the words are of the user's own configuration
        startable_words(words), stdin=stdin, stdout=subprocess.PIPE, timeout=SECONDS, check=False
    )


def _text(words: Sequence[str], output: bytes) -> str:
    try:
        return output.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise _failed_error(words, "printed output that is not UTF-8") from None


def _object(words: Sequence[str], output: bytes) -> dict[str, str]:
    try:
        found = json.loads(_text(words, output))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(one, str) for one in found.values()):
        way_out = f"or write `{PLACEHOLDER}` where it takes the name, and print one value"
        raise _failed_error(words, "did not print a JSON object of names and strings", way_out)
    return found


def _failed_error(words: Sequence[str], why: str, also: str = "") -> UsageError:
    """The other words are not shown: some programs take a password there."""
    help_ = "it is `cred_command` or a `command` of `[credentials]` in your configuration"
    if also:
        help_ += f'; it has to print `{{"ARAZZO_AUTH_…": "…"}}`, {also}'
    return UsageError(error("AZ905", f"the command for credentials `{words[0]}` {why}", help=help_))
