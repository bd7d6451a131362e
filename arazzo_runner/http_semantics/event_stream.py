"""Event streams, ``text/event-stream``: events out of octets, as they come.

HTML Standard, section 9.2.6, "Interpreting an event stream".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from arazzo_runner.http_semantics.integers import parse_digits
from arazzo_runner.text.pattern import lazy_pattern

_LINE_END: Final = lazy_pattern(rb"\r\n|\n|\r")
_BOM: Final = "\ufeff"


class StreamEvent(Struct, frozen=True):
    """An event with the fields that it has; ``retry`` is in milliseconds.

    Without ``event`` its type is ``message``. Without ``id`` the last one of the stream still
    counts: ``EventStreamDecoder.last_event_id``.
    """

    data: str
    event: str | None = None
    id: str | None = None
    retry: int | None = None

    def to_value(self) -> dict[str, str | int]:
        """The fields that it has.

        OpenAPI Specification 3.2.0, "Special Considerations for Server-Sent Events".
        """
        named = {"event": self.event, "id": self.id, "retry": self.retry, "data": self.data}
        return {name: value for name, value in named.items() if value is not None}


class EventStreamDecoder:
    """Reads a stream piece by piece; an event that its blank line does not end is none."""

    def __init__(self, last_event_id: str = "") -> None:
        self.last_event_id = last_event_id
        self.retry: int | None = None
        self._line = bytearray()
        self._after_return = False
        self._is_first = True
        self._is_skipped = False
        self._clear()

    @property
    def pending(self) -> int:
        """The octets of the event that is being read."""
        return len(self._line) + self._size

    def skip(self) -> bool:
        """Drop the event that is being read, up to its end; whether it was not dropped before."""
        was_skipped: bool = self._is_skipped
        self._line[:] = b":" if self._line else b""  # the rest of the line means nothing
        self._clear()
        self._is_skipped = True
        return not was_skipped

    def feed(self, octets: bytes) -> Iterator[StreamEvent]:
        """The events that some octets end."""
        if self._after_return and octets.startswith(b"\n"):
            octets = octets[1:]
        self._after_return = octets.endswith(b"\r") or (self._after_return and not octets)
        *lines, rest = _LINE_END.split(octets)
        for line in lines:
            self._line += line
            text = self._line.decode("utf-8", "replace")
            self._line.clear()
            event = self._read(text)
            if event is not None:
                yield event
        self._line += rest

    def _clear(self) -> None:
        self._data: list[str] = []
        self._event: str | None = None
        self._id: str | None = None
        self._retry: int | None = None
        self._size = 0
        self._is_skipped = False

    def _read(self, line: str) -> StreamEvent | None:
        if self._is_first:
            line, self._is_first = line.removeprefix(_BOM), False
        if not line:
            return self._dispatch()
        self._size += len(line)
        field, _, value = line.partition(":")
        self._set(field, value.removeprefix(" "))
        return None

    def _set(self, field: str, value: str) -> None:
        """Take a field; those of other names, and comments, mean nothing."""
        if field == "data":
            self._data.append(value)
        elif field == "event":
            self._event = value
        elif field == "id" and "\0" not in value:
            self.last_event_id = self._id = value
        elif field == "retry" and (milliseconds := parse_digits(value)) is not None:
            self.retry = self._retry = milliseconds

    def _dispatch(self) -> StreamEvent | None:
        data = "\n".join(self._data)
        event = StreamEvent(data, self._event, self._id, self._retry)
        has_data = (any(self._data) or len(self._data) > 1) and not self._is_skipped
        self._clear()
        return event if has_data else None


def decode_events(octets: bytes) -> list[dict[str, str | int]]:
    """All events of a stream, each as an object of the fields that it has."""
    return [one.to_value() for one in EventStreamDecoder().feed(octets)]
