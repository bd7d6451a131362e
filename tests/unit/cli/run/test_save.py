"""`--save`: what a file holds of a value."""

import pytest

from arazzo_runner.cli.run.save import _content


@pytest.mark.parametrize(
    ("value", "content"),
    [
        (b"\x89PNG\r\n\xff\x00", b"\x89PNG\r\n\xff\x00"),
        ("a\r\nü", "a\r\nü".encode()),
        ("", b""),
        ({"a": [1]}, b'{\n  "a": [\n    1\n  ]\n}\n'),
        (None, b"null\n"),
        (True, b"true\n"),
    ],
)
def test_content(value, content) -> None:
    assert _content(value) == content
