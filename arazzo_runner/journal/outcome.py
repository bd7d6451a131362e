"""What came of a call, as bytes in a journal: as much as a run reads, and never what was sent."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from arazzo_runner.executor.world import FailureCode, TransportFailure
from arazzo_runner.http_semantics.headers import Headers
from arazzo_runner.openapi.message import HttpResponse

KNOWN_NOTE: Final = "the response is the journal's: the request was not sent again"


class _Response(Struct, frozen=True, tag="response", array_like=True):
    status: int
    headers: Headers
    body: bytes
    duration: float
    http_version: str
    hint: str | None
    notes: tuple[str, ...]


class _Failure(Struct, frozen=True, tag="failure", array_like=True):
    code: FailureCode
    message: str
    hint: str | None
    duration: float
    unsent: bool
    head: _Response | None


_DECODER: Final = msgspec.msgpack.Decoder(_Response | _Failure)


def encode_outcome(outcome: HttpResponse | TransportFailure) -> bytes:
    """Spell an outcome."""
    if isinstance(outcome, HttpResponse):
        return msgspec.msgpack.encode(_response(outcome))
    head = None if outcome.head is None else _response(outcome.head)
    return msgspec.msgpack.encode(
        _Failure(
            outcome.code, outcome.message, outcome.hint, outcome.duration, outcome.unsent, head
        )
    )


def _response(outcome: HttpResponse) -> _Response:
    return _Response(
        outcome.status,
        outcome.headers,
        outcome.body,
        outcome.duration,
        outcome.http_version,
        outcome.hint,
        outcome.notes,
    )


def decode_outcome(spelled: bytes) -> HttpResponse | TransportFailure:
    """Read an outcome. Raises ValueError for bytes that are none."""
    read = _DECODER.decode(spelled)
    if isinstance(read, _Response):
        return _to_response(read)
    return TransportFailure(
        read.code,
        read.message,
        read.hint,
        read.duration,
        unsent=read.unsent,
        head=None if read.head is None else _to_response(read.head),
    )


def _to_response(read: _Response) -> HttpResponse:
    return HttpResponse(
        read.status,
        read.headers,
        read.body,
        read.duration,
        read.http_version,
        hint=read.hint,
        notes=(*read.notes, KNOWN_NOTE),
    )
