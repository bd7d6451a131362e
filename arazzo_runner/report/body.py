"""Bodies of messages as reports show them: JSON as JSON, text as text, the rest as Base64.

The parts of a ``multipart/form-data`` body are names and values in one line, without delimiters.
"""

from __future__ import annotations

import base64
import codecs
from typing import Final

from arazzo_runner.expression.value import MISSING, FileBody, MaybeValue, Value
from arazzo_runner.http_semantics.headers import Headers, header_value
from arazzo_runner.http_semantics.media_type import codec_of, essence, is_json, is_xml, parameter_of
from arazzo_runner.openapi.message import OmittedBody
from arazzo_runner.openapi.request.multipart import has_files
from arazzo_runner.openapi.response.body import xml_charset
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.pattern import lazy_pattern

BODY_LIMIT = 64 * 1024
"""A longer body is cut in reports; in octets."""

NOT_KEPT: Final = "body not kept"
"""What reports say of a body that a run gave up (``--max-kept``)."""


def media_type(headers: Headers) -> str:
    """The media type of ``Content-Type`` in lower case, without parameters; empty if not there."""
    return essence(header_value(headers, "Content-Type") or "")


def decode_text(octets: bytes, headers: Headers, *, cut: bool = False) -> str | None:
    """The octets as text in their charset (UTF-8 unless named), or None when they are no text.

    The charset is that of the content type, else the one that XML itself names.

    ``cut`` says that they are only a beginning: an incomplete last character is left out.
    """
    kind = header_value(headers, "Content-Type") or ""
    named = parameter_of(kind, "charset")
    own = xml_charset(octets) if named is None and is_xml(kind) else None
    codec = codec_of(named or own or "utf-8")
    if codec is None:
        return None
    try:
        text = codecs.getincrementaldecoder(codec)().decode(octets, final=not cut)
    except ValueError:
        return None
    return None if "\0" in text else text


def report_body(octets: bytes, headers: Headers, value: MaybeValue, masker: Masker) -> Value:
    """The ``body`` of a report's request or response; null where there is none.

    ``value`` is the parsed body, MISSING if it was not parsed. A cut body is an object of
    ``encoding`` (``text`` or ``base64``), ``data`` and ``truncated``, its whole length in octets;
    one that was not kept has no data and a ``note``.
    """
    if isinstance(octets, OmittedBody):
        return {"encoding": "text", "data": "", "truncated": octets.size, "note": NOT_KEPT}
    if not octets:
        return None
    if has_files(octets):
        return masker.text(octets.decode("utf-8", "replace"))
    if len(octets) > BODY_LIMIT:
        return {**_cut(octets, headers, masker), "truncated": len(octets)}
    if is_json(media_type(headers)) and value is not MISSING:
        return masker.value(value)
    text = decode_text(octets, headers)
    return _base64(masker.value(octets)) if text is None else masker.text(text)


def _cut(octets: bytes, headers: Headers, masker: Masker) -> dict[str, Value]:
    # Somewhat more than is kept, for a secret that reaches past the cut.
    beginning = octets[: BODY_LIMIT + 4 * masker.margin]
    text = decode_text(beginning, headers, cut=True)
    if text is None:
        masked = masker.clip(beginning.decode("utf-8", "surrogateescape"), BODY_LIMIT)
        return _base64(masked.encode("utf-8", "surrogateescape")[:BODY_LIMIT])
    return {"encoding": "text", "data": masker.clip(text, BODY_LIMIT)}


def _base64(octets: bytes) -> dict[str, Value]:
    return {"encoding": "base64", "data": base64.b64encode(octets).decode("ascii")}


def to_json_data(value: MaybeValue) -> Value:
    """The value as JSON data: octets as a Base64 object, a file as its label, MISSING as null."""
    match value:
        case FileBody():
            return value.label
        case bytes():
            return _base64(value)
        case list():
            return list(map(to_json_data, value))  # `map`: one stack frame a level
        case dict():
            return dict(zip(value, map(to_json_data, value.values()), strict=True))
        case _:
            return None if value is MISSING else value


_NAME: Final = lazy_pattern(r'(?i)content-disposition:[^\r\n]*?; name="([^"\r\n]*)"')


def form_parts(text: str) -> str:
    """``name=value``, two spaces apart; a text that is cut may end within a part."""
    delimiter = text.partition("\r\n")[0]
    found: list[str] = []
    for part in text.split(delimiter)[1:]:
        head, blank, content = part.partition("\r\n\r\n")
        name = _NAME.search(head)
        if name and blank:
            value = content.removesuffix("\r\n")
            found.append(f"{name[1]}={value}")
    return "  ".join(found)
