"""Short runs of `scripts/fuzz`, and that it finds what is there to be found."""

import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arazzo_runner.cli import main as command_line
from fuzz.framing import RESPONSES, Framing
from fuzz.targets import CHANGES, Workspace

SECONDS = 60.0
SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return Workspace(tmp_path_factory.mktemp("fuzz").resolve(), SECONDS)


@pytest.mark.parametrize("kind", CHANGES)
def test_no_change_of_a_case_ends_as_a_bug(workspace, kind):
    names = workspace.select(kind)

    @settings(max_examples=10, deadline=None, database=None)
    @given(st.sampled_from(names), st.integers(0, 2**32))
    def run(name, seed):
        assert workspace.fuzz(kind, name, Random(seed)) is None

    run()


def test_plain_responses_are_read_as_h11_reads_them():
    for number in range(3_000):
        found = Framing().fuzz("framing", "", Random(number))
        assert found is None, found


@pytest.mark.skipif(find_spec("httptools") is None, reason="h11 reads everything")
def test_another_reading_of_a_length_is_found(monkeypatch):
    monkeypatch.setattr(
        "arazzo_runner.http.http1.plain_exchange.int", lambda _text: 1, raising=False
    )
    found = [Framing().fuzz("framing", "", Random(number)) for number in range(200)]
    assert any(found)
    assert len(RESPONSES) > 3


def _raise(_words):
    raise LookupError("a bug")


def _hang(_words):
    time.sleep(SECONDS)


@pytest.mark.parametrize(
    ("main", "signature"),
    [
        (_raise, "LookupError test_targets.py"),
        (_hang, "hang "),
        (lambda _words: 70, "exit 70"),
        (lambda _words: print("Traceback (most recent call last)") or 0, "traceback"),
    ],
    ids=["exception", "hang", "exit code", "traceback"],
)
def test_a_bug_is_found_and_the_files_are_put_back(workspace, monkeypatch, main, signature):
    monkeypatch.setattr(command_line, "main", main)
    monkeypatch.setattr(workspace, "seconds", 0.2)
    name = workspace.select("documents")[0]
    before = {
        path: path.read_bytes() for path in (workspace.root / name).iterdir() if path.is_file()
    }
    found = workspace.fuzz("documents", name, Random(0))
    assert found is not None
    assert found.signature.startswith(signature)
    after = {
        path: path.read_bytes() for path in (workspace.root / name).iterdir() if path.is_file()
    }
    assert after == before


GUIDE = """
import os
from contextlib import nullcontext

def instrument_imports(include):
    return nullcontext()

def Setup(arguments, one):
    global run
    run = one

def Fuzz():
    run(bytes(64))
    os._exit(0)  # as the library does, whatever was found
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes as POSIX has them")
@pytest.mark.parametrize(("body", "code"), [("return 70", 1), ("return 0", 0), ("os._exit(9)", 1)])
def test_what_a_guided_run_finds_is_its_exit_code(tmp_path, body, code):
    (tmp_path / "atheris.py").write_text(GUIDE)
    program = (
        "import os, sys\n"
        f"sys.path[:0] = [{str(tmp_path)!r}, {str(SCRIPTS)!r}]\n"
        "import fuzzer\n"
        "from arazzo_runner.cli import main\n"
        f"def run(words):\n    {body}\n"
        "main.main = run\n"
        "sys.exit(fuzzer.main(['--guided', 'documents', '--seconds', '1']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert done.returncode == code, done.stderr


@pytest.mark.parametrize("reach", ["write", "connect", "program"])
def test_a_fuzzed_command_reaches_nothing_else(workspace, monkeypatch, tmp_path, reach):
    import socket
    import subprocess

    def main(_words):
        if reach == "write":
            (tmp_path / "elsewhere").write_text("x")
        elif reach == "connect":
            socket.create_connection(("192.0.2.1", 80), 1)
        else:
            subprocess.run(["true"], check=True)

    monkeypatch.setattr(command_line, "main", main)
    name = workspace.select("documents")[0]
    found = workspace.fuzz("documents", name, Random(0))
    wanted = {"write": "PermissionError", "connect": "gaierror", "program": "FileNotFoundError"}
    assert found is not None
    assert found.signature.startswith(wanted[reach])
    assert not (tmp_path / "elsewhere").exists()
