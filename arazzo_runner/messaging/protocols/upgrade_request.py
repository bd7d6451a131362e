"""The request of a channel over HTTP: of a WebSocket, an event stream, or a message that is sent.

AsyncAPI's bindings describe its header fields and its query by schemas. A field has the value that
its schema leaves it (``const``, ``default``, a single ``enum``); credentials come from the server.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Final, Literal
from urllib.parse import quote, urlencode

from arazzo_runner.expression.value import MISSING, Value, to_text
from arazzo_runner.http_semantics.headers import Headers, header_value
from arazzo_runner.messaging.model import BrokerError, Endpoint
from arazzo_runner.messaging.protocols.address import has_parameters
from arazzo_runner.messaging.protocols.schema_value import only_value
from arazzo_runner.openapi.schema.walk import properties_of

_OF_URLS: Final = "/?:@!$&'()*+,;=%-._~[]"


def check_whole(address: str) -> None:
    """Raise BrokerError for an address with a ``{parameter}``, to which no request can go."""
    if has_parameters(address):
        text = f"the address `{address}` is not known"
        raise BrokerError("refused", text, "set its parameter in the step: `in: path`")


def request_url(endpoint: Endpoint, scheme: str, address: str, binding: Mapping[str, Value]) -> str:
    """The URL of a channel. Raises BrokerError where the query needs what nobody says."""
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    port = f":{endpoint.port}" if endpoint.port else ""
    path = f"{endpoint.path.rstrip('/')}/{address.lstrip('/')}"
    query = urlencode([*_constants(binding, "query"), *endpoint.credentials.query])
    mark = "&" if "?" in path else "?"
    return f"{scheme}://{host}{port}{quote(path, safe=_OF_URLS)}" + (mark + query if query else "")


def request_headers(endpoint: Endpoint, binding: Mapping[str, Value], own: Headers = ()) -> Headers:
    """The header fields of a channel's request; those of ``own`` need no value in the binding.

    Raises BrokerError like :func:`request_url`.
    """
    shown = endpoint.credentials.headers
    known = (*own, *shown)
    described = tuple(
        one for one in _constants(binding, "headers", known) if header_value(known, one[0]) is None
    )
    headers = (*described, *shown)
    if header_value(headers, "authorization") is None:
        return (*headers, *_authorization(endpoint))
    return headers


def _authorization(endpoint: Endpoint) -> Headers:
    """RFC 7617 and RFC 6750, for a server whose scheme is not one of HTTP."""
    shown = endpoint.credentials
    if shown.token:
        return (("Authorization", f"Bearer {shown.token}"),)
    if shown.username:
        pair = base64.b64encode(f"{shown.username}:{shown.password}".encode()).decode("ascii")
        return (("Authorization", f"Basic {pair}"),)
    return ()


def _constants(
    binding: Mapping[str, Value], part: Literal["query", "headers"], known: Headers = ()
) -> Iterator[tuple[str, str]]:
    schema = binding.get(part)
    if not isinstance(schema, dict):
        return
    required = schema.get("required")
    for name, one in properties_of(schema).items():
        value = only_value(one)
        if value is not MISSING:
            yield name, to_text(value)
        elif isinstance(required, list) and name in required and not header_value(known, name):
            what = "header" if part == "headers" else "query parameter"
            text = f"the channel requires the {what} `{name}`, and its binding gives it no value"
            raise BrokerError("refused", text, "give it a `const` or `default` in the binding")
