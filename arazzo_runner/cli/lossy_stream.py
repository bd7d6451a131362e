"""Standard error on a full disk: what it does not take is lost, the exit code stays true."""

from __future__ import annotations

import sys
from errno import EDQUOT, EFBIG, EIO, ENOSPC
from io import BufferedWriter, FileIO, TextIOWrapper

TYPE_CHECKING = False  # `typing` takes longer to import than all that is here
if TYPE_CHECKING:
    from typing import TextIO

    from _typeshed import ReadableBuffer


def is_full(error: BaseException) -> bool:
    """Whether the disk behind a file is full, or broken."""
    return isinstance(error, OSError) and error.errno in (ENOSPC, EDQUOT, EFBIG, EIO)


def lossy_stream(stream: TextIO) -> TextIO:
    """The same stream, losing what a full disk does not take; one that is a stand-in stays."""
    if stream is not sys.__stderr__ or not isinstance(stream, TextIOWrapper):
        return stream
    if sys.platform == "win32" and stream.isatty():  # a console takes characters, not bytes
        return stream
    raw = _LossyFile(stream.fileno(), "w", closefd=False)
    return TextIOWrapper(
        BufferedWriter(raw), stream.encoding, stream.errors, line_buffering=True, write_through=True
    )


class _LossyFile(FileIO):
    def write(self, data: ReadableBuffer, /) -> int:
        """Write what can be written."""
        try:
            return super().write(data)
        except OSError as error:
            if not is_full(error):
                raise
            return len(memoryview(data))
