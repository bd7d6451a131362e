"""Ids in the URLs of header fields, and the patterns that read them again."""

from __future__ import annotations

import re

import pytest

from arazzo_runner.generate.traffic.links import linked_values

NEXT = '<https://a.example/x?limit=2&after=c2Vj>; rel="next"'


@pytest.mark.parametrize(
    ("field", "text", "values"),
    [
        ("Location", "/orders/81f3ab", {"order_id": "81f3ab"}),
        ("location", "https://a.example/v1/orders/81f3ab?x=1#top", {"order_id": "81f3ab"}),
        ("Location", "/users/alice", {"user_id": "alice"}),
        ("Location", "/users/81f3ab77/keys/9", {"user_id": "81f3ab77", "key_id": "9"}),
        ("Location", "/81f3ab", {}),
        ("Location", "/81f3ab77/82f4ac88", {}),
        ("Location", "/orders/a%20b", {"order_id": ""}),
        ("Location", "/" + "a/" * 3000, {}),
        ("Link", NEXT, {"limit": "2", "after": "c2Vj"}),
        ("Link", NEXT.replace('"next"', "next"), {"limit": "2", "after": "c2Vj"}),
        ("Link", f"<https://a.example/?after=old>; rel=\"prev\", {NEXT}",
         {"limit": "2", "after": "c2Vj"}),
        ("Link", NEXT.replace("next", "prev"), {}),
        ("Location", "http://[/orders/81f3ab", {}),
        ("Link", NEXT.replace("a.example", "["), {}),
        ("ETag", "/orders/81f3ab", {}),
    ],
)  # fmt: skip
def test_ids_in_urls_have_a_name_and_a_selector(
    field: str, text: str, values: dict[str, str]
) -> None:
    found = list(linked_values(field, text))
    assert {one.name: one.value for one in found} == values
    for one in found:
        matched = re.search(one.selector.selector, text)
        assert one.selector.context == f"$response.header.{field}"
        assert one.value in ("", matched[1] if matched else None)
