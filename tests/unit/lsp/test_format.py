"""Formatting: what is changed, and what never is."""

import pytest
from lsprotocol.types import FormattingOptions, Position, Range

from arazzo_runner.lsp.format import format_edits
from arazzo_runner.lsp.workspace.line_index import LineIndex

PLAIN = FormattingOptions(2, True)


def formatted(
    text: str, options: FormattingOptions = PLAIN, span: Range | None = None, name: str = "a.yaml"
) -> str:
    index = LineIndex(text)
    edits = format_edits(index, name, options, span)
    for one in reversed(edits):
        start, end = index.offset(one.range.start), index.offset(one.range.end)
        text = text[:start] + one.new_text + text[end:]
    return text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a: 1  \nb: 2\t\n", "a: 1\nb: 2\n"),
        ("a: 1 # why  \n  \nb: 2", "a: 1 # why\n\nb: 2\n"),
        ("a: 1\n\n \n\n", "a: 1\n"),
        ("a: 1\r\nb: 2  \r\n\r\n", "a: 1\r\nb: 2\r\n"),
        ("a: 1\n", "a: 1\n"),
        ("a:   1\nb: {c:  2}\n", "a:   1\nb: {c:  2}\n"),
        ("a: |\n  x  \n  \n  y\nb: 1  \n", "a: |\n  x  \n  \n  y\nb: 1\n"),
        ('a: "x  \n  y"\nb: 1 \n', 'a: "x  \n  y"\nb: 1\n'),
        ("a: [1  \n", "a: [1  \n"),
        ("a: |+\n  x\n\n", "a: |+\n  x\n\n"),
        ("# only a comment  ", "# only a comment  "),
    ],
    ids=["blanks", "comments", "end", "crlf", "nothing", "layout", "block", "quoted", "broken", "kept", "empty"],
)  # fmt: skip
def test_format(text: str, wanted: str) -> None:
    assert formatted(text) == wanted


def test_of_a_range_the_lines_in_it() -> None:
    span = Range(Position(1, 0), Position(1, 3))
    assert formatted("a: 1 \nb: 2 \nc: 3 ", span=span) == "a: 1 \nb: 2\nc: 3 "


def test_what_the_editor_does_not_want_is_not_done() -> None:
    options = FormattingOptions(
        2,
        True,
        trim_trailing_whitespace=False,
        insert_final_newline=False,
        trim_final_newlines=False,
    )
    assert formatted("a: 1 \nb: 2", options) == "a: 1 \nb: 2"
    assert formatted("a: 1\n\n\n", options) == "a: 1\n\n\n"


def test_json() -> None:
    assert formatted('{"a": 1,  \n "b": 2}', name="a.json") == '{"a": 1,\n "b": 2}\n'
