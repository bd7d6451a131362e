"""What a journal costs, and what it keeps of runs that are killed at random moments."""

import json
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

from contenders import ARAZZO, FLOW_INPUTS, STUDIO, STUDIO_CREDENTIALS, serving
from measure import Contender, further, rounds, table

FEW, MANY = 50, 550
ROWS, KILLS = 600, 20
DELAY = 0.02
"""Seconds that the server of the kills takes for each response."""


def journal(count: int) -> None:
    """What --journal costs, with 50 runs at once and one alone; kill -9 at random moments."""
    throughput(max(3, count // 4))
    alone(count)
    with counting() as server, tempfile.TemporaryDirectory() as folder:
        kills(Path(folder), server)


def throughput(count: int) -> None:
    """Runs a second, 50 at once, beside those without a journal."""
    with serving() as url, tempfile.TemporaryDirectory() as folder:
        contenders = [
            cases(Path(folder), number, url, *more)
            for more in ((), ("--journal", f"{folder}/runs"))
            for number in (FEW, MANY)
        ]
        plain_few, plain, kept_few, kept = rounds(contenders, count).values()
    without, within = (
        further(many, few, MANY - FEW) for many, few in ((plain, plain_few), (kept, kept_few))
    )
    table("A run of the three-step job, 50 at once", {"alone": without, "--journal": within})
    before, after = (median(run.wall for run in costs) for costs in (without, within))
    print(f"  {1 / before:.0f} and {1 / after:.0f} runs/s: {before / after:.0%} (wanted: 75%)")


def cases(folder: Path, number: int, url: str, *more: str) -> Contender:
    """So many rows of the Studio job."""
    rows = folder / f"{number}.csv"
    line = ",".join(FLOW_INPUTS.values())
    rows.write_text("\n".join([",".join(FLOW_INPUTS), *[line] * number]))
    flags = ["--cases", str(rows), "--jobs", "50", "--server", url, "-q", *more]
    name = f"{number} rows {' '.join(more[:1])}"
    return Contender(name, [ARAZZO, "run", str(STUDIO), *flags], STUDIO_CREDENTIALS)


def alone(count: int) -> None:
    """The wall time of one run; it waits for the disk."""
    inputs = [word for name, one in FLOW_INPUTS.items() for word in ("-i", f"{name}={one}")]
    with serving() as url, tempfile.TemporaryDirectory() as folder:
        command = [ARAZZO, "run", str(STUDIO), *inputs, "--server", url, "-q"]
        contenders = [
            Contender("alone", command, STUDIO_CREDENTIALS),
            Contender("--journal", [*command, "--journal", f"{folder}/run"], STUDIO_CREDENTIALS),
        ]
        figures = rounds(contenders, count)
    table(f"The three-step job, cold ({count} rounds)", figures)
    without, within = (median(run.wall for run in runs) for runs in figures.values())
    print(f"  {(within - without) * 1e3:.1f} ms more (wanted: at most 30)")


# --- kill -9 --------------------------------------------------------------------------------------

API = {
    "openapi": "3.1.0",
    "info": {"title": "Orders", "version": "1"},
    "paths": {
        "/orders": {"post": {"operationId": "order", "responses": {"201": {"description": "made"}},
                             "requestBody": {"content": {"application/json": {}}}}},
        "/items": {"get": {"operationId": "look", "responses": {"200": {"description": "ok"}}}},
    },
}  # fmt: skip
FINE = [{"condition": "$statusCode < 300"}]
ORDERS = {
    "arazzo": "1.0.1",
    "info": {"title": "Orders", "version": "1"},
    "sourceDescriptions": [{"name": "api", "url": "api.json", "type": "openapi"}],
    "workflows": [{
        "workflowId": "w",
        "inputs": {"type": "object", "properties": {"row": {"type": "string"}}},
        "steps": [
            {"stepId": "before", "operationId": "look", "successCriteria": FINE},
            {"stepId": "order", "operationId": "order", "successCriteria": FINE,
             "requestBody": {"contentType": "application/json", "payload": {"row": "$inputs.row"}}},
            {"stepId": "behind", "operationId": "look", "successCriteria": FINE},
        ],
    }],
}  # fmt: skip


class Orders:
    """What the server has received: how often each row was ordered."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.made: Counter[str] = Counter()
        self.looked = 0


@contextmanager
def counting() -> Iterator[Orders]:
    """A server that counts, in this process."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.command == "POST":
                orders.made[json.loads(body)["row"]] += 1
            else:
                orders.looked += 1
            time.sleep(DELAY)
            self.send_response(201 if self.command == "POST" else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = answer  # noqa: N815 - as http.server asks

        def log_message(self, *_: object) -> None:
            """Nothing."""

        def handle(self) -> None:
            with suppress(ConnectionError):
                super().handle()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        orders = Orders(f"http://127.0.0.1:{server.server_address[1]}")
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield orders
        server.shutdown()


def kills(folder: Path, orders: Orders) -> None:
    """Kill a run of 600 rows again and again; each resume goes on, and is killed too."""
    (folder / "api.json").write_text(json.dumps(API))
    (folder / "orders.json").write_text(json.dumps(ORDERS))
    (folder / "rows.csv").write_text("\n".join(["row", *map(str, range(ROWS))]))
    flags = ["--journal", "j", "--jobs", "20", "-q"]
    run = [ARAZZO, "run", "orders.json", "--cases", "rows.csv", "--server", orders.url, *flags]
    resume = [ARAZZO, "resume", *flags]
    killed = 0
    for number in range(KILLS):
        killed += _killed(resume if number else run, folder, orders)
    doubt, open_rows = _verdict(folder)
    made = Counter(orders.made)
    again = subprocess.run(
        [*resume, "--send-again"], cwd=folder, stdout=subprocess.DEVNULL, check=False
    ).returncode
    unnamed = {row for row in made if row in open_rows} - doubt
    twice = sum(count > 1 for count in made.values())
    print(f"\nkill -9, {killed} times in {ROWS} rows (20 at once, {DELAY * 1e3:.0f} ms a response)")
    print(f"  {twice} unsafe calls twice (wanted: 0), {len(unnamed)} in doubt and not named (0)")
    print(f"  {len(doubt)} rows in doubt, all named; {orders.looked} safe calls of {2 * ROWS}")
    print(f"  with --send-again: exit code {again} (0), {len(orders.made)} of {ROWS} rows made")
    if twice or unnamed or again or len(orders.made) != ROWS:
        sys.exit("a journal has lost something")


def _killed(command: list[str], folder: Path, orders: Orders) -> bool:
    """Whether the process lived until it was killed, when so many more rows were made."""
    wanted = sum(orders.made.values()) + random.randrange(ROWS // KILLS)
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=folder, stdout=quiet, stderr=quiet) as process:
        while process.poll() is None and sum(orders.made.values()) <= wanted:
            time.sleep(0.002)
        time.sleep(random.uniform(0, 2 * DELAY))
        process.kill()
    return process.returncode == -signal.SIGKILL


def _verdict(folder: Path) -> tuple[set[str], set[str]]:
    """The rows that a resume to the end names as in doubt, and all that have not passed."""
    command = [ARAZZO, "resume", "--journal", "j", "--jobs", "20", "--json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    named = {str(int(one["case"]) - 1): one for one in report["workflows"]}
    codes = {row: _error_code(one) for row, one in named.items()}
    return (
        {row for row, code in codes.items() if code == "in-doubt"},
        {row for row, one in named.items() if one["status"] != "passed"},
    )


def _error_code(workflow: dict) -> str | None:
    steps = workflow["steps"]
    error = steps[-1]["attempts"][-1]["error"] if steps and steps[-1]["attempts"] else None
    return error["code"] if error else None
