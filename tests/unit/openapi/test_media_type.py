import encodings
import pkgutil

import pytest

from arazzo_runner.openapi.media_type import codec_of

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
