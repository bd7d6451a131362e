"""The command on a terminal: lines that are redrawn, and a cursor that comes back."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from unit.cli.terminals import read_until, rest
from unit.cli.things import write_things

pty = pytest.importorskip("pty")

WORKFLOWS = """
- workflowId: once
  inputs: {type: object, properties: {to: {type: string}}}
  steps: [{stepId: list, operationId: listThings}]
"""
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
HIDE, SHOW = b"\x1b[?25l", b"\x1b[?25h"


@pytest.fixture
def server():
    """A server that answers when the event is set; its URL and the event."""
    answer = threading.Event()

    def serve(listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=reply, args=(connection,), daemon=True).start()

    def reply(connection):
        with connection:
            connection.recv(65536)
            answer.wait(60)
            connection.sendall(ANSWER)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", answer
        answer.set()


@contextmanager
def on_terminal(folder, *words, stdout=None, **variables):
    """The command with a terminal, and that terminal; ``stdout`` may be something else."""
    write_things(folder, WORKFLOWS, "workflow.yaml")
    (folder / "cases.csv").write_text("id,to\nfirst,a\nsecond,b\n")
    master, slave = pty.openpty()
    own = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "xterm", **variables}
    command = [sys.executable, "-m", "arazzo_runner", "run", "workflow.yaml", *words]
    with subprocess.Popen(
        command, cwd=folder, env=own, stdin=slave, stdout=stdout or slave, stderr=slave
    ) as process:
        os.close(slave)
        try:
            yield process, master
        finally:
            process.kill()
            os.close(master)


@pytest.mark.parametrize(
    ("words", "line"),
    [((), b"1 step, 1 request"), (("--cases", "cases.csv"), b"0 of 2 cases done")],
)
def test_a_run_shows_what_goes_on(tmp_path, server, words, line):
    url, answer = server
    with on_terminal(tmp_path, "--server", url, *words) as (process, terminal):
        seen = read_until(terminal, line)
        answer.set()
        seen += rest(terminal)
        assert process.wait() == 0
    assert seen.rfind(SHOW) > seen.rfind(HIDE) >= 0
    assert b"passed" in seen


def test_a_signal_gives_the_cursor_back(tmp_path, server):
    url, _ = server
    with on_terminal(tmp_path, "--server", url) as (process, terminal):
        seen = read_until(terminal, b"1 step, 1 request")
        process.send_signal(signal.SIGINT)
        seen += rest(terminal)
        assert process.wait() == 130
    assert seen.rfind(SHOW) > seen.rfind(HIDE) >= 0


def test_standard_output_stays_with_its_report(tmp_path, server):
    url, answer = server
    words = ("--server", url, "--report", "ndjson=-")
    with (
        (tmp_path / "lines").open("wb") as lines,
        on_terminal(tmp_path, *words, stdout=lines) as (process, terminal),
    ):
        seen = read_until(terminal, b"1 step, 1 request")
        answer.set()
        seen += rest(terminal)
        assert process.wait() == 0
    assert b"1 workflow passed" in seen
    events = [json.loads(line)["event"] for line in (tmp_path / "lines").read_text().splitlines()]
    assert (events[0], events[-1]) == ("run_started", "run_finished")


@pytest.mark.parametrize("variables", [{"TERM": "dumb"}, {"CI": "true"}])
def test_lines_stay_where_nobody_looks(tmp_path, server, variables):
    url, answer = server
    answer.set()
    with on_terminal(tmp_path, "--server", url, **variables) as (process, terminal):
        seen = rest(terminal)
        assert process.wait() == 0
    assert HIDE not in seen
    assert b"passed" in seen


def test_a_log_needs_no_rich(tmp_path):
    write_things(tmp_path, WORKFLOWS, "workflow.yaml")
    program = (
        "import sys; from arazzo_runner.cli.main import main;"
        "code = main(['run', 'workflow.yaml', '--mock']);"
        "sys.exit(code or 9 * ('rich' in sys.modules or 'opentelemetry' in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=False)
    assert done.returncode == 0
