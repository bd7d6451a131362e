"""`--every` and `--on-failure`: lines, reports, what is handed on, and how it ends."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

API = """
openapi: 3.1.0
info: {title: Books, version: '1'}
servers: [{url: 'http://books.example'}]
components: {securitySchemes: {login: {type: http, scheme: bearer}}}
security: [{login: []}]
paths:
  /books:
    get:
      operationId: listBooks
      responses: {'200': {description: ok}}
"""
DOCUMENT = """
arazzo: 1.0.1
info: {title: Books, version: '1'}
sourceDescriptions: [{name: books, url: books.openapi.yaml, type: openapi}]
workflows:
  - workflowId: showBooks
    steps:
      - stepId: list
        operationId: listBooks
        successCriteria: [{condition: $statusCode == 200}]
"""


class Server(ThreadingHTTPServer):
    """Responds with the statuses in turn, the last one for ever."""

    def __init__(self, statuses: list[int]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.statuses = statuses
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Server)
        statuses = self.server.statuses
        status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
        if status == 0:  # it goes away without a response
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "books.openapi.yaml").write_text(API)
    (tmp_path / "books.arazzo.yaml").write_text(DOCUMENT)
    # Keeps what it gets in a file of its own, by the number of calls.
    (tmp_path / "alert.py").write_text(
        "import os, pathlib, sys\n"
        "number = len(list(pathlib.Path().glob('alert-*.json')))\n"
        "pathlib.Path(f'alert-{number}.json').write_bytes(sys.stdin.buffer.read())\n"
        "sys.stderr.write(f'alert: {sorted(n for n in os.environ if n.startswith(\"ARAZZO_\"))}\\n')\n"
    )
    return tmp_path


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Starts a server that responds with these statuses, and gives its URL."""
    servers: list[Server] = []

    def start(*statuses: int) -> str:
        servers.append(Server([*statuses]))
        return f"http://127.0.0.1:{servers[-1].server_address[1]}"

    yield start
    for one in servers:
        one.shutdown()
        one.server_close()


class Monitor:
    """A command that runs again and again, and the lines that it prints."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        with (folder / "stderr").open("w") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "arazzo_runner", "run", *arguments],
                cwd=folder,
                env={**os.environ, "ARAZZO_AUTH_BOOKS_LOGIN_TOKEN": "hunter2hunter2"},
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        self.process.communicate()
        return self.process.returncode


@pytest.fixture
def started(folder: Path) -> Iterator[list[Monitor]]:
    running: list[Monitor] = []
    yield running
    for one in running:
        if one.process.poll() is None:
            one.process.kill()
            one.process.communicate()


def test_it_survives_a_failing_server(
    folder: Path, started: list[Monitor], serve: Callable[..., str]
) -> None:
    url = serve(200, 503, 0, 200)
    alert = f'"{sys.executable}" alert.py'
    monitor = Monitor(
        folder, "books.arazzo.yaml", "--server", url, "--every", "1ms", "--on-failure", alert,
        "--report", "json=report.json",
    )  # fmt: skip
    started.append(monitor)
    lines = [monitor.line() for _ in range(4)]
    assert ["✓" in one for one in lines] == [True, False, False, True]
    assert "showBooks` at step `list`" in lines[1]
    assert lines[1].endswith(": error: list: $statusCode == 200, got 503\n")
    assert monitor.end(signal.SIGTERM) == 143
    alerts = [json.loads(one.read_text()) for one in sorted(folder.glob("alert-*.json"))]
    assert [one["exit_code"] for one in alerts] == [1, 4]  # once for each run that failed
    assert "hunter2" not in json.dumps(alerts)
    assert "'ARAZZO_RUN_STATUS']" in (folder / "stderr").read_text()
    assert "ARAZZO_AUTH" not in (folder / "stderr").read_text()


def test_the_report_is_that_of_the_last_run(
    folder: Path, started: list[Monitor], serve: Callable[..., str]
) -> None:
    url = serve(503, 200)
    monitor = Monitor(
        folder, "books.arazzo.yaml", "--server", url, "--every", "1000h", "--report", "json=r.json"
    )
    started.append(monitor)
    assert "✗" in monitor.line()  # a line is printed when the report is written
    assert json.loads((folder / "r.json").read_text())["status"] == "failed"
    assert monitor.end(signal.SIGINT) == 130  # while it waits


def test_a_document_that_breaks_later_is_a_run_that_fails(
    folder: Path, started: list[Monitor]
) -> None:
    alert = f'"{sys.executable}" alert.py'
    monitor = Monitor(
        folder, "books.arazzo.yaml", "--mock", "--every", "1ms", "--on-failure", alert
    )
    started.append(monitor)
    assert "✓" in monitor.line()
    (folder / "books.arazzo.yaml").write_text(DOCUMENT.replace("listBooks", "listBook"))
    line = monitor.line()
    while "✓" in line:
        line = monitor.line()
    assert "no workflow could be run" in line
    assert line.endswith(": no operation is called `listBook`\n")
    (folder / "books.arazzo.yaml").write_text(DOCUMENT)
    while "✓" not in line:
        line = monitor.line()
    assert monitor.end(signal.SIGTERM) == 143


@pytest.mark.parametrize("names", [("bad.arazzo.yaml",), ("books.arazzo.yaml", "bad.arazzo.yaml")])
def test_what_is_wrong_before_the_first_request_ends_it(
    folder: Path, names: tuple[str, ...], serve: Callable[..., str]
) -> None:
    (folder / "bad.arazzo.yaml").write_text(DOCUMENT.replace("listBooks", "listBook"))
    url = serve(200)
    monitor = Monitor(
        folder, *names, "--server", url, "--every", "1000h", "--on-failure", "touch called"
    )
    output, _ = monitor.process.communicate()
    assert (monitor.process.returncode, output) == (3, "")
    assert "no operation is called `listBook`" in (folder / "stderr").read_text()
    assert not (folder / "called").exists()


def test_without_every_a_run_that_failed_is_handed_on_once(
    folder: Path, serve: Callable[..., str]
) -> None:
    url = serve(503)
    alert = f'"{sys.executable}" alert.py'
    monitor = Monitor(folder, "books.arazzo.yaml", "--server", url, "--on-failure", alert)
    output, _ = monitor.process.communicate()
    assert monitor.process.returncode == 1
    assert "✗ list  GET /books → 503" in output  # the text of a run, as ever
    assert "--on-failure" not in output  # nor does the command that runs it again
    assert [one.name for one in folder.glob("alert-*")] == ["alert-0.json"]


def test_several_documents_have_a_line_and_a_report(folder: Path, started: list[Monitor]) -> None:
    (folder / "more.arazzo.yaml").write_text(DOCUMENT)
    monitor = Monitor(
        folder, "books.arazzo.yaml", "more.arazzo.yaml", "--mock", "--every", "1ms", "--json"
    )
    started.append(monitor)
    assert monitor.line() == "{\n"
    assert monitor.end(signal.SIGTERM) == 143
    assert "✓ 2 documents, 2 workflows passed" in (folder / "stderr").read_text()
