"""Which requests are steps."""

from __future__ import annotations

import pytest

from arazzo_runner.generate.traffic.calls import TrafficCall
from arazzo_runner.generate.traffic.selection import is_same_site, main_origin, select_calls
from arazzo_runner.openapi.message import HttpRequest, HttpResponse


def call(
    line: str, status: int = 200, media: str = "application/json", kind: str = "", body: bytes = b""
) -> TrafficCall:
    method, path = line.split()
    request = HttpRequest(method, f"https://api.example{path}")
    response = HttpResponse(status, (("Content-Type", media),), body)
    return TrafficCall("entries[0]", request, response, kind=kind)


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (call("GET /orders"), None),
        (call("POST /orders", 201), None),
        (call("GET /orders/1", 404), None),
        (call("OPTIONS /orders", kind="preflight"), "a preflight request"),
        (call("OPTIONS /orders"), None),
        (call("GET /a.js", media="text/javascript"), "a static file"),
        (call("GET /a.css", media=""), "a static file"),
        (call("GET /config.map"), None),
        (call("GET /logo", media="image/png"), "a static file"),
        (call("POST /logo", media="image/png"), None),
        (call("GET /", media="text/html"), "a page"),
        (call("POST /login", 302, media="text/html"), None),
        (call("GET /socket", 101), "a stream"),
        (call("GET /events", media="text/event-stream"), "a stream"),
        (call("POST /collect", kind="ping"), "a beacon"),
        (call("GET /orders", 503), "the server failed"),
    ],
)
def test_requests_to_an_api_are_steps(sent: TrafficCall, reason: str | None) -> None:
    omitted = select_calls([sent]).omitted
    assert [one.reason for one in omitted] == ([] if reason is None else [reason])


def test_a_refused_request_that_is_sent_again_is_one_step() -> None:
    selection = select_calls([call("GET /me", 401), call("POST /login"), call("GET /me")])
    assert [one.call.title for one in selection.groups] == [
        "POST https://api.example/login",
        "GET https://api.example/me",
    ]
    assert selection.omitted[0].reason == "returned 401, and was sent again"
    assert len(select_calls([call("GET /me", 401)]).groups) == 1


@pytest.mark.parametrize(
    ("lines", "sizes"),
    [
        (["GET /a", "GET /a", "GET /b", "GET /a"], [2, 1, 1]),
        (["POST /a", "POST /a"], [1, 1]),
    ],
)
def test_reading_again_is_polling_and_creating_again_is_not(
    lines: list[str], sizes: list[int]
) -> None:
    groups = select_calls([call(one) for one in lines]).groups
    assert [len(one.attempts) for one in groups] == sizes


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("https://api.shop.example", "https://www.shop.example", True),
        ("https://api.shop.example", "https://api.shop.example:8443", True),
        ("https://shop.example", "https://stats.example", False),
        ("http://127.0.0.1:1", "http://127.0.0.1:2", True),
        ("http://127.0.0.1", "http://10.0.0.1", False),
        ("http://localhost:1", "http://localhost:2", True),
    ],
)
def test_sites(one: str, other: str, *, expected: bool) -> None:
    assert is_same_site(one, other) == expected


def test_the_api_is_where_most_requests_go() -> None:
    assert main_origin([call("GET /a"), call("GET /b")]) == "https://api.example"
    assert main_origin([]) == ""
