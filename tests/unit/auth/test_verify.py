"""Trying credentials: which request is harmless, and what its answer tells."""

import pytest

from arazzo_runner.auth.status import SchemeStatus
from arazzo_runner.auth.verify import try_request, try_tokens
from arazzo_runner.errors import UsageError
from arazzo_runner.executor.world import TransportFailure, run_coroutine
from arazzo_runner.openapi.description import read_description
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.openapi.security.schemes import Authorization
from arazzo_runner.text.diagnostic import error
from arazzo_runner.text.source import SourceFile
from unit.auth.scripted import World, reply

OK = {"responses": {"200": {"description": "ok"}}}
KEY = {"security": [{"key": []}]}
BOTH = {"security": [{"key": [], "other": []}]}
REQUIRED = {"parameters": [{"name": "q", "in": "query", "required": True, "schema": {}}]}
BODY = {"requestBody": {"required": True, "content": {"text/plain": {}}}}


def use_of(paths):
    scheme = {"type": "apiKey", "in": "header", "name": "X-Key"}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": paths,
        "components": {"securitySchemes": {"key": scheme, "other": scheme | {"name": "X-Other"}}},
    }
    api = read_description(SourceFile("api.yaml", "file:///api.yaml", ""), document)
    return SchemeStatus("shop", api, api.schemes["key"], (), (), "ready")


class Api:
    def __init__(self, answer):
        self.answer = answer
        self.sent = []

    async def send(self, call):
        self.sent.append(f"{call.request.method} {call.request.url}")
        return self.answer


def tried(paths, answer=None, authorize=None):
    api = Api(answer or HttpResponse(200, (), b""))
    given = authorize or (lambda _: ("https://shop.example", Authorization()))
    return run_coroutine(try_request(use_of(paths), given, lambda _: api)), api.sent


@pytest.mark.parametrize(
    ("path", "operation", "is_sent"),
    [
        ("/a", {"get": {**OK, **KEY}}, True),
        ("/a", {"post": {**OK, **KEY}}, False),
        ("/a/{b}", {"get": {**OK, **KEY}}, False),
        ("/a", {"get": {**OK, **KEY, **REQUIRED}}, False),
        ("/a", {"get": {**OK, **KEY, **BODY}}, False),
        ("/a", {"get": {**OK, **BOTH}}, False),
        ("/a", {"get": {**OK, "security": []}}, False),
        ("/a", {"get": {**OK, "security": [{"nobody": []}]}}, False),
        ("/a", {"get": {**OK, **KEY, "parameters": [{"$ref": "#/nowhere"}]}}, False),
    ],
)
def test_what_is_harmless(path, operation, is_sent):
    trial, sent = tried({path: operation})
    assert sent == (["GET https://shop.example/a"] if is_sent else [])
    assert trial.verdict == ("accepted" if is_sent else "untested")


@pytest.mark.parametrize(
    ("answer", "verdict", "words"),
    [
        (HttpResponse(204, (), b""), "accepted", "status 204"),
        (HttpResponse(302, (), b""), "accepted", "status 302"),
        (HttpResponse(399, (), b""), "accepted", "status 399"),
        (HttpResponse(400, (), b""), "unusable", "status 400, which says nothing"),
        (HttpResponse(401, (), b""), "refused", "status 401"),
        (HttpResponse(403, (), b""), "refused", "status 403"),
        (HttpResponse(404, (), b""), "unusable", "status 404, which says nothing"),
        (TransportFailure("credentials", "no token", unsent=True), "refused", "no token"),
        (TransportFailure("connect", "nobody"), "unusable", "nobody"),
    ],
)
def test_what_an_answer_tells(answer, verdict, words):
    trial, _ = tried({"/a": {"get": {**OK, **KEY}}}, answer)
    assert trial.verdict == verdict
    assert words in trial.message
    was_sent = not getattr(answer, "unsent", False)
    assert trial.request == ("GET https://shop.example/a" if was_sent else None)


def test_a_server_that_is_not_known():
    def authorize(operation):
        raise UsageError(error("AZ908", "names no server"))

    trial, sent = tried({"/a": {"get": {**OK, **KEY}}}, authorize=authorize)
    assert (trial.verdict, trial.message, sent) == ("untested", "names no server", [])


def test_tokens_of_all_scopes(need):
    world = World(reply(access_token="a"), reply(access_token="b"))
    tokens = world.tokens(client_id="me", client_secret="s3cret")
    needs = [need(), need("clientCredentials", "a", "b")]
    trial = run_coroutine(try_tokens(needs, tokens))
    assert trial.verdict == "accepted"
    assert trial.message == (
        "a token was fetched by `clientCredentials`, and by `clientCredentials` for a b"
    )


def test_a_token_that_is_refused(need):
    world = World(reply(400, error="invalid_scope"))
    tokens = world.tokens(client_id="me", client_secret="s3cret")
    assert run_coroutine(try_tokens([need()], tokens)).verdict == "refused"
