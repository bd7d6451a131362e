"""Run the project's own cases with one thing changed in each, and show what ends as a bug or hangs.

    scripts/fuzz documents --seconds 600
    scripts/fuzz responses --seed 7 --at 1234
    scripts/fuzz --guided inputs --seconds 600

Kinds are `documents`, `responses`, `recordings` and `inputs`, and `framing`: responses that the
HTTP client reads by httptools and by h11, which must agree. Without one, all five. `--at` runs one
change again. `--guided` lets atheris choose changes by what code they reach; it has to be
installed (`.venv/bin/pip install atheris`). Nothing beyond this machine is reached. Ends with 1
when something was found.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import resource
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from time import monotonic
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

if TYPE_CHECKING:
    from fuzz.framing import Framing
    from fuzz.targets import Finding, Workspace

KINDS = ("documents", "responses", "recordings", "inputs", "framing")
MEMORY = 4 * 2**30
"""Bytes: a change that wants more ends as a bug."""


class Report:
    """Shows each fault once, and counts how often it was seen."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()

    def show(self, finding: Finding, again: str) -> None:
        """Print a fault that was not seen before."""
        self.seen[finding.signature] += 1
        if self.seen[finding.signature] == 1:
            print(f"\n{finding.signature}\n  case    {finding.case}")
            print(f"  change  {finding.change[:2000]}")
            print(f"  again   {again}\n{finding.detail[-4000:]}", flush=True)


def fuzz(
    kind: str, workspace: Workspace | Framing, given: argparse.Namespace, report: Report
) -> int:
    """Make changes of one kind until the time is over; their number."""
    names = workspace.select(kind)
    end = monotonic() + given.seconds
    number = given.at or 0
    while monotonic() < end:
        faulthandler.dump_traceback_later(given.limit * 3, exit=True)
        random = Random(f"{given.seed} {kind} {number}")  # noqa: S311 - to be repeated
        finding = workspace.fuzz(kind, random.choice(names), random)
        if finding is not None:
            report.show(finding, f"scripts/fuzz {kind} --seed {given.seed} --at {number}")
        number += 1
        if given.at is not None:
            break
    faulthandler.cancel_dump_traceback_later()
    return number - (given.at or 0)


class _ByteRandom(Random):  # noqa: S311
    """Takes its choices from bytes, so that a guided fuzzer can steer them."""

    def __init__(self, data: bytes) -> None:
        super().__init__(0)
        self._data = data
        self._at = 0

    def getrandbits(self, k: int) -> int:
        """The next bits; zeros behind the end."""
        size = (k + 7) // 8
        taken = self._data[self._at : self._at + size]
        self._at += size
        return int.from_bytes(taken.ljust(size, b"\0"), "big") & ((1 << k) - 1)

    def random(self) -> float:
        """The next number from 0 to 1."""
        return self.getrandbits(16) / 2**16


def fuzz_guided(kind: str, folder: Path, given: argparse.Namespace) -> int:
    """Let atheris look for new ways through the code; 1 when a fault was found.

    It ends its process with 0 whatever was found, so it has one of its own.
    """
    found = folder / "found"
    found.touch()
    child = os.fork()
    if not child:
        try:
            _fuzz_guided(kind, folder, given)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    return int(bool(status) or found.stat().st_size > 0)


def _fuzz_guided(kind: str, folder: Path, given: argparse.Namespace) -> None:
    import atheris  # type: ignore[import-not-found]

    with atheris.instrument_imports(include=["arazzo_runner"]):  # commands import on demand
        _guide(atheris, kind, folder, given)


def _guide(atheris: Any, kind: str, folder: Path, given: argparse.Namespace) -> None:
    from fuzz.targets import Workspace

    workspace = Workspace(folder, given.limit)
    names = workspace.select(kind)
    report = Report()

    def one(data: bytes) -> None:
        random = _ByteRandom(data)
        finding = workspace.fuzz(kind, random.choice(names), random)
        if finding is not None:
            report.show(finding, f"the bytes {data.hex()}")
            with (folder / "found").open("a") as found:
                found.write(f"{finding.signature}\n")

    start = folder / "start"
    start.mkdir()
    for number in range(64):
        (start / str(number)).write_bytes(Random(number).randbytes(64))  # noqa: S311
    limits = [f"-max_total_time={given.seconds}", f"-timeout={int(given.limit * 3)}"]
    atheris.Setup([sys.argv[0], *limits, "-max_len=256", str(start)], one)
    atheris.Fuzz()


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz each kind that is asked for; 1 when a fault was found."""
    given = _parser().parse_args(arguments)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.environ["ARAZZO_NO_CACHE"] = "1"
    report = Report()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary).resolve()
        if given.guided:
            return fuzz_guided((given.kinds or KINDS)[0], folder, given)
        from fuzz.framing import Framing
        from fuzz.targets import Workspace

        workspace = Workspace(folder, given.limit)
        for kind in given.kinds or KINDS:
            count = fuzz(kind, Framing() if kind == "framing" else workspace, given, report)
            print(f"{kind}: {count} changes, {len(report.seen)} faults so far", flush=True)
    return int(bool(report.seen))


def _parser() -> argparse.ArgumentParser:
    parser: Any = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("kinds", nargs="*", choices=[*KINDS, []], metavar="KIND")
    parser.add_argument("--seconds", type=int, default=60, help="the time for each kind")
    parser.add_argument(
        "--limit", type=float, default=30, help="the seconds that a command may take"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--at", type=int, help="make the change of this number alone")
    parser.add_argument("--guided", action="store_true", help="one kind, with atheris")
    return parser


if __name__ == "__main__":
    sys.exit(main())
