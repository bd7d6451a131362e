"""Files that the user named, which may be pipes or devices: silent and endless ones end, too."""

from __future__ import annotations

import os
import stat
import sys
from errno import EFBIG, ETIMEDOUT
from pathlib import Path
from typing import Final

_CHUNK: Final = 64 * 1024
PATIENCE: Final = 30.0
"""Seconds that a pipe may stay silent."""
MOST: Final = 128 * 2**20
"""Bytes that are read of what is no regular file, and may have no end."""


def read_file(path: str | Path, limit: int = -1) -> bytes:
    """The content of a file, pipe or device, of at most ``limit`` bytes unless that is negative.

    Raises OSError, and TimeoutError for a pipe to which nothing is written for long; ValueError
    for a path with a NUL.
    """
    mode = Path(path).stat().st_mode
    if stat.S_ISREG(mode) or limit >= 0:
        return _read(path, mode, limit)
    content = _read(path, mode, MOST + 1)
    if len(content) > MOST:
        raise OSError(EFBIG, f"it does not end within {MOST:,} bytes")
    return content


def _read(path: str | Path, mode: int, limit: int) -> bytes:
    if stat.S_ISFIFO(mode) and sys.platform != "win32":  # where only sockets can be waited for
        return _read_pipe(path, limit)
    with Path(path).open("rb") as file:
        return file.read(limit)


def _read_pipe(path: str | Path, limit: int) -> bytes:
    from select import select

    from arazzo_runner.operating_system.files import open_pipe

    data = bytearray()
    descriptor = open_pipe(path, os.O_RDONLY)  # which does not wait for a writer
    try:
        while len(data) < limit:
            if not select([descriptor], [], [], PATIENCE)[0]:
                raise TimeoutError(ETIMEDOUT, f"nothing was written to the pipe for {PATIENCE:g} s")
            chunk = os.read(descriptor, min(_CHUNK, limit - len(data)))
            if not chunk:
                break
            data += chunk
    finally:
        os.close(descriptor)
    return bytes(data)
