"""Event streams: the examples of the HTML Standard, and what is odd."""

import pytest

from arazzo_runner.http_semantics.event_stream import (
    EventStreamDecoder,
    StreamEvent,
    decode_events,
)

STREAMS: dict[str, tuple[str, list[StreamEvent]]] = {
    "lines of data": ("data: YHOO\ndata: +2\ndata: 10\n\n", [StreamEvent("YHOO\n+2\n10")]),
    "one space is left out": (
        "data:test\n\ndata:  test\n\n",
        [StreamEvent("test"), StreamEvent(" test")],
    ),
    "comments, ids, and an id that is taken back": (
        ": test stream\n\ndata: first\nid: 1\n\ndata:second\nid\n\ndata: third\n\n",
        [StreamEvent("first", id="1"), StreamEvent("second", id=""), StreamEvent("third")],
    ),
    "no data, no event": ("data\n\nevent: x\n\nid: 7\n\n: alive\n\n", []),
    "two empty lines of data": ("data\ndata\n\n", [StreamEvent("\n")]),
    "an id lasts": (
        "id: 7\ndata: a\n\n: alive\n\ndata: b\n\n",
        [StreamEvent("a", id="7"), StreamEvent("b")],
    ),
    "an id of an event without data": ("id: 7\n\ndata: b\n\n", [StreamEvent("b")]),
    "an event that does not end": ("data: a\n\ndata: b\n", [StreamEvent("a")]),
    "types do not last": (
        "event: add\ndata: 1\n\ndata: 2\n\n",
        [StreamEvent("1", "add"), StreamEvent("2")],
    ),
    "retry is of digits": (
        "retry: 50\ndata: a\n\nretry: -1\ndata: b\n\nretry: 1_0\ndata: c\n\n",
        [StreamEvent("a", retry=50), StreamEvent("b"), StreamEvent("c")],
    ),
    "an id with NUL is none": ("id: 1\0\ndata: a\n\n", [StreamEvent("a")]),
    "other fields": ("Data: x\nfoo: y\ndata: a\n\n", [StreamEvent("a")]),
    "ends of lines": (
        "data: a\r\n\r\ndata: b\r\rdata: c\n\n",
        [StreamEvent("a"), StreamEvent("b"), StreamEvent("c")],
    ),
    "a byte order mark": ("\ufeffdata: é\n\n\ufeffdata: x\n\n", [StreamEvent("é")]),
    "the separator of Unicode ends no line": ("data: a\u2028b\n\n", [StreamEvent("a\u2028b")]),
}


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("name", STREAMS)
def test_streams(name: str, size: int) -> None:
    text, events = STREAMS[name]
    octets, decoder = text.encode(), EventStreamDecoder()
    pieces = [octets[at : at + size] for at in range(0, len(octets), size)]
    assert [event for piece in pieces for event in decoder.feed(piece)] == events


def test_end_of_a_line_between_two_pieces() -> None:
    decoder = EventStreamDecoder()
    pieces = [b"data: a\r", b"", b"\ndata: b\r", b"\r", b"\n"]
    assert [one for piece in pieces for one in decoder.feed(piece)] == [StreamEvent("a\nb")]


def test_octets_that_are_no_utf8() -> None:
    assert list(EventStreamDecoder().feed(b"data: \xff\n\n")) == [StreamEvent("\ufffd")]


def test_what_is_pending() -> None:
    decoder = EventStreamDecoder("5")
    assert list(decoder.feed(b"data: 12345\n: comment\ndata")) == []
    assert decoder.pending == 11 + 9 + 4
    assert list(decoder.feed(b"\n\n")) == [StreamEvent("12345\n")]
    assert (decoder.pending, decoder.last_event_id, decoder.retry) == (0, "5", None)


def test_event_that_is_skipped() -> None:
    decoder = EventStreamDecoder()
    assert list(decoder.feed(b"data: 1\n\ndata: large")) == [StreamEvent("1")]
    assert (decoder.skip(), decoder.skip(), decoder.pending) == (True, False, 1)
    rest = [b"data: still the line\r", b"\nid: 7\ndata: of the same\n\n", b"data: 2\n\n"]
    assert [one for piece in rest for one in decoder.feed(piece)] == [StreamEvent("2")]
    assert decoder.last_event_id == "7"
    # At the end of a line its event goes on in the next.
    assert list(decoder.feed(b"data: large\n")) == []
    assert decoder.skip()
    assert list(decoder.feed(b"data: more\n\ndata: 3\n\n")) == [StreamEvent("3")]


def test_events_as_values() -> None:
    octets = b"retry: 5\nid: 1\nevent: add\ndata: a\ndata: b\n\ndata: c\n\ndata: unfinished\n"
    whole = {"event": "add", "id": "1", "retry": 5, "data": "a\nb"}
    assert decode_events(octets) == [whole, {"data": "c"}]
