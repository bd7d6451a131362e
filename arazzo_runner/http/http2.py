"""One request and its response over HTTP/2, without IO; h2 owns the protocol. RFC 9113.

One request at a time: a run has no use for more. Loaded only when a server agreed to speak it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

from h2.config import H2Configuration
from h2.connection import ConnectionInputs, H2Connection, H2ConnectionStateMachine
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    InformationalResponseReceived,
    ResponseReceived,
    StreamEnded,
    StreamReset,
)
from h2.exceptions import DenialOfServiceError, FrameTooLargeError, ProtocolError
from h2.settings import SettingCodes, Settings
from msgspec.structs import replace

from arazzo_runner.http import errors as http_errors
from arazzo_runner.http.body import ResponseBody
from arazzo_runner.http.http1 import message as http_message
from arazzo_runner.http.http1.message import ExchangeSteps, Outbound, WireRequest
from arazzo_runner.http.settings import HttpSettings
from arazzo_runner.http.uploads import chunks
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.openapi.request.multipart import size_of

# Section 8.2.2: these speak of the connection, and `host` is `:authority`.
_NOT_HERE = {
    b"connection",
    b"host",
    b"keep-alive",
    b"proxy-connection",
    b"transfer-encoding",
    b"upgrade",
}


class _OpenStates(H2ConnectionStateMachine):
    """States in which a GOAWAY ends nothing by itself: h2 would take no frame after it.

    RFC 9113, section 6.8: the streams up to the last one that it names go on.
    """

    def process_input(self, input_: ConnectionInputs) -> list[Event]:
        """The events of an input; raises ProtocolError where it is not allowed."""
        return [] if input_ is ConnectionInputs.RECV_GOAWAY else super().process_input(input_)


class _FrameHeaders:
    """Reads the lengths of frames as they come, for h2 reads one when the whole frame is there.

    RFC 9113, section 4.1: nine bytes, of which the first three are the length of what follows.
    """

    def __init__(self) -> None:
        self._header = b""
        self._skip = 0

    def feed(self, data: bytes, most: int) -> None:
        """Read on; raises FrameTooLargeError where a length is above ``most`` (section 4.2)."""
        at = self._skip
        while at < len(data):
            end = at + 9 - len(self._header)
            self._header += data[at:end]
            at = end
            if len(self._header) == 9:
                at += self._length(most)
                self._header = b""
        self._skip = max(0, at - len(data)) if not self._header else 0

    def _length(self, most: int) -> int:
        length = int.from_bytes(self._header[:3])
        if length > most:
            why = f"a frame announces {length} bytes, the limit is {most} (FRAME_SIZE_ERROR)"
            raise FrameTooLargeError(why)
        return length


class _H2(H2Connection):
    """An h2 connection whose streams outlive a GOAWAY, and which waits for no frame too large."""

    def __init__(self) -> None:
        super().__init__(H2Configuration(client_side=True, header_encoding=None))
        self.state_machine = _OpenStates()
        self._frames = _FrameHeaders()

    def receive(self, data: bytes) -> list[Event]:
        """The events of what came; raises ProtocolError."""
        self._frames.feed(data, self.max_inbound_frame_size)
        return self.receive_data(data)

    def clear_outbound_data_buffer(self) -> None:
        """Keep it: h2 would drop acknowledgements, which the streams that go on may need."""


class Http2:
    """The client's end of one HTTP/2 connection."""

    def __init__(self, settings: HttpSettings) -> None:
        self._settings = settings
        self._h2 = _H2()
        size = settings.max_header_bytes
        limits = {SettingCodes.ENABLE_PUSH: 0, SettingCodes.MAX_HEADER_LIST_SIZE: size}
        self._h2.local_settings = Settings(client=True, initial_values=limits)
        self._h2.decoder.max_header_list_size = size  # before the server has acknowledged it
        self._h2.initiate_connection()
        self.is_reusable = False
        self._exchange: _Exchange | None = None

    @property
    def has_received(self) -> bool:
        """Whether anything of the latest request's response has come."""
        return self._exchange is not None and self._exchange.has_received

    @property
    def head(self) -> HttpResponse | None:
        """The head of the latest request's response, as far as it came."""
        return self._exchange.head if self._exchange else None

    def exchange(self, message: WireRequest) -> ExchangeSteps:
        """Send ``message`` and return its response; raises Unusable."""
        self.is_reusable = False
        try:
            self._exchange = _Exchange(self._h2, message, self._settings)
            response = yield from self._exchange.steps()
        except DenialOfServiceError:
            raise http_errors.header_size_error(
                message.origin, self._settings.max_header_bytes
            ) from None
        except ProtocolError as reason:
            raise http_errors.malformed_response_error(message.origin, str(reason)) from None
        self.is_reusable = not self._exchange.is_last
        return response


class _Exchange:
    """One stream of an h2 connection."""

    def __init__(self, connection: _H2, message: WireRequest, settings: HttpSettings) -> None:
        self._h2 = connection
        self._message = message
        self._origin = message.origin
        self._settings = settings
        self._stream = connection.get_next_available_stream_id()
        self._interim = 0
        self.head: HttpResponse | None = None
        self._body: ResponseBody | None = None
        self.is_last = False
        self._done = False
        self._chunks = chunks(message.body)
        self._rest = memoryview(b"")
        self._left = size_of(message.body)

    @property
    def has_received(self) -> bool:
        """Whether a response has begun; frames about the connection are none."""
        return self.head is not None or self._interim > 0

    def steps(self) -> ExchangeSteps:
        yield from self._send()
        try:
            while not self._done and not (self._body and self._body.is_enough):
                yield from self._read()
        except TimeoutError:
            if self._body is None or self.head is None:
                raise
            self.is_last = True
            return replace(self.head, body=self._body.so_far())
        assert self._body is not None
        assert self.head is not None
        if not self._done:
            self.is_last = True
            return replace(self.head, body=self._body.so_far())
        return replace(self.head, body=self._body.finish())

    def _send(self) -> Generator[Outbound, bytes, None]:
        self._h2.send_headers(self._stream, _fields(self._message), end_stream=not self._left)
        while self._left and not self._done:
            yield from self._read(self._frames())
        if self._left:  # answered early: the server may do without the rest
            self._h2.reset_stream(self._stream, ErrorCodes.NO_ERROR)

    def _frames(self) -> Iterator[bytes]:
        """As much of the body as the server takes for now, frame by frame."""
        yield self._h2.data_to_send()
        while self._left and (size := self._window()):
            if not self._rest:
                self._rest = memoryview(next(self._chunks))
            piece, self._rest = bytes(self._rest[:size]), self._rest[size:]
            self._left -= len(piece)
            self._h2.send_data(self._stream, piece, end_stream=not self._left)
            yield self._h2.data_to_send()

    def _window(self) -> int:
        window = self._h2.local_flow_control_window(self._stream)
        return max(0, min(window, self._h2.max_outbound_frame_size))

    def _read(self, outgoing: Outbound | None = None) -> Generator[Outbound, bytes, None]:
        data = yield self._h2.data_to_send() if outgoing is None else outgoing
        if not data:
            raise self._cut_short()
        for event in self._h2.receive(data):
            self._take(event)

    def _take(self, event: Event) -> None:
        match event:
            case InformationalResponseReceived():
                http_message.check_status(self._origin, _status(event))
                self._count_interim()
            case ResponseReceived():
                self._begin(event)
            case DataReceived():
                self._feed(event)
            case StreamEnded():
                self._done = True
            case StreamReset() if event.stream_id == self._stream:
                raise self._reset(event)
            case ConnectionTerminated():
                self._terminate(event)
            case _:
                pass  # settings, pings, windows: h2 has dealt with them

    def _reset(self, event: StreamReset) -> http_errors.TransportError:
        if event.error_code == ErrorCodes.REFUSED_STREAM:
            return http_errors.unprocessed_request_error(self._origin)
        why = f"the stream was reset ({event.error_code})"
        return http_errors.malformed_response_error(self._origin, why)

    def _terminate(self, event: ConnectionTerminated) -> None:
        """Section 6.8: streams above the last one were not processed, the others may go on."""
        self.is_last = True
        if event.last_stream_id is not None and event.last_stream_id < self._stream:
            raise http_errors.unprocessed_request_error(self._origin)
        if event.error_code != ErrorCodes.NO_ERROR and not self._done:
            why = f"it ends the connection ({event.error_code})"
            raise http_errors.malformed_response_error(self._origin, why)

    def _count_interim(self) -> None:
        self._interim += 1
        if self._interim > self._settings.max_informational:
            raise http_errors.informational_count_error(
                self._origin, self._settings.max_informational
            )

    def _begin(self, event: ResponseReceived) -> None:
        status = http_message.check_status(self._origin, _status(event))
        fields = [(bytes(name), bytes(value)) for name, value in event.headers or ()]
        raw = [field for field in fields if not field[0].startswith(b":")]
        http_message.check_headers(self._origin, raw, self._settings)
        headers = http_message.decode_headers(raw)
        self.head = HttpResponse(status, headers, b"", 0.0, "HTTP/2")
        watch = http_message.stream_watch(self._message, self.head)
        self._body = ResponseBody(self._origin, headers, self._settings, watch)

    def _feed(self, event: DataReceived) -> None:
        assert self._body is not None
        self._body.feed(event.data or b"")
        self._h2.acknowledge_received_data(event.flow_controlled_length or 0, self._stream)

    def _cut_short(self) -> http_errors.TransportError:
        if self._body is None:
            return http_errors.no_response_error(self._origin)
        return http_errors.truncated_body_error(self._origin, self._body.received, None)


def _status(event: ResponseReceived | InformationalResponseReceived) -> bytes:
    fields = {bytes(name): bytes(value) for name, value in event.headers or ()}
    return fields[b":status"]  # h2 refuses a response without it


def _fields(message: WireRequest) -> list[tuple[bytes, bytes]]:
    """Section 8.3.1: what was the first line, then the headers, in lower case."""
    lower = [(name.lower(), value) for name, value in message.headers]
    host = dict(lower).get(b"host", message.origin.authority.encode())
    return [
        (b":method", message.method.encode()),
        (b":scheme", message.origin.scheme.encode()),
        (b":authority", host),
        (b":path", message.target.encode()),
        *(field for field in lower if field[0] not in _NOT_HERE),
    ]
