"""What is fuzzed: the project's own cases, each with one thing in it changed.

A command must never end as a bug (exit code 70), print a traceback, or hang, whatever it is given.
"""

import contextlib
import os
import shutil
import signal
import tempfile
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

from arazzo_runner.cli import main as command_line
from case_runner import outcome
from case_runner.case import ABSENT, Case, Reply, find, load
from fuzz.confinement import confined
from fuzz.mutations import TEXTS, TOKENS, WIRE, mutate_bytes, mutate_text

PROJECT = Path(__file__).parents[2]
PARTS = ("tests/cases", "workflows", "openapi", "examples")
JUDGED = ("case.yaml", "report.json", "stdout.json", "requests.yaml")
TRACEBACK = "Traceback (most recent call last)"
QUICK = {
    "ARAZZO_NO_CACHE": "1", "ARAZZO_MAX_WAIT": "10ms", "ARAZZO_TIMEOUT": "2s", "ARAZZO_RUN_TIMEOUT": "5s",
    "ARAZZO_MAX_STEPS": "50",
}  # fmt: skip


class Hang(BaseException):
    """A command took longer than it may; no `except Exception` can keep it."""


@dataclass(frozen=True)
class Finding:
    """What went wrong: `signature` is the same for the same fault."""

    signature: str
    case: str
    change: str
    detail: str


@dataclass(frozen=True)
class Attempt:
    """A case as it is run, and what was changed in it."""

    case: Case
    change: str


Change = Callable[[Case, Random], Attempt]


class Workspace:
    """A copy of all cases, in which one file at a time is changed and put back."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self.folder = folder
        self.seconds = seconds
        for part in PARTS:
            shutil.copytree(PROJECT / part, folder / part)
        self.root = folder / "tests" / "cases"
        self.names = find(self.root)

    def select(self, kind: str) -> list[str]:
        """The names of the cases that a kind has something to change in."""
        return [name for name in self.names if IS_FIT[kind](load(self.root / name))]

    def fuzz(self, kind: str, name: str, random: Random) -> Finding | None:
        """Change one thing in a case, and run it."""
        case = load(self.root / name)
        with self._restored(case):
            attempt = CHANGES[kind](case, random)
            problem = self._run(attempt.case)
        return problem and Finding(problem[0], name, attempt.change, problem[1])

    @contextlib.contextmanager
    def _restored(self, case: Case) -> Iterator[None]:
        """The files of a case as they were, and no others."""
        before = {path: path.read_bytes() for path in case.folder.rglob("*") if path.is_file()}
        before |= {path: path.read_bytes() for path in _files(case)}
        try:
            yield
        finally:
            for path in [one for one in case.folder.rglob("*") if one.is_file()]:
                if path not in before:
                    path.unlink()
            for path, data in before.items():
                path.write_bytes(data)

    def _run(self, case: Case) -> tuple[str, str] | None:
        with (
            tempfile.TemporaryDirectory(dir=self.folder) as temporary,
            _guarded(self.folder, self.seconds),
        ):
            try:
                result = outcome.run(case, command_line.main, Path(temporary))
            except Hang as hang:
                return f"hang {_frame(hang)}", traceback.format_exc()
            except Exception as error:  # noqa: BLE001 - that is what is looked for
                return f"{type(error).__name__} {_frame(error)}", traceback.format_exc()
        if result.exit == 70:
            return "exit 70", result.stderr
        if TRACEBACK in result.stderr + result.stdout:
            return "traceback", result.stderr + result.stdout
        return None


def _frame(error: BaseException) -> str:
    """The innermost line of our own that an error went through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [one for one in frames if "arazzo_runner" in one.filename] or frames
    return f"{Path(own[-1].filename).name}:{own[-1].lineno}"


def _raise(error: Exception, _arguments: object) -> int:
    raise error


@contextlib.contextmanager
def _guarded(folder: Path, seconds: float) -> Iterator[None]:
    """Bugs are raised, time is limited, and the rest of the world is out of reach."""

    def late(_number: int, _frame: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        with mock.patch.object(command_line, "_bug", _raise), confined(folder):
            yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


# --- what is changed ------------------------------------------------------------------------------


def _files(case: Case) -> list[Path]:
    """The files that a case reads: in its folder, and those that its command names."""
    own = [one for one in case.folder.iterdir() if one.is_file() and one.name not in JUDGED]
    named = [case.folder / word.rpartition("=")[2] for word in case.run if "$" not in word]
    found = {one.resolve() for one in (*own, *named) if one.is_file()}
    return sorted(one for one in found if one.name not in ("stdout", "stderr"))


def _texts(case: Case) -> list[Path]:
    return [one for one in _files(case) if one.suffix in (".yaml", ".yml", ".json")]


def _rewrite(case: Case, path: Path, data: bytes) -> Attempt:
    path.write_bytes(data)
    return Attempt(_quick(case), str(path))


def _quick(case: Case) -> Case:
    """A case that waits for nothing."""
    replies = case.replies and tuple(replace(one, delay=0.0) for one in case.replies)
    return replace(case, env=QUICK | case.env, replies=replies)


def _change_document(case: Case, random: Random) -> Attempt:
    path = random.choice([one for one in _texts(case) if "recording" not in one.name])
    if random.random() < 0.3:  # what no case of `validate` asks for
        case = replace(case, run=("validate", "--diff", os.path.relpath(path, case.folder)))
    return _rewrite(case, path, mutate_text(path.read_bytes(), random))


def _change_response(case: Case, random: Random) -> Attempt:
    replies = list(_quick(case).replies or ())
    at = random.randrange(len(replies))
    replies[at] = _mutated_reply(replies[at], case.folder, random)
    changed = replace(_quick(case), replies=tuple(replies))
    return Attempt(changed, f"reply {at + 1}: {replies[at]!r}")


def _mutated_reply(reply: Reply, folder: Path, random: Random) -> Reply:
    if reply.file is not None:
        reply = replace(reply, body=(folder / reply.file).read_text("latin-1"), file=None)
    if random.random() < 0.5 and reply.raw is None and reply.body is not ABSENT:
        text = reply.body if isinstance(reply.body, str) else repr_json(reply.body)
        body = mutate_text(text.encode("utf-8", "surrogatepass"), random)
        headers = {"content-type": "application/json"} | reply.headers
        return replace(reply, raw=_raw(reply.status, headers, body).decode("latin-1"))
    raw = reply.raw.encode("latin-1") if reply.raw is not None else _raw_reply(reply)
    return replace(reply, raw=mutate_bytes(raw, random, TOKENS + WIRE).decode("latin-1"))


def repr_json(value: Any) -> str:
    """A value as the scripted server sends it."""
    import json

    return json.dumps(value)


def _raw_reply(reply: Reply) -> bytes:
    if reply.body is ABSENT:
        return _raw(reply.status, reply.headers, b"")
    text = reply.body if isinstance(reply.body, str) else repr_json(reply.body)
    headers = {"content-type": "application/json"} | reply.headers
    return _raw(reply.status, headers, text.encode("utf-8", "surrogatepass"))


def _raw(status: int, headers: dict[str, str], body: bytes) -> bytes:
    lines = [f"HTTP/1.1 {status} Some", *(f"{name}: {value}" for name, value in headers.items())]
    names = {name.lower() for name in headers}
    lines += [] if "content-length" in names else [f"content-length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + body


def _recordings(case: Case) -> list[Path]:
    return [one for one in _texts(case) if b'"exchanges"' in one.read_bytes()]


def _change_recording(case: Case, random: Random) -> Attempt:
    path = random.choice(_recordings(case))
    return _rewrite(case, path, mutate_text(path.read_bytes(), random))


def _inputs(case: Case) -> list[int]:
    """The positions of words that hold values: `-i NAME=VALUE` and the like."""
    return [at for at, word in enumerate(case.run) if at and "=" in word and "$" not in word]


def _values_files(case: Case) -> list[Path]:
    kinds = (".toml", ".csv", ".jsonl", ".env", ".json", ".txt")
    return [one for one in _files(case) if one.suffix in kinds or one.name.startswith(".env")]


def _change_input(case: Case, random: Random) -> Attempt:
    files, words = _values_files(case), _inputs(case)
    if files and (not words or random.random() < 0.5):
        path = random.choice(files)
        return _rewrite(case, path, mutate_text(path.read_bytes(), random))
    run = list(case.run)
    at = random.choice(words)
    name, _, value = run[at].partition("=")
    changed = mutate_bytes(value.encode("utf-8", "surrogateescape"), random).decode(
        "utf-8", "surrogateescape"
    )
    run[at] = f"{name}={random.choice((changed, random.choice(TEXTS)))}".replace("\0", "")
    run[at] = run[at].replace("\ud800", "")  # no command line can have it
    run += random.choice(([], ["-i", f"{name}:=[{changed}"]))
    return Attempt(replace(_quick(case), run=tuple(run)), f"word {at + 1}: {run[at]!r}")


CHANGES: dict[str, Change] = {
    "documents": _change_document,
    "responses": _change_response,
    "recordings": _change_recording,
    "inputs": _change_input,
}
IS_FIT: dict[str, Callable[[Case], bool]] = {
    "documents": lambda case: any("recording" not in one.name for one in _texts(case)),
    "responses": lambda case: bool(case.replies),
    "recordings": lambda case: "replay" in case.run and bool(_recordings(case)),
    "inputs": lambda case: bool(_inputs(case) or _values_files(case)),
}
