"""The exceptions of the package.

    ArazzoError
    ├── DocumentError     a document cannot be used          .diagnostics   exit code 3
    ├── UsageError        the call is wrong                   .diagnostics   exit code 2
    │   └── InputError    inputs do not fit the workflow
    ├── ServerUnavailableError  no response in time           .diagnostics   exit code 4
    └── WorkflowFailed    a run did not pass                  .result

A failing step raises nothing: it is a result.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from arazzo_runner.text.diagnostic import Diagnostic


class ArazzoError(Exception):
    """The root of all exceptions that this package raises on purpose."""


class DiagnosedError(ArazzoError):
    """An error that carries its findings."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("\n".join(one.message for one in diagnostics))
        self.diagnostics = diagnostics
        self.secrets: tuple[str, ...] = ()
        """What must not be shown of the documents and inputs that the findings are about."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process gets the findings, of which the text is made."""
        return type(self), self.diagnostics


class DocumentError(DiagnosedError):
    """A document is invalid or at odds with its API description; nothing was sent."""


class UsageError(DiagnosedError):
    """Flags, credentials, or a document that cannot be read; nothing was sent."""


class InputError(UsageError):
    """The inputs do not fit the workflow's ``inputs`` schema; nothing was sent.

    ``missing`` has the required inputs that are not set, each with what its schema says.
    """

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__(*diagnostics)
        self.missing: Mapping[str, Any] = {}


class ServerUnavailableError(DiagnosedError):
    """A server that a run was to wait for did not respond in time; nothing was run."""


class WorkflowFailed(ArazzoError):
    """A run failed; the text is the rendered failure, ``result`` that of the run."""

    def __init__(self, message: str, result: Any = None) -> None:
        super().__init__(message)
        self.result = result


def system_words(reason: OSError | ValueError) -> str:
    """Why a path cannot be opened, as the system says it: `permission denied`.

    A ValueError is of a path with a NUL, which each Python describes in other words.
    """
    if isinstance(reason, ValueError):
        return "embedded null byte"
    return (reason.strerror or str(reason) or "unknown error").lower()
