"""Whether the library of the protocol is installed."""

from __future__ import annotations

from arazzo_runner.errors import UsageError
from arazzo_runner.text.diagnostic import error


def check_installation() -> None:
    """Raise UsageError AZ906 where what serves is not installed."""
    try:
        import pygls.lsp.server  # noqa: F401
    except ImportError as reason:
        message = f"`arazzo lsp` needs `{reason.name or 'pygls'}`, which is not installed"
        hint = "install the extra: `pip install 'arazzo[lsp]'`"
        raise UsageError(error("AZ906", message, help=hint)) from None
