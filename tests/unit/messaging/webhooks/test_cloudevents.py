"""CloudEvents single, in batches and in binary mode, and webhooks that are none."""

import json

import pytest

from arazzo_runner.messaging.webhooks.cloudevents import EVENT, MalformedBodyError, to_deliveries
from arazzo_runner.messaging.webhooks.message import WebhookRequest

BATCH = "application/cloudevents-batch+json"
FIRST = {"specversion": "1.0", "type": "t.ended", "source": "/a", "id": "1", "data": {"n": 1}}
SECOND = {**FIRST, "id": "2"}
BINARY = (
    ("ce-specversion", "1.0"),
    ("ce-source", "/a"),
    ("ce-id", "%31"),
    ("ce-type", "t.ended"),
)


def received(content_type: str | None, body: bytes, *headers: tuple[str, str]) -> list:
    own = () if content_type is None else (("content-type", content_type),)
    return to_deliveries(WebhookRequest("POST", "/hook", (*own, *headers), body), "/hook")


@pytest.mark.parametrize("content_type", [EVENT, f"{EVENT.upper()}; charset=utf-8"])
def test_a_single_event(content_type: str) -> None:
    (one,) = received(content_type, json.dumps(FIRST).encode())
    assert json.loads(one.payload) == FIRST
    assert (one.address, one.content_type, one.identity) == ("/hook", EVENT, ("/a", "1"))


@pytest.mark.parametrize("content_type", [BATCH, "application/json", "application/json; charset=UTF-8"])  # fmt: skip
def test_a_batch(content_type: str) -> None:
    both = received(content_type, b"\xef\xbb\xbf " + json.dumps([FIRST, SECOND]).encode())
    assert [json.loads(one.payload) for one in both] == [FIRST, SECOND]
    assert [one.identity for one in both] == [("/a", "1"), ("/a", "2")]
    assert {one.content_type for one in both} == {EVENT}
    assert all(("content-type", content_type) in one.headers for one in both)


def test_numbers_are_as_they_were_sent() -> None:
    text = '{"specversion":"1.0","type":"t","source":"s","id":"1","data":[1.10, 123456789012345678901]}'
    (one,) = received(BATCH, f"[ {text} ]".encode())
    assert one.payload.decode() == text


def test_binary_mode() -> None:
    (one,) = received("application/json", b'{"n": 1}', *BINARY)
    assert (one.payload, one.content_type, one.identity) == (
        b'{"n": 1}',
        "application/json",
        ("/a", "1"),
    )
    assert set(BINARY) <= set(one.headers)


@pytest.mark.parametrize("left_out", ["ce-specversion", "ce-source", "ce-id"])
def test_binary_mode_needs_its_attributes(left_out: str) -> None:
    headers = [one for one in BINARY if one[0] != left_out]
    assert received("text/plain", b"x", *headers)[0].identity is None


def test_an_event_that_is_sent_as_json() -> None:
    assert received("application/json", json.dumps(FIRST).encode())[0].identity == ("/a", "1")


@pytest.mark.parametrize(
    "body",
    [b"[]", b"[1, 2]", json.dumps([FIRST, {"n": 1}]).encode(), b"{}", b"null", b""],
)
def test_other_json_is_one_message(body: bytes) -> None:
    (one,) = received("application/json", body)
    assert (one.payload, one.identity) == (body, None)


def test_an_id_that_stays_when_a_webhook_is_sent_again() -> None:
    (one,) = received("application/json", b'{"n": 1}', ("webhook-id", "msg_1"))
    assert one.identity == ("webhook-id", "msg_1")
    assert received(None, b"x")[0].identity is None


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (EVENT, b"[]"), (EVENT, b"{"), (EVENT, b"\xff"), (BATCH, b"{}"), (BATCH, b"[1]"), (BATCH, b"[{}, []]"), (BATCH, b"[" * 100_000),
        ("application/json", b"["), ("application/json", b"{'a': 1}"), ("application/json", b"[" * 100_000), ("application/order+json", b"x"),
    ],
)  # fmt: skip
def test_what_is_no_event(content_type: str, body: bytes) -> None:
    with pytest.raises(MalformedBodyError):
        received(content_type, body)


def test_an_empty_batch_and_events_without_names() -> None:
    assert received(BATCH, b"[]") == []
    assert [one.identity for one in received(BATCH, b'[{"id": 1}]')] == [None]
    assert received(EVENT, b'{"id": "1"}')[0].identity is None


@pytest.mark.parametrize(
    ("content_type", "described", "is_refused"),
    [
        (None, "application/json", True), (None, "text/plain", False), (None, None, False),
        ("text/plain", "application/json", False), ("application/json", "text/plain", True),
    ],
)  # fmt: skip
def test_the_content_type_that_is_described(
    content_type: str | None, described: str | None, *, is_refused: bool
) -> None:
    """It is that of a request which says none."""
    own = () if content_type is None else (("content-type", content_type),)
    request = WebhookRequest("POST", "/hook", own, b"{'a': 1}")
    if is_refused:
        with pytest.raises(MalformedBodyError, match="not JSON"):
            to_deliveries(request, "/hook", described)
    else:
        (one,) = to_deliveries(request, "/hook", described)
        assert (one.payload, one.content_type) == (b"{'a': 1}", content_type)
