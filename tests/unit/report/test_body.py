"""Forms with parts in one line."""

import pytest

from arazzo_runner.openapi.request.multipart import encode_multipart
from arazzo_runner.report.body import form_parts


@pytest.mark.parametrize(
    ("payload", "line"),
    [
        ({"a": "x y", "b": {"k": 1}, "c": [1, 2]}, 'a=x y  b={"k":1}  c=1  c=2'),
        ({"a": "two\r\nlines\r\n"}, "a=two\r\nlines\r\n"),
        ([1, 2], ""),
        ({}, ""),
    ],
)
def test_parts(payload, line):
    assert form_parts(encode_multipart(payload, None, None).decode()) == line


def test_a_beginning():
    whole = encode_multipart({"a": "xyz", "b": "c"}, None, "m").decode()
    assert form_parts(whole[: whole.index("yz")]) == "a=x"
    assert form_parts(whole[: whole.index('name="b"')]) == "a=xyz"
