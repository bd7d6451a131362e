"""`arazzo mcp`: how soon it is ready, what a call takes beside the run itself, and a search."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from contenders import ARAZZO, HERE
from documents import get_item, write_workflows

TRIGGER = HERE.parent / "workflows" / "twilio-studio-trigger-execution-track-steps-workflow.yml"
INPUTS = {"flowSid": "FW" + "0" * 32, "to": "+15558675310", "from": "+15558675309"}
NAME = "trigger-execution-track-steps"
MANY = 200
AT_ONCE = 50


def mcp(count: int) -> None:
    """Agents: `arazzo mcp` ready, a call beside its run, a search of 200 workflows, 50 at once."""
    calls = max(10, 4 * count)
    print("\n`arazzo mcp`, over standard input and output")
    readies = [ready for _ in range(max(3, count // 4)) for ready in _ready()]
    print(f"  ready after {median(readies) * 1e3:.0f} ms (wanted: 1000)")
    with _talking("--mock", str(TRIGGER)) as client:
        client.call(NAME, INPUTS)
        whole = median(client.call(NAME, INPUTS) for _ in range(calls))
        alone = median(_runs(calls))
        print(f"  a call of three mock steps {whole * 1e3:.1f} ms, of which the run")
        print(f"  {alone * 1e3:.1f}: {(whole - alone) * 1e3:.1f} ms beside it (wanted: under 10)")
        begun = time.perf_counter()
        client.call_all(NAME, INPUTS, AT_ONCE)
        print(f"  {AT_ONCE} calls at once: {(time.perf_counter() - begun) * 1e3:.0f} ms")
    with (
        tempfile.TemporaryDirectory() as folder,
        _talking("--mock", str(_many(Path(folder)))) as client,
    ):
        first = client.call("search_workflows", {"query": "list"})
        searches = [
            client.call("search_workflows", {"query": f"copy {number} of the items"})
            for number in range(calls)
        ]
    print(f"  a search of {MANY} workflows: the first {first * 1e3:.1f} ms,", end=" ")
    print(f"then {median(searches) * 1e3:.1f} ms (wanted: under 50)")


class _Client:
    """Speaks the protocol by hand, a line each way, so that little of the time is its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._id = 0
        about = {"name": "bench", "version": "1"}
        self._ask(
            "initialize",
            {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": about},
        )
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def call(self, name: str, arguments: dict[str, object]) -> float:
        """The seconds of one call, which has to pass."""
        begun = time.perf_counter()
        result = self._ask("tools/call", {"name": name, "arguments": arguments})
        seconds = time.perf_counter() - begun
        if result.get("isError"):
            sys.exit(f"`{name}` failed: {result}")
        return seconds

    def call_all(self, name: str, arguments: dict[str, object], count: int) -> None:
        """So many calls before any of them is answered."""
        for number in range(count):
            self._send(
                {
                    "jsonrpc": "2.0",
                    "id": f"c{number}",
                    "method": "tools/call",
                    "params": {"name": name, "arguments": arguments},
                }
            )
        answered = {self._read()["id"] for _ in range(count)}
        if len(answered) != count:
            sys.exit("calls were mixed up")

    def _ask(self, method: str, params: dict[str, object]) -> dict[str, object]:
        self._id += 1
        self._send({"jsonrpc": "2.0", "id": self._id, "method": method, "params": params})
        result: dict[str, object] = self._read()["result"]
        return result

    def _send(self, message: dict[str, object]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def _read(self) -> dict:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            sys.exit("`arazzo mcp` has ended")
        found: dict = json.loads(line)
        return found


@contextmanager
def _talking(*arguments: str) -> Iterator[_Client]:
    with subprocess.Popen(
        [ARAZZO, "mcp", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield _Client(process)
        finally:
            process.terminate()


def _ready() -> Iterator[float]:
    begun = time.perf_counter()
    with _talking("--mock", str(TRIGGER)):
        yield time.perf_counter() - begun


def _runs(count: int) -> list[float]:
    """The seconds of the same run in this process, with a runner that has its plan."""
    import arazzo_runner as arazzo

    runner, found = arazzo.Runner(mock=True), []
    for _ in range(count + 1):
        begun = time.perf_counter()
        runner.run(str(TRIGGER), NAME, inputs=INPUTS)
        found.append(time.perf_counter() - begun)
    return found[1:]


def _many(folder: Path) -> Path:
    """A document with as many workflows, of one step each, that differ in their words."""
    path = write_workflows(folder, MANY, 1, get_item)
    content = json.loads(path.read_text("utf-8"))
    for number, workflow in enumerate(content["workflows"]):
        workflow["summary"] = f"Copy {number} of the items"
        workflow["description"] = f"Fetches an item and looks at its name, for team {number % 7}."
    path.write_text(json.dumps(content), "utf-8")
    return path
