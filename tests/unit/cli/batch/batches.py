"""The command `arazzo batch`: workers in processes of their own, other actions in this one."""

import io
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import (
    ExitStack,
    chdir,
    closing,
    contextmanager,
    redirect_stderr,
    redirect_stdout,
)
from pathlib import Path
from typing import Any
from unittest.mock import patch

from arazzo_runner.batch import chunks
from arazzo_runner.batch import queue as queues
from arazzo_runner.batch.database import Database
from arazzo_runner.cli.main import main
from arazzo_runner.executor.world import SendCall, TransportFailure
from arazzo_runner.journal.world import JournalWorld
from arazzo_runner.openapi.message import HttpResponse
from forked_process import ForkedProcess
from table_queue import TableQueue
from unit.cli.journal.things import Things

# What is seconds of waiting in earnest is less here; all else is as it is.
# The server counts as one that has run for long: what it has not heard of while it was away is no
# sign that a worker is dead.
HASTE = {
    "arazzo_runner.batch.chunks": {
        "_TAKE": chunks._TAKE.replace("pg_postmaster_start_time()", "timestamptz '-infinity'"),
    },
    "arazzo_runner.batch.queue": {
        "_BEAT_SECONDS": 0.5, "_POLL_SECONDS": 0.3, "_LAST_SECONDS": 1.0, "_CONNECT_SECONDS": 1.0,
    },
    "arazzo_runner.batch.worker": {
        "_BEAT_SECONDS": 0.5, "_JANITOR_SECONDS": 0.3, "_AGAIN_SECONDS": 1,
    },
}  # fmt: skip
_SILENT = """
update workers set beat = beat - interval '1 minute';
update procrastinate_workers set last_heartbeat = last_heartbeat - interval '1 minute';
"""
QUEUES = ["engine", "table"]
PIN = "pin-of-the-desk-91"


@contextmanager
def haste(queue: str) -> Iterator[None]:
    """Short waits, and the queue of this name."""
    kind = TableQueue if queue == "table" else queues.ProcrastinateQueue
    with ExitStack() as stack:
        stack.enter_context(patch.object(queues, "ProcrastinateQueue", kind))
        for module, values in HASTE.items():
            stack.enter_context(patch.multiple(module, **values))
        yield


def run_worker(words: list[str]) -> int:
    """What a worker's process runs; a request whose URL has what is POISON kills it."""
    poison = os.environ.get("POISON")
    send = JournalWorld.send

    async def poisoned(world: JournalWorld, call: SendCall) -> HttpResponse | TransportFailure:
        if poison is not None and poison in call.request.url:
            os.kill(os.getpid(), signal.SIGKILL)
        return await send(world, call)

    with haste(os.environ["QUEUE"]), patch.object(JournalWorld, "send", poisoned):
        return main(words)


class Batches:
    def __init__(self, folder: Path, database: str, things: Things) -> None:
        self.folder = folder
        self.database = database
        self.things = things
        self.queue = "engine"

    def write_rows(self, count: int) -> None:
        rows = "\n".join(f"n{at}" for at in range(count))
        (self.folder / "rows.csv").write_text(f"name\n{rows}\n")

    def environment(self, **more: str) -> dict[str, str]:
        known = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "ARAZZO_NO_CACHE": "1"}
        return {**known, "QUEUE": self.queue, "ARAZZO_DATABASE": self.database, **more}

    def arazzo(self, action: str, *words: str, **more: str) -> tuple[int, str, str]:
        """What an action ends with and prints. To start a process takes longer than most of them."""
        out, err = io.StringIO(), io.StringIO()
        with (
            chdir(self.folder),
            patch.dict(os.environ, self.environment(**more), clear=True),
            haste(self.queue),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            code = main(["batch", action, *words])
        return code, out.getvalue(), err.getvalue()

    def start(self, *words: str) -> str:
        code, out, err = self.arazzo("start", "w.yaml", "--cases", "rows.csv", *words)
        assert code == 0, err
        return out.strip()

    @contextmanager
    def worker(self, *words: str, **more: str) -> Iterator[ForkedProcess]:
        """A worker in a process of its own."""
        with ForkedProcess(
            self.folder, self.environment(**more), ["batch", "work", *words],
            "unit.cli.batch.batches:run_worker",
        ) as process:  # fmt: skip
            try:
                yield process
            finally:
                process.kill()

    def work(self, *words: str, **more: str) -> tuple[int, str]:
        """Work until there is nothing left to do, in this process."""
        code, _, err = self.arazzo("work", "--until-done", *words, **more)
        return code, err

    def bury(self, process: ForkedProcess) -> None:
        """Kill a worker, and let all workers have been silent for long: those that live go on."""
        process.kill()
        process.communicate(timeout=60)
        self.let_be_silent()

    def let_be_silent(self) -> None:
        """Let all workers have been silent for so long that they count as dead."""
        statements = _SILENT
        if self.queue == "table":
            statements += "update plain_queue set beat = beat - interval '1 minute';"
        self.perform(statements)

    def perform(self, statement: str) -> Any:
        """Run SQL, and give the first value that it selects."""
        with closing(Database(self.database)) as database:
            return database.perform(lambda one: _first(one.execute(statement.encode())))

    def status(self, batch: str) -> dict[str, Any]:
        code, out, err = self.arazzo("status", batch, "--json")
        assert code == 0, err
        return json.loads(out)

    def results(self, batch: str, *words: str) -> tuple[int, list[dict[str, Any]]]:
        code, out, err = self.arazzo("results", batch, *words)
        assert not err, err
        return code, [json.loads(line) for line in out.splitlines()]

    def posts(self) -> Counter[str]:
        """How often each body was posted."""
        return Counter(line for method, line in self.things.seen if method == "POST")

    def wait_for(self, is_so: Callable[[], bool]) -> None:
        until = time.monotonic() + 60
        while not is_so():
            assert time.monotonic() < until
            time.sleep(0.02)

    def stop(self, process: ForkedProcess, number: int = signal.SIGTERM) -> int:
        process.send_signal(number)
        process.communicate(timeout=60)
        return process.returncode


def _first(cursor: Any) -> Any:
    row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None
