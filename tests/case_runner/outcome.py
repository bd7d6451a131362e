"""Runs the command line of a case, in this process, and keeps all that came of it."""

import contextlib
import io
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from case_runner.broker import ScriptedBroker, scripted_broker
from case_runner.case import Case
from case_runner.server import Request, ScriptedServer

PROJECT = Path(__file__).parents[2]
Main = Callable[[Sequence[str]], int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did; `places` maps what differs from run to run to its name."""

    exit: int
    stdout: str
    stderr: str
    requests: tuple[Request, ...]
    problems: tuple[str, ...]
    written: Path
    places: dict[str, str]


def run(case: Case, main: Main, temporary: Path) -> Outcome:
    """Run `case` with its folder as the working directory and only its own environment."""
    written = temporary / "written"
    written.mkdir()
    for name in case.copy:
        shutil.copy(case.folder / name, written)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(ScriptedServer(case.replies or (), case.folder))
        broker = stack.enter_context(scripted_broker(case.broker))
        closed = stack.enter_context(_closed_port())
        variables = {
            "SERVER": f"http://{server.authority}",
            "OTHER": server.other,
            "HOST": server.authority,
            "CLOSED": f"http://127.0.0.1:{closed}",
            "DOWN": f"127.0.0.1:{closed}",
            "TMP": str(written),
        }
        stack.enter_context(contextlib.chdir(case.folder))
        stack.enter_context(_environment(case, variables, temporary))
        code, stdout, stderr = _call(main, _command(case, variables), case.stdin)
    return Outcome(
        code,
        stdout,
        stderr,
        tuple(server.requests),
        (*server.problems, *server.unused(), *_broker_problems(broker)),
        written,
        {value: f"${name}" for name, value in variables.items()} | _folders(case),
    )


def _broker_problems(broker: ScriptedBroker | None) -> list[str]:
    if broker is None:
        return []
    open_ones = [f"{broker.connections} connections are still open"] * (broker.connections > 0)
    return [*broker.problems, *broker.unused(), *open_ones]


def _folders(case: Case) -> dict[str, str]:
    """Absolute paths, the innermost first; symbolic links are resolved as the program does."""
    return {str(case.folder.resolve()): "$CASE", str(PROJECT.resolve()): "$PROJECT"}


def _command(case: Case, variables: dict[str, str]) -> list[str]:
    """The arguments; a case that has a `report.json` is asked for one."""
    words = [_substitute(word, variables) for word in case.run]
    if case.expected("report.json").exists():
        words += ["--report", f"json={variables['TMP']}/report.json"]
    return words


def _substitute(text: str, variables: dict[str, str]) -> str:
    for name, value in variables.items():
        text = text.replace(f"${name}", value)
    return text


@contextlib.contextmanager
def _environment(case: Case, variables: dict[str, str], home: Path) -> Iterator[None]:
    fixed = {"PATH": os.environ["PATH"], "HOME": str(home), "TZ": "UTC", "COLUMNS": "100"}
    own = {name: _substitute(value, variables) for name, value in case.env.items()}
    with mock.patch.dict(os.environ, fixed | own, clear=True):
        yield


@contextlib.contextmanager
def _closed_port() -> Iterator[int]:
    """A port that is taken, so that nobody else gets it, and refuses every connection."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def _call(main: Main, arguments: list[str], stdin: str) -> tuple[int, str, str]:
    streams = {name: io.TextIOWrapper(io.BytesIO(), "utf-8") for name in ("stdout", "stderr")}
    streams["stdin"] = io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8")
    with contextlib.ExitStack() as stack:
        for name, stream in streams.items():
            stack.enter_context(mock.patch.object(sys, name, stream))
        try:
            code = main(arguments)
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    return code, _text(streams["stdout"]), _text(streams["stderr"])


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode("utf-8")
