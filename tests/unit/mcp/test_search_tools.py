"""Many workflows behind three tools."""

import json

import pytest

from arazzo_runner.mcp import offer


@pytest.fixture
def many(server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(offer, "MOST_TOOLS", 4)
    return server


def test_as_many_as_that_have_a_tool_each(server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offer, "MOST_TOOLS", 5)
    listed = server.talk(lambda client: client.list_tools()).tools
    assert "find_items" in [one.name for one in listed]


def test_more_are_searched_described_and_run(many) -> None:
    async def talk(client):
        listed = (await client.list_tools()).tools
        found = await client.call_tool("search_workflows", {"query": "finding an item"})
        described = await client.call_tool("describe_workflow", {"workflow_id": "find items"})
        ran = await client.call_tool("run_workflow", {"workflow_id": "find items"})
        return listed, found, described, ran

    listed, found, described, ran = many.talk(talk)
    assert [one.name for one in listed] == [
        "search_workflows",
        "describe_workflow",
        "run_workflow",
        "get_run",
        "cancel_run",
    ]
    assert listed[2].annotations.destructive_hint
    first = found.structured_content["workflows"][0]
    assert first == {
        "workflow_id": "find items",
        "title": "Find items.",
        "read_only": True,
        "destructive": False,
        "deletes": False,
    }
    assert described.structured_content["requests"] == ["GET /items", "GET /items"]
    assert described.structured_content["outputs"]["properties"].keys() == {"id", "note"}
    assert ran.structured_content == {"outputs": {"id": 7, "note": "red"}}


def test_without_words_all_are_found(many) -> None:
    result = many.call("search_workflows", {"query": " "})
    assert result.structured_content["total"] == 5
    assert json.loads(result.content[0].text) == result.structured_content
    assert many.call("search_workflows", {"query": "zebra"}).structured_content["total"] == 0


def test_secret_inputs_are_in_no_description(many) -> None:
    described = many.call("describe_workflow", {"workflow_id": "make"})
    assert described.structured_content["inputs"]["properties"].keys() == {"name", "count"}
    refused = many.call("run_workflow", {"workflow_id": "make", "inputs": {"word": "x"}})
    assert "is secret" in refused.content[0].text


@pytest.mark.parametrize(
    ("tool", "arguments", "text"),
    [
        ("describe_workflow", {"workflow_id": "makes"}, "did you mean `make`?"),
        ("describe_workflow", {"workflow_id": "zz"}, "`search_workflows` finds them"),
        ("describe_workflow", {}, "`workflow_id` has to be a string"),
        ("run_workflow", {"workflow_id": "make", "name": "Ann"}, "has no argument `name`"),
        ("run_workflow", {"workflow_id": "make", "inputs": [1]}, "`inputs` has to be an object"),
        ("search_workflows", {"query": 1}, "`query` has to be a string"),
        ("run_workflow", {"workflow_id": "clear"}, "with `confirm` as true"),
    ],
)
def test_a_call_that_is_wrong_says_how_it_would_be_right(many, tool, arguments, text) -> None:
    result = many.call(tool, arguments)
    assert result.is_error
    assert text in result.content[0].text
    assert many.shop.sent == []


def test_a_deletion_is_confirmed(many) -> None:
    result = many.call("run_workflow", {"workflow_id": "clear", "confirm": True})
    assert not result.is_error
    assert [method for method, _ in many.shop.sent] == ["DELETE"]
