"""The words of the command line as they were typed, for messages that say how to repeat it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import click

_KEY: Final = "arazzo.words"


def remember_command(ctx: click.Context, words: Sequence[str]) -> None:
    """Remember what was typed after the program's name."""
    ctx.meta[_KEY] = tuple(words)


def command_words(context: click.Context | None = None) -> tuple[str, ...]:
    """The words of the command that is being carried out; none outside of one."""
    ctx = context or click.get_current_context(silent=True)
    return ctx.meta.get(_KEY, ()) if ctx is not None else ()
