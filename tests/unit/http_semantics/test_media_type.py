import encodings
import pkgutil

import pytest

from arazzo_runner.http_semantics.media_type import codec_of, is_event_stream, is_json

NAMES = {one.name for one in pkgutil.iter_modules(encodings.__path__)} - {"aliases", "mbcs", "oem"}


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("latin-1", "iso8859-1"),
        ("Shift_JIS", "shift_jis"),
        ("windows-1252", "cp1252"),
        ("klingon", None),
        ("a\0b", None),
        ("é", None),
        ("zlib", None),
        ("rot13", None),
        ("idna", None),
        ("punycode", None),
        ("UTF-7", None),
        ("unicode_escape", None),
    ],
)
def test_charsets(charset, codec):
    assert codec_of(charset) == codec


@pytest.mark.parametrize("name", sorted(filter(codec_of, NAMES)))
def test_whatever_is_taken_gives_text_for_any_octets(name):
    assert isinstance(bytes(range(256)).decode(name, "replace"), str)


@pytest.mark.parametrize(
    ("content_type", "json"),
    [
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        ("text/json", True),
        ("application/x-json", True),
        ("application/problem+json", True),
        ("application/vnd.api+json;profile=x", True),
        ("application/json-seq", False),
        ("application/x-ndjson", False),
        ("application/jsonpath", False),
        ("text/plain; charset=json", False),
        ("text/plain; a=b+json", False),
        ("", False),
    ],
)
def test_which_media_types_are_json(content_type, json):
    assert is_json(content_type) is json


@pytest.mark.parametrize(
    ("content_type", "is_one"),
    [
        ("text/event-stream", True),
        ("Text/Event-Stream; charset=utf-8", True),
        ("text/event-streams", False),
        ("application/json", False),
    ],
)
def test_event_streams(content_type: str, is_one: bool) -> None:
    assert is_event_stream(content_type) is is_one
