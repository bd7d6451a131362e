"""Whether the value of a schema is bytes, or text that stands for bytes.

OpenAPI Specification 3.0.4, "Considerations for File Uploads" (``format: binary``), and 3.1.1,
"Working with Binary Data"; JSON Schema 2020-12 validation, sections 8.3 and 8.4.
"""

from __future__ import annotations

from typing import Final, TypeAlias
from typing import Literal as Choice

from arazzo_runner.expression.value import Value
from arazzo_runner.http_semantics.media_type import is_json, is_text, is_xml
from arazzo_runner.openapi.schema.descend import SchemaShape, item_shape
from arazzo_runner.openapi.schema.shape import Alternative, types_of_alternative

BinaryForm: TypeAlias = Choice["binary", "binaries", "base64"]
"""Bytes, an array of them, or bytes as Base64 text."""

_BASE64: Final = frozenset({"base64", "base64url"})
# RFC 2045, section 6.2: these leave the bytes as they are.
_IDENTITY: Final = frozenset({"", "7bit", "8bit", "binary"})
_NULL: Final = frozenset({"null"})


def binary_form(shape: SchemaShape) -> BinaryForm | None:
    """What the value is, if it is bytes in all that it may be; that it may be null is no matter."""
    forms: set[BinaryForm | None] = {_form(shape, one) for one in _not_null(shape)}
    return forms.pop() if len(forms) == 1 else None


def _not_null(shape: SchemaShape) -> list[Alternative]:
    return [one for one in shape.alternatives or () if types_of_alternative(one) != _NULL]


def _form(shape: SchemaShape, one: Alternative) -> BinaryForm | None:
    for part in one:
        if (stated := _stated_form(part.node)) is not None:
            return stated
    items = item_shape(SchemaShape(shape.schemas, (one,)))
    within = _not_null(items) if items else []
    is_binary = bool(within) and all(
        any(_stated_form(part.node) == "binary" for part in item) for item in within
    )
    return "binaries" if is_binary else None


def _stated_form(node: dict[str, Value]) -> BinaryForm | None:
    encoding = str(node.get("contentEncoding", "")).lower()
    if encoding in _BASE64:
        return "base64"
    media = node.get("contentMediaType")
    is_opaque = isinstance(media, str) and not (is_json(media) or is_text(media) or is_xml(media))
    is_binary = node.get("format") == "binary" or (is_opaque and encoding in _IDENTITY)
    return "binary" if is_binary else None
