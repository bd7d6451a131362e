"""The command as a process: signals, pipes whose reader goes away, streams that are closed."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from unit.cli.things import write_things

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and pipes as POSIX has them")

WORKFLOWS = """
- workflowId: once
  steps: [{stepId: list, operationId: listThings}]
- workflowId: forever
  steps:
  - stepId: list
    operationId: listThings
    onSuccess: [{name: again, type: goto, stepId: list}]
- workflowId: patient
  steps:
  - stepId: list
    operationId: listThings
    successCriteria: [{condition: $statusCode == 500}]
    onFailure: [{name: again, type: retry, retryAfter: 50}]
"""
CODES = {signal.SIGINT: (130, "interrupted"), signal.SIGTERM: (143, "terminated")}
SIGNALS = pytest.mark.parametrize("number", CODES)
# Far more than it takes, far less than the run would.
PATIENCE = 5


@pytest.fixture
def folder(tmp_path):
    write_things(tmp_path, WORKFLOWS, "workflow.yaml")
    return tmp_path


@contextmanager
def arazzo(folder, *words, stdout=subprocess.PIPE):
    command = [sys.executable, "-m", "arazzo_runner", *words]
    own = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    with subprocess.Popen(
        command, cwd=folder, env=own, text=True, stdout=stdout, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def run(folder, *words):
    return arazzo(folder, "run", "workflow.yaml", *words)


@pytest.fixture
def silent_server():
    """A server that takes a request and never answers; the event says that it came."""
    came = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def take():
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                came.set()
                connection.recv(1)  # until the client closes

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", came


def report_in(folder):
    return json.loads((folder / "report.json").read_text())


@SIGNALS
def test_a_signal_ends_a_request_and_leaves_a_report(folder, silent_server, number):
    server, came = silent_server
    kinds = ("--report=json=report.json", "--report=ndjson=events", "--report=junit=junit.xml")
    words = ("--workflow", "once", "--server", server, *kinds)
    with run(folder, *words) as process:
        assert came.wait(PATIENCE)
        process.send_signal(number)
        shown, problems = process.communicate(timeout=PATIENCE)
    code, word = CODES[number]
    assert (process.returncode, problems) == (code, "")
    assert f"{word}; 1 step, 1 request" in shown
    report = report_in(folder)
    assert (report["exit_code"], report["status"]) == (code, "error")
    (attempt,) = report["workflows"][0]["steps"][0]["attempts"]
    assert attempt["error"]["code"] == "cancelled"
    events = (folder / "events").read_text().splitlines()
    assert json.loads(events[-1])["exit_code"] == code
    assert 'errors="1"' in (folder / "junit.xml").read_text()


@SIGNALS
@pytest.mark.parametrize(
    ("workflow", "flags", "status"),
    # The mock never waits; nothing listens at the documented server, and its retry waits for long.
    [("forever", ("--mock", "--max-steps", "1000000"), 200), ("patient", (), None)],
)
def test_a_signal_ends_a_run_between_requests(folder, number, workflow, flags, status):
    words = ("--workflow", workflow, *flags)
    with run(folder, *words, "--report", "json=report.json") as process:
        for _ in range(9):  # some steps have run, or the only one waits for its retry
            if "retry" in process.stdout.readline():
                break
        process.send_signal(number)
        process.communicate(timeout=PATIENCE)
    code, _ = CODES[number]
    assert process.returncode == code
    report = report_in(folder)
    assert report["exit_code"] == code
    response = report["workflows"][0]["steps"][0]["attempts"][0]["response"]
    assert (response and response["status"]) == status


@SIGNALS
def test_a_signal_while_documents_are_read(folder, silent_server, number):
    server, came = silent_server
    words = ("--source", f"api={server}/api.yaml", "--workflow", "once", "--json")
    with run(folder, *words) as process:
        assert came.wait(PATIENCE)
        process.send_signal(number)
        shown, problems = process.communicate(timeout=PATIENCE)
    code, _ = CODES[number]
    assert process.returncode == code
    assert json.loads(shown)["exit_code"] == code
    assert problems == "interrupted before anything was sent\n"


@SIGNALS
def test_the_second_signal_ends_at_once(folder, silent_server, number):
    """The report goes to a pipe that nobody reads, so that only a signal can end the process."""
    server, came = silent_server
    os.mkfifo(folder / "pipe")
    pipe = os.open(folder / "pipe", os.O_RDWR | os.O_NONBLOCK)
    with suppress(BlockingIOError):
        while True:
            os.write(pipe, b"x" * 4096)
    words = ("--workflow", "once", "--server", server, "--report", "json=pipe")
    with run(folder, *words) as process:
        assert came.wait(PATIENCE)
        process.send_signal(number)
        while "interrupted" not in (line := process.stdout.readline()):
            assert line  # the run has been told, and the report is on its way
        process.send_signal(number)
        process.communicate(timeout=PATIENCE)
    os.close(pipe)
    assert process.returncode == -number


@pytest.mark.parametrize(
    "words",
    [
        ("list", "workflow.yaml"),
        ("run", "workflow.yaml", "--mock", "--workflow", "once"),
        ("run", "workflow.yaml", "--mock", "--workflow", "once", "--json"),
        ("run", "workflow.yaml", "--mock", "--workflow", "forever"),
    ],
)
def test_a_reader_that_went_away_is_no_mistake(folder, words):
    """``arazzo … | head -1``"""
    reader, writer = os.pipe()
    os.close(reader)
    with arazzo(folder, *words, stdout=writer) as process:
        os.close(writer)
        _, problems = process.communicate(timeout=PATIENCE)
    assert process.returncode == 141
    assert "Traceback" not in problems
    assert "bug" not in problems


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a disk that is full")
@pytest.mark.parametrize("flag", ["-q", "--json"])
def test_a_full_disk_is_told(folder, flag):
    with (
        Path("/dev/full").open("w") as full,
        arazzo(
            folder, "run", "workflow.yaml", "--workflow", "once", "--dry-run", flag, stdout=full
        ) as process,
    ):
        _, problems = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert problems == "error[AZ907]: the output cannot be written: no space left on device\n"


@pytest.mark.parametrize(
    ("closed", "words", "code"),
    [
        (">&-", "run workflow.yaml --mock --workflow once", 0),
        (">&-", "run workflow.yaml --mock --workflow once --json", 0),
        ("2>&-", "run workflow.yaml --mock --workflow nowhere", 2),
        ("<&-", "run - --mock", 3),
    ],
)
def test_streams_may_be_closed(folder, closed, words, code):
    shell = f'exec "$0" -m arazzo_runner {words} {closed}'
    done = subprocess.run(
        ["/bin/sh", "-c", shell, sys.executable],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert "bug" not in done.stderr


@pytest.mark.parametrize("words", ["--workflow once", "--workflow nowhere", "--nowhere"])
def test_nothing_is_coloured_that_is_no_terminal(folder, words):
    with run(folder, "--mock", *words.split()) as process:
        shown, problems = process.communicate(timeout=PATIENCE)
    assert "\x1b" not in shown + problems


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("explain AZ304", 0),
        ("schema document", 0),
        ("list wörkflow.yaml", 2),
        ("validate workflow.yaml", 0),
        ("run workflow.yaml --mock --workflow once", 0),
    ],
)
def test_an_encoding_without_our_characters_is_no_bug(folder, words, code):
    text = (folder / "workflow.yaml").read_text()
    (folder / "workflow.yaml").write_text(text + "# für alle …\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "arazzo_runner", *words.split()],
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert (done.stdout + done.stderr).isascii()
