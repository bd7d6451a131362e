"""No secret of a message, and none of a broker, shows in anything that a run writes."""

import json

import pytest

from arazzo_runner.messaging.memory import MemoryBroker
from arazzo_runner.messaging.model import BrokerError, Delivery
from arazzo_runner.messaging.protocols.registry import with_protocol
from canaries.secrets import CANARIES, leaks
from canaries.test_canaries import REPORTS, VERBOSITY, run, written

EVENTS = """
asyncapi: 3.0.0
info: {title: Shop, version: 1.0.0}
defaultContentType: application/json
servers:
  main: {host: 'broker.example:6379', protocol: redis, security: [{$ref: '#/components/securitySchemes/login'}]}
channels:
  orders: {address: 'orders/{token}', messages: {order: {payload: {type: object}}}}
  replies:
    address: 'replies'
    messages: {reply: {correlationId: {location: '$message.header#/id'}, payload: {type: object, properties: {status: {const: done}}}}}
components: {securitySchemes: {login: {type: userPassword}}}
"""
FLOW = """
arazzo: 1.1.0
info: {title: Shop, version: 1.0.0}
sourceDescriptions: [{name: events, url: events.yaml, type: asyncapi}]
workflows:
  - workflowId: order
    inputs:
      type: object
      properties:
        password: {type: string, format: password}
        hidden: {type: string, writeOnly: true}
        named: {type: string}
    steps:
      - stepId: place
        channelPath: '{$sourceDescriptions.events.url}#/channels/orders'
        action: send
        parameters:
          - {name: token, in: path, value: $inputs.hidden}
          - {name: Authorization, in: header, value: 'Bearer {$inputs.password}'}
          - {name: id, in: header, value: $inputs.named}
        requestBody: {payload: {login: {password: $inputs.password}, note: 'to {$inputs.named}'}}
        outputs: {sent: $message.payload#/note}
      - stepId: confirm
        channelPath: '{$sourceDescriptions.events.url}#/channels/replies'
        action: receive
        correlationId: $inputs.named
        timeout: 300
        successCriteria:
          - {condition: $message.payload#/status == 'done'}
          - {condition: $message.payload#/note != $inputs.password}
        outputs: {note: $message.payload#/note, session: $message.header.Set-Cookie}
"""
SECRETS = ("password-input", "write-only-input", "named-input", "basic")
OUTCOMES = {"passes": 0, "criterion fails": 1, "no reply": 4, "broker down": 4, "broker says it": 4}


def reply(outcome):
    """What the broker sends back: all that it knows, which is more than a broker should."""
    known = {f"n{at}": CANARIES[one] for at, one in enumerate(SECRETS)}
    status = "bad" if outcome == "criterion fails" else "done"
    wanted = CANARIES["basic"] if outcome == "no reply" else CANARIES["named-input"]
    headers = (("id", wanted), ("Set-Cookie", f"s={CANARIES['basic']}"), ("x", CANARIES["basic"]))
    payload = {"status": status, "note": CANARIES["password-input"] + "!", "known": known}
    return Delivery("replies", json.dumps(payload).encode(), headers, "application/json")


def broker_of(outcome):
    broker = MemoryBroker(lambda _message: broker.deliver(reply(outcome)))
    broker.is_down = outcome == "broker down"

    async def connect(endpoint, receiver):
        assert endpoint.credentials.password == CANARIES["basic"]
        if outcome == "broker says it":
            raise BrokerError("connect", f"no entry for {endpoint.credentials.password}", "ada?")
        return await broker.connect(endpoint, receiver)

    return broker, connect


@pytest.mark.parametrize("verbosity", VERBOSITY)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_messages(tmp_path, monkeypatch, outcome, verbosity):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "events.yaml").write_text(EVENTS)
    (tmp_path / "flow.arazzo.yaml").write_text(FLOW)
    monkeypatch.setenv("ARAZZO_AUTH_EVENTS_LOGIN_USERNAME", "ada")
    monkeypatch.setenv("ARAZZO_AUTH_EVENTS_LOGIN_PASSWORD", CANARIES["basic"])
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "console")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "out" / "summary.md"))
    broker, connect = broker_of(outcome)
    reports = [word for kind in REPORTS for word in ("--report", f"{kind}={tmp_path}/out/{kind}")]
    with with_protocol("redis", connect):
        code, streams = run([
            "--debug", "run", "flow.arazzo.yaml", "--secret", "named", "--otel", "--record", "out/recording.json",
            "-i", f"password={CANARIES['password-input']}", "-i", f"hidden={CANARIES['write-only-input']}",
            "-i", f"named={CANARIES['named-input']}", *VERBOSITY[verbosity], *reports,
        ])  # fmt: skip
    assert code == OUTCOMES[outcome], streams["stdout"][:3000] + streams["stderr"][:3000]
    # They were there to be seen.
    assert len(broker.sent) == (not outcome.startswith("broker"))
    assert all(
        CANARIES["password-input"].encode()
        in json.dumps(json.loads(one.payload), ensure_ascii=False).encode()
        for one in broker.sent
    )
    sinks = {**streams, **dict(written(tmp_path))}
    assert {"recording.json", "json", "html", "junit"} <= sinks.keys()
    assert {name: found for name, text in sinks.items() if (found := leaks(text))} == {}
