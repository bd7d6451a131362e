"""Replies whose address the request says."""

import pytest

import arazzo_runner as arazzo
from arazzo_runner.http_semantics.headers import header_value
from arazzo_runner.messaging.memory import MemoryBroker
from arazzo_runner.messaging.model import Delivery
from arazzo_runner.messaging.protocols.registry import with_protocol

EVENTS = """
asyncapi: 3.0.0
info: {title: Desk, version: 1.0.0}
defaultContentType: application/json
servers: {main: {host: 'broker.test', protocol: mqtt}}
channels:
  orders: {address: orders, messages: {order: {}}}
  replies: {address: null, messages: {done: {}}}
operations:
  order:
    action: receive
    channel: {$ref: '#/channels/orders'}
    reply: {address: {location: $message.header#/replyTo}, channel: {$ref: '#/channels/replies'}}
"""
DOCUMENT = """
arazzo: 1.1.0
info: {title: Desk, version: "1"}
sourceDescriptions: [{name: events, url: events.yaml, type: asyncapi}]
workflows:
  - workflowId: order
    steps:
      - {stepId: first, operationId: order, action: send, requestBody: {payload: 1}}
      - {stepId: second, operationId: order, action: send, requestBody: {payload: 2}}
      - {stepId: one, operationId: order, action: receive, timeout: 5000, outputs: {it: $message.payload}}
      - {stepId: two, operationId: order, action: receive, timeout: 5000, outputs: {it: $message.payload}}
    outputs: {one: $steps.one.outputs.it, two: $steps.two.outputs.it}
"""
OWN = "parameters: [{name: replyTo, in: header, value: my/replies}], requestBody: {payload: 1}"


@pytest.fixture
def broker():
    broker = MemoryBroker()

    def react(message):
        where = header_value(message.headers, "replyTo")
        if where is not None:
            broker.deliver(Delivery("elsewhere", b"0"))
            broker.deliver(Delivery(where, message.payload))

    broker.react = react
    with with_protocol("mqtt", broker.connect):
        yield broker


@pytest.fixture
def document(tmp_path):
    def write(*changes):
        texts = {"events.yaml": EVENTS, "w.arazzo.yaml": DOCUMENT}
        for before, after in changes:
            assert any(before in text for text in texts.values())
            texts = {name: text.replace(before, after) for name, text in texts.items()}
        for name, text in texts.items():
            (tmp_path / name).write_text(text)
        return tmp_path / "w.arazzo.yaml"

    return write


def test_an_address_of_the_run(broker, document):
    result = arazzo.run(document())
    assert result.passed, result.workflows[0]
    assert result.outputs == {"one": 1, "two": 2}
    addresses = {header_value(one.headers, "replyTo") for one in broker.sent}
    (address,) = addresses
    assert address.startswith("arazzo/replies/")
    arazzo.run(document())
    assert header_value(broker.sent[-1].headers, "replyTo") != address


def test_an_address_of_the_workflow(broker, document):
    result = arazzo.run(document(("requestBody: {payload: 1}", OWN)))
    assert result.outputs == {"one": 1, "two": 2}
    assert [dict(one.headers)["replyTo"] for one in broker.sent] == ["my/replies"] * 2


def test_a_reply_without_a_channel(broker, document):
    """It is not waited for where the request went."""
    path = document((", channel: {$ref: '#/channels/replies'}}", "}"))
    assert arazzo.run(path).outputs == {"one": 1, "two": 2}


def test_nothing_was_sent_before(broker, document):
    sent = "      - {stepId: first, operationId: order, action: send, requestBody: {payload: 1}}\n"
    second = (
        "      - {stepId: second, operationId: order, action: send, requestBody: {payload: 2}}\n"
    )
    result = arazzo.run(document((sent, ""), (second, "")))
    error = result.workflows[0].steps[0].attempts[0].error
    assert error.message == "the reply to wait for at `replies` has no address yet"
    assert error.hint == "a step before has to send the message that it is the reply to"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            [("protocol: mqtt", "protocol: redis")],
            "the reply of `order` has an address that only its request says, and with `redis` no step can say one",
        ),
        (
            [("$message.header#/replyTo", "$message.payload#/replyTo")],
            "the channel `replies` has no address: it is known only while it runs",
        ),
        (
            [("$message.header#/replyTo", "$message.header#/reply/to")],
            "the channel `replies` has no address: it is known only while it runs",
        ),
    ],
)
def test_what_cannot_be_said_is_an_error_before_anything_is_sent(broker, document, changes, words):
    with pytest.raises(arazzo.DocumentError) as caught:
        arazzo.run(document(*changes))
    found = {(one.code, one.message) for one in caught.value.diagnostics}
    assert found == {("AZ215", words)}
    assert broker.sent == []
