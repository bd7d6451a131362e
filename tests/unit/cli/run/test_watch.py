"""`--watch`: what it runs again for, and how it ends."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from arazzo_runner.cli.run.watch import WatchedFiles

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")

API = """
openapi: 3.1.0
info: {title: Books, version: '1'}
servers: [{url: 'http://books.example'}]
paths:
  /books:
    get:
      operationId: listBooks
      parameters: [{name: limit, in: query, schema: {type: integer}}]
      responses: {'200': {description: ok}}
"""
DOCUMENT = """
arazzo: 1.0.1
info: {title: Books, version: '1'}
sourceDescriptions: [{name: books, url: books.openapi.yaml, type: openapi}]
workflows:
  - workflowId: showBooks
    inputs: {type: object, properties: {limit: {type: integer}}}
    steps:
      - stepId: list
        operationId: listBooks
        parameters: [{name: limit, in: query, value: $inputs.limit}]
        successCriteria: [{condition: $statusCode == 200}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "books.openapi.yaml").write_text(API)
    (tmp_path / "books.arazzo.yaml").write_text(DOCUMENT)
    (tmp_path / "inputs.yaml").write_text("limit: 5\n")
    return tmp_path


class Watch:
    """A command that watches, and the lines that it prints."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "arazzo_runner", "run", *arguments, "--mock", "-q", "--watch"],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def until(self, beginning: str) -> list[str]:
        """The lines up to the next that begins so."""
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line.rstrip("\n"))
            if line.startswith(beginning):
                return lines
        pytest.fail("\n".join(lines))

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def watch(folder: Path) -> Iterator[Watch]:
    (folder / "out").mkdir()
    arguments = ("--inputs", "inputs.yaml", "--report", "json=out/report.json")
    one = Watch(folder, ".", "books.arazzo.yaml", *arguments)
    yield one
    one.close()


def test_it_runs_again_after_each_change_and_survives_a_mistake(watch: Watch, folder: Path) -> None:
    assert watch.until("watching")[0].startswith("✓ 1 workflow passed")
    document = folder / "books.arazzo.yaml"
    document.write_text(DOCUMENT.replace("operationId: listBooks", "operationId: listBook"))
    lines = watch.until("watching 3 files; Ctrl-C ends")
    assert lines[0] == "changed: `books.arazzo.yaml`"
    assert lines[1] == "error[AZ204]: no operation is called `listBook`"
    document.write_text(DOCUMENT)
    lines = watch.until("watching")
    assert lines[1].startswith("✓ 1 workflow passed")
    (folder / "books.openapi.yaml").write_text(API.replace("'200'", "'404'"))
    assert watch.until("watching")[0] == "changed: `books.openapi.yaml`"
    (folder / "books.openapi.yaml").write_text(API)
    watch.until("watching")
    (folder / "inputs.yaml").write_text("limits: 5\n")
    lines = watch.until("watching")
    assert lines[0] == "changed: `inputs.yaml`"
    assert lines[1].startswith("error[AZ903]")
    (folder / "arazzo.toml").write_text("[run]\ntimeout = 'soon'\n")
    lines = watch.until("watching")
    assert lines[0] == "changed: `arazzo.toml`"
    assert "`soon` is not a duration" in lines[1]
    assert watch.end(signal.SIGINT) == 2  # that of the last run


def test_a_new_document_in_a_folder_is_run(watch: Watch, folder: Path) -> None:
    watch.until("watching")
    (folder / "more.arazzo.yaml").write_text(DOCUMENT)
    lines = watch.until("watching")
    assert lines[0] == "changed: `more.arazzo.yaml`"
    assert lines[1].startswith("✓ 2 documents, 2 workflows passed")
    assert watch.end(signal.SIGINT) == 0


def test_sigterm_ends_it_with_its_own_code(watch: Watch) -> None:
    watch.until("watching")
    assert watch.end(signal.SIGTERM) == 143


def test_what_is_written_is_no_change(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (folder / "report.json").write_text("{}")
    given = {"inputs": ("a=1", "b=@b.txt"), "inputs_file": None, "cases": None, "as_json": False}
    flags = {**given, "reports": ("json=report.json", "github"), "record": "run.json"}
    watched = WatchedFiles(["."], flags)
    for path in ("report.json", "run.json", "books.openapi.yaml"):
        watched.log.versions[path] = None
    assert sorted(watched.now()) == ["b.txt", "books.arazzo.yaml", "books.openapi.yaml"]
    # It was missing when it was read, and is there now.
    assert watched.changes(watched.now()) == ["books.openapi.yaml"]
