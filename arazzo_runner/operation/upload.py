"""Bodies with files in them: what reports show of them, and the pieces that are sent."""

from __future__ import annotations

from collections.abc import Iterable

from arazzo_runner.expression.file_body import FileBody


class Upload(bytes):
    """A body with files; as bytes it is what reports show, each file as its label.

    ``pieces`` are what is sent, one after the other: bytes, and files (:class:`FileBody`).
    """

    pieces: tuple[bytes, ...]

    def __new__(cls, pieces: Iterable[bytes]) -> Upload:
        """Join pieces."""
        kept = tuple(pieces)
        self = super().__new__(cls, b"".join(kept))
        self.pieces = kept
        return self


def join_pieces(pieces: Iterable[bytes]) -> bytes:
    """Pieces as one body: an :class:`Upload` where a file is among them."""
    kept = tuple(pieces)
    has_file = any(isinstance(one, FileBody) for one in kept)
    return Upload(kept) if has_file else b"".join(kept)


def pieces_of(body: bytes) -> tuple[bytes, ...]:
    """What is sent of a body: bytes, and files (:class:`FileBody`)."""
    return body.pieces if isinstance(body, Upload) else (body,)


def has_files(body: bytes) -> bool:
    """Whether a body has to be read from disk while it is sent."""
    return isinstance(body, FileBody | Upload)


def size_of(body: bytes) -> int:
    """How many bytes of a body are sent."""
    return sum(one.size if isinstance(one, FileBody) else len(one) for one in pieces_of(body))
