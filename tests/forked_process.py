"""Processes forked from one that has imported the command: to start one costs next to nothing."""

import atexit
import importlib
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

_PRELOADED = [
    "forked_process",
    "arazzo_runner.cli.main",
    "arazzo_runner.cli.run.command",
    "arazzo_runner.cli.batch.work",
    "arazzo_runner.cli.batch.runnable",
    "arazzo_runner.cli.journal.resume",
    "arazzo_runner.http.client",
    "unit.cli.batch.batches",
    "procrastinate",
    "psycopg",
    "psycopg_pool",
]


class ForkedProcess:
    """A process that runs the command; it is used as `subprocess.Popen` is."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        words: Sequence[str],
        program: str = "arazzo_runner.cli.main:main",
    ) -> None:
        """``program`` is a function of ``words``, as `module:name`."""
        from multiprocessing import forkserver  # Windows has none

        self.returncode: int | None = None
        self._outputs = [Path(tempfile.mkstemp(prefix="arazzo-fork-")[1]) for _ in range(2)]
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(_PRELOADED)
        known = {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
        # What the tests were started by is not to be imported in each process.
        with (
            patch.dict(os.environ, known),
            patch.dict(sys.modules, {"__main__": ModuleType("__main__")}),
        ):
            forkserver.ensure_running()
            arguments = (str(folder), {**environment}, [*words], program, self._outputs)
            self._process = context.Process(target=_run, args=arguments)
            self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        self.returncode = self._process.exitcode
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self.poll() is None:
            raise TimeoutError
        assert self.returncode is not None
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """What it printed to its end."""
        self.wait(timeout)
        out, err = (one.read_text() for one in self._outputs)
        return out, err

    def __enter__(self) -> "ForkedProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self.wait(60)
        self._process.close()
        for one in self._outputs:
            one.unlink()


def _run(
    folder: str,
    environment: dict[str, str],
    words: list[str],
    program: str,
    outputs: Sequence[Path],
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    for number, path in enumerate(outputs, 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_APPEND), number)
    sys.argv = ["arazzo", *words]
    module, _, name = program.partition(":")
    try:
        code = getattr(importlib.import_module(module), name)(words)
    finally:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    sys.exit(code)
