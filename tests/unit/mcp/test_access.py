"""Who may talk to a server over HTTP."""

import asyncio

import pytest

from arazzo_runner.mcp.access import GuardedApp

TOKEN = "token-of-sixteen-and-more"


def status(headers: dict[str, str | list[str]], *, token=None, is_local=True) -> int:
    """The status of a request with these header fields; the application gives 200."""
    sent: list[dict] = []

    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message):
        sent.append(message)

    pairs = [
        (name.encode(), one.encode())
        for name, value in headers.items()
        for one in (value if isinstance(value, list) else [value])
    ]
    guarded = GuardedApp(app, token, is_local=is_local)
    asyncio.run(guarded({"type": "http", "headers": pairs}, None, send))
    return sent[0]["status"]


HERE = "127.0.0.1:8000"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"host": HERE}, 200),
        ({"host": "localhost"}, 200),
        ({"host": "[::1]:8000"}, 200),
        ({"host": "evil.test"}, 421),
        ({"host": "127.0.0.1.evil.test"}, 421),
        ({"host": "[::1"}, 421),
        ({"host": [HERE, "evil.test"]}, 421),
        ({}, 421),
        ({"host": HERE, "origin": "http://localhost:3000"}, 200),
        ({"host": HERE, "origin": "http://evil.test"}, 403),
        ({"host": HERE, "origin": "null"}, 403),
        ({"host": HERE, "origin": "http://[::1"}, 403),
        ({"host": HERE, "origin": ["http://localhost", "http://evil.test"]}, 403),
    ],
)
def test_requests_come_from_this_machine(headers, expected) -> None:
    assert status(headers) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"host": "agents.test"}, 200),
        ({"host": "agents.test:1", "origin": "https://agents.test"}, 200),
        ({"host": "agents.test", "origin": "https://evil.test"}, 403),
    ],
)
def test_a_server_for_others_has_any_name(headers, expected) -> None:
    assert status(headers, is_local=False) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer  {TOKEN} ", 200),
        ("Bearer", 401),
        (f"Bearer {TOKEN}x", 401),
        (f"Bearer {TOKEN[:-1]}", 401),
        (f"Basic {TOKEN}", 401),
        (TOKEN, 401),
        ([f"Bearer {TOKEN}", f"Bearer {TOKEN}"], 401),
        ([], 401),
    ],
)
def test_the_token_is_demanded(fields, expected) -> None:
    assert status({"host": HERE, "authorization": fields}, token=TOKEN) == expected


def test_what_is_no_request_is_for_the_application() -> None:
    asked: list[str] = []

    async def app(scope, _receive, _send):
        asked.append(scope["type"])

    asyncio.run(GuardedApp(app, TOKEN, is_local=True)({"type": "lifespan"}, None, None))
    assert asked == ["lifespan"]
