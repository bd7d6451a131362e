"""`--color`: whether the text on a stream has colours."""

from __future__ import annotations

import os
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import click

    from arazzo_runner.report.terminal.style import AnsiStyle, ColorWhen, ColourStream

_WHEN: Final[ContextVar[ColorWhen]] = ContextVar("color", default="auto")
"""What the command in progress was told: errors are shown when its flags are out of reach."""


def terminal_style(out: ColourStream) -> AnsiStyle:
    """The colours of a stream, by `--color` and the environment."""
    from arazzo_runner.report.terminal.style import style_for

    return style_for(out, os.environ, _WHEN.get())


def take_color(_ctx: click.Context, _param: click.Parameter, when: ColorWhen) -> ColorWhen:
    """The callback of the flag, called before those of others: their errors have colours too."""
    _WHEN.set(when)
    return when


def reset_color() -> None:
    """Forget what an earlier command in this process was told."""
    _WHEN.set("auto")
