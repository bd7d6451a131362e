"""Terminals and standard streams: consoles of Windows, and encodings of what is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from errno import EINVAL

_PROCESSED: int = 0x0004  # ENABLE_VIRTUAL_TERMINAL_PROCESSING


def has_escape_sequences(out: object) -> bool:
    """Whether a terminal understands ANSI sequences.

    A console of Windows has to be asked for it, and before Windows 10 it cannot.
    """
    if sys.platform == "win32":
        import ctypes
        import msvcrt

        try:
            console = ctypes.c_void_p(msvcrt.get_osfhandle(out.fileno()))  # type: ignore[attr-defined]
        except (AttributeError, OSError, ValueError):  # in memory, or closed
            return False
        kernel, mode = ctypes.windll.kernel32, ctypes.c_uint32()
        if not kernel.GetConsoleMode(console, ctypes.byref(mode)):
            return False
        return bool(kernel.SetConsoleMode(console, mode.value | _PROCESSED))
    else:
        return True


def pipe_encoding(environ: Mapping[str, str]) -> str | None:
    """The encoding for standard streams that are files or pipes; None for the one Python chose.

    On Windows Python takes the code page of the system, in which JSON is no JSON (RFC 8259, section
    8.1), unless the user has named an encoding. From Python 3.15 on it is UTF-8 everywhere.
    """
    is_chosen = sys.platform != "win32" or environ.get("PYTHONIOENCODING")
    return None if is_chosen else "utf-8"


def is_closed_pipe(error: BaseException) -> bool:
    """Whether nobody reads any more what is written, for which Windows has no error of its own."""
    return (
        sys.platform == "win32"
        and isinstance(error, OSError)
        and error.errno == EINVAL
        and error.filename is None
    )
