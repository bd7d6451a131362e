"""Writing JSON text: compact, and refused where a value has no JSON."""

from __future__ import annotations

import json
from typing import Final

from arazzo_runner.expression.value import Value
from arazzo_runner.operation.refusal import RequestRefused

# `allow_nan=False`: NaN and Infinity are not JSON (RFC 8259, section 6).
_UNICODE: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_ASCII: Final = json.JSONEncoder(allow_nan=False, separators=(",", ":"))


def json_text(value: Value) -> str:
    """A value as compact JSON; raises RequestRefused for NaN, Infinity and binary in it."""
    return _encode(_UNICODE, value)


def ascii_json(value: Value) -> str:
    """A value as compact JSON in ASCII, for headers; raises RequestRefused like json_text."""
    return _encode(_ASCII, value)


def json_bytes(value: Value) -> bytes:
    """A value as JSON in UTF-8; raises RequestRefused like json_text."""
    text = json_text(value)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        # Half a surrogate pair has no UTF-8, but it has an escape.
        return ascii_json(value).encode("ascii")


def _encode(encoder: json.JSONEncoder, value: Value) -> str:
    try:
        return encoder.encode(value)
    except ValueError as reason:
        raise RequestRefused("a number that is not finite cannot be written as JSON") from reason
    except TypeError as reason:
        raise RequestRefused(
            "binary data cannot be written as JSON", hint="send it as base64 text, or as a file"
        ) from reason
