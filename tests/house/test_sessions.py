"""The README, docs/tutorial.md and docs/mock.md, worked through as a reader would, each in one folder: files saved,
commands and programs run, in order.

A block that begins with `# NAME` is the file of that name, a block of Python without one a program.
A command that serves runs until the end, at a free port in place of the one that is shown.
"""

import contextlib
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from house.markdown import ROOT, SESSIONS, Block, page_blocks
from house.test_docs import PARSERS, execute, matches, steady

FILE = re.compile(r"# (?P<name>[\w./-]+\.(?:py|yml|yaml|toml))\n(?P<text>.*)", re.DOTALL)
SERVING = ("uvicorn ", "arazzo mock ")
SHOWN_PORT = "8000"
TUTORIAL = ROOT / "docs" / "tutorial.md"


def free_port() -> str:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return str(one.getsockname()[1])


def answers(port: str) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", int(port))) == 0


@contextlib.contextmanager
def server(command: str, folder: Path, port: str) -> Iterator[None]:
    """A server of the page, until the end of the session."""
    program, *arguments = command.partition("#")[0].replace(SHOWN_PORT, port).split()
    words = [str(Path(sys.executable).with_name(program)), *arguments]
    with (folder / "server.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(words, cwd=folder, stdout=log, stderr=log)
        try:
            while process.poll() is None and not answers(port):
                time.sleep(0.05)
            assert process.poll() is None, (folder / "server.log").read_text("utf-8")
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


def commands(block: Block) -> list[tuple[str, str]]:
    """The commands of a console block, each with the output that is shown."""
    parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]
    return [(command, shown) for command, _, shown in (part.partition("\n") for part in parts)]


def save(block: Block, folder: Path) -> bool:
    """Whether the block is a file, which is written."""
    file = FILE.fullmatch(block.text)
    if not file:
        return False
    path = folder / file["name"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(file["text"], encoding="utf-8")
    return True


def check(command: str, shown: str, folder: Path, port: str) -> None:
    """Run a command and compare its output; one that is shown without output must succeed."""
    done = execute(["sh", "-c", command.replace(SHOWN_PORT, port)], folder)
    actual = done.stdout.replace(port, SHOWN_PORT)
    if shown.strip():
        assert matches(steady(shown), steady(actual)), f"$ {command}\n{actual}"
    if not shown.strip() or shown.strip() == "...":
        assert done.returncode == 0, f"$ {command}\n{actual}"


@pytest.mark.parametrize("page", SESSIONS, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_part_does_what_is_shown(page: Path, tmp_path: Path) -> None:
    port = free_port()
    with contextlib.ExitStack() as running:
        for block in page_blocks(page):
            if block.kind == "console":
                for command, shown in commands(block):
                    if command.startswith(SERVING):
                        running.enter_context(server(command, tmp_path, port))
                    else:
                        check(command, shown, tmp_path, port)
            elif save(block, tmp_path):
                pass
            elif block.kind == "python":
                done = execute([sys.executable, "-W", "error", "-c", block.text], tmp_path)
                assert done.returncode == 0, done.stdout
            else:
                assert PARSERS[block.kind](block.text)


def test_the_tutorial_shows_a_job_that_github_reads() -> None:
    [job] = [yaml.safe_load(block.text) for block in page_blocks(TUTORIAL) if block.kind == "yaml"]
    steps = job["jobs"]["workflows"]["steps"]
    assert [step["run"].split()[0] for step in steps if "run" in step] == [
        "pip",
        "arazzo",
        "python",
    ]
