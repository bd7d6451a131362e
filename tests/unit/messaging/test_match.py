"""Which message a step waits for."""

import pytest

from arazzo_runner.asyncapi.model import MessageLocation
from arazzo_runner.executor.world import Correlation, MessageType, ReceiveCall, TypeMark
from arazzo_runner.messaging.match import is_other_type, matches, matches_address, type_of
from arazzo_runner.messaging.model import Delivery


@pytest.mark.parametrize(
    ("pattern", "address", "expected"),
    [
        ("orders", "orders", True),
        ("orders", "orders/1", False),
        ("orders/{id}", "orders/1", True),
        ("orders/{id}", "orders/1/lines", False),
        ("orders/{id}", "orders/", False),
        ("{region}.orders", "eu.orders", True),
        ("{region}.orders", "euXorders", False),
        ("orders+", "orderss", False),
    ],
)
def test_addresses(pattern, address, expected):
    assert matches_address(pattern, address) is expected


@pytest.mark.parametrize(
    ("address", "expected"), [("o-1.paid", True), ("o-a/b.paid", True), ("o-a.b.paid", False)]
)
def test_addresses_of_another_separator(address, expected):
    assert matches_address("o-{id}.paid", address, ".") is expected


def location(text):
    part, _, pointer = text.partition("#")
    return MessageLocation(text, part, tuple(pointer.split("/")[1:]))


@pytest.mark.parametrize(
    ("places", "value", "expected"),
    [
        (["payload#/id"], "7", True),
        (["payload#/id"], "8", False),
        (["payload#/lost"], "7", False),
        (["payload#/none"], "null", False),
        (["payload#/items/1"], "b", True),
        (["header#/Id"], "r-1", True),
        (["header#/id"], "r-1", True),
        (["header#/lost"], "r-1", False),
        (["header#/meta/id"], "m-1", True),
        (["header#/id/x"], "r-1", False),
        (["header"], "r-1", False),
        (["header#/lost", "payload#/id"], "7", True),
        ([], "7", False),
    ],
)
def test_correlation_ids(places, value, expected):
    headers = (("ID", "r-1"), ("meta", '{"id": "m-1"}'))
    delivery = Delivery("a", b'{"id": 7, "none": null, "items": ["a", "b"]}', headers)
    wanted = Correlation(value, tuple(location(one) for one in places))
    assert matches(delivery, "a", wanted) is expected


def test_a_payload_by_the_type_of_the_description():
    whole = Correlation("7", (location("payload"),))
    assert matches(Delivery("a", b"7"), "a", whole, "text/plain")
    assert not matches(Delivery("a", b"{", (), "application/json"), "a", whole)
    assert not matches(Delivery("b", b"7"), "a", whole)


@pytest.mark.parametrize(
    ("correlation", "takes_retained", "expected"),
    [
        (None, False, False),
        (None, True, True),
        (Correlation("7", (location("payload"),)), False, True),
    ],
)
def test_retained_messages(correlation, takes_retained, expected):
    delivery = Delivery("a", b"7", is_retained=True)
    assert matches(delivery, "a", correlation, takes_retained=takes_retained) is expected


def mark(*values, at="payload#/type", is_required=True):
    return TypeMark((location(at),), values, is_required)


PAID = MessageType("paid", ("paid",), (mark("paid"),))
SENT = MessageType("sent", ("sent", "isSent"), (mark("sent", "sent-late"),))
OPEN = MessageType("open", ("open",))
BY_HEADER = MessageType("byHeader", (), (mark("h", at="header#/kind", is_required=False),))
VERSION = mark("1.0", at="payload#/version")
PAID_1 = MessageType("paid", (), (VERSION, mark("paid")))
ANY_1 = MessageType("any", (), (VERSION,))
SENT_1 = MessageType("sent", (), (VERSION, mark("sent")))


def call(types, others=()):
    return ReceiveCall("w/s#1@1", "s", "c", "a", None, None, 9.0, (), False, "", types, others)


@pytest.mark.parametrize(
    ("types", "others", "payload", "expected"),
    [
        ([PAID], [SENT], '{"type": "paid"}', False),
        ([PAID], [SENT], '{"type": "sent"}', True),
        ([PAID], [SENT], '{"type": "sent-late"}', True),
        ([PAID, SENT], [BY_HEADER], '{"type": "sent"}', False),
        # It can be none of either: the step says what is wrong with it.
        ([PAID], [SENT], '{"type": "returned"}', False),
        ([PAID], [SENT], "{}", False),
        ([PAID], [SENT], '{"type": null}', False),
        ([PAID], [SENT], "[]", False),
        ([PAID], [SENT], "{", False),
        # What the step receives may have any type, or the other type has no mark.
        ([OPEN], [SENT], '{"type": "sent"}', False),
        ([PAID], [OPEN], '{"type": "sent"}', False),
        # A mark in another place tells too.
        ([PAID], [BY_HEADER], "{}", True),
        ([PAID], [BY_HEADER], '{"type": "paid"}', False),
        # A mark that all types have tells nothing.
        ([PAID_1], [ANY_1], '{"version": "1.0", "type": "lost"}', False),
        ([PAID_1], [ANY_1, SENT_1], '{"version": "1.0", "type": "sent"}', True),
        ([PAID_1], [SENT_1], '{"version": "2.0", "type": "sent"}', False),
        # All messages of the channel.
        ([PAID, SENT], [], '{"type": "lost"}', False),
    ],
)
def test_other_types(types, others, payload, expected):
    delivery = Delivery("a", payload.encode(), (("Kind", "h"),))
    assert is_other_type(delivery, call(tuple(types), tuple(others))) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("paid", False), ("sent", True), ("isSent", True), ("lost", False), ("", False)],
)
def test_types_by_the_name_of_the_protocol(name, expected):
    delivery = Delivery("a", b'{"type": "paid"}', type_name=name)
    assert is_other_type(delivery, call((PAID,), (SENT,))) is expected


EVENT = tuple(location(one) for one in ("header#/ce-type", "header#/ce_type", "payload#/type"))


@pytest.mark.parametrize(
    ("headers", "payload", "expected"),
    [
        ((("ce-type", "b"),), b'{"type": "a"}', True),
        ((("ce_type", "b"),), b"{}", True),
        ((("ce-type", "a"),), b'{"type": "b"}', False),
        (
            (("specversion", "1.0"), ("id", "1"), ("source", "/s"), ("type", "b")),
            b'{"type": "a"}',
            True,
        ),
        ((("type", "b"),), b'{"type": "a"}', False),
        ((), b'{"type": "b"}', True),
    ],
)
def test_types_of_cloud_events(headers, payload, expected):
    first, second = (
        MessageType(name, (), (TypeMark(EVENT, (name,), is_required=True),)) for name in "ab"
    )
    delivery = Delivery("a", payload, headers)
    assert is_other_type(delivery, call((first,), (second,))) is expected


@pytest.mark.parametrize(
    ("payload", "name", "expected"),
    [
        (b'{"type": "sent"}', "", "sent"),
        (b'{"type": "sent"}', "paid", "paid"),
        (b'{"type": "lost"}', "", None),
        (b"{}", "", None),
    ],
)
def test_the_type_of_a_message(payload, name, expected):
    found = type_of(Delivery("a", payload, type_name=name), call((PAID,), (SENT,)))
    assert (found.name if found else None) == expected
    assert type_of(Delivery("a", payload), call((OPEN,))) is None
