"""A request with files as ``curl`` sends it: from the same files, named as the user named them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from arazzo_runner.expression.file_body import FileBody
from arazzo_runner.openapi.request.multipart import pieces_of
from arazzo_runner.report.mask import Masker

_FIELD: Final = re.compile(r'; (name|filename)="([^"]*)"')
_PIECES: Final = 3
"""A part is its delimiter and header lines, its content, and a line end."""


def file_options(body: bytes, masker: Masker) -> list[str]:
    """The options that give curl a body with files in it, not yet quoted for a shell."""
    if isinstance(body, FileBody):
        return ["--data-binary", f"@{body.path}"]
    pieces = pieces_of(body)
    parts = zip(pieces[0::_PIECES], pieces[1::_PIECES], strict=False)
    return [word for head, content in parts for word in _part(head, content, masker)]


def _part(head: bytes, content: bytes, masker: Masker) -> Iterator[str]:
    lines = head.decode("utf-8").split("\r\n")[1:]
    headers: dict[str, str] = dict(_field(line) for line in lines if line)
    fields: dict[str, str] = dict(_FIELD.findall(headers.pop("Content-Disposition", "")))
    kind = headers.pop("Content-Type", None)
    more = [f";type={kind}"] if kind else []
    more += (f";headers={_quote(f'{name}: {value}')}" for name, value in headers.items())
    name = fields.get("name", "")
    if isinstance(content, FileBody):
        yield from ("--form", "".join([f"{name}=@{_quote(content.path)}", *more]))
        return
    text = masker.text(content.decode("utf-8", "replace"))
    if more:
        yield from ("--form", "".join([f"{name}={_quote(text)}", *more]))
    else:
        yield from ("--form-string", f"{name}={text}")


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition(": ")
    return name, value


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
