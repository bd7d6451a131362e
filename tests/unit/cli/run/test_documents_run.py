"""Many documents: what a signal leaves of them."""

import json
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")

API = """
openapi: 3.1.0
info: {title: Things, version: '1'}
paths:
  /quick: {get: {operationId: quick, responses: {'200': {description: ok}}}}
  /slow: {get: {operationId: slow, responses: {'200': {description: ok}}}}
"""
DOCUMENT = """
arazzo: 1.0.1
info: {title: Things, version: '1'}
sourceDescriptions: [{name: api, url: api.yaml, type: openapi}]
workflows: [{workflowId: run, steps: [{stepId: ask, operationId: %s}]}]
"""


@pytest.mark.parametrize(("jobs", "last"), [("1", ("skipped", 5)), ("2", ("passed", 0))])
def test_a_signal_leaves_a_report_of_what_ran(tmp_path: Path, jobs: str, last: object) -> None:
    (tmp_path / "api.yaml").write_text(API)
    for name, operation in (("a", "quick"), ("b", "slow"), ("c", "quick")):
        (tmp_path / f"{name}.arazzo.yaml").write_text(DOCUMENT % operation)
    asked, over = threading.Semaphore(0), threading.Event()

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.release()
            if self.path == "/slow":
                over.wait(60)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        command = ("run", ".", "-q", "--jobs", jobs, "--report", "json=r.json", "--server")
        process = subprocess.Popen(
            [sys.executable, "-m", "arazzo_runner", *command, f"http://127.0.0.1:{server.server_port}"],
            cwd=tmp_path, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        for _ in range(2 if jobs == "1" else 3):
            assert asked.acquire(timeout=60)
        lines = (tmp_path / "r.json").exists()
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        over.set()
        server.shutdown()
    assert not lines  # a report is whole, or not there
    assert process.returncode == 130
    assert "3 documents: interrupted" in out
    report = json.loads((tmp_path / "r.json").read_text())
    found = [(one["status"], one["exit_code"]) for one in report["documents"]]
    assert found[:2] == [("passed", 0), ("error", 130)]
    assert found[2] in (last, ("skipped", 5), ("error", 130))  # it may be on its way still
