"""Run thousands of steps against a server that fails one request in ten, and watch what grows.

    scripts/soak --steps 20000

The server is another process; it resets connections, cuts bodies off, responds with garbage, with
500 and 429, or late. Ends with 1 where memory grows by more than 1 MB in 10,000 steps, or file
descriptors become more.
"""

from __future__ import annotations

import argparse
import gc
import json
import socketserver
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import sleep

SLOPE = 2**20
"""The bytes that 10,000 steps may leave behind."""

STEPS_A_RUN = 10
API = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1"},
    "servers": [{"url": "http://127.0.0.1"}],
    "paths": {
        "/items/{id}": {
            "get": {
                "operationId": "read",
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
                ],
                "responses": {"200": {"description": "ok", "content": {"application/json": {
                    "schema": {"type": "object", "properties": {"id": {"type": "integer"}}}}}}},
            }
        }
    },
}  # fmt: skip


def document() -> dict[str, object]:
    """A workflow of ten steps; each goes on whatever comes, after one retry."""
    return {
        "arazzo": "1.0.1",
        "info": {"title": "Soak", "version": "1"},
        "sourceDescriptions": [{"name": "shop", "url": "shop.openapi.json", "type": "openapi"}],
        "workflows": [{"workflowId": "read", "steps": [_step(at) for at in range(STEPS_A_RUN)]}],
    }


def _step(at: int) -> dict[str, object]:
    last = at == STEPS_A_RUN - 1
    on = {"type": "end"} if last else {"type": "goto", "stepId": f"s{at + 1}"}
    return {
        "stepId": f"s{at}",
        "operationId": "read",
        "parameters": [{"name": "id", "in": "path", "value": at}],
        "successCriteria": [
            {"condition": "$statusCode == 200"},
            {"condition": f"$response.body#/id == {at}"},
        ],
        "outputs": {"id": "$response.body#/id"},
        "onFailure": [
            {"name": "again", "type": "retry", "retryAfter": 0, "retryLimit": 1},
            {"name": "on", **on},
        ],
    }  # fmt: skip


class _Faulty(socketserver.StreamRequestHandler):
    """Responds to requests on a kept connection; some get a fault in place of a response."""

    random = Random(0)  # noqa: S311 - to be repeated
    faults = 0.1

    def handle(self) -> None:
        while line := self.rfile.readline():
            while self.rfile.readline() not in (b"\r\n", b""):
                pass
            if not self.respond(line.split()[1].rpartition(b"/")[2]):
                return

    def respond(self, item: bytes) -> bool:
        """Whether the connection is kept."""
        body = b'{"id": %s, "pad": "%s"}' % (item, b"x" * 2000)
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        if self.random.random() >= self.faults:
            self.wfile.write(head % len(body) + body)
            return True
        match self.random.randrange(6):
            case 0:
                self.wfile.write(head % (len(body) + 50) + body)
            case 1:
                self.wfile.write(b"\0\xff garbage\r\n\r\n")
            case 2:
                self.wfile.write(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")
                return True
            case 3:
                self.wfile.write(
                    b"HTTP/1.1 429 Slow\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"
                )
                return True
            case 4:
                sleep(0.3)
            case _:
                self.wfile.write(head % 5 + b"{nope")
                return True
        return False


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away."""


def serve(faults: float) -> None:
    """Say the port on standard output, and serve until the input ends."""
    _Faulty.faults = faults
    with _Server(("127.0.0.1", 0), _Faulty) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


@contextmanager
def faulty_server(faults: float) -> Iterator[str]:
    """The URL of a server in another process."""
    command = [sys.executable, __file__, "--serve", "--faults", str(faults)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


@dataclass(frozen=True)
class Sample:
    """After so many steps: bytes of memory, and open file descriptors."""

    steps: int
    memory: int
    descriptors: int


def sample(steps: int) -> Sample:
    """What this process has now."""
    gc.collect()
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    memory = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))
    return Sample(steps, memory, len(list(Path("/proc/self/fd").iterdir())))


def soak(url: str, steps: int, samples: int = 20) -> tuple[list[Sample], Counter[str]]:
    """Run so many steps; what grew on the way, and how runs ended."""
    import arazzo_runner

    found: list[Sample] = []
    ends: Counter[str] = Counter()
    done = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "shop.openapi.json").write_text(json.dumps(API), encoding="utf-8")
        (folder / "soak.arazzo.json").write_text(json.dumps(document()), encoding="utf-8")
        with arazzo_runner.Runner(server=url, timeout=0.2) as runner:
            while done < steps:
                result = runner.run(folder / "soak.arazzo.json")
                result.to_json()
                ends[result.status] += 1
                done += len(result.workflows[0].steps)
                if done >= steps * (len(found) + 1) / samples:
                    found.append(sample(done))
    return found, ends


def slope(found: Sequence[Sample]) -> float:
    """Bytes for 10,000 steps, by least squares over the later two thirds: the first fill caches."""
    later = found[len(found) // 3 :]
    steps = [one.steps for one in later]
    memory = [one.memory for one in later]
    mean, middle = sum(steps) / len(steps), sum(memory) / len(memory)
    spread = sum((one - mean) ** 2 for one in steps)
    shared = sum((x - mean) * (y - middle) for x, y in zip(steps, memory, strict=True))
    return 10_000 * shared / spread


def main(arguments: Sequence[str] | None = None) -> int:
    """Soak, and print what grew; 1 where it is too much."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--faults", type=float, default=0.1, help="the part of requests that fail")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.serve:
        serve(given.faults)
    with faulty_server(given.faults) as url:
        found, ends = soak(url, given.steps)
    growth = slope(found)
    later = found[len(found) // 3 :]
    more = later[-1].descriptors - later[0].descriptors
    print(f"{found[-1].steps:,} steps; runs: {dict(ends)}")
    print(f"memory: {found[0].memory / 2**20:.1f} to {found[-1].memory / 2**20:.1f} MiB, ", end="")
    print(f"{growth / 2**20:+.2f} MiB in 10,000 steps; file descriptors: {more:+d}")
    return int(growth > SLOPE or more > 2)


if __name__ == "__main__":
    sys.exit(main())
