"""`arazzo mcp` as a process that a client talks to, as clients do."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS

ROOT = Path(__file__).parents[4]
TRIGGER = "workflows/twilio-studio-trigger-execution-track-steps-workflow.yml"
INPUTS = {"flowSid": f"FW{'0' * 32}", "to": "+15558675310", "from": "+15558675309"}
COMMAND = [sys.executable, "-m", "arazzo_runner", "mcp"]
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


def start(*arguments: str, **more) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,
    )


def talk(conversation, *arguments: str, **options):
    parameters = StdioServerParameters(
        command=COMMAND[0], args=[*COMMAND[1:], *arguments], cwd=ROOT
    )

    async def run():
        async with Client(parameters, **options) as client:
            return await conversation(client)

    return asyncio.run(run())


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_client_runs_a_workflow(mode: str) -> None:
    async def conversation(client):
        listed = await client.list_tools()
        return listed.tools[0], await client.call_tool("trigger-execution-track-steps", INPUTS)

    tool, result = talk(conversation, "--mock", TRIGGER, mode=mode)
    assert tool.annotations.read_only_hint is False
    assert tool.annotations.open_world_hint is False
    assert not result.is_error
    assert result.structured_content["outputs"].keys() == {"executionSid", "status", "steps"}


def test_the_end_of_standard_input_ends_it() -> None:
    with start("--mock", TRIGGER) as process:
        out, err = process.communicate(json.dumps(INITIALIZE) + "\n", timeout=60)
    assert process.returncode == 0
    assert json.loads(out)["result"]["protocolVersion"] == "2025-06-18"
    assert (
        err == "arazzo mcp: 1 workflow and 7 documentation tools, over standard input and output\n"
    )


@pytest.mark.parametrize("version", HANDSHAKE_PROTOCOL_VERSIONS)
def test_a_client_of_each_version_is_understood(version: str) -> None:
    first = {**INITIALIZE, "params": {**INITIALIZE["params"], "protocolVersion": version}}
    call = {"name": "trigger-execution-track-steps", "arguments": INPUTS}
    with start("--mock", TRIGGER) as process:

        def ask(message: dict) -> dict:
            process.stdin.write(json.dumps(message) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())["result"]

        assert ask(first)["protocolVersion"] == version
        process.stdin.write('{"jsonrpc": "2.0", "method": "notifications/initialized"}\n')
        tools = ask({"jsonrpc": "2.0", "id": 2, "method": "tools/list"})["tools"]
        assert tools[0]["name"] == "trigger-execution-track-steps"
        result = ask({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": call})
        assert json.loads(result["content"][0]["text"])["outputs"]["executionSid"]
        process.communicate(timeout=60)


@pytest.mark.skipif(sys.platform == "win32", reason="has no such signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 0)])
def test_a_signal_ends_it_though_standard_input_is_open(number: int, code: int) -> None:
    with start("--mock", TRIGGER) as process:
        process.stdin.write(json.dumps(INITIALIZE) + "\n")
        process.stdin.flush()
        assert process.stdout.readline()
        process.send_signal(number)
        assert process.wait(timeout=60) == code
        assert process.stdout.read() == ""


def test_a_line_that_is_no_message_or_too_long_is_answered() -> None:
    half = r'{"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": {"name": "\ud83d"}}'
    with start("--mock", TRIGGER) as process:
        lines = ["{", half, "x" * (5 * 2**20), json.dumps(INITIALIZE)]
        out, _ = process.communicate("\n".join(lines) + "\n", timeout=60)
    assert process.returncode == 0
    answers = [json.loads(one) for one in out.splitlines()]
    assert [one["id"] for one in answers] == [None, 5, None, 1]
    assert answers[1]["error"]["code"] == -32700
    assert answers[-1]["result"]["protocolVersion"] == "2025-06-18"


def failed(*arguments: str, **more) -> tuple[int, str]:
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        input="",
        capture_output=True,
        text=True,
        check=False,
        **more,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        ([], 2, "DOCUMENT"),
        (["lost.yaml"], 2, "`lost.yaml`"),
        ([TRIGGER, "--allow", "trigger"], 2, "`--allow trigger`"),
        ([TRIGGER, "--read-only", "--no-docs"], 5, "there is no workflow to offer"),
        ([TRIGGER, "--docs-only", "--no-docs"], 2, "leave nothing to offer"),
        ([TRIGGER, "--http", "0.0.0.0:0"], 2, "no token is set"),
        ([TRIGGER, "--http", "8000"], 2, "is not HOST:PORT"),
        ([TRIGGER, "--mock-case", "listSteps=404"], 2, "needs `--mock`"),
    ],
)
def test_what_cannot_be_served_ends_before_a_client_is(arguments, code, text) -> None:
    found, err = failed(*arguments)
    assert (found, text in err) == (code, True), err


def test_a_document_that_cannot_be_used_shows_its_findings(tmp_path: Path) -> None:
    broken = tmp_path / "broken.arazzo.yaml"
    broken.write_text("arazzo: 1.0.1\n")
    code, err = failed(str(broken))
    assert code == 3
    assert "error[AZ1" in err


def test_without_the_extra_the_line_to_install_it_is_shown(tmp_path: Path) -> None:
    (tmp_path / "mcp.py").write_text("raise ImportError('no', name='mcp')\n")
    variables = {**os.environ, "PYTHONPATH": str(tmp_path)}
    code, err = failed(TRIGGER, env=variables)
    assert code == 2
    assert "pip install 'arazzo[mcp]'" in err


def test_workflows_that_cannot_run_are_not_offered(tmp_path: Path) -> None:
    path = tmp_path / "a.arazzo.yaml"
    text = (ROOT / TRIGGER).read_text("utf-8")
    url = (ROOT / "openapi" / "studio-openapi-original.yml").as_uri()
    text = re.sub(r"url: \S+", f"url: {url}", text, count=1)
    path.write_text(
        text + "- workflowId: broken\n  steps: [{stepId: a, operationId: lost}]\n", "utf-8"
    )
    with start("--mock", str(path)) as process:
        _, err = process.communicate("", timeout=60)
    assert "the workflow `broken` is not offered" in err
    assert "arazzo mcp: 1 workflow and" in err
