"""`find_operations`."""

from typing import Any

import pytest

from unit.portal.shop import SHOP, Call, Offer, caller


@pytest.mark.parametrize(
    ("arguments", "operations"),
    [
        (
            {"query": "create order"},
            ["createOrder", "DELETE /orders/{orderId}", "getOrder", "listOrders"],
        ),
        (
            {"query": "CreateOrder"},
            ["createOrder", "DELETE /orders/{orderId}", "getOrder", "listOrders"],
        ),
        ({"query": "all"}, ["listOrders"]),
        ({"query": "stock"}, ["createOrder"]),
        ({"query": "pageSize"}, ["listOrders"]),
        ({"query": "its id", "method": "get"}, ["getOrder"]),
        ({}, ["createOrder", "listOrders", "getOrder", "DELETE /orders/{orderId}"]),
        ({"query": " "}, ["createOrder", "listOrders", "getOrder", "DELETE /orders/{orderId}"]),
        ({"tag": "orders", "method": "Get"}, ["listOrders", "getOrder"]),
        ({"path": "{ORDERID}"}, ["getOrder", "DELETE /orders/{orderId}"]),
        ({"query": "zebra"}, []),
    ],
)
def test_operations_that_are_found(
    call: Call, arguments: dict[str, Any], operations: list[str]
) -> None:
    result = call("find_operations", **arguments)
    assert result.structured is not None
    assert [one["operation"] for one in result.structured["operations"]] == operations
    assert result.structured["total"] == len(operations)


def test_what_is_said_of_them(call: Call) -> None:
    assert call("find_operations", query="order", limit=1, method="delete").text == (
        "DELETE /orders/{orderId} - Cancel an order"
    )
    assert call("find_operations", limit=2).text.splitlines() == [
        "createOrder: POST /orders - Create an order",
        "listOrders: GET /orders - List all orders",
        "2 more; narrow the query, or pass a `tag`, `method` or `path`",
    ]


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        ({"query": "zebra"}, []),
        ({"tag": "Order"}, ["no operation has the tag `Order`; did you mean `Orders`?"]),
        ({"tag": "zebra"}, ["no operation has the tag `zebra`"]),
        ({"tag": "Orders", "method": "DELETE"}, []),
    ],
)
def test_when_none_is_found(call: Call, arguments: dict[str, Any], lines: list[str]) -> None:
    first = "none of the 4 operations fits"
    last = "help: other words, or one of the tags: Orders"
    assert call("find_operations", **arguments).text.splitlines() == [first, *lines, last]


def test_many_tags_are_cut(offer: Offer) -> None:
    tags = ", ".join(f"t{number}" for number in range(35))
    call = caller(offer(**{"shop.openapi.yaml": SHOP.replace("tags: [Orders]", f"tags: [{tags}]")}))
    assert call("find_operations", query="zebra").text.endswith("t28, t29, and 5 more")


def test_a_description_without_tags_summaries_and_ids(offer: Offer) -> None:
    plain = """
openapi: 3.0.3
info: {title: Plain, version: '1'}
paths:
  /a:
    get: {parameters: [1], description: Gives it. And more., tags: 1, responses: {'200': {description: ok}}}
    put: {responses: {'200': {description: ok}}}
  /broken: 1
"""
    call = caller(offer("plain.yaml", **{"plain.yaml": plain}))
    assert call("find_operations").text == "GET /a - Gives it\nPUT /a"
    assert call("find_operations", query="zebra").text == "none of the 2 operations fits"


def test_paths_that_are_broken(offer: Offer) -> None:
    broken = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths: []\n"
    call = caller(offer("broken.yaml", **{"broken.yaml": broken}))
    assert call("find_operations").text == "none of the 0 operations fits"


def test_what_is_in_a_description_cannot_write_to_the_terminal(offer: Offer) -> None:
    hostile = SHOP.replace("summary: Create an order", 'summary: "Create \\e[31m red"')
    assert "\x1b" not in caller(offer(**{"shop.openapi.yaml": hostile}))("find_operations").text
