"""A response body as it is received: counted, decoded in bounded pieces, complete or refused.

Content-Encoding is RFC 9110, section 8.4. Of what is offered in Accept-Encoding, each is undone by
zlib, which can be limited in how much it gives out at once; so a bomb costs no more than the limit.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from arazzo_runner.http import errors as http_errors
from arazzo_runner.http.origin import Origin
from arazzo_runner.http.settings import HttpSettings
from arazzo_runner.http_semantics.headers import Headers
from arazzo_runner.http_semantics.headers import header_value as joined
from arazzo_runner.http_semantics.media_type import is_event_stream

if TYPE_CHECKING:
    from arazzo_runner.executor.channels.stream_end import StreamEnd
    from arazzo_runner.expression.value import Value
    from arazzo_runner.openapi.message import HttpResponse

ACCEPT_ENCODING = "gzip, deflate"
_MAX_ENCODINGS = 2
_PIECE = 64 * 1024
_GZIP = 16 + zlib.MAX_WBITS
_ZLIB = zlib.MAX_WBITS
_RAW = -zlib.MAX_WBITS


class ResponseBody:
    """The body of one response; every method raises Unusable when it cannot be accepted."""

    def __init__(
        self,
        origin: Origin,
        headers: Headers,
        settings: HttpSettings,
        watch: StreamWatch | None = None,
    ) -> None:
        self._origin = origin
        self._watch = watch
        self._settings = settings
        self._layers = [
            ContentDecoder(name, origin, settings) for name in _encodings(origin, headers)
        ]
        self._is_event_stream = is_event_stream(joined(headers, "content-type") or "")
        self._pieces: list[bytes] = []
        self.received = 0

    def announce(self, size: int) -> None:
        """Refuse at once what its Content-Length says is too large."""
        if size > self._settings.max_response_size:
            raise http_errors.body_size_error(self._origin, size, self._settings.max_response_size)

    def feed(self, data: bytes) -> None:
        """Take bytes as they were on the wire, without their framing."""
        self.received += len(data)
        self.announce(self.received)
        pieces: Iterable[bytes] = (data,)
        for layer in self._layers:
            pieces = layer.undo(pieces)
        for piece in pieces:
            self._pieces.append(piece)
            if self._watch is not None and self._is_event_stream:
                self._watch.feed(piece)

    @property
    def is_enough(self) -> bool:
        """Whether nothing more needs to come."""
        return self._watch is not None and self._watch.is_over

    def finish(self) -> bytes:
        """The whole body, decoded."""
        # An empty body with a Content-Encoding is common (a HEAD, a 304), and nothing is missing.
        for layer in self._layers if self.received else ():
            layer.finish()
        return self._joined()

    def so_far(self) -> bytes:
        """What has come of an event stream when its time is up; TimeoutError of other bodies."""
        if not self._is_event_stream:
            raise TimeoutError
        return self._joined()

    def _joined(self) -> bytes:
        body = b"".join(self._pieces)
        if len(body) > self._settings.max_decoded_size:
            raise http_errors.decoded_size_error(self._origin, self._settings.max_decoded_size)
        return body


class StreamWatch:
    """Looks at the events of a response as they come, until its end is reached."""

    def __init__(self, end: StreamEnd, head: HttpResponse) -> None:
        from arazzo_runner.http_semantics.event_stream import EventStreamDecoder

        self._end = end
        self._head = head
        self._decoder = EventStreamDecoder()
        self._events: list[Value] = []
        self.is_over = False

    def feed(self, octets: bytes) -> None:
        """Take some of the body, without its encodings."""
        for event in self._decoder.feed(octets):
            self._events.append(event.to_value())
            self.is_over = self.is_over or self._end.passes(self._head, self._events)


class ContentDecoder:
    """One content encoding on its way off."""

    def __init__(self, name: str, origin: Origin, settings: HttpSettings) -> None:
        self._name = name
        self._origin = origin
        self._limit = settings.max_decoded_size
        self._decoded_size = 0
        self._start = b""
        self._inflate = zlib.decompressobj(_GZIP) if name == "gzip" else None

    def undo(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The decoded pieces of encoded ones, each of bounded size."""
        for data in pieces:
            yield from self._pieces(data)

    def finish(self) -> None:
        """Refuse an encoding that does not end where its data does."""
        if self._inflate is None or not self._inflate.eof:
            reason = "it ends in the middle"
            raise http_errors.decoding_error(self._origin, self._name, reason)

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        if self._inflate is None:
            data = self._recognize(data)
        piece = b""
        # A full piece may leave more behind in zlib, though all input is taken.
        while data or len(piece) == _PIECE:
            piece = self._piece(data)
            yield piece
            data = self._rest()

    def _rest(self) -> bytes:
        assert self._inflate is not None
        return self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail

    def _recognize(self, data: bytes) -> bytes:
        """Tell zlib's format from raw deflate, which many servers send as "deflate", by 2 bytes."""
        self._start += data
        if len(self._start) < 2:
            return b""
        is_zlib = self._start[0] & 15 == 8 and int.from_bytes(self._start[:2]) % 31 == 0
        self._inflate = zlib.decompressobj(_ZLIB if is_zlib else _RAW)
        return self._start

    def _piece(self, data: bytes) -> bytes:
        try:
            piece = self._member().decompress(data, _PIECE)
        except zlib.error as reason:
            words = str(reason).rpartition(": ")[2]
            raise http_errors.decoding_error(self._origin, self._name, words) from None
        self._decoded_size += len(piece)
        if self._decoded_size > self._limit:
            raise http_errors.decoded_size_error(self._origin, self._limit)
        return piece

    def _member(self) -> zlib._Decompress:
        """The decoder for the next byte: gzip data may be several members (RFC 1952, 2.2)."""
        assert self._inflate is not None
        if self._inflate.eof and self._inflate.unused_data:
            if self._name != "gzip":
                raise http_errors.decoding_error(self._origin, self._name, "bytes follow its end")
            self._inflate = zlib.decompressobj(_GZIP)
        return self._inflate


def _encodings(origin: Origin, headers: Headers) -> list[str]:
    """The content encodings in the order to undo them."""
    listed = (joined(headers, "content-encoding") or "").lower().split(",")
    stripped = [name.strip().removeprefix("x-") for name in listed]
    names = [name for name in stripped if name not in {"", "identity"}]
    for name in names:
        if name not in {"gzip", "deflate"}:
            raise http_errors.unknown_encoding_error(origin, name)
    if len(names) > _MAX_ENCODINGS:
        raise http_errors.encoding_count_error(origin, len(names), _MAX_ENCODINGS)
    return names[::-1]
