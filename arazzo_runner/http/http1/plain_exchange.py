"""The plain case of HTTP/1.1, which nearly all requests and responses are, read by httptools.

A response is plain when its whole head comes at once, says its length in digits, keeps the
connection, and is written as RFC 9112 wants it written, not as it wants it tolerated. Whatever is
not goes to h11 from its first byte on, so that there is one reading of what is odd, and its words.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Final

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from arazzo_runner.http import errors as http_errors
from arazzo_runner.http.body import ResponseBody
from arazzo_runner.http.http1.message import Outbound, WireRequest, decode_headers
from arazzo_runner.http.settings import HttpSettings
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.openapi.request.multipart import has_files

# RFC 9110, sections 5.1, 5.5 and 5.6.2: names are tokens, values have neither controls nor spaces
# at their ends.
_TOKEN: Final = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE: Final = re.compile(rb"(?:[\x21-\x7e\x80-\xff]+(?:[ \t]+[\x21-\x7e\x80-\xff]+)*)?")
_TARGET: Final = re.compile(rb"[\x21-\x7e]+")
_LENGTH: Final = re.compile(rb"[0-9]{1,15}")
# Controls, line ends that are not CRLF, and lines that go on (RFC 9112, sections 2.2 and 5.2).
_ODD: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n|\n[ \t]")
# Of what has a body for certain: no interim response, 204 or 304.
_START: Final = re.compile(rb"HTTP/1\.1 (?!204|304)[2-5][0-9]{2}(?: [^\r]*)?\r\n")
_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Of these h11 knows what they do to the connection or the message.
_CONTROLLING: Final = frozenset({b"connection", b"expect", b"transfer-encoding", b"upgrade"})
_END: Final = b"\r\n\r\n"


def plain_request(message: WireRequest) -> bytes | None:
    """What is sent of a request that is plain; None where h11 has to write it, or to refuse it."""
    target = message.target.encode("latin-1", "replace")
    if message.method not in _METHODS or has_files(message.body) or not _TARGET.fullmatch(target):
        return None
    names = [name.lower() for name, _ in message.headers]
    if (
        names[:1] != [b"host"]
        or names.count(b"host") != 1
        or not all(map(_is_field, message.headers))
    ):
        return None
    if not _CONTROLLING.isdisjoint(names) or not _has_length(message, names):
        return None
    lines = b"".join([b"%s: %s\r\n" % field for field in message.headers])
    start = f"{message.method} ".encode() + target
    return b"%s HTTP/1.1\r\n%s\r\n%s" % (start, lines, message.body)


def _has_length(message: WireRequest, names: list[bytes]) -> bool:
    """Whether the one Content-Length is that of the body; without a body there may be none."""
    if b"content-length" not in names:
        return not message.body
    length = message.headers[names.index(b"content-length")][1]
    return names.count(b"content-length") == 1 and length == b"%d" % len(message.body)


class PlainExchange:
    """One request and its response; ``received`` are the bytes of the latter so far."""

    def __init__(self, message: WireRequest, settings: HttpSettings) -> None:
        self._origin = message.origin
        self._settings = settings
        self._fields: list[tuple[bytes, bytes]] = []
        self._header_bytes = 0
        self._expected = 0
        self._rest = b""
        self.received = 0
        self.is_reusable = False

    def head(self, outgoing: bytes) -> Generator[Outbound, bytes, HttpResponse | bytes]:
        """The response without its body; what was received, where it is not plain."""
        data = yield outgoing
        self.received = len(data)
        self._header_bytes = data.find(_END) + len(_END)
        head, self._rest = data[: self._header_bytes], data[self._header_bytes :]
        if _START.match(head) is None or _ODD.search(head) is not None:
            return data
        parser = HttpResponseParser(self)
        try:
            parser.feed_data(head)
        except (HttpParserError, HttpParserUpgrade):
            return data
        if not self._is_plain(head):
            return data
        fields = decode_headers(self._fields)
        return HttpResponse(parser.get_status_code(), fields, b"", 0.0, "HTTP/1.1")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field from the parser."""
        self._fields.append((name, value.strip(b" \t")))

    def _is_plain(self, head: bytes) -> bool:
        """Whether the body is so many bytes as the one Content-Length says, and no more came."""
        names = [name.lower() for name, _ in self._fields]
        is_read = len(names) == head.count(b"\r\n") - 2  # a line each, but for first and last
        is_small = len(head) <= self._settings.max_header_bytes
        if not is_read or not is_small or len(names) > self._settings.max_headers:
            return False
        if not all(map(_is_field, self._fields)) or names.count(b"content-length") != 1:
            return False
        length = self._fields[names.index(b"content-length")][1]
        if not _LENGTH.fullmatch(length):
            return False
        self._expected = int(length)
        return len(self._rest) <= self._expected

    def body(self, head: HttpResponse) -> Generator[Outbound, bytes, bytes]:
        """The body that follows a head; raises Unusable."""
        body = ResponseBody(self._origin, head.headers, self._settings)
        body.announce(self._expected)
        data = self._rest
        while True:
            body.feed(data[: self._expected - body.received])
            if body.received == self._expected:
                break
            data = yield b""
            if not data:
                raise self._truncation_error(body.received)
            self._receive(data)
        # Bytes after the response belong to none: kept, they would pass for the next one.
        self.is_reusable = self.received == self._header_bytes + self._expected
        return body.finish()

    def _receive(self, data: bytes) -> None:
        self.received += len(data)
        size, limit = self.received - self._header_bytes, self._settings.max_response_size
        if size > limit:
            raise http_errors.body_size_error(self._origin, size, limit)

    def _truncation_error(self, received: int) -> http_errors.TransportError:
        return http_errors.truncated_body_error(self._origin, received, self._expected)


def _is_field(field: tuple[bytes, bytes]) -> bool:
    """Whether a field says nothing of the connection, and is written as it should be."""
    name, value = field
    key = name.lower()
    if key in _CONTROLLING and (key, value.lower()) != (b"connection", b"keep-alive"):
        return False
    return bool(_TOKEN.fullmatch(name) and _VALUE.fullmatch(value))
