"""Diagnostics on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Final, TextIO

from arazzo_runner.text.diagnostic import Diagnostic

MAX_SHOWN: Final = 100
"""Findings that are shown: more say nothing more to anyone who reads them from the top."""


def show_diagnostics(
    diagnostics: Iterable[Diagnostic], stream: TextIO | None = None, secrets: Iterable[str] = ()
) -> None:
    """Render diagnostics as text, with an empty line between them; of very many, the first.

    ``secrets`` are not shown, nor those that URLs hold.
    """
    from arazzo_runner.report.diagnostics.text import render_text
    from arazzo_runner.report.secrets import Masker
    from arazzo_runner.report.terminal.style import style_for

    out = stream or sys.stderr
    style = style_for(out, os.environ)
    masker = Masker(secrets)
    every = list(diagnostics)
    for diagnostic in every[:MAX_SHOWN]:
        out.write(render_text(diagnostic, style, masker) + "\n")
    if len(every) > MAX_SHOWN:
        out.write(f"… and {len(every) - MAX_SHOWN:,} more; `--json` has them all\n")


_DOUBTS = ("AZ218", "AZ219", "AZ3", "AZ4")
"""Contradictions of a description, ways that lead nowhere: told in a line, and the run goes on."""


def show_warnings(warnings: Iterable[Diagnostic]) -> None:
    """Render the warnings before a run: doubts in a line each, the others in full."""
    from arazzo_runner.report.diagnostics.text import render_line
    from arazzo_runner.report.terminal.style import style_for

    for one in warnings:
        if one.code.startswith(_DOUBTS):
            sys.stderr.write(render_line(one, style_for(sys.stderr, os.environ)) + "\n")
        else:
            show_diagnostics([one])
