"""Events as requests in each mode: the receiver finds in them what was put there."""

import json

import pytest

from arazzo_runner.messaging.webhooks.cloudevents import to_deliveries
from arazzo_runner.messaging.webhooks.event_modes import (
    batched_content,
    binary_content,
    is_event,
    structured_content,
)
from arazzo_runner.messaging.webhooks.message import WebhookRequest

EVENT = {"specversion": "1.0", "id": "7 %ä", "source": "/shop", "type": "paid", "data": {"n": 1}}


def received(content):
    own = (("content-type", content.content_type), *content.headers)
    return to_deliveries(WebhookRequest("POST", "/hook", own, content.body), "/hook")


def test_structured_and_batched():
    (one,) = received(structured_content(EVENT))
    assert json.loads(one.payload) == EVENT
    both = received(batched_content([EVENT, {**EVENT, "id": "8"}]))
    assert [one.identity for one in both] == [("/shop", "7 %ä"), ("/shop", "8")]
    assert received(batched_content([])) == []


def test_binary():
    (one,) = received(binary_content({**EVENT, "time": "2025-01-01T00:00:00Z", "n": 3, "b": True}))
    assert (json.loads(one.payload), one.identity) == ({"n": 1}, ("/shop", "7 %ä"))
    assert {
        ("ce-type", "paid"),
        ("ce-id", "7%20%25%C3%A4"),
        ("ce-time", "2025-01-01T00:00:00Z"),
        ("ce-n", "3"),
        ("ce-b", "true"),
    } <= set(one.headers)
    assert not [name for name, _ in one.headers if name in ("ce-data", "ce-datacontenttype")]


@pytest.mark.parametrize(
    ("members", "content_type", "body"),
    [
        ({"data": "x"}, "application/json", b'"x"'),
        ({"data": None}, "application/json", b"null"),
        ({}, "application/json", b""),
        ({"data": "x", "datacontenttype": "text/plain"}, "text/plain", b"x"),
        ({"data_base64": "aGk=", "datacontenttype": "image/png"}, "image/png", b"hi"),
        ({"data": [1], "datacontenttype": 7}, "application/json", b"[1]"),
    ],
)
def test_the_data_of_binary_mode(members, content_type, body):
    bare = {name: value for name, value in EVENT.items() if name != "data"}
    content = binary_content({**bare, **members})
    assert (content.content_type, content.body) == (content_type, body)


def test_data_that_is_not_base64():
    with pytest.raises(ValueError, match="padding"):
        binary_content({**EVENT, "data_base64": "abc"})


@pytest.mark.parametrize(
    ("value", "expected"),
    [(EVENT, True), ({**EVENT, "id": 7}, False), ({"id": "7"}, False), ([EVENT], False), (None, False)],
)  # fmt: skip
def test_what_is_an_event(value, expected):
    assert is_event(value) == expected
