"""Whether the SDK of the protocol is installed."""

from __future__ import annotations

from importlib.util import find_spec

from arazzo_runner.errors import UsageError
from arazzo_runner.text.diagnostic import error


def check_installation() -> None:
    """Raise UsageError AZ906 where what serves is not installed."""
    try:
        import mcp.server.lowlevel  # noqa: F401

        if find_spec("uvicorn") is None:  # it is loaded where it serves
            raise ModuleNotFoundError(name="uvicorn")
    except ImportError as reason:
        message = f"`arazzo mcp` needs `{reason.name or 'mcp'}`, which is not installed"
        hint = "install the extra: `pip install 'arazzo[mcp]'`"
        raise UsageError(error("AZ906", message, help=hint)) from None
