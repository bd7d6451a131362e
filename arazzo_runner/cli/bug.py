"""A bug of this program: two lines, and with ``--debug`` its traceback, without secrets.

A traceback is made to be sent to others, and the text of an exception may hold whatever the run
knew. So it passes through all that masks secrets by then, and what the command line and the
environment hold is masked even where the bug came before anything had read it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

from arazzo_runner.text.pattern import lazy_pattern

if TYPE_CHECKING:
    from arazzo_runner.report.secrets import Masker

_MASKERS: Final[WeakSet[Masker]] = WeakSet()
# A shorter value is part of the names of files, and masks the trace that it stands in.
_SHORTEST: Final = 4
_KEY_FLAG: Final = "--key-password"
_KEY_VARIABLE: Final = "ARAZZO_KEY_PASSWORD"
_QUOTED: Final = lazy_pattern(r'"([^"]*)"')


def remember_masker(masker: Masker) -> Masker:
    """Mask a traceback by this as well, as long as anything else knows it."""
    _MASKERS.add(masker)
    return masker


def report_bug(error: Exception, args: Sequence[str]) -> int:
    """Say on standard error that there is a bug; returns the exit code."""
    from hashlib import sha256
    from traceback import format_exception

    trace = "".join(format_exception(error))
    if "--show-secrets" not in args:
        trace = _without_secrets(trace, args)
    if "--debug" in args:
        sys.stderr.write(trace)
    mark = sha256(trace.encode("utf-8", "backslashreplace")).hexdigest()[:8]
    sys.stderr.write(
        f"error: a bug in arazzo ({type(error).__name__}, id {mark}), not in your document\n"
        "help: run `arazzo --debug …` for the details, and please report them\n"
    )
    return 70


def _without_secrets(trace: str, args: Sequence[str]) -> str:
    from arazzo_runner.report.secrets import Masker

    typed = Masker([one for one in (*_credentials(), *_inputs(args)) if len(one) >= _SHORTEST])
    for masker in (*_MASKERS, typed):
        trace = masker.text(trace)
    return trace


def _credentials() -> Iterator[str]:
    return (
        text
        for name, text in os.environ.items()
        if name.startswith("ARAZZO_AUTH_") or name == _KEY_VARIABLE
    )


def _inputs(args: Sequence[str]) -> Iterator[str]:
    """The values of `-i NAME=VALUE`: which of them are secret, the document alone says.

    And the password of a key.
    """
    for flag, text in pairwise(("", *args)):
        if flag == _KEY_FLAG or text.startswith(f"{_KEY_FLAG}="):
            yield text.removeprefix(f"{_KEY_FLAG}=")
        if flag in ("-i", "--input") or text.startswith(("-i", "--input=")):
            value = text.removeprefix("--input=").partition("=")[2]
            yield value
            yield from _QUOTED.findall(value)  # of JSON: its strings
