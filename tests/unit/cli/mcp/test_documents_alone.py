"""Documents and API descriptions that `arazzo mcp` is named, and what it offers of them."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters

ROOT = Path(__file__).parents[4]
TRIGGER = "workflows/twilio-studio-trigger-execution-track-steps-workflow.yml"
DESCRIPTION = "openapi/studio-openapi-original.yml"
COMMAND = ["-m", "arazzo_runner", "mcp", "--mock"]


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        ([DESCRIPTION], 0),
        ([DESCRIPTION, "--docs-only"], 0),
        ([TRIGGER, "--docs-only"], 0),
        ([DESCRIPTION, TRIGGER], 1),
    ],
)
def test_documentation_is_offered_with_and_without_workflows(
    arguments: list[str], count: int
) -> None:
    parameters = StdioServerParameters(
        command=sys.executable, args=[*COMMAND, *arguments], cwd=ROOT
    )

    async def conversation():
        async with Client(parameters) as client:
            listed = await client.list_tools()
            asked = {"query": "create execution"}
            return listed.tools, await client.call_tool("find_operations", asked)

    tools, result = asyncio.run(conversation())
    names = [one.name for one in tools]
    assert names.count("trigger-execution-track-steps") == count
    assert "mock_run" in names
    assert result.content[0].text.startswith("CreateExecution: POST /v2/Flows/{FlowSid}/Executions")


def test_a_description_alone_has_no_workflow_to_offer() -> None:
    done = subprocess.run(
        [sys.executable, *COMMAND, DESCRIPTION, "--no-docs"],
        cwd=ROOT,
        input="",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (5, "")
    assert "there is no workflow to offer" in done.stderr
