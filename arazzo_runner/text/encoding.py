"""Bytes to text: UTF-8, nothing else, as YAML files are written and RFC 8259 asks of JSON."""

from __future__ import annotations

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

from arazzo_runner.errors import DocumentError
from arazzo_runner.text.diagnostic import error
from arazzo_runner.text.source import Place, SourceFile, span_between


def decode(data: bytes, name: str, uri: str) -> SourceFile:
    """The text of a file; ``name`` is what messages show, ``uri`` the base of its references.

    A byte order mark is left out. Raises DocumentError AZ102 for bytes that are not UTF-8.
    """
    body = data.removeprefix(BOM_UTF8)
    try:
        return SourceFile(name, body.decode(), uri)
    except UnicodeDecodeError as reason:
        legible = SourceFile(name, body.decode(errors="replace"), uri)
        raise _utf8_error(data, len(data) - len(body) + reason.start, legible) from None


def _utf8_error(data: bytes, start: int, source: SourceFile) -> DocumentError:
    at = len(data[:start].decode("utf-8-sig"))
    place = Place(source, span=span_between(source, at, at + 1))
    byte = f"the byte 0x{data[start]:02x} at offset {start:,}"
    message = f"the document is not UTF-8: {byte} belongs to no character"
    return DocumentError(error("AZ102", message, place, help=_way_out(data, start)))


def _way_out(data: bytes, start: int) -> str:
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "this looks like UTF-16: save the file as UTF-8"
    likely = data[start : start + 1].decode("cp1252", errors="ignore")
    guess = f"; in Windows-1252 this byte is `{likely}`" if likely else ""
    return f"save the file as UTF-8{guess}"
