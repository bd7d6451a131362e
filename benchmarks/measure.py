"""Runs contenders in turn and tells their figures side by side.

Interleaved rounds let a noisy machine be noisy for all. What counts is the CPU of each round
against that of the first contender in the same round, and of these ratios the median.
This process stays small on purpose: a child's peak memory never counts as less than its parent's.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import nan
from statistics import median


@dataclass(frozen=True, slots=True)
class Contender:
    """A command, its own environment on top of this one's, and its exit code (None: any)."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    exit: int | None = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds on the wall and of both kinds of CPU, and peak memory in MiB, of one run."""

    wall: float
    cpu: float
    memory: float


def measure(contender: Contender) -> Figures:
    """Run it once; one that fails ends the benchmark with its last words."""
    begun = time.perf_counter()
    child = subprocess.Popen(
        contender.command,
        env=os.environ | contender.env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert child.stderr is not None
    last_words = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - begun
    child.stderr.close()
    child.returncode = os.waitstatus_to_exitcode(status)
    if contender.exit is not None and child.returncode != contender.exit:
        command = " ".join(contender.command)
        sys.exit(f"{command}\nended with {child.returncode}:\n{last_words.decode()[-2000:]}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Figures(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def rounds(contenders: Iterable[Contender], count: int) -> dict[str, list[Figures]]:
    """Measure all in turn, `count` times, after one round to warm the caches of the machine."""
    field = list(contenders)
    for contender in field:
        measure(contender)
    figures: dict[str, list[Figures]] = {contender.name: [] for contender in field}
    for _ in range(count):
        for contender in field:
            figures[contender.name].append(measure(contender))
    return figures


def further(many: list[Figures], few: list[Figures], units: int) -> list[Figures]:
    """What each further unit cost: a long run without what a short one costs anyway."""
    wall, cpu = median(run.wall for run in few), median(run.cpu for run in few)
    return [Figures((run.wall - wall) / units, (run.cpu - cpu) / units, run.memory) for run in many]


def table(title: str, figures: dict[str, list[Figures]], wanted: str = "") -> None:
    """Print medians, peaks, and what each is of the first contender."""
    print(f"\n{title}")
    print(f"  {'':32}{'CPU':>11}{'wall':>11}{'peak':>11}{'CPU ratio':>11}{'memory ratio':>14}")
    first = next(iter(figures.values()))
    for name, runs in figures.items():
        print(f"  {name:32}{_line(runs, first)}")
    if wanted:
        print(f"  wanted: {wanted}")


def _line(runs: list[Figures], first: list[Figures]) -> str:
    cpu, wall = median(run.cpu for run in runs), median(run.wall for run in runs)
    peak = median(run.memory for run in runs)
    pairs = list(zip(runs, first, strict=True))
    ratio = median(own.cpu / of.cpu if of.cpu else nan for own, of in pairs)
    grown = median(own.memory / of.memory for own, of in pairs)
    return f"{_ms(cpu)}{_ms(wall)}{peak:7.1f} MiB{ratio:11.2f}{grown:14.2f}"


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:8.2f} ms"
