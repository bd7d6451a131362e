"""What tells the messages of a channel apart."""

import pytest
import yaml

from arazzo_runner.asyncapi.description import read_async_description
from arazzo_runner.asyncapi.operations import find_async_operation, find_channel
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.channels.message_types import message_types
from arazzo_runner.text.source import SourceFile


def described(text, version="3.0.0"):
    value = {"asyncapi": version, "info": {"title": "T", "version": "1"}, **yaml.safe_load(text)}
    return read_async_description(SourceFile("memory:a.yaml", "a.yaml", ""), value)


DEEP = "{properties: {a: {properties: {b: {properties: {c: {properties: {d: {properties: {e: {const: 1}}}}}}}}}}}"  # fmt: skip


def marks(schema, headers="true"):
    """Of one message: where, the values, and whether there has to be one."""
    api = described(
        "channels: {c: {address: c, messages: {m: {"
        f"payload: {schema}, headers: {headers}" + "}}, x-deep: " + DEEP + "}}"
    )
    channel = find_channel(api, "c")
    types, _ = message_types(ChannelCall("s", channel, "receive", channel.messages, None))
    return [
        (one.places[-1].text.removeprefix("$message."), one.values, one.is_required)
        for one in types[0].marks
    ]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ("true", []),
        ("{const: ping}", [("payload", ("ping",), True)]),
        ("{properties: {kind: {const: a}}}", [("payload#/kind", ("a",), False)]),
        ("{required: [kind], properties: {kind: {enum: [a]}}}", [("payload#/kind", ("a",), True)]),
        ("{required: yes, properties: {kind: {enum: [a]}}}", [("payload#/kind", ("a",), False)]),
        (
            "{required: [n], properties: {n: {enum: [1, true, null]}}}",
            [("payload#/n", ("1", "true"), False)],
        ),
        ("{properties: {kind: {const: {a: 1}}}}", []),
        ("{properties: {kind: {const: null}}}", []),
        ("{properties: {kind: {type: string}}}", []),
        ("{properties: {kind: false}}", []),
        (
            "{required: [data], properties: {data: {required: [k], properties: {k: {const: 1}}}}}",
            [("payload#/data/k", ("1",), True)],
        ),
        (
            "{properties: {data: {required: [k], properties: {k: {const: 1}}}}}",
            [("payload#/data/k", ("1",), False)],
        ),
        # Both alternatives have it, or nothing is sure.
        (
            "{oneOf: [{required: [k], properties: {k: {const: a}}}, {properties: {k: {const: b}}}]}",
            [("payload#/k", ("a", "b"), False)],
        ),
        ("{oneOf: [{properties: {k: {const: a}}}, {properties: {l: {const: b}}}]}", []),
        ("{oneOf: [{properties: {k: {const: a}}}, {type: object}]}", []),
        (
            "{allOf: [{required: [k]}, {properties: {k: {const: a}}}]}",
            [("payload#/k", ("a",), True)],
        ),
        # Too deep to look for.
        (
            "{$ref: '#/channels/c/x-deep'}",
            [],
        ),
        ("{schemaFormat: application/vnd.apache.avro;version=1.9.0, schema: {}}", []),
    ],
)
def test_payloads(schema, expected):
    assert marks(schema) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ("{properties: {kind: {const: a}}}", [("header#/kind", ("a",), False)]),
        ("{required: [n], properties: {n: {const: 7}}}", [("header#/n", ("7",), True)]),
        ("{properties: {kind: {type: string}, never: false}}", []),
        # A CloudEvent has it in its payload in structured mode.
        ("{properties: {ce-type: {const: a}}}", [("payload#/type", ("a",), False)]),
    ],
)
def test_headers(headers, expected):
    assert marks("true", headers) == expected


def test_the_type_of_an_event_is_in_headers_or_in_the_payload():
    api = described(
        "channels: {c: {address: c, messages: {m: {payload: "
        "{properties: {specversion: {type: string}, type: {const: x}}}}}}}"
    )
    channel = find_channel(api, "c")
    types, others = message_types(ChannelCall("s", channel, "receive", channel.messages, None))
    (mark,) = types[0].marks
    assert [one.text for one in mark.places] == [
        "$message.header#/ce-type",
        "$message.header#/ce_type",
        "$message.header#/cloudEvents:type",
        "$message.header#/cloudEvents_type",
        "$message.payload#/type",
    ]
    assert others == ()


def test_a_wide_payload_is_looked_at_in_part():
    members = ", ".join(f"m{number}: {{const: {number}}}" for number in range(600))
    assert len(marks("{properties: {" + members + "}}")) == 499


OPERATIONS = """
channels:
  orders:
    address: orders
    messages:
      placed: {$ref: '#/components/messages/placed'}
      paid: {$ref: '#/components/messages/paid'}
  more: {address: orders, messages: {lost: {name: isLost, bindings: {amqp: {messageType: lost-1}}}}}
  broken: {address: orders, messages: 7}
  elsewhere: {address: elsewhere, messages: {never: {}}}
  unknown: {messages: {a: {}, b: {}}}
operations:
  onPlaced:
    action: send
    channel: {$ref: '#/channels/orders'}
    messages: [{$ref: '#/channels/orders/messages/placed'}]
  onAny: {action: send, channel: {$ref: '#/channels/orders'}}
  onNone: {action: send, channel: {$ref: '#/channels/orders'}, messages: []}
  onUnknown:
    action: send
    channel: {$ref: '#/channels/unknown'}
    messages: [{$ref: '#/channels/unknown/messages/a'}]
components: {messages: {placed: {}, paid: {}}}
"""


def names(api, operation):
    call = ChannelCall("s", operation.channel, "receive", operation.messages, operation)
    own, others = message_types(call)
    return [one.name for one in own], [one.name for one in others]


@pytest.mark.parametrize(
    ("operation", "own", "others"),
    [
        ("onPlaced", ["placed"], ["paid", "lost"]),
        ("onAny", ["placed", "paid"], ["lost"]),
        ("onNone", ["placed", "paid"], []),
        ("onUnknown", ["a"], ["b"]),
    ],
)
def test_others_at_the_address_of_an_operation(operation, own, others):
    api = described(OPERATIONS)
    assert names(api, find_async_operation(api, operation)) == (own, others)


def test_names_on_the_wire():
    api = described(OPERATIONS)
    operation = find_async_operation(api, "onPlaced")
    call = ChannelCall("s", operation.channel, "receive", operation.messages, operation)
    (placed,), (_, lost) = message_types(call)
    assert placed.wire_names == ("placed",)
    assert lost.wire_names == ("lost", "isLost", "lost-1")


def test_in_2_x_a_channel_is_its_address():
    api = described(
        "channels: {c: {subscribe: {operationId: onA, message: {name: a}}, "
        "publish: {message: {name: b}}}}",
        "2.6.0",
    )
    assert names(api, find_async_operation(api, "onA")) == (["a"], ["b"])
