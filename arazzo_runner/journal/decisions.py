"""What a user decides of calls in doubt: the responses that they are taken to have had."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from arazzo_runner.openapi.message import HttpResponse

FORM: Final = '{"KEY": {"status": 201, "headers": {}, "body": {}}}'
"""How the responses are spelled."""

_NOTE: Final = "the response is the one that `--assume-done` gives: nothing was sent"


class _AssumedResponse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    status: int
    headers: Mapping[str, str] = {}
    body: Any = None


def assumed_responses(given: object) -> dict[str, HttpResponse]:
    """The responses by the keys of their calls, from data as :data:`FORM`. Raises ValueError."""
    read = msgspec.convert(given, dict[str, _AssumedResponse])
    return {key: _response(one) for key, one in read.items()}


def _response(assumed: _AssumedResponse) -> HttpResponse:
    headers = dict(assumed.headers)
    body = b""
    if isinstance(assumed.body, str):
        body = assumed.body.encode()
    elif assumed.body is not None:
        body = json.dumps(assumed.body).encode()
        if not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = "application/json"
    return HttpResponse(assumed.status, tuple(headers.items()), body, notes=(_NOTE,))
