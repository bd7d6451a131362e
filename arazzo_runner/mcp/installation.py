"""Whether the SDK of the protocol is installed."""

from __future__ import annotations

from arazzo_runner.errors import UsageError
from arazzo_runner.text.diagnostic import error


def check_installation() -> None:
    """Raise UsageError AZ906 where what serves is not installed."""
    try:
        import mcp.server.lowlevel  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as reason:
        message = f"`arazzo mcp` needs `{reason.name or 'mcp'}`, which is not installed"
        hint = "install the extra: `pip install 'arazzo[mcp]'`"
        raise UsageError(error("AZ906", message, help=hint)) from None
