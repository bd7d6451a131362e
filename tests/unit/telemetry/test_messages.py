"""Spans of messages."""

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from arazzo_runner.executor.world import (
    Correlation,
    PublishCall,
    ReceiveCall,
    ReceivedMessage,
    TransportFailure,
    run_coroutine,
)
from arazzo_runner.report.secrets import Masker
from arazzo_runner.telemetry.messages import has_headers, system_of
from arazzo_runner.telemetry.tracing import TracingObserver

SENDER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Broker:
    def __init__(self, outcome):
        self.outcome = outcome

    async def publish(self, call):
        self.call = call
        return self.outcome

    async def receive(self, call):
        return self.outcome


@pytest.fixture
def trace_of():
    def go(call, outcome, secrets=()):
        exporter, provider = InMemorySpanExporter(), TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        broker = Broker(outcome)
        world = TracingObserver(Masker(secrets), provider).wrap(broker)
        work = world.publish(call) if isinstance(call, PublishCall) else world.receive(call)
        assert run_coroutine(work) is outcome
        (span,) = exporter.get_finished_spans()
        return span, broker

    return go


def publish(protocol, headers=()):
    return PublishCall(
        "w/s#1@1",
        "shop",
        "orders",
        "eu/orders/hunter22",
        b"{}",
        headers,
        None,
        1.0,
        protocol=protocol,
    )


def receive(protocol="nats"):
    wanted = Correlation("hunter22", ())
    return ReceiveCall("w/s#1@1", "shop", "orders", "eu/{id}", wanted, None, 1.0, protocol=protocol)


def test_a_message_that_is_sent(trace_of):
    span, broker = trace_of(publish("amqps"), None, ["hunter22"])
    assert (span.name, span.kind) == ("send orders", SpanKind.PRODUCER)
    assert dict(span.attributes) == {
        "messaging.system": "rabbitmq",
        "messaging.operation.name": "send",
        "messaging.operation.type": "send",
        "messaging.destination.name": "eu/orders/***",
        "messaging.message.body.size": 2,
        "arazzo.call.key": "w/s#1@1",
        "arazzo.source": "shop",
        "arazzo.channel": "orders",
    }
    ((name, value),) = broker.call.headers
    assert (name, f"{span.context.span_id:016x}" in value) == ("traceparent", True)


@pytest.mark.parametrize(
    ("protocol", "system", "takes_headers"),
    [
        ("mqtt", "mqtt", False), ("mqtt/3.1.1", "mqtt", False), ("secure-mqtt/5.0", "mqtt", True), ("mqtt5", "mqtt", True),
        ("kafka-secure", "kafka", True), ("nats", "nats", True), ("rediss", "redis", False), ("wss", "websocket", False), ("", "", False),
    ],
)  # fmt: skip
def test_systems_and_their_headers(protocol, system, takes_headers):
    assert (system_of(protocol), has_headers(protocol)) == (system, takes_headers)


def test_headers_of_the_workflow_stay(trace_of):
    own = (("Traceparent", SENDER),)
    assert trace_of(publish("kafka", own), None)[1].call.headers == own
    assert trace_of(publish("redis"), None)[1].call.headers == ()


def test_a_message_that_is_received_is_linked_with_its_sender(trace_of):
    came = ReceivedMessage("eu/7", b"abc", (("traceparent", SENDER),))
    span, _ = trace_of(receive(), came, ["hunter22"])
    assert (span.name, span.kind) == ("receive orders", SpanKind.CONSUMER)
    assert span.attributes["messaging.message.conversation_id"] == "***"
    assert span.attributes["messaging.destination.name"] == "eu/7"
    assert span.attributes["messaging.message.body.size"] == 3
    assert [f"{one.context.span_id:016x}" for one in span.links] == ["b7ad6b7169203331"]
    assert trace_of(receive(), ReceivedMessage("eu/7", b""))[0].links == ()


def test_a_message_that_does_not_come(trace_of):
    span, _ = trace_of(receive(), TransportFailure("timeout", "no hunter22"), ["hunter22"])
    assert span.attributes["error.type"] == "timeout"
    assert (span.status.is_ok, span.status.description) == (False, "no ***")
