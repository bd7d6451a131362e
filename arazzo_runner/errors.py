"""The exceptions of the package.

    ArazzoError
    ├── DocumentError     a document cannot be used          .diagnostics   exit code 3
    ├── UsageError        the call is wrong                   .diagnostics   exit code 2
    │   └── InputError    inputs do not fit the workflow
    └── WorkflowFailed    raised by Result.raise_for_status() .result

A failing step raises nothing: it is a result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arazzo_runner.text.diagnostic import Diagnostic


class ArazzoError(Exception):
    """The root of all exceptions that this package raises on purpose."""


class DiagnosedError(ArazzoError):
    """An error that carries its findings."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("\n".join(one.message for one in diagnostics))
        self.diagnostics = diagnostics


class DocumentError(DiagnosedError):
    """A document is invalid or at odds with its API description; nothing was sent."""


class UsageError(DiagnosedError):
    """Flags, credentials, or a document that cannot be read; nothing was sent."""


class InputError(UsageError):
    """The inputs do not fit the workflow's ``inputs`` schema; nothing was sent."""


class WorkflowFailed(ArazzoError):
    """A run did not pass; the text is the rendered failure."""
