"""Twilio Studio by an agent: the workflows of this project as tools, over both transports.

`arazzo mock` plays the API, so that requests go over a network, with credentials. No byte of the
protocol may hold one, nor a secret input, in either direction.
"""

import asyncio
import sys
from base64 import b64encode
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from .servers import ARAZZO, ROOT, TEE, Proxy, environment, served

STUDIO = ROOT / "openapi" / "studio-openapi-original.yml"
USER, PASSWORD = "ACcanaryaccount7f3b9d", "canary-auth-token-51c8e2"
SENDER = "+15550109377"
TOKEN = "canary-bearer-token-9a7d41"
AUTH = "ARAZZO_AUTH_STUDIOAPI_ACCOUNTSID_AUTHTOKEN"
SECRETS = (USER, PASSWORD, f"{USER}:{PASSWORD}", SENDER)
FLOW = f"FW{'0' * 32}"


def variables(**more: str) -> dict[str, str]:
    return environment(
        **{f"{AUTH}_USERNAME": USER, f"{AUTH}_PASSWORD": PASSWORD, "ARAZZO_INPUT_FROM": SENDER},
        **more,
    )


def leaks(octets: bytes, *secrets: str) -> list[str]:
    """The secrets that stand in what was said, as they are or encoded."""
    found = []
    for one in secrets:
        raw = one.encode()
        # Base64 within other text, at any of three places.
        coded = {b64encode(b"x" * at + raw + b"x" * 3)[4 if at else 0 : -8] for at in range(3)}
        forms = {raw, quote(one, safe="").encode(), raw.hex().encode(), *coded}
        found += [f"{one} as {form!r}" for form in forms if form in octets]
    return found


async def conversation(client: Client):
    """What an agent does: look at the tools, start an execution, follow it, list those there are."""
    tools = {one.name: one for one in (await client.list_tools()).tools}
    started = await client.call_tool(
        "trigger-execution-track-steps", {"flowSid": FLOW, "to": "+15558675310"}
    )
    sid = started.structured_content["outputs"]["executionSid"]
    followed = await client.call_tool("poll-execution", {"flowSid": FLOW, "executionSid": sid})
    listed = await client.call_tool("list-executions", {"flowSid": FLOW})
    failed = await client.call_tool("poll-execution", {"flowSid": "FWnone", "executionSid": sid})
    reports = [
        await client.read_resource(one.uri) for one in (await client.list_resources()).resources
    ]
    return tools, sid, started, followed, listed, failed, reports


def judge(found) -> None:
    """The agent got what it asked for, and was told nothing of the sender."""
    tools, sid, started, followed, listed, failed, reports = found
    trigger = tools["trigger-execution-track-steps"]
    assert "from" not in trigger.input_schema["properties"]
    assert trigger.annotations.read_only_hint is False
    assert tools["list-executions"].annotations.read_only_hint is True
    assert started.structured_content["outputs"]["steps"]
    assert not followed.is_error, followed.content[0].text
    assert sid in listed.content[0].text
    assert failed.is_error
    assert len(reports) == 4
    assert '"Authorization"' in reports[-1].contents[0].text


@pytest.fixture
def api(tmp_path: Path):
    with served(tmp_path, "mock", str(STUDIO), "--port", "0") as url:
        yield url


def arguments(api: str) -> list[str]:
    return ["mcp", "workflows", "--server", api, "--secret", "from", "--timeout", "20s"]


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
def test_over_standard_input_and_output(tmp_path: Path, api: str, mode: str) -> None:
    log = tmp_path / "octets"
    command = ["-c", TEE, str(log), *ARAZZO, *arguments(api)]
    server = StdioServerParameters(command=sys.executable, args=command, cwd=ROOT, env=variables())

    async def run():
        async with Client(server, mode=mode) as client:
            return await conversation(client)

    judge(asyncio.run(run()))
    octets = log.read_bytes()
    assert b"tools/call" in octets
    assert b"executionSid" in octets
    assert leaks(octets, *SECRETS) == []


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
def test_over_http_with_a_token(tmp_path: Path, api: str, mode: str) -> None:
    env = variables(ARAZZO_MCP_TOKEN=TOKEN)
    with served(tmp_path, *arguments(api), "--http", "127.0.0.1:0", env=env) as url:
        proxy = Proxy(urlsplit(url).port)

        async def run():
            headers = {"Authorization": f"Bearer {TOKEN}"}
            async with (
                proxy.listening() as port,
                httpx2.AsyncClient(headers=headers, timeout=60) as http,
            ):
                transport = streamable_http_client(f"http://127.0.0.1:{port}/mcp", http_client=http)
                async with Client(transport, mode=mode) as client:
                    return await conversation(client)

        judge(asyncio.run(run()))
    to_server, to_client = map(bytes, proxy.octets.values())
    assert b"tools/call" in to_server
    assert b"executionSid" in to_client
    assert leaks(to_server + to_client, *SECRETS) == []
    assert leaks(to_client, TOKEN) == []


def test_leaks_are_found() -> None:
    for form in (
        PASSWORD.encode(),
        b64encode(b"ab" + PASSWORD.encode()),
        quote(SENDER, safe="").encode(),
    ):
        assert leaks(b"x" + form + b"y", *SECRETS)
