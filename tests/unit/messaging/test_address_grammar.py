"""Values of parameters stay in their levels of an address."""

from contextlib import nullcontext

import pytest

from arazzo_runner.messaging.address_grammar import check_address, grammar_of
from arazzo_runner.messaging.model import BrokerError, ChannelRoute, Endpoint

EXCHANGE = {"amqp": {"is": "routingKey", "exchange": {"name": "desk", "type": "topic"}}}
DIRECT = {"amqp": {"is": "routingKey", "exchange": {"name": "desk", "type": "direct"}}}


def route(protocol, template, channel=None):
    endpoint = Endpoint("main", protocol, None, "broker.test", None)
    return ChannelRoute("w/s", "events", endpoint, channel or {}, {}, {}, template=template)


@pytest.mark.parametrize(
    ("protocol", "template", "address", "fault"),
    [
        ("mqtt", "done/{id}", "done/#", "has `#`, which has a meaning of its own in MQTT"),
        ("mqtts", "done/{id}", "done/+", "has `+`, which has a meaning of its own in MQTT"),
        ("mqtt5", "done/{id}", "done/a/b", "has `/`, which has a meaning of its own in MQTT"),
        ("secure-mqtt", "o-{id}/paid", "o-+/paid", "has `+`, which has a meaning of its own in MQTT"),
        ("mqtt", "{group}/{id}", "$share/a", "begins with `$`, which has a meaning of its own in MQTT"),
        ("nats", "done.{id}", "done.>", "has `>`, which has a meaning of its own in NATS"),
        ("tls", "done.{id}", "done.*", "has `*`, which has a meaning of its own in NATS"),
        ("nats+tls", "done.{id}", "done.a.b", "has `.`, which has a meaning of its own in NATS"),
        ("nats", "done.{id}", "done.a b", "has ` `, which has a meaning of its own in NATS"),
        ("ws", "done/{id}", "done/a/b", "has `/`, which has a meaning of its own in a URL"),
        ("wss", "done/{id}", "done/a?token=b", "has `?`, which has a meaning of its own in a URL"),
        ("https", "done/{id}", "done/%2e%2e", "has `%`, which has a meaning of its own in a URL"),
        ("http", "done/{id}/last", "done/../last", "is `..`, which has a meaning of its own in a URL"),
    ],
)  # fmt: skip
def test_values_that_leave_their_level(protocol, template, address, fault):
    with pytest.raises(BrokerError) as raised:
        check_address(route(protocol, template), address, "receive")
    found = f"`{address}` is no address of the channel `{template}`: a parameter {fault}"
    assert (raised.value.code, raised.value.message) == ("rejected", found)


@pytest.mark.parametrize(
    ("protocol", "template", "address"),
    [
        ("mqtt", "done/{id}", "done/a.b*>c"),
        ("mqtt", "done/{id}", "done/{id}"),
        ("mqtt", "a+/{id}", "a+/$7"),
        ("mqtt", "$SYS/{id}", "$SYS/uptime"),
        ("mqtt", "all/#", "all/#"),
        ("nats", "done.{id}", "done.a/b"),
        ("ws", "/v1/../{id}", "/v1/../a.b"),
        ("redis", "done/{id}", "done/[*]/?"),
        ("kafka", "done-{id}", "done-a.b"),
        ("webhook", "done/{id}", "done/a/b"),
        ("memory", "done/{id}", "done/#"),
    ],
)
def test_values_that_mean_themselves(protocol, template, address):
    check_address(route(protocol, template), address, "receive")


@pytest.mark.parametrize(
    ("channel", "value", "fault"),
    [
        (EXCHANGE, "#", "is `#`"),
        (EXCHANGE, "*", "is `*`"),
        (EXCHANGE, "a.b", "has `.`"),
        (EXCHANGE, "a#b/c", None),
        (DIRECT, "a.*", None),
        ({}, "#", None),
    ],
)
def test_wildcards_of_amqp_are_those_of_topic_exchanges(channel, value, fault):
    pytest.importorskip("aio_pika")
    one = route("amqp", "done.{id}", channel)
    assert (grammar_of(one) is None) == (channel is not EXCHANGE)
    if fault is None:
        check_address(one, f"done.{value}", "receive")
        return
    with pytest.raises(BrokerError, match=f"a parameter {fault}".replace("*", r"\*")):
        check_address(one, f"done.{value}", "receive")


@pytest.mark.parametrize(
    ("address", "is_refused"),
    [("orders/a%2Fb", False), ("orders/a/b", True), ("orders/..", True), ("orders/a?b", True)],
)
def test_the_url_that_a_message_is_sent_to(address: str, is_refused: bool) -> None:
    one = route("http", "orders/{id}")
    with pytest.raises(BrokerError) if is_refused else nullcontext():
        check_address(one, address, "send")
