"""Processes for tests of agents: `arazzo mcp` and `arazzo mock`, and a proxy that keeps all bytes."""

import asyncio
import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[4]
ARAZZO = [sys.executable, "-m", "arazzo_runner"]


def environment(**variables: str) -> dict[str, str]:
    """The variables of a process; none of whoever runs the tests that this program reads."""
    own = {name: one for name, one in os.environ.items() if not name.startswith("ARAZZO_")}
    return {**own, "PYTHONUNBUFFERED": "1", **variables}


@contextlib.contextmanager
def served(folder: Path, *arguments: str, env: dict[str, str] | None = None) -> Iterator[str]:
    """A command that serves over HTTP until the block ends; its URL, which it prints."""
    log = folder / f"{arguments[0]}-{time.monotonic_ns()}.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [*ARAZZO, *arguments], cwd=ROOT, env=env or environment(), stdout=out, stderr=out
        )
    try:
        yield _printed_url(process, log)
    finally:
        process.terminate()
        process.wait(timeout=60)


def _printed_url(process: subprocess.Popen, log: Path) -> str:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        found = re.search(r"http://\S+", log.read_text("utf-8"))
        if found:
            return found[0]
        time.sleep(0.02)
    raise AssertionError(log.read_text("utf-8"))


class Proxy:
    """Hands connections on to a port of this machine; ``octets`` are those of both directions."""

    def __init__(self, port: int) -> None:
        self.octets = {"to server": bytearray(), "to client": bytearray()}
        self._target = port
        self._writers: list[asyncio.StreamWriter] = []

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """Take connections in this block, at the port that it gets."""
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for one in self._writers:
                one.close()
            await asyncio.gather(
                *(one.wait_closed() for one in self._writers), return_exceptions=True
            )

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers += writer, server_writer
        ways = (
            self._copy(reader, server_writer, "to server"),
            self._copy(server_reader, writer, "to client"),
        )
        await asyncio.gather(*ways)

    async def _copy(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, way: str
    ) -> None:
        with contextlib.suppress(OSError):
            while octets := await source.read(65_536):
                self.octets[way] += octets
                target.write(octets)
                await target.drain()
        target.close()


TEE = """
import subprocess, sys, threading
log, *command = sys.argv[1:]
server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
kept = open(log, "wb", buffering=0)
def copy(source, target):
    for line in source:
        kept.write(line)
        target.write(line)
        target.flush()
    target.close()
threading.Thread(target=copy, args=(sys.stdin.buffer, server.stdin), daemon=True).start()
copy(server.stdout, sys.stdout.buffer)
server.wait()
"""
"""Runs a server and keeps all lines of both directions in a file."""
