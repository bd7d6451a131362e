"""What requests are called: as a person would name them."""

from __future__ import annotations

import pytest

from arazzo_runner.generate.traffic.actions import action_of


@pytest.mark.parametrize(
    ("method", "template", "has_items", "name", "clause"),
    [
        ("GET", "/orders", True, "listOrders", "list orders"),
        ("GET", "/orders", False, "listOrders", "list orders"),
        ("GET", "/orders/{id}", False, "fetchOrder", "read an order"),
        ("GET", "/oauth", True, "listOauth", "list oauth"),
        ("GET", "/software", True, "listSoftware", "list software"),
        ("GET", "/orders/{id}/history", True, "listHistory", "list history"),
        ("GET", "/inventory", True, "listInventory", "list inventory"),
        ("GET", "/me", False, "fetchCurrentUser", "read the current user"),
        ("GET", "/users/me", False, "fetchCurrentUser", "read the current user"),
        ("GET", "/search", True, "search", "send a search request"),
        ("POST", "/search", True, "search", "send a search request"),
        ("GET", "/health", False, "fetchHealth", "read the health"),
        ("POST", "/orders", False, "createOrder", "create an order"),
        ("POST", "/login", False, "login", "send a login request"),
        ("POST", "/orders/{id}/cancel", False, "cancelOrder",
         "send a cancel request for an order"),
        ("DELETE", "/orders/{id}", False, "deleteOrder", "delete an order"),
        ("PUT", "/settings", False, "updateSettings", "update the settings"),
    ],
)  # fmt: skip
def test_a_request_is_called_by_its_method_and_path(
    method: str, template: str, has_items: bool, name: str, clause: str
) -> None:
    action = action_of(method, template, has_items=has_items)
    assert (action.name, action.clause) == (name, clause)
