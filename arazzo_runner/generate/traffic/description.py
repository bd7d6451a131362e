"""An OpenAPI 3.1 description inferred from requests and responses.

It says what was seen: paths, parameters, the shapes of bodies, statuses, security schemes; no value
of a response, and no credential, is in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias
from urllib.parse import parse_qsl

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.generate.identifiers import unused_name
from arazzo_runner.generate.traffic.actions import action_of
from arazzo_runner.generate.traffic.calls import TrafficCall
from arazzo_runner.generate.traffic.credentials import Credential
from arazzo_runner.generate.traffic.schemas import MemberStates, infer_schema, text_schema
from arazzo_runner.http_semantics.headers import header_value, header_values
from arazzo_runner.http_semantics.media_type import essence, is_json, is_text, is_xml
from arazzo_runner.mock.request_values import read_body
from arazzo_runner.openapi.message import HttpRequest
from arazzo_runner.openapi.model import MediaType
from arazzo_runner.openapi.response.body import BodyError, decode_body
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import Place, SourceFile

_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
_METHODS: Final = frozenset({"GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"})
_STATUS_WORDS: Final = {
    200: "OK", 201: "Created", 202: "Accepted", 204: "No content", 301: "Moved permanently",
    302: "Found", 303: "See other", 304: "Not modified", 307: "Temporary redirect",
    400: "Bad request", 401: "Unauthorized", 403: "Forbidden", 404: "Not found", 409: "Conflict",
    410: "Gone", 422: "Unprocessable content", 429: "Too many requests",
}  # fmt: skip
_SHOWN_HEADERS: Final = frozenset({"location", "link", "etag"})
_DEPTH: Final = 64
_TEXT: Final = lazy_pattern(r">[^<]*<")
_ANY_MEDIA: Final = MediaType("*/*", None, Place(SourceFile("", "", "")))


States: TypeAlias = Mapping[str, MemberStates]
"""The members of responses that have to have certain values, by the place of the request."""


class DescribedCall(Struct, frozen=True):
    """A request with its path template below ``server``, and texts for the path parameters.

    ``credentials`` are those that no earlier response gave; ``headers`` the header parameters.
    """

    call: TrafficCall
    server: str
    template: str
    pieces: tuple[tuple[str, str], ...]
    credentials: tuple[Credential, ...]
    headers: tuple[tuple[str, str], ...]

    @property
    def operation(self) -> tuple[str, str, str]:
        """What tells operations apart."""
        return self.server, self.template, self.call.request.method


def is_describable(method: str) -> bool:
    """Whether OpenAPI 3.1 has operations of this method."""
    return method in _METHODS


def infer_description(
    title: str, calls: Sequence[DescribedCall], states: States
) -> dict[str, object]:
    """The description as plain data; the server of most calls is that of the API."""
    servers = [one.server for one in calls]
    main = max(dict.fromkeys(servers), key=servers.count)
    calls = _distinct_calls(calls, main)
    paths: dict[str, dict[str, object]] = {}
    names = set[str]()
    for operation, group in _by_operation(calls).items():
        server, template, method = operation
        item = paths.setdefault(template, {})
        node = _operation(method, template, group, states)
        name = unused_name(str(node["operationId"]), names)
        names.add(name)
        node["operationId"] = name
        if server != main:
            node = {**node, "servers": [{"url": server}]}
        item.setdefault(method.lower(), node)
    schemes = {one.name: dict(one.scheme) for call in calls for one in call.credentials}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1.0.0"},
        "servers": [{"url": main}],
        "paths": paths,
        **({"components": {"securitySchemes": schemes}} if schemes else {}),
    }


def _distinct_calls(calls: Sequence[DescribedCall], main: str) -> list[DescribedCall]:
    """The calls, so that no two servers have an operation of the same path and method.

    A description has each path once: of the other server the beginning of the path moves to the
    server's URL, as far as it is the same in all requests.
    """
    owners: dict[tuple[str, str], str] = {}
    found = list[DescribedCall]()
    for one in sorted(calls, key=lambda call: call.server != main):
        moved = one
        while (
            owners.setdefault((moved.template, one.call.request.method), one.server) != one.server
        ):
            first, _, rest = moved.template[1:].partition("/")
            if not rest or first.startswith("{"):
                break
            moved = replace(moved, server=f"{moved.server}/{first}", template=f"/{rest}")
        found.append(moved)
    return found


def _by_operation(
    calls: Iterable[DescribedCall],
) -> dict[tuple[str, str, str], list[DescribedCall]]:
    groups: dict[tuple[str, str, str], list[DescribedCall]] = {}
    for one in calls:
        groups.setdefault(one.operation, []).append(one)
    return groups


def has_items(call: TrafficCall) -> bool:
    """Whether a response is a list, or an object around one."""
    value = call.response_value()
    if isinstance(value, dict):
        lists = [one for one in value.values() if isinstance(one, list)]
        return len(lists) == 1 and len(value) <= 8
    return isinstance(value, list)


def _operation(
    method: str, template: str, calls: Sequence[DescribedCall], states: States
) -> dict[str, object]:
    action = action_of(method, template, has_items=any(has_items(one.call) for one in calls))
    body = _request_body([one.call for one in calls])
    shared = [one for one in calls[0].credentials if all(_has(one, call) for call in calls)]
    parameters = [*_path_parameters(calls), *_query_parameters(calls), *_header_parameters(calls)]
    return {
        "operationId": action.name,
        "summary": f"{action.clause[:1].upper()}{action.clause[1:]}",
        **({"security": [{one.name: list[Value]() for one in shared}]} if shared else {}),
        **({"parameters": parameters} if parameters else {}),
        **({"requestBody": body} if body else {}),
        "responses": _responses([one.call for one in calls], states),
    }


def _has(credential: Credential, call: DescribedCall) -> bool:
    return any(one.name == credential.name for one in call.credentials)


def _path_parameters(calls: Sequence[DescribedCall]) -> Iterator[dict[str, object]]:
    for name, _ in calls[0].pieces:
        texts = [text for one in calls for key, text in one.pieces if key == name]
        schema = text_schema(texts)
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameters(calls: Sequence[DescribedCall]) -> Iterator[dict[str, object]]:
    sent = [query_of(one) for one in calls]
    for name in dict.fromkeys(name for query in sent for name in query):
        texts = [text for query in sent for text in query.get(name, ())]
        schema: dict[str, Value] = text_schema(texts)
        if any(len(query.get(name, ())) > 1 for query in sent):
            schema = {"type": "array", "items": schema}
        is_required = all(name in query for query in sent)
        yield {"name": name, "in": "query", "required": is_required, "schema": schema}


def query_of(call: DescribedCall) -> dict[str, list[str]]:
    """The texts of each query parameter, without credentials."""
    secret = {one.parameter for one in call.credentials if one.location == "query"}
    query: dict[str, list[str]] = {}
    for name, text in parse_qsl(call.call.parts.query, keep_blank_values=True):
        if name not in secret:
            query.setdefault(name, []).append(text)
    return query


def _header_parameters(calls: Sequence[DescribedCall]) -> Iterator[dict[str, object]]:
    names = {name.lower(): name for one in calls for name, _ in one.headers}
    for name in names.values():
        texts = [text for one in calls for text in header_values(one.headers, name)]
        is_required = len(texts) >= len(calls)
        yield {"name": name, "in": "header", "required": is_required, "schema": text_schema(texts)}


def _request_body(calls: Sequence[TrafficCall]) -> dict[str, object]:
    samples: dict[str, list[MaybeValue]] = {}
    for one in calls:
        name = essence(header_value(one.request.headers, "Content-Type") or "")
        if one.request.body:
            samples.setdefault(name or "application/octet-stream", []).append(
                request_value(one.request)
            )
    content = {name: _media(name, values) for name, values in samples.items()}
    is_required = all(one.request.body for one in calls)
    return {"required": is_required, "content": content} if content else {}


def request_value(request: HttpRequest) -> MaybeValue:
    """What the body of a request holds; of a form its fields, MISSING for what is no text."""
    name = header_value(request.headers, "Content-Type")
    try:
        if name is not None and essence(name) in _FORMS:
            return read_body(request.body, name, {}, _ANY_MEDIA)
        value = decode_body(name, request.body, max_depth=_DEPTH)
    except (BodyError, ValueError):
        return MISSING
    return MISSING if isinstance(value, bytes) else value


def _responses(calls: Sequence[TrafficCall], states: States) -> dict[str, object]:
    by_status: dict[int, list[TrafficCall]] = {}
    for one in calls:
        by_status.setdefault(one.response.status, []).append(one)
    return {
        str(status or "2XX"): _response(status, by_status[status], states)
        for status in sorted(by_status)
    }


def _response(status: int, calls: Sequence[TrafficCall], states: States) -> dict[str, object]:
    samples: dict[str, list[MaybeValue]] = {}
    for one in calls:
        if one.response.body:
            name = one.media_type or "application/octet-stream"
            samples.setdefault(name, []).append(one.response_value())
    headers = {
        name: {"schema": {"type": "string"}}
        for one in calls
        for name, _ in one.response.headers
        if name.lower() in _SHOWN_HEADERS or _is_api_header(name)
    }
    waited = {at: values for one in calls for at, values in states.get(one.place, {}).items()}
    content = {name: _media(name, values, waited) for name, values in samples.items()}
    for name, values in samples.items():
        if is_xml(name) and isinstance(values[0], str):  # from no schema can XML be generated
            content[name] |= {"example": _without_texts(values[0])}
    return {
        "description": _STATUS_WORDS.get(status, f"Status {status}" if status else "A success"),
        **({"headers": headers} if headers else {}),
        **({"content": content} if content else {}),
    }


def _without_texts(xml: str) -> str:
    """The elements of an XML text without what they hold."""
    return _TEXT.sub("><", xml.strip())


def _is_api_header(header: str) -> bool:
    lower = header.lower()
    return lower.startswith("x-") and lower.endswith(("-id", "-token", "-cursor", "-next"))


def _media(
    name: str, values: Sequence[MaybeValue], states: MemberStates | None = None
) -> dict[str, object]:
    samples: list[Value] = [one for one in values if one is not MISSING]
    if is_json(name) or essence(name) in _FORMS:
        return {"schema": infer_schema(samples, states)}
    if is_text(name):
        return {"schema": {"type": "string"}}
    return {}
