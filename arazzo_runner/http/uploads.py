"""Files that are sent: named by the user before the run, opened anew for each request.

They are read in chunks while they are sent, never as a whole.
"""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

from arazzo_runner.expression.value import FileBody
from arazzo_runner.http.errors import TransportError
from arazzo_runner.openapi.request.multipart import pieces_of

CHUNK: Final = 64 * 1024


def file_body(path: str) -> FileBody:
    """A file as a value; OSError or ValueError where it cannot be read."""
    from mimetypes import guess_type
    from secrets import token_hex

    status = Path(path).stat()  # to open a pipe takes as long as nobody writes to it
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
        raise OSError(None, "it is not a regular file, which could be sent again")
    Path(path).open("rb").close()
    name = Path(path).name.encode("utf-8", "replace").decode()
    return FileBody(path, name, status.st_size, guess_type(name)[0], token_hex(8))


def check_files(body: bytes) -> None:
    """Raise Unusable where a file of a body cannot be sent."""
    for piece in pieces_of(body):
        if isinstance(piece, FileBody):
            try:
                size = Path(piece.path).stat().st_size
            except OSError as reason:
                raise _missing_file_error(piece, reason) from None
            if size != piece.size:
                raise _changed_file_error(piece, size)


def chunks(body: bytes) -> Iterator[bytes]:
    """What is sent of a body; raises Unusable where a file is not what it was."""
    for piece in pieces_of(body):
        if isinstance(piece, FileBody):
            yield from _file_chunks(piece)
        elif piece:
            yield piece


async def async_chunks(body: bytes) -> AsyncIterator[bytes]:
    """Like :func:`chunks`."""
    for piece in chunks(body):
        yield piece


def _file_chunks(piece: FileBody) -> Iterator[bytes]:
    left = piece.size
    try:
        with Path(piece.path).open("rb") as file:
            while left and (chunk := file.read(min(CHUNK, left))):
                left -= len(chunk)
                yield chunk
    except OSError as reason:
        raise _missing_file_error(piece, reason) from None
    if left:
        raise _changed_file_error(piece, piece.size - left)


def _missing_file_error(piece: FileBody, reason: OSError) -> TransportError:
    words = (reason.strerror or "unknown error").lower()
    return TransportError("refused", f"the file `{piece.path}` cannot be sent: {words}")


def _changed_file_error(piece: FileBody, size: int) -> TransportError:
    message = (
        f"the file `{piece.path}` has changed since the run began:"
        f" it has {size:,} bytes, and had {piece.size:,}"
    )
    return TransportError("refused", message)
