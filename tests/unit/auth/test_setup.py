"""What a run's own world is asked for tokens: each request and each wait under a key of its own."""

import pytest

from arazzo_runner.auth.endpoints import Endpoint
from arazzo_runner.auth.setup import needs_person_findings, tokens_of
from arazzo_runner.executor.plan import Plan
from arazzo_runner.executor.world import run_coroutine
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.security.credentials import Credentials
from arazzo_runner.openapi.security.schemes import Authorization
from arazzo_runner.openapi.security.token_need import DigestNeed


class Remembering:
    """A world that knows what it has done by its key, as one that survives a crash does."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    async def send(self, call):
        self.keys.append(call.key)
        return HttpResponse(200, (), b"")

    async def sleep(self, key, seconds):
        self.keys.append(key)


def test_keys_of_requests_and_waits_are_unique() -> None:
    world = Remembering()
    by = tokens_of(world, Credentials(), None, lambda _secrets: None, None)._by
    endpoint, request = (
        Endpoint("https://id.example/t", False),
        HttpRequest("POST", "https://id.example/t"),
    )
    for _ in range(2):
        run_coroutine(by.sleep(5))
        run_coroutine(by.endpoints.ask(endpoint, request, None))
    assert world.keys == [
        "authorization#1/wait",
        "authorization#1@1",
        "authorization#2/wait",
        "authorization#2@1",
    ]


@pytest.mark.parametrize(
    ("kinds", "findings"),
    [
        (["authorizationCode"], 1),
        (["deviceAuthorization", "deviceAuthorization"], 1),
        (["authorizationCode", "deviceAuthorization"], 2),
        (["clientCredentials", "digest"], 0),
    ],
)
def test_needs_that_want_a_person(need, monkeypatch, kinds, findings) -> None:
    needs = [DigestNeed("shop", "d") if one == "digest" else need(one) for one in kinds]
    every = [Authorization(needs=(one,)) for one in needs]
    monkeypatch.setattr("arazzo_runner.auth.setup.authorizations", lambda _plan, _routes: every)
    found = needs_person_findings(Plan(()))
    assert [one.code for one in found] == ["AZ905"] * findings
