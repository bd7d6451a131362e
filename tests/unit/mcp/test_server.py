"""The server as a client sees it: tools, their results, resources; nothing that is secret."""

import base64
import json

import mcp_types as types
import pytest
from mcp.shared.exceptions import MCPError

from arazzo_runner.mcp.answer import CallRefused

from .conftest import ITEM, WORD, Server

MODES = ("legacy", "2026-07-28")


@pytest.mark.parametrize("mode", MODES)
def test_a_workflow_is_a_tool(server, mode: str) -> None:
    listed = server.talk(lambda client: client.list_tools(), mode=mode).tools
    names = ["find_items", "make", "clear", "tidy", "after", "get_run", "cancel_run"]
    assert [one.name for one in listed] == names
    find, make, clear, *_ = listed
    assert (find.title, find.description) == ("Find items.", "Find items.\n\nAll of them.")
    assert find.annotations == types.ToolAnnotations(
        title="Find items.",
        read_only_hint=True,
        destructive_hint=False,
        idempotent_hint=True,
        open_world_hint=True,
    )
    assert make.annotations and not make.annotations.read_only_hint
    assert clear.annotations and clear.annotations.destructive_hint
    assert make.input_schema["properties"].keys() == {"name", "count"}
    assert make.input_schema["required"] == ["name"]
    assert find.output_schema
    assert find.output_schema["properties"]["outputs"]["properties"] == {
        "id": {"type": ["integer", "null"]},
        "note": {"type": ["string", "null"]},
    }


@pytest.mark.parametrize("mode", MODES)
def test_outputs_are_structured_content_and_text(server, mode: str) -> None:
    result = server.call("find_items", mode=mode)
    assert not result.is_error
    assert result.structured_content == {"outputs": {"id": 7, "note": "red"}}
    whole, verdict = (one.text for one in result.content)
    assert json.loads(whole) == result.structured_content
    assert verdict.startswith("✓ 1 workflow passed, 2 steps")


def test_an_output_that_the_api_calls_a_password_is_masked(tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(ITEM["properties"], "note", {"type": "string", "format": "password"})
    server = Server(tmp_path)
    server.shop.body = {"id": 7, "note": "a-token-of-the-api"}

    async def talk(client):
        result = await client.call_tool("find_items", {})
        listed = (await client.list_resources()).resources
        return result, [await client.read_resource(one.uri) for one in listed]

    result, reports = server.talk(talk)
    assert result.structured_content == {"outputs": {"id": 7, "note": "***"}}
    assert len(reports) == 1
    assert "a-token-of-the-api" not in f"{result}{reports}"


def test_a_failure_is_the_text_of_the_command_line(server) -> None:
    server.shop.status = 500
    result = server.call("make", {"name": "Ann"})
    assert result.is_error
    assert "$statusCode == 200" in result.content[0].text
    assert "\x1b" not in result.content[0].text
    assert result.structured_content is None


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({}, "the required input `name` is missing"),
        ({"name": "a", "count": "b"}, "count"),
        ({"name": "a", "word": "x"}, "the input `word` of the workflow `make` is secret"),
    ],
)
def test_a_call_that_cannot_run_says_why(server, arguments: dict, text: str) -> None:
    result = server.call("make", arguments)
    assert result.is_error
    assert text in result.content[0].text
    assert server.shop.sent == []


def test_a_number_that_json_does_not_have_is_refused(server) -> None:
    server.new()
    make = next(one for one in server.tools if one.name == "make")
    with pytest.raises(CallRefused, match="`name` is nan, which is not a JSON value"):
        make.inputs({"name": float("nan")})


def test_half_of_a_character_is_shown_as_none(server) -> None:
    server.shop.body = {"id": 1, "note": "half \ud83d of"}
    result = server.call("make", {"name": "Ann"})
    assert result.structured_content == {"outputs": {"note": "half \ufffd of"}}
    assert json.loads(result.content[0].text) == result.structured_content


def test_a_secret_that_is_not_set_names_its_variable(server) -> None:
    server.secrets.clear()
    result = server.call("make", {"name": "Ann"})
    assert result.is_error
    assert "`ARAZZO_INPUT_MAKE_WORD`" in result.content[0].text
    assert server.shop.sent == []


def test_what_is_set_counts_more_and_is_in_no_schema(server) -> None:
    server.inputs = {"make": {"name": "Bob"}}

    async def talk(client):
        listed = (await client.list_tools()).tools
        await client.call_tool("make", {"name": "Ann"})
        return next(one for one in listed if one.name == "make")

    tool = server.talk(talk)
    assert tool.input_schema["properties"].keys() == {"count"}
    assert json.loads(server.shop.sent[0][1]) == {"word": WORD, "name": "Bob"}


def test_secrets_are_masked_in_results_and_reports(server) -> None:
    coded = base64.b64encode(WORD.encode()).decode()
    server.shop.body = {"id": 1, "note": f"said {WORD} and {coded}"}

    async def talk(client):
        result = await client.call_tool("make", {"name": "Ann"})
        listed = await client.list_resources()
        read = await client.read_resource(listed.resources[0].uri)
        return result, listed, read

    result, listed, read = server.talk(talk)
    assert result.structured_content == {"outputs": {"note": "said *** and ***"}}
    assert WORD in server.shop.sent[0][1]
    seen = "".join(one.model_dump_json() for one in (result, listed, read))
    assert WORD not in seen
    assert coded not in seen
    report = json.loads(read.contents[0].text)
    assert report["workflows"][0]["outputs"] == {"note": "said *** and ***"}
    assert result.content[1].text.endswith(f"report: {listed.resources[0].uri}")


def test_what_is_not_there(server) -> None:
    async def talk(client):
        with pytest.raises(MCPError, match=r"^there is no tool `lost`$"):
            await client.call_tool("lost", {})
        with pytest.raises(MCPError, match=r"no tool `clera`; did you mean `clear`\?$"):
            await client.call_tool("clera", {})
        with pytest.raises(MCPError, match="there is no resource"):
            await client.read_resource("arazzo://runs/1/report.json")

    server.talk(talk)
    assert "there is no run `1`" in server.call("get_run", {"run_id": "1"}).content[0].text
    assert "has to be a string" in server.call("get_run").content[0].text
    assert len(server.call("get_run", {"run_id": "1" * 9_000}).content[0].text) < 200


def test_a_bug_says_nothing_of_itself(server, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given, **_more):
        raise RuntimeError(WORD)

    monkeypatch.setattr("arazzo_runner.embed.runner.job_of", broken)
    result = server.call("find_items")
    assert result.is_error
    assert [one.text for one in result.content] == [
        "a bug in arazzo ended this run; the server's log has more"
    ]
    assert [str(one) for one in server.bugs] == [WORD]
