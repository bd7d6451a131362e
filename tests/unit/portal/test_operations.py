"""The names by which an operation is told from others."""

import pytest

from arazzo_runner.portal.operations import OperationList
from unit.portal.shop import SHOP, Offer

TWICE = SHOP.replace("title: Shop", "title: Second")


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        ("createOrder", "createOrder"),
        (" createOrder ", "createOrder"),
        ("shop.createOrder", "createOrder"),
        ("POST /orders", "createOrder"),
        ("post  /orders", "createOrder"),
        ("shop.POST /orders", "createOrder"),
        ("delete /orders/{orderId}", "DELETE /orders/{orderId}"),
        ("createorder", None),
        ("PUT /orders", None),
        ("", None),
    ],
)
def test_names(offer: Offer, name: str, operation: str | None) -> None:
    found = OperationList(offer()).find(name)
    assert (found.name if found else None) == operation


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("creatOrder", "did you mean `createOrder`?"),
        ("zebra", "`find_operations` finds operations by words"),
    ],
)
def test_hints(offer: Offer, name: str, hint: str) -> None:
    assert OperationList(offer()).hint(name) == hint


def test_operations_of_one_name_have_their_source_before_it(offer: Offer) -> None:
    listing = OperationList(offer("flow.arazzo.yaml", "b.yaml", **{"b.yaml": TWICE}))
    assert [one.name for one in listing.operations] == [
        "shop.createOrder",
        "shop.listOrders",
        "shop.getOrder",
        "shop.DELETE /orders/{orderId}",
        "b.createOrder",
        "b.listOrders",
        "b.getOrder",
        "b.DELETE /orders/{orderId}",
    ]
    first, second = listing.find("createOrder"), listing.find("b.createOrder")
    assert first and first.name == "shop.createOrder"
    assert second and listing.namesakes(second) == ["shop.createOrder"]
    third = listing.find("b.DELETE /orders/{orderId}")
    assert third and third.source.name == "b"


def test_two_of_one_id_in_a_description(offer: Offer) -> None:
    text = SHOP.replace("operationId: listOrders", "operationId: createOrder")
    listing = OperationList(offer(**{"shop.openapi.yaml": text}))
    assert [one.has_unique_id for one in listing.operations] == [False, False, True, True]
