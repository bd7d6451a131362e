"""What a step on a channel is, by its description."""

import json

import pytest

from arazzo_runner.asyncapi.description import read_async_description
from arazzo_runner.asyncapi.operations import find_async_operation
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.text.source import SourceFile


def call_of(protocol, action, channel=None, binding=None, content_type=None, *, is_named=True):
    raw = {
        "asyncapi": "3.0.0",
        "info": {"title": "T", "version": "1"},
        "servers": {"main": {"host": "h", "protocol": protocol}} if protocol else {},
        "channels": {
            "c": {"address": "/c", "messages": {"m": {}}, "bindings": channel or {}},
        },
        "operations": {
            "o": {
                "action": "send",
                "channel": {"$ref": "#/channels/c"},
                "bindings": {"http": binding or {}},
            }
        },
        "defaultContentType": content_type or "application/json",
    }
    source = SourceFile("events.yaml", json.dumps(raw), "file:///events.yaml")
    operation = find_async_operation(read_async_description(source, raw), "o")
    assert operation is not None
    named = operation if is_named else None
    return ChannelCall("events", operation.channel, action, operation.channel.messages, named)


@pytest.mark.parametrize(
    ("call", "is_webhook", "is_event_stream"),
    [
        (call_of("https", "receive"), True, False),
        (call_of("http", "receive", is_named=False), True, False),
        (call_of("https", "send"), False, False),
        (call_of("mqtt", "receive"), False, False),
        (call_of("", "receive"), False, False),
        (call_of("https", "receive", channel={"sse": {}}), False, True),
        (call_of("https", "receive", binding={"method": "get"}), False, True),
        (call_of("https", "receive", binding={"method": "PUT"}), True, False),
        (call_of("https", "receive", binding={"method": 7}), True, False),
        (call_of("https", "receive", content_type="text/event-stream"), False, True),
        (call_of("https", "send", channel={"sse": {}}), False, False),
    ],
)
def test_webhooks_and_event_streams(call, is_webhook, is_event_stream):
    assert (call.is_webhook, call.is_event_stream) == (is_webhook, is_event_stream)
