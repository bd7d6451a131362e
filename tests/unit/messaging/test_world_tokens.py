"""Tokens for servers of channels: fetched before the first step, by whatever world sends requests."""

import asyncio
import base64
import json

import pytest
import trio

import arazzo_runner as arazzo
from arazzo_runner.messaging.memory import MemoryBroker
from arazzo_runner.messaging.protocols.registry import with_protocol

EVENTS = """
asyncapi: 3.0.0
info: {title: Events, version: 1.0.0}
servers:
  main: {host: 'broker.test:1883', protocol: memory, security: [{$ref: '#/components/securitySchemes/login'}]}
channels:
  orders: {address: orders, messages: {order: {}}}
components:
  securitySchemes:
    login: {type: oauth2, scopes: [send, read], flows: {clientCredentials: {tokenUrl: 'https://auth.test/token', availableScopes: {send: x}}}}
"""
OPENID = """
    login: {type: openIdConnect, openIdConnectUrl: 'https://auth.test/openid', scopes: [send, read]}
"""
DOCUMENT = """
arazzo: 1.1.0
info: {title: T, version: "1"}
sourceDescriptions: [{name: events, url: events.yaml, type: asyncapi}]
workflows:
  - workflowId: w
    steps:
      - {stepId: one, channelPath: '{$sourceDescriptions.events.url}#/channels/orders', action: send, requestBody: {payload: 1}}
      - {stepId: two, channelPath: '{$sourceDescriptions.events.url}#/channels/orders', action: send, requestBody: {payload: 2}}
"""
PREFIX = "ARAZZO_AUTH_EVENTS_LOGIN_"
CLIENT = {f"{PREFIX}CLIENT_ID": "me", f"{PREFIX}CLIENT_SECRET": "cl1ent"}


class Authority:
    """An application that gives tokens, and keeps what it was asked."""

    def __init__(self):
        self.status = "200 OK"
        self.asked = []

    def __call__(self, environ, start_response):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length).decode()
        self.asked.append((environ["PATH_INFO"], body, environ.get("HTTP_AUTHORIZATION")))
        answer = {"access_token": "t0ken", "token_type": "bearer"}
        if not self.status.startswith("200"):
            answer = {"error": "invalid_client"}
        if environ["PATH_INFO"] == "/openid":
            answer = {"token_endpoint": "https://auth.test/token"}
        start_response(self.status, [("Content-Type", "application/json")])
        return [json.dumps(answer).encode()]


@pytest.fixture
def authority():
    return Authority()


@pytest.fixture
def shown():
    """The credentials that connections to the broker were opened with."""
    broker, credentials = MemoryBroker(), []

    async def connect(endpoint, receiver):
        credentials.append(endpoint.credentials)
        return await broker.connect(endpoint, receiver)

    with with_protocol("memory", connect):
        yield credentials


def document(folder, events=EVENTS):
    (folder / "events.yaml").write_text(events)
    (folder / "w.arazzo.yaml").write_text(DOCUMENT)
    return folder / "w.arazzo.yaml"


def run_trio(path, **options):
    return trio.run(lambda: arazzo.arun(path, **options))


def run_asyncio(path, **options):
    return asyncio.run(arazzo.arun(path, **options))


@pytest.mark.parametrize("run", [arazzo.run, run_asyncio, run_trio])
def test_a_token_by_client_credentials(run, tmp_path, authority, shown):
    result = run(document(tmp_path), app=authority, environment=CLIENT)
    assert result.passed, str(result.workflows[0].error.message)
    basic = "Basic " + base64.b64encode(b"me:cl1ent").decode()
    body = "grant_type=client_credentials&scope=send+read"
    assert authority.asked == [("/token", body, basic)]
    (credentials,) = shown
    assert credentials.token == "t0ken"
    assert credentials.headers == (("Authorization", "Bearer t0ken"),)
    assert "t0ken" not in repr(result)


def test_a_token_by_discovery(tmp_path, authority, shown):
    before, _, _ = EVENTS.rpartition("    login:")
    result = arazzo.run(document(tmp_path, before + OPENID), app=authority, environment=CLIENT)
    assert result.passed, str(result.workflows[0].error.message)
    assert [path for path, *_ in authority.asked] == ["/openid", "/token"]
    assert [one.token for one in shown] == ["t0ken"]


def test_a_token_that_is_there(tmp_path, authority, shown):
    environment = {**CLIENT, f"{PREFIX}TOKEN": "before"}
    assert arazzo.run(document(tmp_path), app=authority, environment=environment).passed
    assert authority.asked == []
    assert [one.token for one in shown] == ["before"]


def test_credentials_that_are_refused(tmp_path, authority, shown):
    authority.status = "401 Unauthorized"
    result = arazzo.run(document(tmp_path), app=authority, environment=CLIENT)
    assert (result.exit_code, shown) == (4, [])
    error = result.workflows[0].error
    assert error.code == "credentials"
    assert error.message.startswith("no token for `login` of `events`: ")
    assert f"`{PREFIX}CLIENT_SECRET`" in (error.hint or "")


def test_a_description_without_the_url_of_tokens(tmp_path, authority, shown):
    events = EVENTS.replace("tokenUrl: 'https://auth.test/token', ", "")
    with pytest.raises(arazzo.DocumentError) as caught:
        arazzo.run(document(tmp_path, events), app=authority, environment=CLIENT)
    assert [one.code for one in caught.value.diagnostics] == ["AZ217"]
    assert (authority.asked, shown) == ([], [])
