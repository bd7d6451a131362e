"""`read_workflow`: the text of a workflow and what its steps call."""

import pytest

from unit.portal.shop import FLOW, SHOP, Call, Offer, caller

LISTED = "the workflows are `order`, `order-twice`, `impossible`"


def test_a_workflow(call: Call) -> None:
    result = call("read_workflow", workflow_id="order")
    lines = result.text.splitlines()
    assert lines[:4] == [
        "order: Order an article",
        "1. create: createOrder POST /orders - Place the order",
        "2. read: getOrder GET /orders/{orderId}",
        "",
    ]
    source = FLOW.partition("workflows:\n")[2].partition("  - workflowId: order-twice")[0]
    assert result.structured is not None
    assert result.structured["source"] == source.rstrip()
    assert lines[4:] == source.rstrip().splitlines()


def test_a_workflow_of_others_and_one_that_cannot_run(call: Call) -> None:
    assert call("read_workflow", workflow_id="order-twice").text.startswith(
        "order-twice: no summary\n1. first: the workflow `order`\n"
    )
    last = call("read_workflow", workflow_id="impossible").text
    assert "1. pay: cannot be bound\nit cannot run: " in last
    assert last.endswith(
        "  - workflowId: impossible\n    steps: [{stepId: pay, operationId: payOrder}]"
    )


def test_a_workflow_in_one_line_of_json(offer: Offer) -> None:
    from arazzo_runner.text.diagnostic import Severity
    from arazzo_runner.text.json_write import write_json
    from arazzo_runner.text.limits import DocumentLimits
    from arazzo_runner.text.parse import decode, parse

    value = parse(decode(FLOW.encode(), "x", "file:///x"), DocumentLimits(), Severity.ERROR).value
    call = caller(offer("flow.json", **{"flow.json": write_json(value)}))
    found = call("read_workflow", workflow_id="impossible").structured
    assert found is not None
    assert found["source"].startswith('{"workflowId": "impossible"') or "arazzo" in found["source"]


def test_a_long_workflow_is_cut(offer: Offer) -> None:
    step = "      - {stepId: s%d, operationId: listOrders, description: '" + "x" * 900 + "'}\n"
    flow = FLOW.partition("      - stepId")[0] + "".join(step % at for at in range(40))
    result = caller(offer(**{"flow.arazzo.yaml": flow}))("read_workflow", workflow_id="order")
    assert result.text.endswith("more characters")
    assert len(result.text) < 40_000


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "ordre",
            f"no workflow is called `ordre`\nhelp: did you mean `order`? {LISTED}",
        ),
        (
            "zebra",
            f"no workflow is called `zebra`\nhelp: {LISTED}",
        ),
    ],
)
def test_a_workflow_that_is_not_there(call: Call, name: str, text: str) -> None:
    result = call("read_workflow", workflow_id=name)
    assert (result.text, result.is_error) == (text, True)


def test_many_workflows_are_cut(offer: Offer) -> None:
    head = FLOW.partition("  - workflowId")[0]
    flow = head + "".join(
        f"  - {{workflowId: w{at}, steps: [{{stepId: s, operationId: listOrders}}]}}\n"
        for at in range(40)
    )
    call = caller(offer(**{"flow.arazzo.yaml": flow}))
    assert call("read_workflow", workflow_id="zebra").text.endswith("`w29`, and 10 more")


def test_no_workflow_is_offered(offer: Offer) -> None:
    call = caller(offer("shop.openapi.yaml", **{"shop.openapi.yaml": SHOP}))
    assert call("read_workflow", workflow_id="order").text == (
        "no workflow is called `order`: no workflow is offered, only API descriptions"
    )


@pytest.mark.parametrize(
    ("parameter", "is_masked"),
    [
        ("{name: Authorization, in: header, value: Bearer hunter2-hunter2}", True),
        ("{name: api_key, in: query, value: hunter2-hunter2}", True),
        ("{name: X-Pin, in: header, value: 'https://me:hunter2-hunter2@shop.example/'}", True),
        ("{name: X-Pin, in: header, value: hunter2-hunter2}", False),
        ("{name: api_key, in: query, value: 12345678}", True),
    ],
)
def test_credentials_in_a_workflow_are_masked(
    offer: Offer, parameter: str, is_masked: bool
) -> None:
    flow = FLOW.replace("{name: X-Pin, in: header, value: $inputs.pin}", parameter)
    result = caller(offer(**{"flow.arazzo.yaml": flow}))("read_workflow", workflow_id="order")
    assert ("hunter2" not in f"{result}" and "12345678" not in f"{result}") == is_masked
