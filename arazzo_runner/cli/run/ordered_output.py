"""What documents that run at once write, each whole and in the order of the documents.

What the first that is not over writes goes out at once; that of later ones waits, in a temporary
file when it is long.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, Any, TypeAlias

from msgspec import Struct, field

Write: TypeAlias = Callable[[Any], object]
"""Writes text or bytes to where they belong."""

_IN_MEMORY = 4 * 2**20


class _Piece(Struct, frozen=True):
    """A part of the spool: ``size`` bytes from ``start``, text or not."""

    write: Write
    start: int
    size: int
    is_text: bool


class OrderedOutput:
    """Takes pieces of documents by their numbers, from 0."""

    def __init__(self) -> None:
        from tempfile import SpooledTemporaryFile

        self._spool: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed by close
        self._pieces: dict[int, list[_Piece]] = {}
        self._over: set[int] = set()
        self._current = 0

    def put(self, number: int, write: Write, piece: str | bytes) -> None:
        """Write a piece of a document, now or when it is its turn."""
        if number == self._current:
            write(piece)
            return
        is_text = isinstance(piece, str)
        data = piece.encode("utf-8", "surrogatepass") if isinstance(piece, str) else piece
        start = self._spool.seek(0, 2)
        self._spool.write(data)
        self._pieces.setdefault(number, []).append(_Piece(write, start, len(data), is_text))

    def end(self, number: int) -> None:
        """Nothing more comes of a document: it may be the turn of others."""
        self._over.add(number)
        while self._current in self._over:
            self._over.remove(self._current)
            self._current += 1
            self._release(self._current)

    def _release(self, number: int) -> None:
        """Write what has waited."""
        for piece in self._pieces.pop(number, ()):
            self._spool.seek(piece.start)
            data = self._spool.read(piece.size)
            piece.write(data.decode("utf-8", "surrogatepass") if piece.is_text else data)
        if not self._pieces:
            self._spool.seek(0)
            self._spool.truncate()

    def close(self) -> None:
        """Give the file up."""
        self._spool.close()


class OrderedStream(Struct):
    """A stream of text for one document; ``write`` puts it where it belongs."""

    output: OrderedOutput
    number: int
    target: Any
    blank: bool = field(default=True)
    """Whether nothing was written yet."""

    @property
    def encoding(self) -> str:
        """The encoding of the stream behind it."""
        encoding: str = self.target.encoding
        return encoding

    def isatty(self) -> bool:
        """Whether a terminal is behind it."""
        is_terminal: bool = self.target.isatty()
        return is_terminal

    def write(self, text: str, /) -> object:
        """Write text."""
        self.blank = False
        self.output.put(self.number, self._write, text)
        return len(text)

    def flush(self) -> None:
        """Each piece is sent on its way as it is written."""

    def _write(self, text: str) -> None:
        self.target.write(text)
        self.target.flush()
