"""Calls while a run goes on: progress, runs that take long, runs that are stopped, and questions."""

import asyncio
import json

import anyio
import mcp_types as types
import pytest
from mcp.shared.exceptions import MCPError

from arazzo_runner.mcp.offer import Offer
from arazzo_runner.mcp.run_tools import RunTools, deletions
from arazzo_runner.mcp.runs import Runs

MODES = ("legacy", "2026-07-28")


def test_each_step_is_told(server) -> None:
    told: list[tuple[float, str | None]] = []

    async def note(steps: float, _total: float | None, text: str | None) -> None:
        told.append((steps, text))

    async def talk(client):
        return await client.call_tool("find_items", {}, progress_callback=note)

    assert not server.talk(talk, mode="legacy").is_error
    assert told[-1] == (2, "again: passed")


def test_a_run_that_takes_long_is_asked_for_later(server) -> None:
    server.patience = 0.05

    async def talk(client):
        server.shop.gate = asyncio.Event()
        first = await client.call_tool("find_items", {})
        run = {"run_id": first.structured_content["run_id"]}
        second = await client.call_tool("get_run", run)
        server.shop.gate.set()
        while "outputs" not in (await client.call_tool("get_run", run)).structured_content:
            pass
        return first, second, await client.call_tool("get_run", run)

    first, second, last = server.talk(talk)
    assert first.structured_content["state"] == "running"
    assert not first.is_error
    assert "is still running" in first.content[0].text
    assert second.structured_content == first.structured_content
    assert last.structured_content == {"outputs": {"id": 7, "note": "red"}}


async def _arrival(server) -> None:
    while not server.shop.arrived:
        await asyncio.sleep(0)


def test_a_cancelled_call_sends_no_further_step_and_then_what_ends_it(server) -> None:
    async def talk(client):
        server.shop.gate = asyncio.Event()
        call = asyncio.ensure_future(client.call_tool("tidy", {}))
        await _arrival(server)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        [run] = await _ended(client, server)
        return run

    server.talk(talk, mode="legacy")
    assert [method for method, _ in server.shop.sent] == ["GET", "POST"]


async def _ended(client, server):
    """The resources, once there is a report."""
    while not (found := (await client.list_resources()).resources):
        await asyncio.sleep(0.01)
    return found


def test_a_run_is_stopped_by_its_id(server) -> None:
    server.patience = 0.05

    async def talk(client):
        server.shop.gate = asyncio.Event()
        first = await client.call_tool("tidy", {})
        run = {"run_id": first.structured_content["run_id"]}
        await client.call_tool("cancel_run", run)
        await _ended(client, server)
        return await client.call_tool("get_run", run)

    result = server.talk(talk)
    assert result.is_error
    assert "interrupted" in result.content[0].text
    assert [method for method, _ in server.shop.sent] == ["GET", "POST"]


def test_a_server_that_ends_lets_runs_end_in_order(server) -> None:
    server.patience = 0.05

    async def talk(client):
        server.shop.gate = asyncio.Event()
        await client.call_tool("tidy", {})

    server.talk(talk)
    assert [method for method, _ in server.shop.sent] == ["GET", "POST"]


def test_a_server_that_is_cancelled_lets_runs_end_in_order(server) -> None:
    runs = Runs(server.bugs.append)
    server.new(runs)
    tidy = next(one for one in server.tools if one.name == "tidy")

    async def serve() -> None:
        server.shop.gate = asyncio.Event()
        with anyio.CancelScope() as scope:
            async with runs.serving():
                run = runs.start(tidy, {})
                await _arrival(server)
                scope.cancel()
                await anyio.sleep_forever()
        assert run.answer is not None

    asyncio.run(serve())
    assert [method for method, _ in server.shop.sent] == ["GET", "POST"]


def test_a_mock_is_said_to_be_one(server) -> None:
    server.new()
    assert "mock" not in server.offer.instructions
    running = RunTools(Runs(server.bugs.append), reaches_servers=False)
    assert "nothing is sent" in Offer(server.tools, running, "Shop").instructions


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        ({}, []),
        ({"confirm": "yes"}, []),
        ({"confirm_run": False}, []),
        ({"confirm_run": "true"}, []),
        ({"confirm_run": True, "confirm": "yes"}, ["DELETE"]),
    ],
)
def test_a_deletion_is_confirmed_by_an_argument(server, mode: str, arguments, sent) -> None:
    async def talk(client):
        listed = {one.name: one for one in (await client.list_tools()).tools}
        return listed["clear"], await client.call_tool("clear", arguments)

    tool, result = server.talk(talk, mode=mode)
    assert [method for method, _ in server.shop.sent] == sent
    assert result.is_error == (not sent)
    assert tool.input_schema["required"] == ["confirm_run"]
    assert sent or "`confirm_run`" in result.content[0].text


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("action", ["accept", "decline", "cancel"])
def test_a_deletion_is_asked_for_where_the_client_can(server, mode: str, action: str) -> None:
    asked: list[str] = []

    async def ask(_context, params):
        asked.append(params.message)
        return types.ElicitResult(action=action)

    async def talk(client):
        listed = {one.name: one for one in (await client.list_tools()).tools}
        # The model cannot agree for the user.
        return listed["clear"], await client.call_tool(
            "clear", {"confirm_run": True, "confirm": "x"}
        )

    tool, result = server.talk(talk, mode=mode, elicitation_callback=ask)
    assert len(asked) == 1
    assert "It deletes: DELETE /items." in asked[0]
    assert '"confirm": "x"' in asked[0]
    assert "confirm_run" not in tool.input_schema["properties"]
    assert [method for method, _ in server.shop.sent] == (["DELETE"] if action == "accept" else [])
    assert result.is_error == (action != "accept")


def test_an_answer_that_nobody_asked_for_is_none(server) -> None:
    """A state that the server has not sealed is refused, and one is bound to the arguments."""

    async def ask(_context, _params):
        return types.ElicitResult(action="accept")

    async def talk(client):
        agreed = {"confirm": types.ElicitResult(action="accept")}
        with pytest.raises(MCPError, match="requestState"):
            await client.session.call_tool(
                "clear",
                {},
                input_responses=agreed,
                request_state="confirm",
                allow_input_required=True,
            )
        asked = await client.session.call_tool("clear", {"confirm": "a"}, allow_input_required=True)
        with pytest.raises(MCPError, match="requestState"):
            await client.session.call_tool(
                "clear",
                {"confirm": "b"},
                input_responses=agreed,
                request_state=asked.request_state,
                allow_input_required=True,
            )

    server.talk(talk, mode="2026-07-28", elicitation_callback=ask)
    assert server.shop.sent == []


def test_calls_at_once_do_not_mix(server) -> None:
    async def talk(client):
        calls = [client.call_tool("make", {"name": f"n{number}"}) for number in range(50)]
        return await asyncio.gather(*calls)

    real = server.shop.send

    async def send(call):
        await asyncio.sleep(0.001 * (len(server.shop.sent) % 7))
        response = await real(call)
        name = json.loads(call.request.body)["name"]
        return type(response)(200, response.headers, json.dumps({"id": 1, "note": name}).encode())

    server.shop.send = send
    results = server.talk(talk, mode="legacy")
    notes = [one.structured_content["outputs"]["note"] for one in results]
    assert notes == [f"n{number}" for number in range(50)]
    assert len({one.content[1].text for one in results}) == 50


def test_more_runs_than_may_go_on_are_refused(server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arazzo_runner.mcp.runs.MOST_AT_ONCE", 1)
    server.patience = 0.05

    async def talk(client):
        server.shop.gate = asyncio.Event()
        await client.call_tool("find_items", {})
        return await client.call_tool("find_items", {})

    assert "1 workflow at once is the limit" in server.talk(talk).content[0].text


def test_the_oldest_runs_are_forgotten(server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arazzo_runner.mcp.runs.MOST_KEPT", 2)

    async def talk(client):
        for _ in range(4):
            await client.call_tool("find_items", {})
        several = len((await client.list_resources()).resources)
        monkeypatch.setattr("arazzo_runner.mcp.runs.MOST_KEPT_BYTES", 1)
        await client.call_tool("find_items", {})
        return several, len((await client.list_resources()).resources)

    assert server.talk(talk, cache=None) == (2, 1)


def test_deletions_are_named(server) -> None:
    workflows = server.description.workflows
    assert deletions(workflows["clear"]) == "DELETE /items"
    assert deletions(workflows["make"]) == "in a workflow that it calls"
