"""The response of a failed step in a few lines: status, the fields that help, the body's beginning.

Where only a report is read, in CI, these lines are all that is seen of what the server said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from arazzo_runner.executor.result import Attempt
from arazzo_runner.expression.value import MISSING, MaybeValue
from arazzo_runner.http_semantics.headers import header_value
from arazzo_runner.http_semantics.media_type import is_json
from arazzo_runner.openapi.message import HttpResponse, OmittedBody
from arazzo_runner.report.body import NOT_KEPT, decode_text, media_type
from arazzo_runner.report.redirects import followed_redirects, redirect_location
from arazzo_runner.report.safe_text import beginning, escape
from arazzo_runner.report.terminal.style import TextStyle
from arazzo_runner.text.json_write import INDENTED, json_pieces
from arazzo_runner.text.pattern import lazy_pattern

LINES: Final = 20
"""So many lines of a body are shown."""

WIDTH: Final = 200
"""A line of a body is cut at this length, in characters."""

ENOUGH: Final = 8 * 1024
"""As many characters of a body are looked at."""

ONE_LINE: Final = 80
"""JSON up to this length stands in one line."""

FIELDS: Final = (
    "x-request-id", "request-id", "x-correlation-id", "retry-after", "www-authenticate",
)  # fmt: skip
"""The header fields with which a server's log is searched, and that say what to do: try again when,
log in how."""

PLAIN: Final = frozenset((
    "accept", "accept-encoding", "accept-language", "connection", "content-length", "content-type",
    "host", "user-agent",
))  # fmt: skip
"""Header fields that are no credentials; all others may be."""
NO_CREDENTIAL: Final = (
    "the request had no credential: `-H 'Authorization: …'` adds one; "
    "`arazzo auth` lists those of the API description"
)
_TITLE: Final = lazy_pattern(r"<title\b[^>]*>([^<]*)", re.IGNORECASE)
_HTML: Final = lazy_pattern(r"\s*(?:<!doctype\s+html|<html)\b", re.IGNORECASE)


def response_summary(attempt: Attempt, look: TextStyle) -> Iterator[str]:
    """``response: 422 application/json``, and below it fields and body; nothing without one."""
    response = attempt.response
    if response is None:
        return
    kind = look.shown.text(media_type(response.headers))
    yield f"response: {response.status} {kind}".rstrip()
    # With `-v` all fields stand above the failure, with `-vv` the whole body too.
    fields = look.shown.masker.headers(response.headers) if look.verbosity == "normal" else ()
    for name, value in fields:
        if name.lower() in FIELDS:
            yield f"  {look.shown.text(name)}: {look.shown.line(value, WIDTH)}"
    if look.verbosity != "bodies":
        yield from (f"  {line}" for line in _body_lines(attempt, response, look))


def redirect_lines(attempt: Attempt, look: TextStyle) -> Iterator[str]:
    """``303 to GET https://…``, a line for each redirect that was followed."""
    for one in followed_redirects(attempt):
        yield look.shown.text(f"{one.status} to {one.request.method} {one.request.url}")


def response_hints(attempt: Attempt, look: TextStyle) -> Iterator[str]:
    """What may be behind the failure, by what the response is: the way out of each."""
    response = attempt.response
    if response is None:
        return
    if response.hint:
        yield response.hint
    elif response.status == 401 and _lacks_credential(attempt, response):
        yield NO_CREDENTIAL
    location = redirect_location(response)
    if location is not None:
        target = look.shown.line(location, WIDTH)
        yield f"the response redirects to `{target}`; `--follow-redirects 1` follows it"


def _lacks_credential(attempt: Attempt, response: HttpResponse) -> bool:
    """Whether a server wants a credential, and the request has nothing that may be one.

    A digest's challenge was not answered for a reason of its own, which is told.
    """
    request = attempt.request
    challenge = (header_value(response.headers, "www-authenticate") or "").lower()
    if attempt.in_process or request is None or challenge.startswith("digest"):
        return False
    names = {name.lower() for name, _ in request.headers}
    return not (names - PLAIN or "?" in request.url)


def _body_lines(attempt: Attempt, response: HttpResponse, look: TextStyle) -> list[str]:
    if isinstance(response.body, OmittedBody):
        return [f"({response.body.size:,} bytes, {NOT_KEPT})"]
    if not response.body:
        return []
    kind = media_type(response.headers)
    if is_json(kind) or isinstance(attempt.body, dict | list):
        lines = _json_lines(attempt.body, look)
        if lines:
            return lines
    enough = ENOUGH + 4 * look.shown.masker.margin
    cut = len(response.body) > enough
    text = decode_text(response.body[:enough], response.headers, cut=cut)
    if text is None:
        return [f"({len(response.body):,} bytes)"]
    title = _html_title(text, kind)
    if title:
        return [f"HTML page: {look.shown.line(title, WIDTH)}"]
    return _first_lines(look.shown.masker.clip(text, ENOUGH), look)


def _json_lines(value: MaybeValue, look: TextStyle) -> list[str]:
    """JSON in one line where it is short, else laid out; nothing where it was not parsed."""
    if value is MISSING or isinstance(value, bytes):
        return []
    line = look.shown.value(value, ONE_LINE + 1)
    if len(line) <= ONE_LINE:
        return [line]
    text = beginning(json_pieces(value, INDENTED), ENOUGH + look.shown.masker.margin + 1)
    return _first_lines(look.shown.masker.clip(text, ENOUGH), look)


def _html_title(text: str, kind: str) -> str | None:
    if kind not in ("text/html", "application/xhtml+xml") and not (not kind and _HTML.match(text)):
        return None
    from html import unescape

    title = _TITLE.search(text)
    return unescape(title[1]).strip() if title else None


def _first_lines(masked: str, look: TextStyle) -> list[str]:
    lines = [line for line in masked.splitlines() if line.strip()]
    shown = [_cut(line, look) for line in lines[:LINES]]
    return [*shown, f"{look.marks.cut} more lines"] if len(lines) > LINES else shown


def _cut(line: str, look: TextStyle) -> str:
    escaped = escape(line.rstrip())
    return escaped if len(escaped) <= WIDTH else escaped[: WIDTH - 1] + look.marks.cut
