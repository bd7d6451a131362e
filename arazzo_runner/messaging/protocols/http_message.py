"""A message that is sent over HTTP: one request, which a 2xx response confirms.

AsyncAPI HTTP Bindings 0.3.0: ``method`` and ``query`` of the operation, ``headers`` of the message.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

import httpx

from arazzo_runner.http_semantics.headers import OF_CONNECTION, header_value
from arazzo_runner.messaging.model import BrokerError, Endpoint, OutgoingMessage
from arazzo_runner.messaging.protocols import failures
from arazzo_runner.messaging.protocols.upgrade_request import request_headers, request_url

if TYPE_CHECKING:
    from arazzo_runner.expression.value import Value
    from arazzo_runner.http_semantics.headers import Headers

_WITHOUT_CONTENT: Final = frozenset({"GET", "HEAD", "TRACE", "CONNECT"})
"""RFC 9110, section 9.3: content has no meaning in these."""


async def send_message(
    client: httpx.AsyncClient, endpoint: Endpoint, message: OutgoingMessage
) -> None:
    """Send the request of a message, and wait for the status. Raises BrokerError."""
    failures.check_size(endpoint, message)
    binding = message.operation.get("http", {})
    request = _request(client, endpoint, message, binding)
    try:
        response = await client.send(request, stream=True)
    except (httpx.ConnectError, httpx.ConnectTimeout) as reason:
        raise failures.connect_error(endpoint, reason) from None
    except httpx.LocalProtocolError:
        text = f"the message to `{message.address}` has a header that HTTP does not allow"
        raise BrokerError("refused", text) from None
    except httpx.HTTPError:
        raise failures.lost_error(endpoint, "no response to the message") from None
    await response.aclose()
    _check_status(endpoint, message, response.status_code)


def _request(
    client: httpx.AsyncClient,
    endpoint: Endpoint,
    message: OutgoingMessage,
    binding: Mapping[str, Value],
) -> httpx.Request:
    scheme = "https" if endpoint.tls else "http"
    url = request_url(endpoint, scheme, message.address, {"query": binding.get("query")})
    fields = [(name.encode(), text.encode()) for name, text in _fields(endpoint, message)]
    try:
        return client.build_request(
            _method(message, binding), url, headers=fields, content=message.payload
        )
    except httpx.InvalidURL:
        text = f"the address `{message.address}` makes no URL"
        raise BrokerError("refused", text) from None


def _method(message: OutgoingMessage, binding: Mapping[str, Value]) -> str:
    written = binding.get("method")
    method = written.upper() if isinstance(written, str) else "POST"
    if message.payload and method in _WITHOUT_CONTENT:
        text = f"a request with `{method}` has no content, and the message has a payload"
        raise BrokerError("refused", text, "give the operation another `method` in its binding")
    return method


def _fields(endpoint: Endpoint, message: OutgoingMessage) -> Iterator[tuple[str, str]]:
    """The headers of the message, its content type, and what only the description says."""
    own: Headers = tuple(one for one in message.headers if one[0].lower() not in OF_CONNECTION)
    if message.content_type is not None and header_value(own, "content-type") is None:
        own = (("Content-Type", message.content_type), *own)
    yield from own
    for name, text in request_headers(endpoint, _header_binding(message), own):
        if header_value(own, name) is None:
            yield name, text
    if header_value(own, "user-agent") is None:
        yield "User-Agent", "arazzo"


def _header_binding(message: OutgoingMessage) -> Mapping[str, Value]:
    return {"headers": message.message.get("http", {}).get("headers")}


def _check_status(endpoint: Endpoint, message: OutgoingMessage, status: int) -> None:
    """Raise BrokerError where the message was not taken."""
    if 200 <= status < 300:
        return
    if status in {401, 403}:
        raise failures.credentials_error(endpoint)
    text = f"`{endpoint.label}` did not take the message to `{message.address}`: status {status}"
    raise BrokerError("protocol", text)
