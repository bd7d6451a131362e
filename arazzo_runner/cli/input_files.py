"""``-i NAME=@FILE`` where the workflow declares that the input is a file.

type: string, format: binary            the file itself, read when it is sent
contentMediaType: image/png             likewise
contentEncoding: base64                 its bytes as Base64 text
type: array, items: {format: binary}    one file, or several with several flags
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any, Final, TypeAlias
from typing import Literal as Choice

from arazzo_runner.errors import InputError
from arazzo_runner.executor.inputs import schema_parts
from arazzo_runner.expression.file_body import FileBody
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.media_type import is_json, is_text, is_xml
from arazzo_runner.text.diagnostic import error

FileKind: TypeAlias = Choice["binary", "binaries", "base64"] | None

_BASE64: Final = ("base64", "base64url")


def file_kind(schema: Value, root: Value) -> FileKind:
    """How a file is given to an input of this schema; None: as the text in it."""
    for part in schema_parts(schema, root):
        kind = _stated_kind(part)
        if kind is not None:
            return kind
        if "items" in part and file_kind(part["items"], root) == "binary":
            return "binaries"
    return None


def _stated_kind(part: dict[str, Any]) -> FileKind:
    if str(part.get("contentEncoding")).lower() in _BASE64:
        return "base64"
    media = part.get("contentMediaType")
    is_binary = isinstance(media, str) and not (is_json(media) or is_text(media) or is_xml(media))
    return "binary" if is_binary or part.get("format") == "binary" else None


def binary_file(name: str, path: str) -> FileBody:
    """The file that the user named for an input. Raises InputError."""
    from arazzo_runner.http.uploads import file_body

    if path == "-":
        message = f"input `{name}`: a file that is sent cannot be standard input"
        help_ = "write it to a file: it may have to be sent again"
        raise InputError(error("AZ906", message, help=help_))
    try:
        return file_body(path)
    except (OSError, ValueError) as reason:  # ValueError: a NUL in the path
        words = getattr(reason, "strerror", None) or str(reason)
        message = f"`-i {name}`: `{path}` cannot be read: {words.lower()}"
        raise InputError(error("AZ906", message)) from None


def base64_text(content: bytes) -> str:
    """The content of a file as Base64 text."""
    return b64encode(content).decode("ascii")
