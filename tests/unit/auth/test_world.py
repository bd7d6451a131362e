"""The world that fulfils needs: what it sends, when it sends again, and that loops may run it."""

import anyio
import pytest
from msgspec.structs import replace

from arazzo_runner.auth.world import AuthorizingWorld
from arazzo_runner.executor.world import SendCall, TransportFailure, run_coroutine
from arazzo_runner.openapi.message import HttpRequest, HttpResponse, WireExchange
from arazzo_runner.openapi.security.credentials import Credentials
from arazzo_runner.openapi.security.token_need import DigestNeed
from unit.auth.scripted import World, reply

URL = "https://shop.example/orders?a=b"
CHALLENGE = 'Digest realm="r", nonce="{}", qop=auth'
DIGEST = DigestNeed("shop", "login")


def challenge(nonce="n", status=401):
    return HttpResponse(status, (("WWW-Authenticate", CHALLENGE.format(nonce)),), b"", 0.25)


class Api:
    """A world that answers in order; each exchange is told."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.calls = []

    async def send(self, call):
        self.calls.append(call)
        answer = self.answers.pop(0)
        if isinstance(answer, TransportFailure):
            return answer
        return replace(answer, exchanges=(WireExchange(call.request, answer, 0.0, 0.0),))

    @property
    def authorizations(self):
        return [dict(call.request.headers).get("Authorization") for call in self.calls]


def world_of(api, *answers, **parts):
    server = World(*answers)
    credentials = Credentials({("shop", "login"): parts})
    random = iter(f"cn0nce{number}" for number in range(9))
    tokens = server.tokens(**parts)
    return AuthorizingWorld(api, credentials, tokens, lambda: next(random)), server


def call(*needs, headers=(), timeout=60.0, url=URL):
    request = HttpRequest("GET", url, headers)
    return SendCall("w/s#1@1", request, timeout, ("shop", "GET", "/orders"), needs)


CLIENT = {"client_id": "me", "client_secret": "s3cret"}
USER = {"username": "ada", "password": "p4ss"}
OK = HttpResponse(200, (), b"", 0.5)


def test_a_call_without_needs_goes_through():
    api = Api(OK)
    world, _ = world_of(api)
    given = call()
    run_coroutine(world.send(given))
    assert api.calls == [given]


def test_a_token_in_place_of_what_was_there(need):
    api = Api(OK, OK)
    world, server = world_of(api, reply(access_token="t"), **CLIENT)
    outcome = run_coroutine(
        world.send(call(need(), headers=(("Accept", "a"), ("authorization", "x"))))
    )
    run_coroutine(world.send(call(need())))
    headers = (("Accept", "a"), ("Authorization", "Bearer t"))
    assert api.calls[0].request.headers == headers
    assert outcome.request.headers == headers
    assert len(server.endpoints.asked) == 1


def test_the_same_within_an_event_loop(need):
    api = Api(OK)
    world, _ = world_of(api, reply(access_token="t"), **CLIENT)
    outcome = anyio.run(world.send, call(need()))
    assert outcome.status == 200
    assert api.authorizations == ["Bearer t"]


def test_without_a_token_nothing_is_sent(need):
    api = Api()
    world, _ = world_of(api, reply(400, error="invalid_client"), **{**CLIENT, "client_secret": ""})
    outcome = run_coroutine(world.send(call(need())))
    assert (outcome.code, outcome.unsent) == ("credentials", True)
    assert api.calls == []


def test_a_failure_names_the_request_that_was_sent(need):
    api = Api(TransportFailure("timeout", "slow"))
    world, _ = world_of(api, reply(access_token="t"), **CLIENT)
    outcome = run_coroutine(world.send(call(need())))
    assert (outcome.unsent, outcome.request.headers) == (False, (("Authorization", "Bearer t"),))


@pytest.mark.parametrize(
    ("second", "status", "sent"),
    [
        (reply(access_token="t2"), 200, ["Bearer t", "Bearer t2"]),
        # Without a new token the first answer stands.
        (reply(400, error="invalid_client"), 401, ["Bearer t"]),
    ],
)
def test_a_token_that_is_rejected(need, second, status, sent):
    api = Api(HttpResponse(401, (), b""), OK)
    parts = {"client_id": "me", "refresh_token": "r"}
    given = need("refreshToken")
    world, _ = world_of(api, reply(access_token="t"), second, **parts)
    outcome = run_coroutine(world.send(call(given)))
    assert outcome.status == status
    assert api.authorizations == sent
    assert len(outcome.exchanges) == len(sent)
    assert [one.key for one in api.calls] == ["w/s#1@1", "w/s#1@1.2"][: len(sent)]


def test_a_world_that_remembers_by_key_does_not_repeat_the_first_response():
    """As a durable engine does, and a recording."""
    remembered = {}

    class Remembering(Api):
        async def send(self, call):
            if call.key not in remembered:
                remembered[call.key] = await super().send(call)
            return remembered[call.key]

    world, _ = world_of(Remembering(challenge(), OK), **USER)
    assert run_coroutine(world.send(call(DIGEST))).status == 200
    assert [one.status for one in remembered.values()] == [401, 200]


def test_other_answers_are_no_reason_to_send_again(need):
    api = Api(HttpResponse(403, (), b""))
    world, _ = world_of(api, reply(access_token="t"), **CLIENT)
    assert run_coroutine(world.send(call(need()))).status == 403


def test_a_challenge_is_answered_and_its_nonce_kept():
    api = Api(challenge(), OK, OK)
    world, _ = world_of(api, **USER)
    outcome = run_coroutine(world.send(call(DIGEST)))
    run_coroutine(world.send(call(DIGEST)))
    first, second, third = api.authorizations
    assert first is None
    assert 'uri="/orders?a=b"' in second
    assert 'nc=00000001, cnonce="cn0nce0"' in second
    assert 'nc=00000002, cnonce="cn0nce1"' in third
    assert outcome.request == api.calls[1].request
    assert len(outcome.exchanges) == 2
    assert [one.timeout for one in api.calls] == [60.0, 59.75, 60.0]


def test_a_nonce_serves_one_server_alone():
    api = Api(challenge(), OK, challenge("m"), OK)
    world, _ = world_of(api, **USER)
    run_coroutine(world.send(call(DIGEST)))
    run_coroutine(world.send(call(DIGEST, url="https://shop.example:8443/")))
    assert [bool(one) for one in api.authorizations] == [False, True, False, True]


@pytest.mark.parametrize(
    ("answers", "sent"),
    [
        # A wrong password: the second 401 is the answer.
        ([challenge("1"), challenge("2")], 2),
        # A challenge that cannot be answered, or none at all.
        ([HttpResponse(401, (("WWW-Authenticate", "Basic"),), b"")], 1),
        ([HttpResponse(401, (), b"")], 1),
    ],
)
def test_challenges_that_lead_nowhere(answers, sent):
    api = Api(*answers)
    world, _ = world_of(api, **USER)
    assert run_coroutine(world.send(call(DIGEST, timeout=None))).status == 401
    assert len(api.calls) == sent


@pytest.mark.parametrize(("nonce", "sent"), [("2", 4), ("1", 3)])
def test_a_nonce_that_has_ended(nonce, sent):
    """A new nonce is answered; the same again means that the answer was wrong."""
    api = Api(challenge("1"), OK, challenge(nonce), OK)
    world, _ = world_of(api, **USER)
    run_coroutine(world.send(call(DIGEST)))
    run_coroutine(world.send(call(DIGEST)))
    assert len(api.calls) == sent


class Redirecting(Api):
    """An API whose answers come from another server, by a redirect."""

    async def send(self, call):
        self.calls.append(call)
        answer = self.answers.pop(0)
        moved = replace(call.request, url="https://other.example/orders", headers=())
        first = HttpResponse(302, (("Location", moved.url),), b"")
        exchanges = (
            WireExchange(call.request, first, 0.0, 0.0),
            WireExchange(moved, answer, 0.0, 0.0),
        )
        return replace(answer, exchanges=exchanges)


def test_the_challenge_of_another_server_is_not_answered_by_the_first(need):
    api = Redirecting(challenge(), OK)
    world, _ = world_of(api, **USER)
    outcome = run_coroutine(world.send(call(DIGEST)))
    assert (outcome.status, len(api.calls)) == (401, 1)
    run_coroutine(world.send(call(DIGEST)))
    assert api.authorizations == [None, None]


def test_a_token_is_not_renewed_for_another_server(need):
    api = Redirecting(HttpResponse(401, (), b""))
    world, server = world_of(api, reply(access_token="t"), **CLIENT)
    assert run_coroutine(world.send(call(need()))).status == 401
    assert len(server.endpoints.asked) == 1
