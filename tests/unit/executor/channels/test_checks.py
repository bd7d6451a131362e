"""Messages held against those of a description."""

import json

import pytest

from arazzo_runner.asyncapi.description import read_async_description
from arazzo_runner.asyncapi.operations import find_channel
from arazzo_runner.executor.channels.checks import message_verdicts
from arazzo_runner.expression.scope import MessageValues
from arazzo_runner.text.source import SourceFile


@pytest.mark.parametrize(
    ("documented", "came", "payload", "failed"),
    [
        ("application/json", None, "a=1", ["schema"]),
        (None, "application/json", "a=1", ["schema"]),
        (None, None, "a=1", ["schema"]),
        ("application/x-www-form-urlencoded", None, "a=1", []),
        (None, "application/x-www-form-urlencoded; charset=utf-8", "a=1", []),
        ("application/order+xml", "text/xml", "<a/>", ["content-type"]),
        ("text/plain", None, "a=1", ["schema"]),
        ("application/json", None, {}, []),
    ],
)
def test_texts_with_a_structure_of_their_own_are_not_judged(documented, came, payload, failed):
    message = {"payload": {"type": "object"}, **({"contentType": documented} if documented else {})}
    raw = {
        "asyncapi": "3.0.0",
        "info": {"title": "T", "version": "1"},
        "channels": {"c": {"address": "c", "messages": {"m": message}}},
    }
    source = SourceFile("events.yaml", json.dumps(raw), "file:///events.yaml")
    channel = find_channel(read_async_description(source, raw), "c")
    assert channel is not None
    verdicts = message_verdicts(channel.messages[0], came, MessageValues((), payload))
    assert [one.kind for one in verdicts if not one.passed] == failed
