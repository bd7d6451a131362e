"""Runs whose addresses have values of parameters, over a broker in the process."""

import pytest

import arazzo_runner as arazzo
from arazzo_runner.executor.events import MessageAwaited, MessageSent
from arazzo_runner.messaging.memory import MemoryBroker
from arazzo_runner.messaging.model import Delivery
from arazzo_runner.messaging.protocols.registry import with_protocol

EVENTS = """
asyncapi: 3.0.0
info: {title: Events, version: 1.0.0}
servers: {main: {host: 'broker.test:1883', protocol: mqtt}}
defaultContentType: application/json
channels:
  orders: {address: orders, messages: {order: {}}}
  done:
    address: 'done/{id}'
    parameters: {id: {}}
    messages: {done: {correlationId: {location: $message.payload#/id}}}
"""
DOCUMENT = """
arazzo: 1.1.0
info: {title: T, version: "1"}
sourceDescriptions: [{name: events, url: events.yaml, type: asyncapi}]
workflows:
  - workflowId: w
    inputs: {type: object, properties: {id: {type: string, default: a}}}
    steps:
      - stepId: send
        channelPath: '{$sourceDescriptions.events.url}#/channels/orders'
        action: send
        requestBody: {payload: {id: $inputs.id}}
        outputs: {id: $message.payload#/id}
      - stepId: wait
        channelPath: '{$sourceDescriptions.events.url}#/channels/done'
        action: receive
        timeout: 5000
        parameters: [{name: id, in: path, value: $inputs.id}]
"""


@pytest.fixture
def broker():
    found = MemoryBroker()
    found.react = lambda _message: found.deliver(Delivery("done/b", b'{"id": "b"}'))
    with with_protocol("mqtt", found.connect):
        yield found


@pytest.fixture
def document(tmp_path):
    def write(*replaced, events=EVENTS):
        (tmp_path / "events.yaml").write_text(events)
        text = DOCUMENT
        for old, new in replaced:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "w.yaml"
        path.write_text(text)
        return path

    return write


@pytest.mark.parametrize("value", ["#", "+", "b/c"])
def test_a_value_is_no_wildcard(value, broker, document):
    """Nothing is sent where a value would listen to more, or elsewhere."""
    result = arazzo.run(document(), inputs={"id": value})
    assert (result.exit_code, broker.sent) == (1, [])
    assert f"`done/{value}` is no address of the channel `done/{{id}}`" in str(result)


def test_a_value_that_means_itself(broker, document):
    assert arazzo.run(document(), inputs={"id": "b"}).passed


def test_a_value_that_is_known_only_later_is_no_wildcard(broker, document):
    later = ("path, value: $inputs.id", "path, value: $steps.send.outputs.id")
    result = arazzo.run(document(later), inputs={"id": "+"})
    error = result.workflows[0].steps[-1].attempts[-1].error
    assert (result.exit_code, error.code, len(broker.sent)) == (1, "rejected", 1)


def test_a_value_of_what_is_sent_is_no_wildcard(broker, document):
    """That of a message is known only when the step before it has run."""
    again = (
        "action: receive\n        timeout: 5000\n        parameters: [{name: id, in: path, value: $inputs.id}]",
        "action: send\n        parameters: [{name: id, in: path, value: $steps.send.outputs.id}]",
    )
    result = arazzo.run(document(again), inputs={"id": "x#"})
    attempt = result.workflows[0].steps[-1].attempts[-1]
    assert (result.exit_code, attempt.error.code, attempt.message) == (1, "rejected", None)
    assert [one.address for one in broker.sent] == ["orders"]


class WholeLevels(MemoryBroker):
    """As brokers do: a parameter that is a part of a level stands for the whole of it."""

    async def connect(self, endpoint, receiver):
        connection = await super().connect(endpoint, receiver)

        async def subscribe(subscription):
            for name in ("foo", "order-7"):
                receiver.deliver(subscription, Delivery(f"done/{name}", b"{}"))

        connection.subscribe = subscribe
        return connection


def test_a_part_of_a_level(document):
    """``order-{id}`` is less than what the wildcard stands for."""
    path = document(
        ("        parameters: [{name: id, in: path, value: $inputs.id}]\n", ""),
        events=EVENTS.replace("done/{id}", "done/order-{id}"),
    )
    with with_protocol("mqtt", WholeLevels().connect):
        result = arazzo.run(path)
    message = result.workflows[0].steps[-1].attempts[-1].message
    assert (message.address, message.others) == ("done/order-7", 1)


@pytest.mark.parametrize(
    ("servers", "expected"),
    [({}, {"mqtt"}), ({"events": "nats://127.0.0.1:4222"}, {"nats"})],
)
def test_calls_have_the_protocol_that_is_spoken(broker, document, servers, expected):
    """That of `--server`, not of the description: traces name it."""
    events = []
    with with_protocol("nats", broker.connect):
        result = arazzo.run(document(), inputs={"id": "b"}, servers=servers, on_event=events.append)
    assert result.passed
    sent = [one for one in events if isinstance(one, MessageSent | MessageAwaited)]
    assert {one.call.protocol for one in sent} == expected
    assert len(sent) == 2
