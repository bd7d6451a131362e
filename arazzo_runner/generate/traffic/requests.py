"""Requests as a description inferred from them has them: path templates, headers, credentials."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import parse_qsl, unquote

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.expression.value import Value
from arazzo_runner.generate.identifiers import split_words
from arazzo_runner.generate.traffic.calls import TrafficCall
from arazzo_runner.generate.traffic.credentials import Credential, credentials_of, set_cookies
from arazzo_runner.generate.traffic.description import DescribedCall, request_value
from arazzo_runner.generate.traffic.selection import CallGroup, is_same_site, main_origin
from arazzo_runner.generate.traffic.templates import infer_template
from arazzo_runner.generate.traffic.values import ResponseIndex, is_opaque, large_containers, leaves
from arazzo_runner.http_semantics.headers import OF_CONNECTION
from arazzo_runner.report.secrets import MASK

_CLIENT_HEADERS: Final = OF_CONNECTION | frozenset(
    {"accept", "accept-charset", "accept-encoding", "accept-language", "authorization",
     "cache-control", "content-encoding", "content-type", "cookie", "date", "dnt", "expect",
     "forwarded", "from", "origin", "pragma", "priority", "proxy-authorization", "range", "referer",
     "save-data", "traceparent", "tracestate", "upgrade-insecure-requests", "user-agent", "via",
     "x-client-data", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-request-id",
     "x-requested-with"}
)  # fmt: skip
"""Fields that clients set by themselves, in lower case."""
_CLIENT_STARTS: Final = ("sec-", "if-none-", "if-modified-", "x-b3-", "x-datadog-", "sentry-")
_NAMING: Final = frozenset(
    {"id", "sid", "uid", "uuid", "guid", "key", "code", "slug", "name", "login"}
)


def sent_values(call: TrafficCall) -> Iterator[Value]:
    """What a request sends: segments of its path, its query, its body, with all in it."""
    yield from (unquote(one) for one in call.path.split("/") if one)
    yield from (text for _, text in parse_qsl(call.parts.query, keep_blank_values=True))
    body = request_value(call.request)
    yield from (value for _, value in leaves(body))
    yield from (value for _, value in large_containers(body))


def header_parameters(call: TrafficCall) -> Iterator[tuple[str, str]]:
    """The header fields of a request that are of the API, and no credentials."""
    secret = {one.parameter for one in credentials_of(call) if one.location == "header"}
    seen = set[str]()
    for name, text in call.request.headers:
        lower = name.lower()
        is_of_client = lower in _CLIENT_HEADERS or lower.startswith(_CLIENT_STARTS)
        if not is_of_client and name not in secret and lower not in seen and text:
            seen.add(lower)
            yield name, text


def is_from_response(credential: Credential, call: TrafficCall, responses: ResponseIndex) -> bool:
    """Whether an earlier response gave a credential, so that it is a wire."""
    if credential.location == "cookie":
        return False
    if any(one in credential.text for one in call.wired):
        return True
    if credential.text == MASK:
        return responses.masked_member(credential.parameter) is not None
    return responses.find(credential.text) is not None


class KnownResponses(Struct, frozen=True):
    """The responses before a request, in its workflow."""

    index: ResponseIndex

    def names(self, segment: str) -> bool:
        """Whether a response named the thing that a segment of a path is."""
        source = self.index.find(segment)
        if source is None:
            return False
        words = split_words(source.name)
        return is_opaque(source.value) or bool(words and words[-1] in _NAMING)


def described_calls(groups: Sequence[CallGroup]) -> Iterator[DescribedCall]:
    """The requests with their templates, in their order, all attempts of each."""
    indexes: dict[str, ResponseIndex] = {}
    cookies = set[tuple[str, str, str]]()
    for step, group in enumerate(groups):
        index = indexes.setdefault(group.call.workflow, ResponseIndex())
        for call in group.attempts:
            described = _without_cookies(_described_call(call, index), cookies)
            statuses = call.script.statuses if call.script else ()
            for status in statuses or (call.response.status,):
                response = replace(call.response, status=status)
                yield replace(described, call=replace(call, response=response))
        index.add_request(step, sent_values(group.call))
        index.add_response(step, group.call)
        given = group.call
        cookies |= {(given.workflow, given.origin, name) for name in set_cookies(given)}


def _without_cookies(call: DescribedCall, given: Collection[tuple[str, str, str]]) -> DescribedCall:
    """The request without the cookies that an earlier response of its workflow and origin set."""
    kept = (
        one
        for one in call.credentials
        if one.location != "cookie"
        or (call.call.workflow, call.call.origin, one.parameter) not in given
    )
    return replace(call, credentials=tuple(kept))


def _described_call(call: TrafficCall, index: ResponseIndex) -> DescribedCall:
    credentials = tuple(
        one for one in credentials_of(call) if not is_from_response(one, call, index)
    )
    headers = (*header_parameters(call), *_wired_headers(call, index))
    server, template, pieces = _template(call, KnownResponses(index))
    return DescribedCall(call, server, template, pieces, credentials, headers)


def _wired_headers(call: TrafficCall, index: ResponseIndex) -> Iterator[tuple[str, str]]:
    """Headers with credentials that a response gave; OpenAPI has no parameter `Authorization`."""
    for one in credentials_of(call):
        is_header = one.location == "header" and one.parameter.lower() != "authorization"
        if is_header and is_from_response(one, call, index):
            yield one.parameter, one.text


def _template(
    call: TrafficCall, known: KnownResponses
) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """The server, the template, and the decoded texts of its parameters."""
    if call.template:
        found = template_pieces(call.template, call.path)
        if found is not None:
            return call.origin + found[0], call.template, found[1]
    segments = call.path.split("/")[1:]
    decoded = [unquote(one) for one in segments]
    template = infer_template(decoded, known.names)
    names = [one[1:-1] if one.startswith("{") else "" for one in template.split("/")[1:]]
    raw = [
        f"{{{name}}}" if name else segment for name, segment in zip(names, segments, strict=True)
    ]
    pieces = [(name, text) for name, text in zip(names, decoded, strict=True) if name]
    return call.origin, "/" + "/".join(raw), tuple(pieces)


def template_pieces(template: str, path: str) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """What is before a template in a path, and the decoded texts of its parameters."""
    pieces = re.split(r"\{([^}]*)\}", template.partition("?")[0])
    pattern = "([^/]*)".join(map(re.escape, pieces[::2])) + r"\Z"
    matched = re.search(pattern, path)
    if matched is None:
        return None
    texts = map(unquote, matched.groups())
    return path[: matched.start()].rstrip("/"), tuple(zip(pieces[1::2], texts, strict=True))


def unread_elsewhere(groups: Sequence[CallGroup]) -> set[int]:
    """The requests to other sites than that of the API whose responses no request reads."""
    origin = main_origin([one.call for one in groups])
    index, read, others = ResponseIndex(), set[int](), set[int]()
    for step, group in enumerate(groups):
        call = group.call
        if not is_same_site(call.origin, origin):
            others.add(step)
        else:
            read |= set(_sources(call, index))
        index.add_request(step, sent_values(call))
        index.add_response(step, call)
    return others - read


def _sources(call: TrafficCall, index: ResponseIndex) -> Iterable[int]:
    texts: list[Value] = [one.text for one in credentials_of(call)]
    for value in (*texts, *sent_values(call)):
        source = index.find(value)
        if source is not None and is_opaque(source.value):
            yield source.step
