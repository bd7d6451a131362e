"""The ``curl`` line that repeats a request, with files from where the user named them."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from arazzo_runner.executor.result import Attempt
from arazzo_runner.expression.value import FileBody
from arazzo_runner.http_semantics.headers import header_value
from arazzo_runner.http_semantics.media_type import FORM
from arazzo_runner.openapi.message import HttpRequest, OmittedBody
from arazzo_runner.openapi.request.multipart import Upload, has_files, pieces_of
from arazzo_runner.report.body import decode_text
from arazzo_runner.report.redirects import followed_redirects
from arazzo_runner.report.safe_text import escape
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.pattern import lazy_pattern

_FIELD: Final = lazy_pattern(r'; (name|filename)="([^"]*)"')
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


INLINE_LIMIT = 4 * 1024
"""A longer body does not stand in the line; in octets."""

_DEFAULTS = (("accept", "*/*"), ("content-type", FORM))
_IMPLIED = frozenset({"host", "content-length", "connection", "transfer-encoding"})


def curl_line(request: HttpRequest, masker: Masker) -> str:
    """One line for a POSIX shell that sends the request again, secrets masked.

    A body above 4 KiB is named as a file, ``@body``, to be saved from the report first.
    """
    return _line(request, _method(request), shell_quote(masker.text(request.url)), masker)


def repeat_line(attempt: Attempt, request: HttpRequest, masker: Masker) -> str:
    """The line that repeats an attempt: redirects are followed where they were.

    ``$SERVER`` stands for the server where none was asked, so that none is by mistake.
    """
    url = shell_quote(masker.text(request.url))
    if attempt.in_process:
        target = _target(masker.text(request.url))
        url = f'"$SERVER"{shell_quote(target) if target else ""}'
    if not any(followed_redirects(attempt)):
        return _line(request, _method(request), url, masker)
    # After a 303 curl keeps a method that is set by `--request`, but not one that data imply.
    method = ["--data-raw", "''", "--header", "'Content-Type:'"]
    is_bare_post = request.method == "POST" and not request.body
    method = method if is_bare_post else _method(request)
    return _line(request, ["--location", *method], url, masker)


def _line(request: HttpRequest, method: list[str], url: str, masker: Masker) -> str:
    words = ["curl", *method, *_url_options(request.url), *_headers(request, masker)]
    feed, data = _data(request, masker)
    return feed + " ".join([*words, *data, url])


def _target(url: str) -> str:
    """The URL without its origin."""
    parts = urlsplit(url)
    return url.removeprefix(f"{parts.scheme}://{parts.netloc}")


def _method(request: HttpRequest) -> list[str]:
    """The method, unless curl takes it by itself: GET, or POST when there is data."""
    if request.method == "HEAD" and not request.body:
        return ["--head"]
    implied = "POST" if request.body else "GET"
    return [] if request.method == implied else ["--request", shell_quote(request.method)]


def _url_options(url: str) -> list[str]:
    # Without these, curl expands brackets and braces, and removes dot segments.
    options = ["--globoff"] if re.search(r"[\[\]{}]", url) else []
    return [*options, "--path-as-is"] if re.search(r"/\.\.?(/|$)", urlsplit(url).path) else options


def _headers(request: HttpRequest, masker: Masker) -> list[str]:
    words: list[str] = []
    for name, value in masker.headers(request.headers):
        # Of a form with files curl writes the boundary itself.
        if name.lower() != "content-type" or not isinstance(request.body, Upload):
            words += _header(name, value)
    if request.body and header_value(request.headers, "Content-Type") is None:
        words += ["--header", "'Content-Type:'"]  # or curl says it is a form
    return words


def _header(name: str, value: str) -> list[str]:
    match name.lower():
        case lowered if lowered in _IMPLIED or (lowered, value) in _DEFAULTS:
            return []
        case "accept-encoding" if "gzip" in value or "deflate" in value:
            return ["--compressed"]  # asks for encodings, and undoes them
        case _:
            # curl takes "Name;" for a field with an empty value, and "Name:" to leave it out.
            return ["--header", shell_quote(f"{name}: {value}" if value else f"{name};")]


def _data(request: HttpRequest, masker: Masker) -> tuple[str, list[str]]:
    """What feeds curl's standard input, and the options that give it the body."""
    if isinstance(request.body, OmittedBody):
        return "", ["--data-binary", "@body"]
    if not request.body:
        return "", []
    if has_files(request.body):
        return "", [*map(shell_quote, file_options(request.body, masker))]
    if len(request.body) > INLINE_LIMIT:
        return "", ["--data-binary", "@body"]
    text = decode_text(request.body, ())
    if text is not None:
        return "", ["--data-raw", shell_quote(masker.text(text))]
    encoded = base64.b64encode(masker.value(request.body)).decode("ascii")
    return f"echo {encoded} | base64 --decode | ", ["--data-binary", "@-"]


def shell_quote(text: str) -> str:
    """A word for the shell; one with control or bidi characters in its ``$'…'`` form."""
    if escape(text) == text and "\n" not in text:
        from shlex import quote

        return quote(text)
    return "$'" + "".join(map(_ansi_c, text)) + "'"


def _ansi_c(character: str) -> str:
    if character in "\\'":
        return "\\" + character
    if escape(character) == character and character != "\n":
        return character
    return "".join(f"\\x{octet:02x}" for octet in character.encode("utf-8", "surrogatepass"))
