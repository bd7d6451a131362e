"""`dry_run` and `mock_run`: what is tried without a network."""

from typing import Any

import pytest

from arazzo_runner.portal.model import ToolResult
from unit.portal.shop import FLOW, SHOP, Call, Offer, caller

TEXT = FLOW.partition("  - workflowId: order-twice")[0]
INPUTS = {"article": "pen", "pin": "hunter2-hunter2"}


def data(result: ToolResult) -> dict[str, Any]:
    assert not result.is_error, result.text
    assert result.structured is not None
    return result.structured


def test_the_requests_of_a_workflow(call: Call) -> None:
    result = call("dry_run", workflow_id="order", inputs=INPUTS)
    first, second = data(result)["steps"]
    assert first["operation"] == "POST /orders"
    assert first["request"].endswith("""'{"article":"pen"}' https://shop.example/v1/orders""")
    assert second["request"] is None
    assert second["reason"] == "needs outputs of `create`"
    assert result.text.startswith("nothing is sent; credentials are omitted\norder/create: POST")
    assert "  cannot be built yet: needs outputs of `create`" in result.text


def test_secret_inputs_are_masked(call: Call) -> None:
    for tool in ("dry_run", "mock_run"):
        result = call(tool, workflow_id="order", inputs=INPUTS)
        assert "hunter2" not in f"{result}"
        assert "***" in f"{result}"


def test_inputs_that_are_not_given_are_generated(call: Call) -> None:
    assert data(call("dry_run", text=TEXT))["generated_inputs"] == ["article", "pin"]
    result = call("mock_run", text=TEXT, inputs={"article": "pen"})
    assert data(result)["workflows"][0]["generated_inputs"] == ["pin"]
    assert "generated inputs: pin" in result.text


def test_the_verdict_of_a_run(call: Call) -> None:
    result = call("mock_run", workflow_id="order", inputs=INPUTS)
    found = data(result)
    assert found["status"] == "passed"
    (workflow,) = found["workflows"]
    assert [one["step_id"] for one in workflow["steps"]] == ["create", "read"]
    assert workflow["steps"][0]["attempts"] == 1
    first = "- create: passed, POST https://shop.example/v1/orders returned 201"
    assert result.text.splitlines()[1:3] == ["workflow order: passed", first]
    assert '"pin": "***"' in result.text


def test_another_seed_gives_other_values(call: Call) -> None:
    ids = {
        data(call("mock_run", text=TEXT, seed=seed))["workflows"][0]["outputs"]["id"]
        for seed in (1, 1, 2)
    }
    assert len(ids) == 2


def test_a_failed_run_is_a_result(call: Call) -> None:
    text = TEXT.replace("$statusCode == 201", "$response.body#/status == 'lost'")
    result = call("mock_run", text=text)
    assert data(result)["status"] == "failed"
    assert result.text.startswith("✗ 1 of 1 workflow failed")
    assert "$response.body#/status" in result.text


def test_a_step_that_calls_a_workflow(call: Call) -> None:
    assert "first: no request" in call("dry_run", workflow_id="order-twice").text
    assert "- first: passed, no request" in call("mock_run", workflow_id="order-twice").text


@pytest.mark.parametrize("tool", ["dry_run", "mock_run"])
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "pass the `text` of a document, or the `workflow_id` of an offered one"),
        ({"workflow_id": "ordre"}, "no workflow is called `ordre`\nhelp: did you mean `order`?"),
        ({"text": TEXT, "workflow_id": "ordre"}, "did you mean `order`?"),
        ({"workflow_id": "impossible"}, "payOrder"),
        ({"text": TEXT, "inputs": {"artcle": 1}}, "no input is called `artcle`"),
        ({"text": TEXT, "inputs": {"article": 1}}, "input `article`: 1 is not of type"),
        ({"text": TEXT, "inputs": {"article": "x" * 300_000}}, "more than 262,144 characters"),
        (
            {"text": TEXT, "inputs": {"article": float("nan")}},
            "`article` is nan, which is not a JSON",
        ),
        ({"text": TEXT, "inputs": []}, 'the argument `inputs`: [] is not of type "object"'),
    ],
)
def test_what_cannot_run(call: Call, tool: str, arguments: dict[str, Any], words: str) -> None:
    result = call(tool, **arguments)
    assert result.is_error
    assert words in result.text
    assert "`-i" not in result.text


@pytest.mark.parametrize("tool", ["dry_run", "mock_run"])
def test_what_is_wrong_with_a_password_does_not_show_it(offer: Offer, tool: str) -> None:
    text = TEXT.replace("format: password", "format: password, maxLength: 3")
    result = caller(offer())(tool, text=text, inputs=INPUTS)
    assert result.is_error
    assert "hunter2" not in result.text


@pytest.mark.parametrize("tool", ["dry_run", "mock_run"])
def test_credentials_are_never_looked_up(
    call: Call, tool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "topsecret-token")
    monkeypatch.setenv("ARAZZO_SHOP_TOKEN", "topsecret-token")
    result = call(tool, text=TEXT, inputs=INPUTS)
    assert "topsecret" not in f"{result}"
    assert "Authorization" not in f"{result}"


def test_long_outputs_and_texts_are_cut(offer: Offer) -> None:
    long = "x" * 30_000
    shop = SHOP.replace("id: {type: string}", f"id: {{type: string, const: {long}}}")
    shop = shop.replace("parts:", "part_list:")
    call = caller(offer(**{"shop.openapi.yaml": shop}))
    result = call("mock_run", text=TEXT)
    assert len(result.text) < 17_000
    assert data(result)["workflows"][0]["outputs"]["id"] == long
    many = FLOW.partition("    outputs: {id: $steps")[0].rstrip()
    outputs = "".join(f"      o{at}: $steps.create.outputs.id\n" for at in range(12))
    cut = call("mock_run", text=f"{many}\n    outputs:\n{outputs}")
    assert data(cut)["workflows"][0]["omitted"] == "outputs"
    name = "n" * 300
    steps = "".join(
        f"      - {{stepId: {name}{at}, operationId: listOrders}}\n" for at in range(60)
    )
    text = TEXT.partition("      - stepId")[0] + steps
    assert "more characters" in call("dry_run", text=text).text
    assert len(data(call("dry_run", text=text))["steps"]) == 50


def test_a_run_ends_at_its_limits(call: Call) -> None:
    retry = "onFailure: [{name: again, type: retry, retryAfter: 1, retryLimit: 9999}]"
    text = TEXT.replace("$statusCode == 201", "$response.body#/status == 'lost'")
    text = text.replace("        outputs: {id:", f"        {retry}\n        outputs: {{id:")
    found = data(call("mock_run", text=text))
    assert found["status"] != "passed"
    assert found["workflows"][0]["steps"][0]["attempts"] == 6


def test_a_loop_ends_at_its_limits(call: Call) -> None:
    jump = "onSuccess: [{name: again, type: goto, stepId: create}]"
    text = TEXT.replace("        outputs: {id:", f"        {jump}\n        outputs: {{id:")
    result = call("mock_run", text=text)
    assert data(result)["status"] == "error"
    assert len(data(result)["workflows"][0]["steps"]) == 50
