"""Path templates inferred from paths."""

from __future__ import annotations

import pytest

from arazzo_runner.generate.traffic.templates import infer_template


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/orders", "/orders"),
        ("/v1/orders/81", "/v1/orders/{orderId}"),
        ("/2/orders/81", "/2/orders/{orderId}"),
        ("/2024-01-01/orders", "/2024-01-01/orders"),
        ("/users/me/orders/ord_8f31c2aa", "/users/me/orders/{orderId}"),
        ("/users/0d6f1c5a-9c5e-4f64-8d2b-1d0f1e2a3b4c/posts/7",
         "/users/{userId}/posts/{postId}"),
        ("/companies/12/companies/13", "/companies/{companyId}/companies/{companyId2}"),
        ("/81", "/{id}"),
        ("/api/2/orders", "/api/2/orders"),
        ("/oauth2/token", "/oauth2/token"),
        ("/people/ann@example.com", "/people/{personId}"),
        ("/tags/red", "/tags/{tagId}"),
        ("/", "/"),
    ],
)  # fmt: skip
def test_ids_are_parameters(path: str, template: str) -> None:
    assert infer_template(path.split("/")[1:], lambda segment: segment == "red") == template
