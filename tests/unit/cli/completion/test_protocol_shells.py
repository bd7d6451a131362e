"""The scripts in the shells themselves: keys typed at a terminal, and the words that arrive.

fish is asked for its candidates instead.
"""

import os
import re
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pty = pytest.importorskip("pty", reason="pseudo-terminals as POSIX has them")

PROGRAMS = Path(sys.executable).parent
SECONDS = 60
DOCUMENT = """
arazzo: 1.0.1
workflows:
- workflowId: order things
  inputs: {properties: {size: {enum: [small, large]}, note: {}}}
  steps: [{stepId: find}]
"""
# Each shell prints what the command got, and says when it waits for keys.
START = {
    "bash": r"""
        eval "$(arazzo completion bash)"; arazzo() { printf '<%s>' "$@"; }; PS1='wait''ing '
    """,
    "zsh": r"""
        autoload -Uz compinit; compinit -u -D; source <(arazzo completion zsh)
        arazzo() { printf '<%s>' "$@"; }; PS1='wait''ing '
    """,
}
PLAIN = {
    "bash": ["--norc", "--noprofile", "-i"],
    "zsh": ["-f", "-i"],
}
TYPED = {
    "command": ("arazzo val\t w.yaml", "<validate><w.yaml>"),
    "flag": ("arazzo run w.yaml --mock-len\t", "<run><w.yaml><--mock-lenient>"),
    "path": ("arazzo run flow\t", "<run><flow of things.yaml>"),
    "path behind a flag": ("arazzo run --inputs flow\t", "<run><--inputs><flow of things.yaml>"),
    "path in the word of a flag": ("arazzo run --inputs=val\t", "<run><--inputs=values.json>"),
    "path of an input": (
        "arazzo run w.yaml -i note=@val\t",
        "<run><w.yaml><-i><note=@values.json>",
    ),
    "path of a report": ("arazzo run --report html=val\t", "<run><--report><html=values.json>"),
    "folder": ("arazzo demo --eject vau\tx", "<demo><--eject><vault/x>"),
    "kind of report": ("arazzo run --report ht\t w.yaml", "<run><--report><html><w.yaml>"),
    "code": ("arazzo explain AZ90\t1", "<explain><AZ901>"),
    "workflow": ("arazzo run w.yaml --workflow o\t", "<run><w.yaml><--workflow><order things>"),
    "quoted": ("arazzo run w.yaml --workflow 'o\t", "<run><w.yaml><--workflow><order things>"),
    "in the word of a flag": ("arazzo run w.yaml --until=f\t", "<run><w.yaml><--until=find>"),
    "input": ("arazzo run w.yaml -i no\t1", "<run><w.yaml><-i><note=1>"),
    "value of an input": ("arazzo run w.yaml -i size=s\t", "<run><w.yaml><-i><size=small>"),
    "profile": ("arazzo run --profile st\t", "<run><--profile><staging>"),
    "no candidate": ("arazzo explain val\t", "<explain><val>"),
    "edge of a variable": ("A=1 arazzo val\t", "<validate>"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "w.yaml").write_text(DOCUMENT)
    (tmp_path / "arazzo.toml").write_text("[profiles.staging]\n")
    (tmp_path / "flow of things.yaml").write_text("")
    (tmp_path / "values.json").write_text("")
    (tmp_path / "vault").mkdir()
    return tmp_path


@contextmanager
def terminal(shell: str, folder: Path) -> Iterator[int]:
    """A shell with our script at a terminal, which waits for keys."""
    ours, theirs = pty.openpty()
    environment = {
        "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "TERM": "dumb",
        "INPUTRC": os.devnull,
    }
    process = subprocess.Popen(
        [shell, *PLAIN[shell]],
        cwd=folder,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        os.write(ours, START[shell].encode())
        read_until(ours, r"waiting ")
        yield ours
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def read_until(stream: int, pattern: str) -> str:
    text = ""
    while not (match := re.search(pattern, text)):
        if not select.select([stream], [], [], SECONDS)[0]:
            pytest.fail(f"nothing more than {text!r}")
        text += os.read(stream, 4096).decode(errors="replace")
    return match[0]


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.parametrize("shell", START)
def test_keys_complete(shell: str, typed: str, folder: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    keys, wanted = TYPED[typed]
    with terminal(shell, folder) as stream:
        os.write(stream, f"{keys}\n".encode())
        assert read_until(stream, r"<.*>") == wanted


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("arazzo val", ["validate"]),
        ("arazzo run w.yaml --mock-len", ["--mock-lenient"]),
        ("arazzo run flow", ["flow of things.yaml"]),
        ("arazzo run --inputs=val", ["--inputs=values.json"]),
        ("arazzo run w.yaml -i note=@val", ["note=@values.json"]),
        ("arazzo run --report html=val", ["html=values.json"]),
        ("arazzo demo --eject v", ["vault/"]),
        ("arazzo run --report ht", ["html"]),
        ("arazzo explain AZ902", ["AZ902"]),
        ("arazzo run w.yaml --workflow o", ["order things"]),
        ("arazzo run w.yaml --workflow 'o", ["order things"]),
        ("arazzo run w.yaml --workflow order\\ t", ["order things"]),
        ("arazzo run w.yaml --until=f", ["--until=find"]),
        ("arazzo run w.yaml -i no", ["note="]),
        ("arazzo run w.yaml -i size=", ["size=small", "size=large"]),
        ("arazzo run --profile st", ["staging"]),
        ("arazzo explain val", []),
    ],
)
def test_fish(line: str, wanted: list[str], folder: Path) -> None:
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed")
    script = "arazzo completion fish | source; complete --do-complete $argv[1]"
    words = ["fish", "--no-config", "-c", script, line]
    shown = run(words, folder).stdout.splitlines()
    assert [one.split("\t")[0] for one in shown] == wanted


def run(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a shell to its end."""
    path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
    variables = {"PATH": path, "HOME": str(folder)}
    return subprocess.run(
        words, cwd=folder, env=variables, capture_output=True, text=True, check=True
    )


def test_bash_without_a_terminal(folder: Path) -> None:
    """The function by itself, as other completions call it."""
    line = "arazzo run w.yaml -i size="
    script = f"""
        eval "$(arazzo completion bash)"
        COMP_LINE='{line}' COMP_POINT={len(line)} COMP_WORDBREAKS=$' \\t\\n=:'
        _arazzo_completion arazzo
        printf '<%s>' "${{COMPREPLY[@]}}"
    """
    shown = run(["bash", "-c", script], folder)
    assert (shown.stdout, shown.stderr) == ("<small ><large >", "")
