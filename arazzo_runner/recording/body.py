"""Bodies and files in a recording: JSON as JSON, text as text, anything else as Base64; uncut.

A run reads from them what it read from the body itself: what JSON would lose stays text.
"""

from __future__ import annotations

import base64
import json
from typing import Any, Final

from arazzo_runner.expression.value import FileBody, Value
from arazzo_runner.http_semantics.headers import Headers, header_value
from arazzo_runner.http_semantics.media_type import codec_of, is_json, parameter_of
from arazzo_runner.report.body import media_type
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.json_write import JsonStyle, write_json
from arazzo_runner.text.number import parse_number


def body_to_json(octets: bytes, headers: Headers, masker: Masker) -> dict[str, Value] | None:
    """``{"json": …}``, ``{"text": …}`` or ``{"base64": …}``, secrets masked; None for no body."""
    if not octets:
        return None
    text = _text(octets, headers)
    if text is None:
        return {"base64": base64.b64encode(masker.value(octets)).decode("ascii")}
    if is_json(media_type(headers)):
        try:
            return {"json": masker.value(parse_json(text))}
        except (ValueError, RecursionError):
            pass
    return {"text": masker.text(text)}


def body_from_json(spelled: Any, headers: Headers) -> bytes:
    """The octets of a spelled body. Raises ValueError for a form that there is not."""
    match spelled:
        case None:
            return b""
        case {"json": value}:
            return write_json(value).encode("utf-8")
        case {"text": str(text)}:
            return text.encode(_charset(headers))
        case {"base64": str(data)}:
            return _from_base64(data)
        case _:
            raise ValueError("a body is null or an object with `json`, `text` or `base64`")


def _from_base64(data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except ValueError:
        raise ValueError("the `base64` of a body is malformed") from None


_FILE: Final = "arazzo.file"


def files_to_json(value: Value) -> Value:
    """Inputs whose files are objects with the one member ``arazzo.file``, what is known of it."""
    match value:
        case FileBody():
            known = (value.path, value.name, value.size, value.media_type)
            return {_FILE: dict(zip(("path", "name", "size", "media_type"), known, strict=True))}
        case dict():
            return {name: files_to_json(one) for name, one in value.items()}
        case list():
            return [files_to_json(one) for one in value]
        case _:
            return value


def files_from_json(value: Any) -> Any:
    """What :func:`spell_files` spelled; a replay sends nothing, so nothing is read of a file."""
    match value:
        case {"arazzo.file": {"path": str(path), "name": str(name), "size": int(size)}} if (
            len(value) == 1
        ):
            return FileBody(path, name, size, value["arazzo.file"].get("media_type"))
        case dict():
            return {name: files_from_json(one) for name, one in value.items()}
        case list():
            return [files_from_json(one) for one in value]
        case _:
            return value


def parse_json(text: str) -> Value:
    """The value of a JSON text. Raises ValueError for what a recording cannot keep as JSON."""
    value = _DECODER.decode(text)
    # Half a character is no text.
    write_json(value, JsonStyle(allow_nan=False)).encode()
    return value


def _charset(headers: Headers) -> str:
    named = parameter_of(header_value(headers, "Content-Type") or "", "charset")
    return (codec_of(named) if named else None) or "utf-8"


def _text(octets: bytes, headers: Headers) -> str | None:
    """The octets as text, where the text gives the very same octets back."""
    charset = _charset(headers)
    try:
        text = octets.decode(charset)
        return text if text.encode(charset) == octets and "\0" not in text else None
    except ValueError:
        return None


def _refuse(name: str) -> float:
    raise ValueError(f"`{name}` is not JSON")


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse, parse_float=parse_number)
