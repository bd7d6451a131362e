import pytest

from arazzo_runner.errors import DocumentError
from arazzo_runner.text.parse import decode
from arazzo_runner.text.positions import locate_place
from arazzo_runner.text.source import Span


def test_utf8_is_text_and_its_mark_is_left_out():
    source = decode("\ufeffé: 1".encode(), "a.yaml", "file:///a.yaml")
    assert (source.name, source.text, source.uri) == ("a.yaml", "é: 1", "file:///a.yaml")


@pytest.mark.parametrize(
    ("data", "byte", "span", "way_out"),
    [
        (b"a: 1\nb: caf\xe9\n", "0xe9 at offset 11", Span(2, 7, 2, 8), "this byte is `é`"),
        (b"\xef\xbb\xbfa: \x80", "0x80 at offset 6", Span(1, 4, 1, 5), "this byte is `€`"),
        (b"\x81", "0x81 at offset 0", Span(1, 1, 1, 2), "save the file as UTF-8"),
        (b"\xed\xa0\x80", "0xed at offset 0", Span(1, 1, 1, 2), "in Windows-1252"),
        ("a: ü".encode() + b"\xc3", "0xc3 at offset 5", Span(1, 5, 1, 6), "is `Ã`"),
        ("a: 1".encode("utf-16"), "0xff at offset 0", Span(1, 1, 1, 2), "looks like UTF-16"),
    ],
)
def test_other_bytes_are_refused_with_their_offset(data, byte, span, way_out):
    with pytest.raises(DocumentError) as caught:
        decode(data, "a.yaml", "file:///a.yaml")
    (found,) = caught.value.diagnostics
    assert found.code == "AZ102"
    assert byte in found.message
    assert locate_place(found.place) == span
    assert way_out in found.help
