"""The names that workflows have as tools."""

import pytest

from arazzo_runner.catalog.names import LONGEST, tool_names


@pytest.mark.parametrize(
    ("workflow_ids", "suffix", "names"),
    [
        (["order-book_1"], "", ["order-book_1"]),
        (["order a/book", "ä.b"], "", ["order_a_book", "__b"]),
        ([""], "", ["_"]),
        (["a b", "a.b", "a/b"], "", ["a_b", "a_b_2", "a_b_3"]),
        (["a b", "a.b", "a/b"], "shop.v1", ["a_b", "a_b_shop_v1", "a_b_2"]),
        (["a", "a_2", "a"], "", ["a", "a_2", "a_3"]),
        (["x" * 70], "", ["x" * LONGEST]),
        (["x" * 70], "shop", ["x" * (LONGEST - 5) + "_shop"]),
        (["x" * 70, "x" * 71], "", ["x" * LONGEST, "x" * (LONGEST - 2) + "_2"]),
    ],
)
def test_names(workflow_ids: list[str], suffix: str, names: list[str]) -> None:
    assert tool_names(workflow_ids, suffix) == names
    assert all(len(one) <= LONGEST for one in names)


def test_names_that_others_have() -> None:
    assert tool_names(["a", "b"], "shop", ["a", "c"]) == ["a_shop", "b"]
    assert tool_names(["a"], "shop", ["a", "a_shop"]) == ["a_2"]
