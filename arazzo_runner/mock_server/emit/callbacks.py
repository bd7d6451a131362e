"""Where callbacks are sent to: requests to operations that have some, and the URLs in them.

OpenAPI Specification 3.1.1, "Callback Object", "Key Expression" and "Runtime Expressions".
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from msgspec import Struct

from arazzo_runner.asyncapi.webhooks import WebhookEntry, webhook_entries
from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.evaluate import EvaluationError, evaluate
from arazzo_runner.expression.parse import parse_string
from arazzo_runner.expression.scope import Exchange, Scope
from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.http_semantics.headers import header_value
from arazzo_runner.http_semantics.media_type import FORM, essence
from arazzo_runner.mock.resources import Facts, facts_of, normalized_name
from arazzo_runner.mock_server.service import ServedResponse
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.model import ApiDescription
from arazzo_runner.openapi.response.body import BodyError, decode_body
from arazzo_runner.text.pattern import lazy_pattern

MAX_CALLS: Final = 100
"""Requests to operations with callbacks that are remembered."""
_DEPTH: Final = 100
_PARAMETER: Final = lazy_pattern(r"\{([^{}]+)\}")


class CallbackCall(Struct, frozen=True):
    """A request to an operation with callbacks, and its response.

    ``is_local`` tells that it came from this machine, and from no page of another site.
    """

    source: str
    method: str
    template: str
    request: HttpRequest
    response: HttpResponse
    is_local: bool

    def exchange(self) -> Exchange:
        """What runtime expressions read."""
        request, response = self.request, self.response
        query = dict(parse_qsl(urlsplit(request.url).query, keep_blank_values=True))
        kind = response.header("Content-Type")
        return Exchange(
            request.method,
            request.url,
            request.headers,
            {**query},
            self._path(),
            _body(request.body, header_value(request.headers, "Content-Type")),
            response.status,
            response.headers,
            _body(response.body, kind),
        )

    def _path(self) -> dict[str, Value]:
        """The values of the path; what stands before the template is that of the server."""
        template = self.template.partition("#")[0].partition("?")[0]
        names = _PARAMETER.findall(template)
        literals = map(re.escape, _PARAMETER.sub("\0", template).split("\0"))
        path = urlsplit(self.request.url).path
        found = re.search("([^/]+?)".join(literals) + r"\Z", path)
        return dict(zip(names, map(unquote, found.groups()), strict=True)) if found else {}

    def facts(self) -> Facts:
        """Its values by plain names, those of the response first."""
        exchange = self.exchange()
        bodies = (exchange.request_body, exchange.response_body)
        facts: dict[str, Value] = {normalized_name(k): v for k, v in exchange.path.items()}
        for body in bodies:
            facts |= facts_of(body) if body is not MISSING else {}
        return facts


class CallbackCalls:
    """The last requests to operations that have callbacks."""

    def __init__(self) -> None:
        self._calls: deque[CallbackCall] = deque(maxlen=MAX_CALLS)

    def note(self, served: ServedResponse, *, is_local: bool) -> None:
        """Remember a request that succeeded, where its operation has callbacks."""
        target, request = served.target, served.request
        if target is None or request is None or not 200 <= served.response.status < 300:
            return
        operation = target.operation
        if (operation.path, operation.method.lower()) in _called_back(operation.description):
            self._calls.append(
                CallbackCall(
                    target.source,
                    operation.method,
                    operation.path,
                    request,
                    served.response,
                    is_local,
                )
            )

    def last(self, source: str, entry: WebhookEntry) -> CallbackCall | None:
        """The last one that a callback is an answer to."""
        _, path, method, *_ = entry.pointer
        return next(
            (
                one
                for one in reversed(self._calls)
                if (one.source, one.template, one.method.lower()) == (source, path, method)
            ),
            None,
        )

    def clear(self) -> None:
        """Forget all of them."""
        self._calls.clear()


def callback_url(entry: WebhookEntry, call: CallbackCall) -> str:
    """The URL that the expression of a callback gives. Raises ValueError where it gives none."""
    text = str(entry.pointer[-2])
    dynamic, _ = parse_string(text)
    try:
        found = evaluate(dynamic, Scope(exchange=call.exchange()))
    except EvaluationError as reason:
        raise ValueError(f"the callback's URL `{text}` has no value: {reason}") from None
    if not isinstance(found, str) or not found:
        raise ValueError(
            f"the last `{call.method} {call.template}` has no URL at `{text}`; say it with `url`"
        )
    return found


def _called_back(description: ApiDescription) -> frozenset[tuple[str, str]]:
    """The operations with callbacks, by path and method, worked out once."""
    key = ("mock", "callbacks")
    if key not in description.memo:
        description.memo[key] = frozenset(_callback_operations(description))
    found: frozenset[tuple[str, str]] = description.memo[key]
    return found


def _callback_operations(description: ApiDescription) -> Iterator[tuple[str, str]]:
    entries: Iterable[WebhookEntry] = ()
    with suppress(DocumentError):
        entries = webhook_entries(description)
    yield from (one.pointer[1:3] for one in entries if one.pointer[0] == "paths")  # type: ignore[misc]


def _body(octets: bytes, content_type: str | None) -> MaybeValue:
    if essence(content_type or "").lower() == FORM:
        return {**dict(parse_qsl(octets.decode("utf-8", "replace"), keep_blank_values=True))}
    try:
        return decode_body(content_type, octets, _DEPTH)
    except BodyError:
        return MISSING
