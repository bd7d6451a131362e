"""The tools as an agent uses them."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from arazzo_runner.openapi.schema.compile import schema_validator
from arazzo_runner.portal.model import ToolResult
from arazzo_runner.portal.tools import documentation_tools
from unit.portal.shop import Call, Offer, caller

WRONG_STATUS = "$statusCode == 200", "$statusCode == 201"


def test_an_agent_writes_a_workflow_checks_it_and_tries_it(offer: Offer) -> None:
    call = caller(offer("shop.openapi.yaml"))
    found = data(call("find_operations", query="create order"))
    described = data(call("describe_operation", operation=found["operations"][0]["operation"]))
    correct: str = described["document"]
    wrong = correct.replace(WRONG_STATUS[1], WRONG_STATUS[0])
    checked = call("validate_document", text=wrong)
    assert data(checked)["valid"] is False
    assert "help: write `$statusCode == 201`" in checked.text
    mended = wrong.replace(*WRONG_STATUS)
    assert data(call("validate_document", text=mended))["valid"] is True
    request = data(call("dry_run", text=mended))["steps"][0]["request"]
    assert request.endswith("https://shop.example/v1/orders")
    assert data(call("mock_run", text=mended))["status"] == "passed"


def data(result: ToolResult) -> dict[str, Any]:
    assert not result.is_error, result.text
    assert result.structured is not None
    return result.structured


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("find_operations", {"query": "order"}),
    ("find_operations", {"query": "zebra"}),
    ("describe_operation", {"operation": "createOrder"}),
    ("read_workflow", {"workflow_id": "order"}),
    ("explain_code", {"code": "AZ304"}),
    ("validate_document", {"text": "arazzo: 1.0.1"}),
    ("dry_run", {"workflow_id": "order"}),
    ("mock_run", {"workflow_id": "order"}),
]


@pytest.mark.parametrize(("name", "arguments"), CALLS)
def test_what_is_given_back_fits_the_schema_of_the_tool(
    offer: Offer, name: str, arguments: dict[str, Any]
) -> None:
    tool = next(one for one in documentation_tools(offer()) if one.name == name)
    result = tool.call(arguments)
    assert result.text
    assert schema_validator(tool.output_schema).is_valid(json.loads(json.dumps(data(result))))


def test_every_tool_is_called_here_and_changes_nothing(offer: Offer) -> None:
    tools = documentation_tools(offer())
    assert {one.name for one in tools} == {name for name, _ in CALLS}
    assert all(one.read_only and one.idempotent and one.title and one.description for one in tools)


def test_an_unknown_operation_is_told_by_what_it_may_mean(call: Call) -> None:
    result = call("describe_operation", operation="creatOrder")
    assert result.is_error
    assert result.text == "no operation is called `creatOrder`; did you mean `createOrder`?"


def test_threads_share_the_tools(call: Call) -> None:
    queries = ["create order", "list orders", "read order"] * 4
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda one: data(call("find_operations", query=one)), queries))
    best = [one["operations"][0]["operation"] for one in found]
    assert best == ["createOrder", "listOrders", "getOrder"] * 4
