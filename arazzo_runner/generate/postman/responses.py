"""Responses of requests: the saved one, else what the tests say of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from arazzo_runner.generate.postman.fields import enabled_pairs, to_text
from arazzo_runner.generate.postman.scripts import TestScript
from arazzo_runner.http_semantics.headers import header_value
from arazzo_runner.openapi.message import HttpResponse


def client_response(node: Mapping[str, Any], test: TestScript) -> HttpResponse:
    """The saved response; else what the tests read, with the status 0 for any success."""
    saved = saved_response(node)
    if saved is not None:
        headers = tuple(
            (name, to_text(one)) for name, (one, _) in enabled_pairs(saved.get("header")).items()
        )
        code, text = saved.get("code"), to_text(saved.get("body"))
        status = code if isinstance(code, int) and 100 <= code < 600 else 200
        if header_value(headers, "Content-Type") is None and text[:1] in ("{", "["):
            headers = (*headers, ("Content-Type", "application/json"))
        kept = tuple(one for one in headers if one[0].lower() != "content-encoding")
        return HttpResponse(test.statuses[0] if test.statuses else status, kept, text.encode())
    status = test.statuses[0] if test.statuses else 0
    places = [one.place for one in test.outputs if one.place]
    members = [(one.place, one.value) for one in test.values]
    body = _body_of([(one, None) for one in places] + members)
    if body is None:
        return HttpResponse(status, (), b"")
    data = json.dumps(body).encode()
    return HttpResponse(status, (("Content-Type", "application/json"),), data)


def saved_response(node: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The saved response that is shown: the first success, else the first."""
    saved = node.get("response")
    rows = [one for one in saved if isinstance(one, dict)] if isinstance(saved, list) else []
    return next((one for one in rows if str(one.get("code"))[:1] == "2"), rows[0] if rows else None)


def _body_of(members: list[tuple[tuple[str | int, ...], Any]]) -> Any:
    """A body that has these members; null stands for what was not seen."""
    root: Any = None
    for place, value in members:
        root = _with_member(root, place, value)
    return root


def _with_member(node: Any, place: tuple[str | int, ...], value: Any) -> Any:
    if not place:
        return value if node is None else node
    token, rest = place[0], place[1:]
    if isinstance(token, int):
        items = node if isinstance(node, list) else []
        inner = _with_member(items[0] if items else None, rest, value)
        # All items up to the one that is read.
        return [inner] * max(min(token, 20) + 1, len(items))
    members = node if isinstance(node, dict) else {}
    return {**members, token: _with_member(members.get(token), rest, value)}
