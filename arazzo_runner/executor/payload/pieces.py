"""A text in pieces, text and expressions, as the readers of payloads in text take it."""

from __future__ import annotations

from typing import TypeAlias

from arazzo_runner.expression.ast import Expression

Piece: TypeAlias = tuple[int, str | Expression]
"""A part of a text, and where it begins in the whole; an expression begins at its brace."""


class TextFault(Exception):
    """A text is no document of its content type: a sentence, the way out, an offset in the text."""

    def __init__(self, message: str, way_out: str, start: int) -> None:
        super().__init__(message)
        self.message = message
        self.way_out = way_out
        self.start = start


def split(pieces: list[Piece], separator: str, limit: int = -1) -> list[list[Piece]]:
    """Cut a text at each separator outside of its expressions, at most ``limit`` times."""
    found: list[list[Piece]] = [[]]
    for start, piece in pieces:
        if not isinstance(piece, str) or (limit >= 0 and len(found) > limit):
            found[-1].append((start, piece))
            continue
        at = start
        for index, text in enumerate(piece.split(separator, limit)):
            if index:
                found.append([])
            if text:
                found[-1].append((at, text))
            at += len(text) + len(separator)
    return found
