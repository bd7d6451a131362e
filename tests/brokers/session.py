"""The brokers of a run: a folder of theirs, their end, and a line about those that are missing."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from brokers.programs import FOLDER, OWNER, end_all, missing_programs

_made: list[Path] = []


def pytest_configure(config: pytest.Config) -> None:
    if FOLDER in os.environ:  # a worker of xdist: the environment has that of the whole run
        return
    _made.append(Path(tempfile.mkdtemp(prefix="brokers-")))
    os.environ[FOLDER] = str(_made[0])
    os.environ[OWNER] = str(os.getpid())


def pytest_unconfigure(config: pytest.Config) -> None:
    for folder in _made:
        end_all(folder)
        shutil.rmtree(folder, ignore_errors=True)
        os.environ.pop(FOLDER, None)
    _made.clear()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    missing = [one for one in missing_programs() if any(f"`{one}` is not" in it for it in skipped)]
    if missing:
        terminalreporter.write_line(
            f"skipped the tests of {', '.join(missing)}: not installed; scripts/brokers does it on Debian"
        )
