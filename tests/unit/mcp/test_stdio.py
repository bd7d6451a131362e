"""Lines of messages, however they come in pieces."""

from itertools import chain, repeat

import pytest

from arazzo_runner.mcp import stdio


@pytest.mark.parametrize(
    ("pieces", "lines"),
    [
        ([b"a\nb\n"], [b"a", b"b"]),
        ([b"a", b"b\n", b"c"], [b"ab", b"c"]),
        ([b"\n\n"], [b"", b""]),
        ([], []),
        ([b"x" * 9, b"y\nz\n"], [b"x", b"z"]),
        ([b"x" * 9, b"yyyy", b"y\nz\n"], [b"x", b"z"]),
        ([b"x" * 9, b"yyyy"], [b"x"]),
        ([b"x" * 8, b"\nz"], [b"x" * 8, b"z"]),
    ],
)
def test_lines(monkeypatch: pytest.MonkeyPatch, pieces: list[bytes], lines: list[bytes]) -> None:
    monkeypatch.setattr(stdio, "LONGEST_LINE", 8)
    coming = chain(pieces, repeat(b""))
    assert list(stdio.split_lines(lambda: next(coming))) == lines
