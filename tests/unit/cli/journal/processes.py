"""The command in a process of its own, which can be killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path


def environment(folder: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(folder)}


def start(folder: Path, *words: str, **variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "arazzo_runner", *words],
        cwd=folder, env=environment(folder) | variables, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def arazzo(folder: Path, *words: str, **variables: str) -> tuple[int, str, str]:
    with start(folder, *words, **variables) as process:
        stdout, stderr = process.communicate(timeout=60)
    return process.returncode, stdout, stderr


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
