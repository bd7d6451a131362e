"""Credentials of runs: what a long one costs."""

import json
import tracemalloc

import pytest

import arazzo_runner as arazzo
from arazzo_runner.openapi.message import HttpResponse
from unit.embed.shop import DOCUMENT, SHOP, answer

LONG = "".join(f"{number:x}Gk-_." for number in range(250_000))[:1_000_000]
SCHEMES = {
    "bearer": ({"type": "http", "scheme": "bearer"}, {"token": LONG}, "Authorization"),
    "basic": (
        {"type": "http", "scheme": "basic"},
        {"username": "ann", "password": LONG},
        "Authorization",
    ),
    "header": ({"type": "apiKey", "in": "header", "name": "X-Api-Key"}, {"key": LONG}, "X-Api-Key"),
    "cookie": ({"type": "apiKey", "in": "cookie", "name": "session"}, {"key": LONG}, "Cookie"),
}


class Server:
    """A world that responds at once."""

    def __init__(self) -> None:
        self.headers: list[dict[str, str]] = []

    async def send(self, call):
        self.headers.append(dict(call.request.headers))
        status, body = answer(
            call.request.method, call.request.url.removeprefix("http://shop.test")
        )
        return HttpResponse(status, (("Content-Type", "application/json"),), body)


@pytest.mark.parametrize("kind", SCHEMES)
def test_no_run_copies_a_long_credential(kind, tmp_path) -> None:
    """Whatever looks through a credential copies it: headers, encodings, what is to be masked."""
    scheme, parts, field = SCHEMES[kind]
    secured = {"security": [{"key": []}], "components": {"securitySchemes": {"key": scheme}}}
    (tmp_path / "shop.openapi.json").write_text(json.dumps(SHOP | secured))
    (tmp_path / "shop.arazzo.yaml").write_text(DOCUMENT)
    description, server = arazzo.load(tmp_path / "shop.arazzo.yaml"), Server()
    runner = arazzo.Runner(world=server, credentials={"shop": {"key": parts}})
    runner.run(description, inputs={"name": "cup"}).raise_for_status()
    tracemalloc.start()
    try:
        result = runner.run(description, inputs={"name": "cup"})
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < len(LONG)
    assert [len(one[field]) > len(LONG) - 1 for one in server.headers] == [True] * 4
    assert LONG[:9] not in result.to_json()
