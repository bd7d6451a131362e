"""``--on-failure COMMAND``: what a run that failed is handed to.

The command gets the JSON report on its standard input, and no credential: those of the run and its
options are not in its environment.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Collection, Mapping
from contextlib import suppress
from threading import Thread
from typing import Final

from arazzo_runner.cli.run.signals import Signals
from arazzo_runner.operating_system.processes import end_tree, has_sessions
from arazzo_runner.report.model import RunReport

LIMIT: Final = 60.0
"""Seconds after which a command is ended."""

_RELAY_SECONDS: Final = 0.5
_PIECE: Final = 65_536
_LAST_SECONDS: Final = 3.0  # for one that is at work when a signal comes


def command_environment(
    environment: Mapping[str, str], report: RunReport, aliases: Collection[str] = ()
) -> dict[str, str]:
    """The variables of the command: those of this process without its options and credentials.

    ``aliases`` are variables of other names that hold credentials.
    """
    kept = {
        name: value
        for name, value in environment.items()
        if not name.upper().startswith("ARAZZO_") and name not in aliases
    }
    return kept | {
        "ARAZZO_RUN_DOCUMENT": report.title,
        "ARAZZO_RUN_EXIT_CODE": f"{report.exit_code:d}",
        "ARAZZO_RUN_STARTED_AT": report.started_at,
        "ARAZZO_RUN_STATUS": report.status.value,
    }


def call_command(
    command: str, environment: Mapping[str, str], report: bytes, signals: Signals
) -> str | None:
    """Call the command, by the shell; what it prints goes to standard error.

    Returns what went wrong, None where nothing did. After :data:`LIMIT` it is ended, and soon after
    a signal.
    """
    sys.stderr.flush()
    relay = OutputRelay()
    try:
        called = subprocess.Popen(  # noqa: S602 - the user's own command, nothing is put into it
            command,
            shell=True,
            stdin=subprocess.PIPE,
            stdout=relay.source,
            stderr=relay.source,
            env=dict(environment),
            start_new_session=has_sessions(),
        )
    except OSError as reason:
        relay.end()
        return f"cannot be called: {reason.strerror or reason}"
    code = _wait(called, report, signals)
    relay.end()
    if code is None:
        return f"did not end within {LIMIT:g} s"
    return f"ended with exit code {code}" if code else None


class OutputRelay:
    """Passes what a command prints on to standard error, and ends its last line.

    What the command has started in the background may go on to print: nobody waits for that.
    """

    def __init__(self) -> None:
        read, self.source = os.pipe()
        self._last = b"\n"
        self._thread = Thread(target=self._pass_on, args=(read,), name="on-failure", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Say that the command has ended."""
        os.close(self.source)
        self._thread.join(_RELAY_SECONDS)
        if self._last != b"\n":
            sys.stderr.write("\n")
            sys.stderr.flush()

    def _pass_on(self, read: int) -> None:
        with open(read, "rb", buffering=0) as output:
            while piece := output.read(_PIECE):
                with suppress(OSError, ValueError):  # nobody reads standard error any more
                    _write_error(piece)
                self._last = piece[-1:]


def _write_error(piece: bytes) -> None:
    stream = getattr(sys.stderr, "buffer", None)
    if stream is None:  # replaced by something in memory
        sys.stderr.write(piece.decode(errors="replace"))
    else:
        stream.write(piece)
    sys.stderr.flush()


def _wait(called: subprocess.Popen[bytes], report: bytes, signals: Signals) -> int | None:
    """The exit code; None where it had to be ended."""
    try:
        with signals:
            called.communicate(report, LIMIT)
    except (KeyboardInterrupt, subprocess.TimeoutExpired) as reason:
        rest = 0.0 if isinstance(reason, subprocess.TimeoutExpired) else _LAST_SECONDS
        try:
            called.communicate(timeout=rest)
        except subprocess.TimeoutExpired:
            _end(called)
            return None
    return called.returncode


def _end(called: subprocess.Popen[bytes]) -> None:
    """End the command with all that it started."""
    end_tree(called)
    called.communicate()
