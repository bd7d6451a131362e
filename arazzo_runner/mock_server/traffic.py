"""What the server was asked: the last requests for `/__arazzo/requests`, all of them for a file.

Secrets are masked when something is shown, not when it is kept: most is never shown.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.executor.secret_inputs import secret_values
from arazzo_runner.expression.value import MISSING, Value
from arazzo_runner.http_semantics.headers import Headers, header_value
from arazzo_runner.http_semantics.media_type import match_media_type
from arazzo_runner.mock.generate.flatten import NoExample
from arazzo_runner.mock.generate.validators import request_validator
from arazzo_runner.mock.request_values import read_body
from arazzo_runner.mock_server.service import ServedResponse, ServerRequest
from arazzo_runner.openapi.message import HttpRequest
from arazzo_runner.openapi.model import ApiDescription, Operation, RequestBody
from arazzo_runner.recording.body import body_to_json
from arazzo_runner.recording.file import write_recording
from arazzo_runner.recording.model import RecordedExchange, Recording
from arazzo_runner.recording.spool import ExchangeSpool
from arazzo_runner.report.secret_names import HEADER_NAMES, header_values, url_values
from arazzo_runner.report.secrets import Masker

LAST: Final = 1_000
MAX_BODY: Final = 4_096


class TrafficEntry(Struct, frozen=True):
    """One request and its response, their bodies cut to some kilobytes; ``seconds`` it took."""

    number: int
    incoming: ServerRequest
    served: ServedResponse
    seconds: float
    is_reset: bool = False


class Traffic:
    """The last requests; all of them, where they are recorded."""

    def __init__(self, *, is_recorded: bool = False) -> None:
        self.entries: deque[TrafficEntry] = deque(maxlen=LAST)
        self.spool = ExchangeSpool() if is_recorded else None
        self.count = 0

    def add(
        self,
        incoming: ServerRequest,
        served: ServedResponse,
        seconds: float,
        *,
        is_reset: bool = False,
    ) -> TrafficEntry:
        """Keep a request and what came of it."""
        self.count += 1
        if self.spool is not None and served.target is not None and not is_reset:
            self.spool.append(self._exchange(incoming, served, seconds))
        if len(incoming.body) > MAX_BODY:
            incoming = replace(incoming, body=incoming.body[:MAX_BODY])
        if len(served.response.body) > MAX_BODY:
            body = served.response.body[:MAX_BODY]
            served = replace(served, response=replace(served.response, body=body))
        entry = TrafficEntry(self.count, incoming, replace(served, request=None), seconds, is_reset)
        self.entries.append(entry)
        return entry

    def _exchange(
        self, incoming: ServerRequest, served: ServedResponse, seconds: float
    ) -> RecordedExchange:
        assert served.target is not None
        operation = served.target.operation
        url = incoming.origin + incoming.url
        request = HttpRequest(incoming.method, url, incoming.headers, incoming.body)
        outcome = replace(served.response, duration=seconds, notes=())
        named = (served.target.source, operation.method, operation.path)
        return RecordedExchange(f"mock/{operation.name}#{self.count}@1", named, request, outcome)

    def clear(self) -> None:
        """Forget the last requests; what is recorded stays."""
        self.entries.clear()


def traffic_masker(descriptions: Iterable[ApiDescription]) -> Masker:
    """A masker that knows the header fields in which the sources take credentials."""
    schemes = [one for each in descriptions for one in each.schemes.values()]
    own = {one.parameter.lower() for one in schemes if one.location == "header" and one.parameter}
    return Masker(header_names=HEADER_NAMES | own)


def parameter_names(descriptions: Iterable[ApiDescription]) -> frozenset[str]:
    """The query parameters in which the sources take credentials, in lower case."""
    schemes = [one for each in descriptions for one in each.schemes.values()]
    return frozenset(
        one.parameter.lower() for one in schemes if one.location == "query" and one.parameter
    )


def learn_secrets(
    masker: Masker, query: frozenset[str], request: HttpRequest, operation: Operation | None
) -> None:
    """Let a masker know the secrets of a request: credentials, passwords in the body."""
    masker.observe(header_values(request.headers, masker.header_names))
    masker.observe(url_values(request.url, query))
    if operation is not None and operation.request_body is not None and request.body:
        masker.learn(_secrets_in_body(request, operation, operation.request_body))


def _secrets_in_body(
    request: HttpRequest, operation: Operation, documented: RequestBody
) -> tuple[str, ...]:
    content_type = header_value(request.headers, "Content-Type") or ""
    media = match_media_type(documented.content, content_type)
    if media is None or media.schema is None:
        return ()
    try:
        schema = request_validator(media.schema, operation.description).schema
        value = read_body(request.body, content_type, schema, media)
        return () if value is MISSING else tuple(secret_values(schema, value))
    except (ValueError, NoExample, RecursionError):
        return ()  # a body that cannot be read has been refused


def traffic_json(
    entries: Iterable[TrafficEntry], descriptions: Mapping[str, ApiDescription]
) -> list[Value]:
    """Requests as plain data, the newest first, secrets masked."""
    kept = list(entries)
    masker, query = traffic_masker(descriptions.values()), parameter_names(descriptions.values())
    for one in kept:
        target = one.served.target
        incoming = one.incoming
        request = HttpRequest(incoming.method, incoming.url, incoming.headers, incoming.body)
        learn_secrets(masker, query, request, target.operation if target else None)
    return [_entry_json(one, masker) for one in reversed(kept)]


def _entry_json(one: TrafficEntry, masker: Masker) -> dict[str, Value]:
    incoming, response, target = one.incoming, one.served.response, one.served.target
    found: dict[str, Value] = {
        "number": one.number,
        "method": incoming.method,
        "url": masker.text(incoming.url),
        "headers": _pairs(incoming.headers, masker),
        "body": body_to_json(incoming.body, incoming.headers, masker),
        "operation": None,
        "response": {
            "status": response.status,
            "headers": _pairs(response.headers, masker),
            "body": body_to_json(response.body, response.headers, masker),
        },
        "duration": round(one.seconds, 6),
    }
    if target is not None:
        operation = target.operation
        named = {"source": target.source, "method": operation.method, "path": operation.path}
        found["operation"] = named
    if one.is_reset:
        found["response"] = None
    if one.served.reason:
        found["refused"] = masker.text(one.served.reason)
    if one.served.opinions:
        found["judge"] = [masker.text(text) for text in one.served.opinions]
    return found


def _pairs(headers: Headers, masker: Masker) -> list[Value]:
    return [[name, value] for name, value in masker.headers(headers)]


def write_traffic(
    path: str,
    document: str,
    spool: ExchangeSpool,
    descriptions: Mapping[str, ApiDescription],
    recorded_at: str,
) -> None:
    """Write all requests in the form of recordings, secrets masked. Raises UsageError AZ907."""
    masker, query = traffic_masker(descriptions.values()), parameter_names(descriptions.values())
    for one in spool:
        learn_secrets(masker, query, one.request, _operation_of(one, descriptions))
    digests = {
        f"sourceDescriptions.{name}": sha256(
            one.source.text.encode("utf-8", "surrogatepass")
        ).hexdigest()
        for name, one in descriptions.items()
    }
    recording = Recording(document, spool, digests=digests, recorded_at=recorded_at)
    write_recording(path, recording, masker)


def _operation_of(
    one: RecordedExchange, descriptions: Mapping[str, ApiDescription]
) -> Operation | None:
    source, method, path = one.operation
    description = descriptions.get(source)
    found = description and description.memo.get(("operation", method, path))
    return found or None
