"""The command as a process, where files and streams are not what they should be."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from unit.cli.things import write_things

pytestmark = pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="Linux has a disk that is full"
)
WORKFLOWS = """
- workflowId: once
  inputs: {type: object, properties: {data: {type: string, format: binary}}}
  steps: [{stepId: list, operationId: listThings}]
"""


@pytest.fixture
def folder(tmp_path):
    write_things(tmp_path, WORKFLOWS)
    os.mkfifo(tmp_path / "pipe")
    return tmp_path


def shell(folder, line):
    text = f'arazzo() {{ "$0" -m arazzo_runner "$@"; }}; {line}'
    return subprocess.run(
        ["/bin/bash", "-c", text, sys.executable],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("arazzo run w.yaml --mock --json 2>/dev/full", 0, ""),
        ("arazzo run w.yaml --mock --nowhere 2>/dev/full", 2, ""),
        ("arazzo run nowhere.yaml --mock 2>/dev/full", 2, ""),
        ("arazzo validate w.yaml >/dev/full 2>/dev/full", 2, ""),
        ("arazzo validate w.yaml >/dev/full", 2, "the output cannot be written: no space left"),
        ("arazzo run w.yaml --mock --report json=pipe", 2, "nobody reads from the pipe"),
        ("arazzo run w.yaml --mock --report ndjson=pipe", 2, "nobody reads from the pipe"),
        ("arazzo run w.yaml --mock --record pipe", 2, "nobody reads from the pipe"),
        ("arazzo run w.yaml --mock -i data=@pipe", 2, "it is not a regular file"),
        ("arazzo run <(cat w.yaml) --mock --source api=<(cat api.yaml)", 0, ""),
        ("mkdir gone; cd gone; rmdir ../gone; arazzo validate x", 2, "folder has been deleted"),
        ("mkdir gone; cd gone; rmdir ../gone; arazzo run x --mock", 2, "folder has been deleted"),
        ("mkdir d; mkfifo d/x.arazzo.yaml; cp *.yaml d; arazzo validate d", 0, ""),
    ],
)
def test_a_stream_or_file_that_cannot_be_used_is_no_bug(folder, line, code, said):
    done = shell(folder, line)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not [one.name for one in folder.iterdir() if one.name.endswith(".tmp")]


SLOW_DISK = """
import os, sys, time
count = 0
def fsync(descriptor):
    global count
    count += 1
    if count == 2:  # the first one is of the check before the run
        print("writing", flush=True)
        time.sleep(60)
os.fsync = fsync
from arazzo_runner.__main__ import main
sys.exit(main())
"""


def test_a_second_signal_leaves_no_half_report(folder):
    (folder / "r.json").write_text("old")
    command = [sys.executable, "-c", SLOW_DISK, "run", "w.yaml", "--mock", "--report"]
    with subprocess.Popen(
        [*command, "json=r.json"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        while process.stdout.readline() != "writing\n":
            assert process.poll() is None
        assert [one for one in folder.iterdir() if one.name.endswith(".tmp")]
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
    assert process.returncode in (-signal.SIGINT, -signal.SIGTERM)
    assert not [one for one in folder.iterdir() if one.name.endswith(".tmp")]
    assert (folder / "r.json").read_text() == "old"
