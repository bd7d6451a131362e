"""Which message a step waits for."""

import pytest

from arazzo_runner.asyncapi.model import MessageLocation
from arazzo_runner.executor.world import Correlation
from arazzo_runner.messaging.match import matches, matches_address
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
