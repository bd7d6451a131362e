"""How many runs a load makes: many users, against a server that takes its time to respond."""

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from contenders import ARAZZO

USERS, SECONDS = 1_000, 20
WANTED = 250
FILES = 8_192
SERVER = """
import asyncio
async def answer(reader, writer):
    try:
        while True:
            await reader.readuntil(b'\\r\\n\\r\\n')
            await asyncio.sleep(0.1)
            writer.write(b'HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n')
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()
async def main():
    server = await asyncio.start_server(answer, '127.0.0.1', 0, backlog=2000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
API = {
    "openapi": "3.1.0",
    "info": {"title": "Items", "version": "1"},
    "paths": {
        "/items": {"get": {"operationId": "look", "responses": {"200": {"description": "ok"}}}},
    },
}
VERDICT = re.compile(r"([\d,]+) runs, ([\d,]+) failed, ([\d,.]+) runs/s in ([\d,.]+) s")


def load(_count: int) -> None:
    """Runs a second of 1,000 users in one process, against a server that takes 100 ms."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
    print(f"\n{USERS:,} users in one process, 100 ms a response, {SECONDS} s")
    print(f"  {'steps':>5} {'runs':>8} {'failed':>7} {'runs/s':>7} {'requests/s':>11} {'CPU':>5}")
    with serving() as url, tempfile.TemporaryDirectory() as folder:
        for steps in (1, 3):
            row(Path(folder), url, steps)
    print(f"  wanted: {WANTED} runs/s of one step, none failed; CPU: of one core, by the users")


@contextmanager
def serving() -> Iterator[str]:
    """The URL of the server, in a process of its own."""
    command = [sys.executable, "-c", SERVER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        finally:
            server.terminate()


def row(folder: Path, url: str, steps: int) -> None:
    """A load of a workflow of so many steps."""
    (folder / "api.json").write_text(json.dumps({**API, "servers": [{"url": url}]}))
    document = folder / f"{steps}.arazzo.json"
    document.write_text(json.dumps(workflow(steps)))
    flags = ["--users", f"{USERS}", "--spawn-rate", "500/s", "--run-time", f"{SECONDS}s"]
    begun = time.monotonic()
    with subprocess.Popen(
        [ARAZZO, "load", str(document), "--headless", *flags],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        text = process.stdout.read()
        _, _, usage = os.wait4(process.pid, 0)
        with suppress(ChildProcessError):
            process.wait()
    wall = time.monotonic() - begun
    found = VERDICT.search(text)
    if found is None:
        sys.exit(f"no figures:\n{text}")
    runs, failed, rate = (float(one.replace(",", "")) for one in found.groups()[:3])
    cpu = (usage.ru_utime + usage.ru_stime) / wall
    print(
        f"  {steps:5} {runs:8,.0f} {failed:7,.0f} {rate:7.1f} {rate * steps:11.1f} {cpu:5.0%}",
        flush=True,
    )


def workflow(steps: int) -> dict[str, object]:
    """A document with one workflow."""
    each = [
        {
            "stepId": f"look{number}",
            "operationId": "look",
            "successCriteria": [{"condition": "$statusCode == 200"}],
        }
        for number in range(steps)
    ]
    return {
        "arazzo": "1.0.1",
        "info": {"title": "Items", "version": "1"},
        "sourceDescriptions": [{"name": "api", "url": "api.json", "type": "openapi"}],
        "workflows": [{"workflowId": "look", "steps": each}],
    }
