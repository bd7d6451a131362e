"""The debugger on a terminal: a line that is typed, Ctrl-C and Ctrl-D at the prompt."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress

import pytest

from unit.cli.terminals import read_until, rest
from unit.cli.things import write_things

pty = pytest.importorskip("pty")

WORKFLOWS = """
- workflowId: once
  inputs: {type: object, properties: {to: {type: string}}}
  steps: [{stepId: list, operationId: listThings}]
"""
PROMPT = b"(arazzo) "


@contextmanager
def on_terminal(folder, *words):
    write_things(folder, WORKFLOWS, "workflow.yaml")
    master, slave = pty.openpty()
    own = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "xterm"}
    command = [sys.executable, "-m", "arazzo_runner", "run", "workflow.yaml", "--mock", *words]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=own,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    ) as process:
        os.close(slave)
        try:
            yield process, master
        finally:
            process.kill()
            os.close(master)


def test_a_run_is_stepped_through(tmp_path):
    with on_terminal(tmp_path, "--step") as (process, terminal):
        seen = read_until(terminal, PROMPT)
        assert b"before" in seen
        assert b"GET http://127.0.0.1:1/things" in seen
        os.write(terminal, b"n\n")
        seen = read_until(terminal, PROMPT)
        assert b"200" in seen
        os.write(terminal, b"p $statusCode\n")
        assert b"200" in read_until(terminal, PROMPT)
        os.write(terminal, b"c\n")
        seen = rest(terminal)
        assert process.wait() == 0
    assert b"1 workflow passed" in seen
    assert b"\x1b[?25l" not in seen  # no lines are redrawn round a prompt


@pytest.mark.parametrize("key", [b"\x03", b"\x04"], ids=["ctrl-c", "ctrl-d"])
def test_a_run_is_ended_at_the_prompt(tmp_path, key):
    words = ("--break", "list", "--report", "json=report.json")
    with on_terminal(tmp_path, *words) as (process, terminal):
        read_until(terminal, PROMPT)
        if key == b"\x03":
            process.send_signal(signal.SIGINT)
            key = b"\n"  # a signal just before the line is waited for is seen behind it
        with suppress(OSError):  # it may have ended
            os.write(terminal, key)
        seen = rest(terminal)
        assert process.wait() == 130
    assert b"interrupted" in seen
    assert b"Traceback" not in seen
    assert '"exit_code": 130' in (tmp_path / "report.json").read_text()
