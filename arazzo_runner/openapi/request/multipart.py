"""``multipart/form-data`` and its relatives (RFC 7578, RFC 2046), with files in them.

OpenAPI Specification 3.2.0, section "Encoding `multipart` Media Types". A body with files is what
reports show of it, and the pieces that are sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.expression.value import FileBody, Value, describe
from arazzo_runner.http_semantics import media_type
from arazzo_runner.openapi.message import OmittedBody
from arazzo_runner.openapi.model import Encoding, MediaType
from arazzo_runner.openapi.request.encoding import (
    EXPANSIONS,
    RequestRefused,
    charset_bytes,
    expand_value,
)
from arazzo_runner.openapi.request.form import has_style, is_file_part, items_of, part_text
from arazzo_runner.openapi.schema.descend import SchemaShape, descend_step, shape_of
from arazzo_runner.openapi.schema.shape import schemas_of
from arazzo_runner.text.pattern import lazy_pattern


class Upload(bytes):
    """A body with files; as bytes it is what reports show, each file as its label.

    ``pieces`` are what is sent, one after the other: bytes, and files (:class:`FileBody`).
    """

    pieces: tuple[bytes, ...]

    def __new__(cls, pieces: Iterable[bytes]) -> Upload:
        """Join pieces."""
        kept = tuple(pieces)
        self = super().__new__(cls, b"".join(kept))
        self.pieces = kept
        return self


def join_pieces(pieces: Iterable[bytes]) -> bytes:
    """Pieces as one body: an :class:`Upload` where a file is among them."""
    kept = tuple(pieces)
    has_file = any(isinstance(one, FileBody) for one in kept)
    return Upload(kept) if has_file else b"".join(kept)


def pieces_of(body: bytes) -> tuple[bytes, ...]:
    """What is sent of a body: bytes, and files (:class:`FileBody`)."""
    return body.pieces if isinstance(body, Upload) else (body,)


def has_files(body: bytes) -> bool:
    """Whether a body has to be read from disk while it is sent."""
    return isinstance(body, FileBody | Upload)


def size_of(body: bytes) -> int:
    """How many bytes of a body are sent."""
    if isinstance(body, OmittedBody):
        return body.size
    return sum(one.size if isinstance(one, FileBody) else len(one) for one in pieces_of(body))


BINARY: Final = "application/octet-stream"
# A comma between two media types, not one in the quotes of a parameter.
_COMMA: Final = lazy_pattern(r',(?=(?:[^"]*"[^"]*")*[^"]*\Z)')
_DELIMITERS: Final = {"spaceDelimited": " ", "pipeDelimited": "|", "tabDelimited": "\t"}


class File(Struct, frozen=True):
    """A file of the payload: its content, its name and type where the payload has them."""

    content: Value
    name: str | None = None
    content_type: str | None = None


class BodyPart(Struct, frozen=True):
    """One part: its header lines and its content."""

    headers: tuple[tuple[str, str], ...]
    content: bytes


def encode_multipart(payload: Value, media: MediaType | None, boundary: str | None) -> bytes:
    """Write an object part by part, or an array as parts without names.

    Arrays of an object repeat the part, nested objects are JSON, bytes are files, and so is an
    object ``{content, filename, contentType}`` without one or the other; null is left out. The body
    is an Upload where a part is a file on disk. Without a boundary it is a hash of the content, so
    that no content can hold it; the body begins with it. Raises RequestRefused when the boundary
    stands in the content, and for a control character in a file name, type or header.
    """
    parts = list(_parts(payload, media))
    mark = (boundary or _boundary(parts)).encode("latin-1", "replace")
    if any(b"--" + mark in part.content for part in parts):
        raise RequestRefused("the boundary of the multipart body occurs in its content")
    opened = ((b"--" + mark + b"\r\n" + _head(part), part.content, b"\r\n") for part in parts)
    return join_pieces([*(piece for part in opened for piece in part), b"--" + mark + b"--\r\n"])


def boundary_of(body: bytes) -> str:
    """The boundary that a body written by encode_multipart begins with."""
    line = body.partition(b"\r\n")[0]
    mark = line[2:-2] if body == line + b"\r\n" else line[2:]
    return mark.decode("latin-1")


def _boundary(parts: list[BodyPart]) -> str:
    from hashlib import sha256

    digest = sha256()
    for part in parts:
        digest.update(_head(part) + part.content + b"\0")
        if isinstance(part.content, FileBody):
            digest.update(part.content.mark.encode())
    return "arazzo-" + digest.hexdigest()[:40]


def _head(part: BodyPart) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in part.headers)
    return lines.encode("utf-8") + b"\r\n"


def _parts(payload: Value, media: MediaType | None) -> Iterator[BodyPart]:
    if isinstance(payload, list):
        for index, item in enumerate(payload):
            yield _positioned(item, _encoding_at(index, media), f"part {index + 1}")
        return
    if not isinstance(payload, dict):
        raise RequestRefused(f"a multipart body is written from an object, not {describe(payload)}")
    for name, value in payload.items():
        encoding = media.encoding.get(name) if media else None
        if encoding is not None and has_style(encoding):
            yield from _styled_parts(name, value, encoding)
            continue
        for item in items_of(value):
            part = _member(name, item, media, encoding)
            if part is not None:
                yield part


def _member(
    name: str, value: Value, media: MediaType | None, encoding: Encoding | None
) -> BodyPart | None:
    file = _file_of(value, f"`{name}`")
    if file is None:
        return _named_part(name, value, _content_type(name, value, media, encoding), encoding)
    if not items_of(file.content):
        return None
    content_type = file.content_type or _content_type(name, file.content, media, encoding)
    return _named_part(name, file, content_type, encoding)


def _positioned(value: Value, encoding: Encoding | None, label: str) -> BodyPart:
    """A part of an array: it has no name, a file of its own may have one."""
    file = _file_of(value, label)
    content = value if file is None else file.content
    stated = file.content_type if file else None
    content_type = stated or _type_of(content, encoding) or _default_type(content)
    if file is None or file.name is None:
        return _part((), content, content_type, encoding)
    disposition = f'attachment; filename="{_quote_name(file.name)}"'
    return _part((("Content-Disposition", disposition),), file, content_type, encoding)


def _file_of(value: Value, label: str) -> File | None:
    if not isinstance(value, dict) or not is_file_part(value.keys()):
        return None
    name, content_type = value.get("filename"), value.get("contentType")
    return File(
        value["content"],
        None if name is None else _single_line(name, f"`filename` of {label}"),
        None if content_type is None else _single_line(content_type, f"`contentType` of {label}"),
    )


def _named_part(
    name: str, value: Value | File, content_type: str, encoding: Encoding | None
) -> BodyPart:
    disposition = f'form-data; name="{_quote_name(name)}"'
    file_name = _file_name(value, content_type, name)
    if file_name is not None:
        # RFC 7578, section 4.2: a part that is a file has a file name.
        disposition += f'; filename="{_quote_name(file_name)}"'
    return _part((("Content-Disposition", disposition),), value, content_type, encoding)


def _file_name(value: Value | File, content_type: str, name: str) -> str | None:
    """What a file is called: by the payload, on disk, else as its member; None for other data."""
    if isinstance(value, File):
        return value.name or _file_name(value.content, BINARY, name)
    if isinstance(value, FileBody):
        return value.name
    return name if isinstance(value, bytes) or content_type == BINARY else None


def _part(
    headers: tuple[tuple[str, str], ...],
    value: Value | File,
    content_type: str,
    encoding: Encoding | None,
) -> BodyPart:
    content = value.content if isinstance(value, File) else value
    # RFC 7578, section 4.4: without a Content-Type a part is plain text; a file says so itself.
    is_plain = content_type == "text/plain" and not isinstance(value, File | bytes)
    typed = () if is_plain else (("Content-Type", _single_line(content_type, "`contentType`")),)
    extra = encoding.headers if encoding else ()
    own = tuple((key, _single_line(one, f"the header `{key}`")) for key, one in extra)
    if not isinstance(content, bytes):
        content = charset_bytes(part_text(content, content_type), content_type)
    return BodyPart((*headers, *typed, *own), content)


def _styled_parts(name: str, value: Value, encoding: Encoding) -> Iterator[BodyPart]:
    """A property with a style: what a query would hold, without percent-encoding."""
    style = encoding.style or "form"
    explode = style == "form" if encoding.explode is None else encoding.explode
    if not explode and style != "deepObject":
        how = replace(EXPANSIONS["simple", False], delimiter=_DELIMITERS.get(style, ","))
        joined = expand_value(name, value, how, str)
        yield from () if joined is None else (_named_part(name, joined, "text/plain", None),)
        return
    members = value.items() if isinstance(value, dict) else [(name, one) for one in items_of(value)]
    deep = style == "deepObject" and isinstance(value, dict)
    for key, one in members:
        yield _named_part(f"{name}[{key}]" if deep else key, one, "text/plain", None)


def _content_type(
    name: str, value: Value, media: MediaType | None, encoding: Encoding | None
) -> str:
    """The content type of a part: by its Encoding Object, else by the value, else by its schema.

    Of several types, or of a range, it is that of the file.
    """
    stated = _type_of(value, encoding)
    if stated is not None:
        return stated
    by_schema = not isinstance(value, FileBody) and media is not None and _is_binary(name, media)
    return BINARY if by_schema else _default_type(value)


def _type_of(value: Value, encoding: Encoding | None) -> str | None:
    """The content type that an Encoding Object states for a value, None when it states none."""
    if encoding is None or not encoding.content_type:
        return None
    offered = [one.strip() for one in _COMMA.split(encoding.content_type)]
    own = value.media_type if isinstance(value, FileBody) else None
    for one in offered:
        if own and media_type.is_covered(one, own):
            # What is documented may have parameters, such as a charset.
            return own if media_type.is_range(one) else one
    return None if media_type.is_range(offered[0]) else offered[0]


def _encoding_at(index: int, media: MediaType | None) -> Encoding | None:
    """3.2, `prefixEncoding` and `itemEncoding`: the encoding of a part without a name."""
    if media is None or index < len(media.prefix_encoding):
        return media.prefix_encoding[index] if media else None
    return media.item_encoding


def _is_binary(name: str, media: MediaType) -> bool:
    """Whether the schema of a property is a file: 3.0 by its format, 3.1 by its media type."""
    if media.schema is None or media.description is None:
        return False
    from arazzo_runner.openapi.schema.binary import binary_form

    schema = shape_of(schemas_of(media.description), media.schema)
    member = descend_step(schema, name)
    form = binary_form(member) if isinstance(member, SchemaShape) else None
    return form in ("binary", "binaries")


def _default_type(value: Value) -> str:
    """Encoding Object, `contentType`: the default by the type of the value; a file has its own."""
    if isinstance(value, FileBody):
        return value.media_type or BINARY
    if isinstance(value, bytes):
        return BINARY
    return "application/json" if isinstance(value, dict | list) else "text/plain"


def _quote_name(name: str) -> str:
    """A name within quotes: what would end it is percent-encoded (WHATWG HTML, 4.10.21.8)."""
    return re.sub(r'["\r\n]', lambda found: f"%{ord(found[0]):02X}", name)


def _single_line(value: Value, label: str) -> str:
    """A value as it stands in a header of a part. Raises RequestRefused for what would end it."""
    text = part_text(value, None)
    if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", text):
        message = f"{label} of a multipart body has a line break or another control character in it"
        raise RequestRefused(message)
    return text
