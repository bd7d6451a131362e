"""`arazzo load`: users, figures, exit codes, and two workers with a master."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from arazzo_runner.cli.load.command import conclude
from arazzo_runner.load_test.figures import Figures, LoadOutcome
from arazzo_runner.load_test.thresholds import Threshold, parse_thresholds

API = """
openapi: 3.1.0
info: {title: Books, version: '1'}
servers: [{url: '%s'}]
paths:
  /books/{id}:
    get:
      operationId: getBook
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: ok}}
"""
DOCUMENT = """
arazzo: 1.0.1
info: {title: Books, version: '1'}
sourceDescriptions: [{name: books, url: books.openapi.yaml, type: openapi}]
workflows:
  - workflowId: read
    inputs: {type: object, required: [id], properties: {id: {type: string}}}
    steps:
      - stepId: first
        operationId: getBook
        parameters: [{name: id, in: path, value: $inputs.id}]
        successCriteria: [{condition: $statusCode == 200}]
      - stepId: second
        operationId: getBook
        parameters: [{name: id, in: path, value: $inputs.id}]
        successCriteria: [{condition: $statusCode == 200}]
"""


class Server(ThreadingHTTPServer):
    """Counts the paths; those that end with `missing` are not there."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.paths: Counter[str] = Counter()
        self.busy = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        assert isinstance(self.server, Server)
        self.server.paths[self.path] += 1
        self.server.busy.set()
        self.send_response(404 if self.path.endswith("missing") else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    started = Server()
    (tmp_path / "books.openapi.yaml").write_text(API % f"http://127.0.0.1:{started.server_port}")
    (tmp_path / "books.arazzo.yaml").write_text(DOCUMENT)
    (tmp_path / "rows.csv").write_text("id\na\nb\n")
    yield started
    started.shutdown()
    started.server_close()


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "arazzo_runner", "load", "books.arazzo.yaml", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONWARNINGS": "default"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def load(folder: Path, *arguments: str) -> tuple[int, str, str]:
    process = start(folder, *arguments)
    output, errors = process.communicate()
    return process.returncode, output, errors


SHORT = ("--headless", "--run-time", "500ms")


def counts(output: str) -> dict[str, int]:
    """The counts of the table by the names of their lines."""
    found = re.findall(r"^\s*(.*?)\s{2,}([\d,]+)\s+[\d.]+%", output, re.MULTILINE)
    return {name: int(count.replace(",", "")) for name, count in found}


def test_every_run_and_request_is_counted(tmp_path: Path, server: Server) -> None:
    files = ("--html", "out/load.html", "--csv", "out/load")
    code, output, errors = load(tmp_path, *SHORT, "--users", "3", "--cases", "rows.csv", *files)
    assert (code, errors) == (0, "")
    found = counts(output)
    runs = found["WORKFLOW read"]
    assert runs > 0
    assert found["GET /books/{id} (first)"] == found["GET /books/{id} (second)"] == runs
    assert server.paths.total() == 2 * runs
    assert abs(server.paths["/books/a"] - server.paths["/books/b"]) <= 2 * 3  # rows in turn
    assert f"{runs:,} runs, 0 failed" in output
    assert "<html" in (tmp_path / "out/load.html").read_text()
    assert "/books/{id} (first)" in (tmp_path / "out/load_stats.csv").read_text()


def test_runs_that_fail_and_a_threshold(tmp_path: Path, server: Server) -> None:
    bounds = ("--fail-if", "p99(first) > 1m", "--fail-if", "failed(read) > 99%")
    code, output, _ = load(tmp_path, *SHORT, "-i", "id=missing", *bounds)
    assert code == 1
    assert "GET /books/{id} (second)" not in output
    failed = counts(output)["GET /books/{id} (first)"]
    assert f"GET /books/{{id}} (first): {failed:,} failed: 404: $statusCode == 200\n" in output
    assert output.endswith("\nfailed: failed(read) > 99%: it was 100.00%\n")


def test_a_server_that_is_away_is_named_as_the_reason(tmp_path: Path, server: Server) -> None:
    away = f"http://127.0.0.1:{free_port()}"
    code, output, errors = load(tmp_path, *SHORT, "-i", "id=a", "--server", away)
    assert (code, errors) == (1, "")
    failed = counts(output)["GET /books/{id} (first)"]
    assert (
        f"\nGET /books/{{id}} (first): {failed:,} failed: connect: the server cannot be reached\n"
        in output
    )


BOUNDS = parse_thresholds(["max(read) > 2s"], {"read": []})


@pytest.mark.parametrize(
    ("runs", "thresholds", "received", "code"),
    [
        ([(1.0, True)], (), 0, 0),
        ([(1.0, True), (1.0, False)], (), 0, 1),
        ([(1.0, False)], BOUNDS, 0, 0),  # the thresholds alone count
        ([(3.0, True)], BOUNDS, 0, 1),
        ([(3.0, True)], BOUNDS, signal.SIGTERM, 143),
        ([], (), 0, 5),
    ],
)
def test_exit_codes(
    runs: list[tuple[float, bool]],
    thresholds: tuple[Threshold, ...],
    received: int,
    code: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    figures = Figures()
    for duration, verdict in runs:
        figures.add(("read", ""), "WORKFLOW read", duration, verdict)
    assert conclude(LoadOutcome(figures, 2.0, received, is_limited=True), thresholds) == code
    assert "note: the generator was the limit" in capsys.readouterr().out


ONE = ("-i", "id=a")
IN_USE = "cannot be used: address already in use"
WRONG = [
    (("--headless", "--fail-if", "p95(third) > 3ms", *ONE), "no step and no workflow"),
    (("--headless", "--fail-if", "p95(first) > 3", *ONE), "the bound has no unit"),
    (("--headless", "--fail-if", "p95(first) > 3ms"), "the required input `id` is missing"),
    (("--headless", *ONE, "--master", "--worker"), "are for two processes"),
    (("--headless", *ONE, "--page-at", "8089"), "`--page-at 8089` is no HOST:PORT"),
    ((*ONE, "--page-at", "PLACE"), f"error[AZ906]: `--page-at PLACE` {IN_USE}"),
    ((*ONE, "--master", "--headless", "--master-at", "PLACE"), f"`--master-at PLACE` {IN_USE}"),
]
_ONE_BY_ONE = """
from gevent import monkey
monkey.patch_all()
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout
from arazzo_runner.cli.main import main
import locust.runners
locust.runners.CONNECT_TIMEOUT, locust.runners.CONNECT_RETRY_COUNT = 0.7, 1
for words in json.load(sys.stdin):
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        code = main(["load", "books.arazzo.yaml", *words])
    print(json.dumps([code, out.getvalue(), err.getvalue()]))
"""


def test_what_is_wrong_comes_before_anything_is_sent(tmp_path: Path, server: Server) -> None:
    place = f"127.0.0.1:{server.server_port}"
    commands = [[word.replace("PLACE", place) for word in words] for words, _ in WRONG]
    away = f"127.0.0.1:{free_port()}"
    commands.append([*ONE, "--worker", "--master-at", away])
    # One process for all: to import Locust takes longer than all that they do.
    ran = subprocess.run(
        [sys.executable, "-c", _ONE_BY_ONE], input=json.dumps(commands),
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    endings = [json.loads(line) for line in ran.stdout.splitlines()]
    # A master that does not respond is said to be waited for, and given up in the end.
    code, output, errors = endings.pop()
    assert (code, output) == (4, "")
    assert f"arazzo load: waiting for the master at {away}; Ctrl-C ends\n" in errors
    assert f"error[AZ909]: no master has responded at `{away}`" in errors
    for (arguments, words), (code, output, errors) in zip(WRONG, endings, strict=True):
        assert (code, output) == (2, ""), arguments
        assert words.replace("PLACE", place) in errors
    assert server.paths.total() == 0


def test_a_signal_ends_it_with_the_figures(tmp_path: Path, server: Server) -> None:
    process = start(tmp_path, "--headless", "-i", "id=a")
    server.busy.wait()
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate()
    assert process.returncode == 143
    assert server.paths.total() == sum(counts(output).values()) - counts(output)["WORKFLOW read"]


def test_an_interrupt_while_it_begins_is_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "gevent.py").write_text("raise KeyboardInterrupt")
    ended = subprocess.run(
        [sys.executable, "-m", "arazzo_runner.cli.load"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (130, "interrupted\n")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def test_two_workers_share_a_load(tmp_path: Path, server: Server) -> None:
    place = ("--master-at", f"127.0.0.1:{free_port()}", "-i", "id=a")
    workers = [start(tmp_path, "--worker", *place) for _ in range(2)]
    users = ("--users", "4", "--expect-workers", "2")
    code, output, _ = load(tmp_path, "--master", *users, *SHORT, *place)
    ended = [one.communicate() and one.returncode for one in workers]
    assert (code, ended) == (0, [0, 0])
    # What each worker has sent is counted, to the last request.
    assert server.paths.total() == 2 * counts(output)["WORKFLOW read"] > 0


LOCUSTFILE = """
from locust import between
from arazzo_runner.locust import ArazzoUser

class Reader(ArazzoUser):
    document = "books.arazzo.yaml"
    cases = [{"id": "a"}, {"id": "missing"}]
    wait_time = between(0.01, 0.02)
"""


def test_a_file_of_locust(tmp_path: Path, server: Server) -> None:
    (tmp_path / "locustfile.py").write_text(LOCUSTFILE)
    # Without a time to stop in, Locust leaves requests in flight uncounted.
    words = ["--headless", "-u", "2", "-r", "9", "-t", "1s", "-s", "30", "--json", "--only-summary"]
    ran = subprocess.run(
        [sys.executable, "-m", "locust", *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    found = {one["name"]: one for one in json.loads(ran.stdout)}
    assert set(found) == {"read", "/books/{id} (first)", "/books/{id} (second)"}
    assert found["/books/{id} (first)"]["num_failures"] == server.paths["/books/missing"] > 0
    assert found["/books/{id} (second)"]["num_failures"] == 0
