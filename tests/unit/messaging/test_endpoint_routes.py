"""The way of a step to its broker, from the options of a run."""

import ssl

import pytest

import arazzo_runner as arazzo
from arazzo_runner.messaging.memory import MemoryBroker
from arazzo_runner.messaging.protocols.registry import with_protocol

EVENTS = """
asyncapi: 3.0.0
info: {title: Events, version: 1.0.0}
servers:
  main:
    host: 'broker.test:1883'
    protocol: PROTOCOL
    security: [{$ref: '#/components/securitySchemes/login'}, {$ref: '#/components/securitySchemes/key'}]
channels: {orders: {address: orders}, nowhere: {}}
components:
  securitySchemes: {login: {type: userPassword}, key: {type: httpApiKey, in: header, name: X-Key}}
"""
DOCUMENT = """
arazzo: 1.1.0
info: {title: T, version: "1"}
sourceDescriptions: [{name: events, url: events.yaml, type: asyncapi}]
workflows:
  - workflowId: w
    steps:
      - stepId: send
        channelPath: '{$sourceDescriptions.events.url}#/channels/orders'
        action: send
"""


@pytest.fixture
def connected(tmp_path):
    """Run, and give the endpoint that was connected to."""

    def run(protocol="memory", document=DOCUMENT, **options):
        (tmp_path / "events.yaml").write_text(EVENTS.replace("PROTOCOL", protocol))
        (tmp_path / "w.arazzo.yaml").write_text(document)
        broker, seen = MemoryBroker(), []

        async def connect(endpoint, receiver):
            seen.append(endpoint)
            return await broker.connect(endpoint, receiver)

        with with_protocol(protocol, connect), with_protocol("mqtt", connect):
            result = arazzo.run(tmp_path / "w.arazzo.yaml", **options)
        assert result.passed
        (endpoint,) = seen
        return endpoint

    return run


def test_credentials_of_the_environment(connected):
    names = {"ARAZZO_AUTH_EVENTS_LOGIN_USERNAME": "me", "ARAZZO_AUTH_EVENTS_LOGIN_PASSWORD": "pw"}
    shown = connected(environment=names).credentials
    assert (shown.username, shown.password) == ("me", "pw")
    shown = connected(environment={"ARAZZO_AUTH_EVENTS_KEY_KEY": "k"}).credentials
    assert shown.headers == (("X-Key", "k"),)


def test_without_credentials(connected):
    with pytest.raises(arazzo.UsageError) as raised:
        connected(environment={"ARAZZO_AUTH_EVENTS_LOGIN_USERNAME": "me"})
    (found,) = raised.value.diagnostics
    assert (found.code, found.message) == (
        "AZ905",
        "the server `main` of `events` needs credentials for `login` (user name and password), or `key` (API key in the header `X-Key`)",
    )
    assert found.help == "set `ARAZZO_AUTH_EVENTS_LOGIN_PASSWORD`, or `ARAZZO_AUTH_EVENTS_KEY_KEY`"


@pytest.mark.parametrize("skipped", [["all"], ["events"], ["events.login", "events.key"]])
def test_no_credentials_are_wanted(connected, skipped):
    assert connected(environment={}, no_auth=skipped).credentials.username == ""


def test_another_server(connected):
    keys = {"ARAZZO_AUTH_EVENTS_KEY_KEY": "k"}
    found = connected(environment=keys, servers={"events": "mqtt://127.0.0.1:7"})
    assert found.label == "mqtt://127.0.0.1:7"
    found = connected(environment=keys, servers={"": "memory://127.0.0.1:8"})
    assert found.label == "memory://127.0.0.1:8"
    found = connected(environment=keys, servers={"": "http://127.0.0.1:8"})
    assert found.label == "memory://broker.test:1883"


def test_encrypted_protocols_have_what_to_trust(connected):
    keys = {"ARAZZO_AUTH_EVENTS_KEY_KEY": "k"}
    assert connected(environment=keys).tls is None
    found = connected("secure-mqtt", environment=keys)
    assert found.tls.verify_mode is ssl.CERT_REQUIRED
    insecure = arazzo.HttpSettings(insecure=True)
    assert (
        connected("secure-mqtt", environment=keys, http=insecure).tls.verify_mode is ssl.CERT_NONE
    )


def test_a_channel_without_an_address(connected):
    with pytest.raises(arazzo.DocumentError) as raised:
        connected(document=DOCUMENT.replace("channels/orders", "channels/nowhere"))
    (found,) = raised.value.diagnostics
    assert (found.code, found.message) == (
        "AZ215", "the channel `nowhere` has no address: it is known only while it runs",
    )  # fmt: skip


def test_secrets_are_masked(tmp_path):
    (tmp_path / "events.yaml").write_text(EVENTS.replace("PROTOCOL", "memory"))
    document = DOCUMENT + "        requestBody: {payload: {word: hunter2}}\n"
    (tmp_path / "w.arazzo.yaml").write_text(document)
    names = {
        "ARAZZO_AUTH_EVENTS_LOGIN_USERNAME": "me",
        "ARAZZO_AUTH_EVENTS_LOGIN_PASSWORD": "hunter2",
    }
    with with_protocol("memory", MemoryBroker().connect):
        result = arazzo.run(tmp_path / "w.arazzo.yaml", environment=names)
    assert "hunter2" not in str(result.report())


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ({"servers": {"evnets": "mqtt://h"}}, "did you mean `events`?"),
        ({"no_auth": ["events.logn"]}, "did you mean `login`?"),
        ({"server_variables": {"stage": "x"}}, "there are none"),
    ],
)
def test_names_that_there_are_not(connected, options, hint):
    with pytest.raises(arazzo.UsageError) as raised:
        connected(**options)
    (found,) = raised.value.diagnostics
    assert (found.code, found.help) == ("AZ906", hint)
