"""Diagnostics on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TextIO

from arazzo_runner.text.diagnostic import Diagnostic


def show_diagnostics(diagnostics: Iterable[Diagnostic], stream: TextIO | None = None) -> None:
    """Render diagnostics as text, with an empty line between them."""
    from arazzo_runner.report.diagnostics import render_text
    from arazzo_runner.report.style import style_for

    out = stream or sys.stderr
    style = style_for(out, os.environ)
    for diagnostic in diagnostics:
        out.write(render_text(diagnostic, style) + "\n")
