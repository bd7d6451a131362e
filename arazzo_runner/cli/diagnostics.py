"""Diagnostics on standard error."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from arazzo_runner.report.terminal.style import ColourStream
    from arazzo_runner.text.diagnostic import Diagnostic


def show_diagnostics(
    diagnostics: Iterable[Diagnostic],
    stream: ColourStream | None = None,
    secrets: Iterable[str] = (),
) -> None:
    """Render diagnostics as text, with an empty line between them.

    ``secrets`` are not shown, nor those that URLs hold.
    """
    from arazzo_runner.cli.options.color import terminal_style
    from arazzo_runner.report.diagnostics.text import render_text
    from arazzo_runner.report.secrets import Masker

    out = stream or sys.stderr
    style = terminal_style(out)
    masker = Masker(secrets)
    for diagnostic in diagnostics:
        out.write(render_text(diagnostic, style, masker) + "\n")


_DOUBTS = ("AZ218", "AZ219", "AZ3", "AZ4")
"""Contradictions of a description, ways that lead nowhere: told in a line, and the run goes on."""


def show_warnings(findings: Iterable[Diagnostic], stream: ColourStream | None = None) -> None:
    """Render the warnings before a run: doubts in a line each, the others in full."""
    from arazzo_runner.cli.options.color import terminal_style
    from arazzo_runner.report.diagnostics.text import render_line

    out = stream or sys.stderr
    for one in findings:
        if one.code.startswith(_DOUBTS):
            out.write(render_line(one, terminal_style(out)) + "\n")
        else:
            show_diagnostics([one], out)


@contextmanager
def installation_notes() -> Iterator[None]:
    """Show warnings about what is installed as notes, each once, without a place in our code."""
    usual, shown = warnings.showwarning, set[str]()

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        from arazzo_runner.installation import InstallationWarning

        text = str(message)
        if not issubclass(category, InstallationWarning):
            usual(message, category, filename, lineno, file, line)
        elif text not in shown:
            shown.add(text)
            sys.stderr.write(f"note: {text}\n")

    warnings.showwarning = show
    try:
        yield
    finally:
        warnings.showwarning = usual
