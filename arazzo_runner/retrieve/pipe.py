"""Files that the user named, which may be pipes: one that nobody writes to ends, too."""

from __future__ import annotations

import os
import stat
from errno import ETIMEDOUT
from pathlib import Path
from typing import Final

_CHUNK: Final = 64 * 1024
PATIENCE: Final = 30.0
"""Seconds that a pipe may stay silent."""


def read_file(path: str | Path, limit: int = -1) -> bytes:
    """The content of a file or pipe, of at most ``limit`` bytes unless that is negative.

    Raises OSError, and TimeoutError for a pipe to which nothing is written for long; ValueError
    for a path with a NUL.
    """
    if stat.S_ISFIFO(Path(path).stat().st_mode):
        return _read_pipe(path, limit)
    with Path(path).open("rb") as file:
        return file.read(limit)


def _read_pipe(path: str | Path, limit: int) -> bytes:
    from select import select

    data = bytearray()
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # which does not wait for a writer
    try:
        while limit < 0 or len(data) < limit:
            if not select([descriptor], [], [], PATIENCE)[0]:
                raise TimeoutError(ETIMEDOUT, f"nothing was written to the pipe for {PATIENCE:g} s")
            chunk = os.read(descriptor, _CHUNK if limit < 0 else min(_CHUNK, limit - len(data)))
            if not chunk:
                break
            data += chunk
    finally:
        os.close(descriptor)
    return bytes(data)
