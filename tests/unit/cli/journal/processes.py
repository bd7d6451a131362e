"""The command, in this process, or in one of its own, which can be killed."""

import io
import json
import os
import signal
import time
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from arazzo_runner.cli.main import main
from forked_process import ForkedProcess


def environment(folder: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(folder)}


def start(folder: Path, *words: str, **variables: str) -> ForkedProcess:
    return ForkedProcess(folder, environment(folder) | variables, words)


def arazzo(folder: Path, *words: str, **variables: str) -> tuple[int, str, str]:
    """What a command ends with and prints. To start a process takes longer than most of them."""
    out, err = io.TextIOWrapper(io.BytesIO()), io.TextIOWrapper(io.BytesIO())
    with (
        chdir(folder),
        patch.dict(os.environ, environment(folder) | variables, clear=True),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = main([*words])
    return code, _text(out), _text(err)


def _text(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


def run(folder: Path, *more: str) -> tuple[int, str, str]:
    return arazzo(folder, "run", "w.yaml", "-i", "name=a", "--journal", "j", "-q", *more)


def resume(folder: Path, *more: str) -> tuple[int, str, str]:
    return arazzo(folder, "resume", "--journal", "j", *more)


def runs(folder: Path) -> list[dict]:
    return json.loads(arazzo(folder, "journal", "list", "--journal", "j", "--json")[1])


def kill_at(things, folder: Path, line: str, *more: str, number: int = signal.SIGKILL) -> int:
    """Run until a request comes, and end the process while it waits for the response."""
    things.held = line
    words = ("run", "w.yaml", "-i", "name=a", "--journal", "j", "-q", *more)
    with start(folder, *words) as process:
        assert things.entered.wait(60), process.communicate()
        if "t2" in line:  # outcomes are not waited for: the one before is on its way to the file
            wait_for(lambda: b'"id": "t2"' in (folder / "j-wal").read_bytes())
        process.send_signal(number)
        process.communicate(timeout=60)
    things.held = None
    things.release.set()
    return process.returncode


def wait_for(is_so: Callable[[], bool]) -> None:
    """Wait until something is so, as long as that takes."""
    until = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)
