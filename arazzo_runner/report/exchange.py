"""What was sent and got, in a few lines: a line a body, with ``-v`` headers, with ``-vv`` all."""

from __future__ import annotations

import json
import re
from typing import assert_never
from urllib.parse import parse_qsl

from arazzo_runner.expression.scope import Headers
from arazzo_runner.openapi.media_type import MULTIPART
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.report.body import FORM, decode_text, is_json, media_type
from arazzo_runner.report.form_parts import form_parts
from arazzo_runner.report.look import TextStyle

_LINE_END = re.compile(r"\r?\n")


def request_lines(request: HttpRequest, look: TextStyle) -> list[str]:
    """The request: its URL, its header fields where asked for, and its body."""
    url = look.shown.text(request.url)
    if look.verbosity == "normal":
        return [url, *body_lines(request.body, request.headers, look)]
    first = f"{look.shown.text(request.method)} {url}"
    return [first, *_message_lines(request.body, request.headers, look)]


def response_lines(response: HttpResponse, look: TextStyle) -> list[str]:
    """The response: header fields where asked for, and its body."""
    if look.verbosity == "normal":
        return body_lines(response.body, response.headers, look)
    first = f"{look.shown.text(response.http_version)} {response.status}"
    return [first, *_message_lines(response.body, response.headers, look)]


def _message_lines(octets: bytes, headers: Headers, look: TextStyle) -> list[str]:
    fields = [
        f"{look.shown.text(name)}: {look.shown.text(value)}"
        for name, value in look.shown.masker.headers(headers)
    ]
    body = body_lines(octets, headers, look)
    return [*fields, "", *body] if body else fields


def body_lines(octets: bytes, headers: Headers, look: TextStyle) -> list[str]:
    """A body: whole with ``-vv``, else abbreviated to a line; nothing for an empty one."""
    if not octets:
        return []
    match look.verbosity:
        case "bodies":
            return _whole_body(octets, headers, look)
        case "normal" | "verbose" | "quiet":
            return [_abbreviate(octets, headers, look)]
        case _:
            assert_never(look.verbosity)


def _abbreviate(octets: bytes, headers: Headers, look: TextStyle) -> str:
    # As many octets as can matter to the line; the rest of a large body is not even decoded.
    enough = 4 * (4 * look.room + look.shown.masker.margin + 1)
    text = decode_text(octets[:enough], headers, cut=len(octets) > enough)
    if text is None:
        return _describe_body(octets, headers, look)
    if media_type(headers) == FORM:
        text = _form(look.shown.masker.clip(text, 4 * look.room + 1))
    elif media_type(headers) == MULTIPART:
        text = form_parts(look.shown.masker.clip(text, enough)) or text
    return look.shown.line(text, look.room)


def _form(text: str) -> str:
    """Form fields as they were before percent-encoding; the text must be masked already."""
    fields = parse_qsl(text, keep_blank_values=True)
    return "  ".join(f"{name}={value}" for name, value in fields)


def _describe_body(octets: bytes, headers: Headers, look: TextStyle) -> str:
    kind = look.shown.text(media_type(headers)) or "no content type"
    return f"({len(octets):,} bytes, {kind})"


def _whole_body(octets: bytes, headers: Headers, look: TextStyle) -> list[str]:
    text = decode_text(octets, headers)
    if text is None:
        return [_describe_body(octets, headers, look)]
    masked = look.shown.masker.text(text)
    if is_json(media_type(headers)):
        masked = _indent_json(masked)
    return [look.shown.text(line) for line in _LINE_END.split(masked)]


def _indent_json(text: str) -> str:
    """JSON spread over lines, or the text as it is when it is no JSON."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text
