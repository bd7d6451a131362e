"""What takes more than a document: Python around a workflow."""

from pathlib import Path

import pytest

from arazzo_runner import WorkflowFailed
from arazzo_runner.pytest_support.fixture import Arazzo

ORDERS = Path("workflows") / "orders.arazzo.yaml"


def test_no_two_orders_have_one_name(arazzo: Arazzo) -> None:
    order = {"title": "Emma", "copies": 1, "total": 9.5}
    first = arazzo.run(ORDERS, "orderUntilPacked", inputs=order)
    second = arazzo.run(ORDERS, "orderUntilPacked", inputs=order)
    assert first.outputs["order"] != second.outputs["order"]


def test_a_stranger_cannot_order(arazzo: Arazzo) -> None:
    guessed = {"shop": {"shopKey": {"key": "guessed"}}}
    with pytest.raises(WorkflowFailed, match="integer 401"):
        arazzo.run(ORDERS, "cancelOrder", credentials=guessed)
