"""What comes back: by content type, charset and within the limits."""

import json

import pytest

from arazzo_runner.expression.value import MISSING
from arazzo_runner.openapi.response.body import BodyError, decode_body

JSON = "application/json"


@pytest.mark.parametrize(
    ("content_type", "body", "value"),
    [
        (JSON, b"", MISSING),
        (None, b"", MISSING),
        (JSON, b'{"a": [1, 2.5, null, "\xc3\xa9"]}', {"a": [1, 2.5, None, "é"]}),
        (JSON, b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (JSON, '"é"'.encode("utf-16"), "é"),
        (JSON + '; charset="utf-8"', b"[]", []),
        (JSON + "; charset=iso-8859-1", b'"\xe9"', "é"),
        (JSON + "; profile=x", b"1", 1),
        ("Application/Problem+JSON", b"1", 1),
        ("text/json", b"1", 1),
        (JSON, b"9" * 4300, int("9" * 4300)),
        (JSON, b'{"a": 1, "a": 2}', {"a": 2}),
        ("application/x-ndjson", b'{"a": 1}\n\n2\r\n', [{"a": 1}, 2]),
        ("application/jsonl; charset=utf-8", b"", MISSING),
        ("application/json-seq", b'\x1e{"a":\n1}\n\x1e2\n', [{"a": 1}, 2]),
        (
            "text/event-stream",
            b"event: add\nid: 7\ndata: caf\xc3\xa9\n\ndata: {}\n\ndata: unfinished",
            [{"event": "add", "id": "7", "data": "café"}, {"data": "{}"}],
        ),
        ("text/event-stream; charset=latin-1", b": alive\n\n", []),
        ("text/plain", b"caf\xc3\xa9", "café"),
        ("text/plain; charset=latin-1", b"caf\xe9", "café"),
        ("text/plain; charset=klingon", b"a\xff", "a\ufffd"),
        ("text/html", b"<p>\xff", "<p>\ufffd"),
        ("text/csv", b"\xef\xbb\xbfa,b", "a,b"),
        ("text/csv", "a".encode("utf-16"), "a"),
        ("application/xml", b"<a>\xc3\xa9</a>", "<a>é</a>"),
        (
            "image/svg+xml",
            b'<?xml version="1.0" encoding="iso-8859-1"?><a>\xe9</a>',
            '<?xml version="1.0" encoding="iso-8859-1"?><a>é</a>',
        ),
        ("application/yaml", b"a: 1", "a: 1"),
        ("application/x-www-form-urlencoded", b"a=1", "a=1"),
        ("image/png", b"\x89PNG", b"\x89PNG"),
        ("application/octet-stream", b"text", b"text"),
        ("application/vnd.ms-excel", b"x", b"x"),
        (None, b'{"a": 1}', {"a": 1}),
        (None, b"plain", "plain"),
        (None, b"\xff\xfe\x00", b"\xff\xfe\x00"),
    ],
)
def test_decoded(content_type, body, value):
    assert decode_body(content_type, body, 512) == value


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (
            b"<html>\n  <h1>Bad   gateway</h1>",
            "expecting value at line 1, column 1: `<html> <h1>Bad gateway</h1>`",
        ),
        (
            b'{"a": 1,\n "b": }' + b" " * 100,
            'expecting value at line 2, column 7: `{"a": 1, "b": }…`',
        ),
        (b"[1] [2]", "extra data at line 1, column 5: `[1] [2]`"),
        (b"[NaN]", "`NaN` is no JSON value: `[NaN]`"),
        (b"-Infinity", "`-Infinity` is no JSON value: `-Infinity`"),
    ],
)
def test_not_the_json_it_claims_to_be(body, why):
    with pytest.raises(BodyError) as raised:
        decode_body(JSON, body, 512)
    assert str(raised.value) == f"the response body is `application/json` but not JSON: {why}"


@pytest.mark.parametrize(
    ("content_type", "body", "message"),
    [
        (JSON, b'{"a": "\xff"}', ', but byte 7 is not UTF-8, after `{"a": "`'),
        (
            "application/x-ndjson",
            b"{}\n}",
            " but not JSON: expecting value at line 1, column 1: `}`",
        ),
    ],
)
def test_not_what_it_claims(content_type, body, message):
    with pytest.raises(BodyError) as raised:
        decode_body(content_type, body, 512)
    assert str(raised.value) == f"the response body is `{content_type}`{message}"


def test_unknown_charset():
    with pytest.raises(BodyError) as raised:
        decode_body(JSON + "; charset=klingon", b"{}", 512)
    message = "the response body has the charset `klingon`, which is not known"
    assert str(raised.value) == message


def test_integers_of_more_digits_than_can_be_exact():
    with pytest.raises(BodyError, match="4,300 digits"):
        decode_body(JSON, b"9" * 4301, 512)


def nested(depth, inner="1"):
    return ('{"a":[' * (depth // 2) + "[" * (depth % 2) + inner).encode() + (
        b"]" * (depth % 2) + b"]}" * (depth // 2)
    )


@pytest.mark.parametrize("limit", [1, 2, 5, 512])
def test_depth_at_the_limit_and_past_it(limit):
    at = nested(limit)
    assert decode_body(JSON, at, limit) == json.loads(at)
    with pytest.raises(BodyError) as raised:
        decode_body(JSON, nested(limit + 1), limit)
    expected = f"deeper than {limit} levels, the limit of `--max-json-depth`"
    assert str(raised.value).endswith(expected)


def test_depth_is_not_breadth():
    wide = json.dumps([[1], {"a": []}, "[[[["] * 400).encode()
    assert decode_body(JSON, wide, 3) == json.loads(wide)
    assert decode_body(JSON, b'"[[[["', 3) == "[[[["


def test_depth_beyond_the_parser():
    with pytest.raises(BodyError, match="deeper than 512 levels"):
        decode_body(JSON, b"[" * 200_000, 512)
