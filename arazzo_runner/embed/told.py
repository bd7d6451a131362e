"""Errors about documents and calls, told to a program: their text is the rendered diagnostics."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from arazzo_runner.embed.wording import in_python_words
from arazzo_runner.errors import DiagnosedError


@contextmanager
def rendered_errors() -> Iterator[None]:
    """Give what is raised in the block the text that the command line would show."""
    try:
        yield
    except DiagnosedError as reason:
        from arazzo_runner.report.diagnostics.text import render_text

        reason.diagnostics = tuple(map(in_python_words, reason.diagnostics))
        reason.args = ("\n".join(render_text(one).rstrip() for one in reason.diagnostics),)
        raise
