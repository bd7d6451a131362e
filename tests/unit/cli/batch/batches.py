"""The command `arazzo batch`: workers in processes of their own, other actions in this one."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

from arazzo_runner.batch import queue as queues
from arazzo_runner.cli.main import main
from table_queue import TableQueue
from unit.cli.journal.things import Things

# What is minutes of waiting in earnest is seconds here; all else is as it is.
_HASTY = """
import os, signal, sys
import arazzo_runner.batch.chunks as chunks, arazzo_runner.batch.queue as queue
import arazzo_runner.batch.worker as worker
chunks.WorkerChunks.__init__.__defaults__ = (4.0,)
queue._STALLED_SECONDS, queue._BEAT_SECONDS, queue._POLL_SECONDS = 4, 0.5, 0.3
worker._BEAT_SECONDS, worker._JANITOR_SECONDS, worker._AGAIN_SECONDS = 0.5, 0.5, 1
if os.environ.get("QUEUE") == "table":
    sys.path.append(os.environ["TESTS"])
    from table_queue import TableQueue
    queue.ProcrastinateQueue = TableQueue
if os.environ.get("POISON"):
    from arazzo_runner.journal.world import JournalWorld
    send = JournalWorld.send
    def poisoned(world, call):
        if os.environ["POISON"] in call.request.url:
            os.kill(os.getpid(), signal.SIGKILL)
        return send(world, call)
    JournalWorld.send = poisoned
from arazzo_runner.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
PIN = "pin-of-the-desk-91"


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
        tests = {"QUEUE": self.queue, "TESTS": str(Path(__file__).parents[3])}
        return {**known, **tests, "ARAZZO_DATABASE": self.database, **more}

    def arazzo(self, action: str, *words: str, **more: str) -> tuple[int, str, str]:
        """What an action ends with and prints. To start a process takes longer than most of them."""
        out, err = io.StringIO(), io.StringIO()
        queue = TableQueue if self.queue == "table" else queues.ProcrastinateQueue
        with (
            chdir(self.folder),
            patch.dict(os.environ, self.environment(**more), clear=True),
            patch.object(queues, "ProcrastinateQueue", queue),
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
    def worker(self, *words: str, **more: str) -> Iterator[subprocess.Popen[str]]:
        process = subprocess.Popen(
            [sys.executable, "-c", _HASTY, "batch", "work", *words],
            cwd=self.folder, env=self.environment(**more), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        with process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()

    def work(self, *words: str, **more: str) -> tuple[int, str]:
        """Work until there is nothing left to do."""
        with self.worker("--until-done", *words, **more) as process:
            _, err = process.communicate(timeout=120)
            return process.returncode, err

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

    def stop(self, process: subprocess.Popen[str], number: int = signal.SIGTERM) -> int:
        process.send_signal(number)
        process.communicate(timeout=60)
        return process.returncode
