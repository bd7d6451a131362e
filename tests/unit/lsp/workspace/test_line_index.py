"""Offsets and positions, in each encoding, at each kind of line break."""

import pytest
from lsprotocol.types import Position

from arazzo_runner.lsp.workspace.line_index import LineIndex

TEXT = "a\r\nb😀c\nd\re"


@pytest.mark.parametrize(("encoding", "units"), [("utf-8", 5), ("utf-16", 3), ("utf-32", 2)])
def test_counts_the_units_of_the_encoding(encoding: str, units: int) -> None:
    index = LineIndex(TEXT, encoding)
    offset = TEXT.index("c")
    assert index.position(offset) == Position(1, units)
    assert index.offset(Position(1, units)) == offset


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_every_offset_comes_back(encoding: str) -> None:
    index = LineIndex(TEXT, encoding)
    inside_breaks = {TEXT.index("\n")}  # between the two characters of one line break
    for offset in range(len(TEXT) + 1):
        if offset not in inside_breaks:
            assert index.offset(index.position(offset)) == offset


@pytest.mark.parametrize(
    ("position", "offset"),
    [
        (Position(0, 99), 1),
        (Position(1, 2), TEXT.index("😀")),
        (Position(9, 0), len(TEXT)),
        (Position(3, 1), len(TEXT)),
    ],
    ids=["beyond the line", "within a character", "beyond the text", "the end"],
)
def test_positions_that_are_none_are_the_nearest_before(position: Position, offset: int) -> None:
    assert LineIndex(TEXT).offset(position) == offset


def test_lines() -> None:
    index = LineIndex(TEXT)
    assert index.count == 4
    assert [TEXT[index.line_start(n) : index.line_end(n)] for n in range(4)] == [
        "a",
        "b😀c",
        "d",
        "e",
    ]
    assert [index.line_of(at) for at in (0, 3, len(TEXT))] == [0, 1, 3]
