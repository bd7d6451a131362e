"""Signals at any moment of a command: no traceback, no half file, and the exit code is the report's.

The moments are counted in calls of functions, not in time: the same on every machine.
"""

import json
import os
import signal
import subprocess
import sys

import pytest

from arazzo_runner.cli import signals
from unit.cli.things import write_things

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")

# Begins as the installed script does; then sends itself a signal at the n-th call.
DRIVER = """
import sys
at, number = int(sys.argv[1]), int(sys.argv[2])
del sys.argv[1:3]
import arazzo_runner.__main__ as program
import signal
calls = 0
def count(_frame, _event, _argument):
    global calls
    calls += 1
    if calls == at:
        sys.setprofile(None)
        signal.raise_signal(number)
sys.setprofile(count)
code = program.main()
sys.setprofile(None)
sys.stderr.write(f"calls {calls}\\n" if at == 0 else "")
sys.exit(code)
"""
WORKFLOWS = """
- workflowId: loop
  steps:
  - stepId: list
    operationId: listThings
    onSuccess: [{name: again, type: goto, stepId: list}]
"""
MOMENTS = 25
RUN = ("run", "w.yaml", "--mock", "--max-steps=30", "--no-cache", "--report=json=report.json")


def command(folder, at, number, *words):
    return subprocess.run(
        [sys.executable, "-c", DRIVER, str(at), str(number), *words],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("signals")
    write_things(folder, WORKFLOWS)
    return folder


@pytest.fixture(scope="module")
def calls(folder):
    command(folder, 0, 2, *RUN)  # the modules are compiled
    return int(command(folder, 0, 2, *RUN).stderr.split()[-1])


@pytest.mark.parametrize("moment", range(1, MOMENTS + 1))
def test_a_signal_at_any_moment_of_a_run(folder, calls, moment):
    number = (signal.SIGINT, signal.SIGTERM)[moment % 2]
    report = folder / "report.json"
    report.write_text('{"exit_code": "the old one"}')
    done = command(folder, calls * moment // (MOMENTS + 1), number, *RUN)
    assert not [word for word in ("Traceback", "ignored", "bug") if word in done.stderr]
    code = json.loads(report.read_text())["exit_code"]
    # Before a run has begun to look for its documents there is nothing to report; when it is over,
    # the signal comes too late to change what it was.
    assert done.returncode in (128 + number, 4)
    assert code in (done.returncode, "the old one")
    assert done.returncode == 128 + number or code == 4
    assert {one.name for one in folder.iterdir()} <= {"api.yaml", "w.yaml", "report.json"}


# Ctrl-C as soon as the program imports anything of its own.
EARLY = """
import signal, sys
def press(frame, event, _argument):
    if event == "call" and frame.f_code.co_filename.endswith("signals.py"):
        sys.setprofile(None)
        signal.raise_signal(signal.SIGINT)
sys.setprofile(press)
import arazzo_runner.__main__
"""


def test_a_signal_at_the_first_import_ends_the_process_and_says_nothing():
    done = subprocess.run(
        [sys.executable, "-c", EARLY], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (-signal.SIGINT, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_signal_at_any_moment_of_validate(folder, share, number):
    words = ("validate", "w.yaml", "--no-cache")
    calls = int(command(folder, 0, 2, *words).stderr.split()[-1])
    done = command(folder, int(calls * share), number, *words)
    assert (done.returncode, done.stderr.strip()) == (128 + number, "interrupted")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("share", [0.2, 0.6])
def test_a_signal_while_a_long_document_is_validated(tmp_path, share, number):
    criteria = [f"{{condition: '$response.header.x{one} == 1'}}" for one in range(2_000)]
    steps = (
        f"  - {{stepId: list, operationId: listThings, successCriteria: [{', '.join(criteria)}]}}"
    )
    write_things(tmp_path, f"- workflowId: long\n  steps:\n{steps}")
    words = ("validate", "w.yaml", "--no-cache")
    calls = int(command(tmp_path, 0, 2, *words).stderr.split()[-1])
    assert calls > 100_000
    done = command(tmp_path, int(calls * share), number, *words)
    assert (done.returncode, done.stdout) == (128 + number, "")
    assert done.stderr.strip() == "interrupted"


def test_who_calls_the_command_line_keeps_the_own_handlers():
    before = signal.getsignal(signal.SIGTERM)
    signals.raise_at_signals()
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize(
    ("number", "kind"),
    [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, signals.TerminatedError)],
)
def test_a_working_command_is_interrupted_by_an_exception(number, kind):
    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        signals.exit_at_signals()
        signals.raise_at_signals()
        with pytest.raises(kind) as reason:
            signal.raise_signal(number)
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
    assert signals.interrupted_code(reason.value) == 128 + number


# What is registered for the end of a process, what is buffered, and what Python takes apart.
END = r"""
import atexit, os, sys, threading
from arazzo_runner.cli.signals import end_process
class Late:
    def __del__(self):
        os.write(1, b"apart\n")
late = Late()
atexit.register(print, "registered")
print("buffered")
WAY
end_process(3)
sys.exit(4)
"""
WAYS = {
    "": (3, ["buffered", "registered"]),
    "threading.Thread(target=threading.Event().wait, daemon=True).start()": (
        3,
        ["buffered", "registered"],
    ),
    "threading.Timer(0.1, print, ['waited']).start()": (
        4,
        ["buffered", "waited", "registered", "apart"],
    ),
    "sys.setprofile(lambda *_: None)": (4, ["buffered", "registered"]),
    "sys.settrace(lambda *_: None)": (4, ["buffered", "registered"]),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_process_ends_as_python_would_end_it(way):
    command = [sys.executable, "-c", END.replace("WAY", way)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout.split()) == WAYS[way]
    assert done.stderr == ""
