"""Cases run several at once: in which order they are told, and what ends them."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

API = """
openapi: 3.1.0
info: {title: Things, version: '1'}
paths:
  /things/{id}:
    get:
      operationId: getThing
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses: {'200': {description: ok}}
"""
DOCUMENT = """
arazzo: 1.0.1
info: {title: Things, version: '1'}
sourceDescriptions: [{name: api, url: api.yaml, type: openapi}]
workflows:
- workflowId: once
  inputs: {type: object, required: [id], properties: {id: {type: integer}}}
  steps:
  - stepId: get
    operationId: getThing
    parameters: [{name: id, in: path, value: $inputs.id}]
"""
# Far more than it takes.
PATIENCE = 30


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "api.yaml").write_text(API)
    (tmp_path / "workflow.yaml").write_text(DOCUMENT)
    rows = "".join(f'{{"id": {number}}}\n' for number in (3, 2, 1, 0))
    (tmp_path / "cases.jsonl").write_text(rows)
    return tmp_path


@pytest.fixture
def server():
    """A server that answers a request when all with smaller numbers have been answered."""
    answered = [threading.Event() for _ in range(4)]
    came = [threading.Event() for _ in range(4)]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            number = int(self.path.rpartition("/")[2])
            came[number].set()
            if number:
                answered[number - 1].wait(PATIENCE)
            self.send_response(200 if number != 2 else 500)
            self.send_header("Content-Length", "0")
            self.end_headers()
            answered[number].set()

        def log_message(self, *words):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        listening.block_on_close = False
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}", came, answered
        for one in answered:
            one.set()
        listening.shutdown()


@contextmanager
def arazzo(folder, *words, stdout=subprocess.PIPE):
    command = [sys.executable, "-m", "arazzo_runner", "run", "workflow.yaml", *words]
    own = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    with subprocess.Popen(
        [*command, "--cases", "cases.jsonl"], cwd=folder, env=own, text=True,
        stdout=stdout, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def test_all_at_once_are_told_in_order(folder, server):
    """The first can only end when the last is over."""
    url, _, _ = server
    with arazzo(folder, "--server", url, "--jobs", "4", "--report", "json=r.json") as process:
        shown, problems = process.communicate(timeout=PATIENCE)
    assert (process.returncode, problems) == (1, "")
    lines = [line.split()[:2] for line in shown.splitlines() if line[2:3] in {"✓", "✗"}]
    assert lines == [["✓", "1"], ["✗", "2"], ["✓", "3"], ["✓", "4"]]
    report = json.loads((folder / "r.json").read_text())
    assert [one["case"] for one in report["workflows"]] == ["1", "2", "3", "4"]


@pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_those_that_go_on(folder, server, number, code):
    url, came, _ = server
    words = ("--server", url, "--jobs", "2", "--report", "json=r.json")
    with arazzo(folder, *words) as process:
        assert came[3].wait(PATIENCE)
        assert came[2].wait(PATIENCE)
        process.send_signal(number)
        shown, problems = process.communicate(timeout=PATIENCE)
    assert (process.returncode, problems) == (code, "")
    assert "2 cases skipped" in shown
    report = json.loads((folder / "r.json").read_text())
    assert [one["status"] for one in report["workflows"]] == [
        "error",
        "error",
        "skipped",
        "skipped",
    ]
    assert report["workflows"][0]["steps"][0]["attempts"][0]["error"]["code"] == "cancelled"


@pytest.mark.skipif(os.name == "nt", reason="pipes as POSIX has them")
def test_a_reader_that_went_away_is_no_mistake(folder):
    reader, writer = os.pipe()
    os.close(reader)
    with arazzo(folder, "--mock", stdout=writer) as process:
        os.close(writer)
        _, problems = process.communicate(timeout=PATIENCE)
    assert (process.returncode, problems) == (141, "")


@pytest.mark.parametrize("flag", ["--cookies", "--mock"])
def test_each_row_has_its_own(folder, server, flag):
    url, _, answered = server
    for one in answered:
        one.set()
    with arazzo(folder, "--server", url, flag) as process:
        shown, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == (1 if flag == "--cookies" else 0)
    assert "✓ 4" in shown


# It takes years.
ENDLESS = """\
    successCriteria: [{context: $inputs.text, condition: '^(a|aa|a.)+!$', type: regex}]
"""


@pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_queries_that_go_on(folder, server, number, code):
    url, _, answered = server
    text = f"      text: {{type: string, default: {'a' * 60}}}\n"
    inputs = "properties: {id: {type: integer}"
    document = DOCUMENT.replace(inputs, f"{inputs}, {text.strip()}") + ENDLESS
    (folder / "workflow.yaml").write_text(document)
    words = ("--server", url, "--jobs", "4", "--max-query-time", "10m", "--report", "json=r.json")
    with arazzo(folder, *words) as process:
        assert answered[3].wait(PATIENCE)
        time.sleep(1)  # by now the queries have begun; if not, none of them does
        process.send_signal(number)
        _, problems = process.communicate(timeout=PATIENCE)
    assert (process.returncode, problems) == (code, "")
    report = json.loads((folder / "r.json").read_text())
    assert report["exit_code"] == code
    assert [one["status"] for one in report["workflows"]] == ["error"] * 4
