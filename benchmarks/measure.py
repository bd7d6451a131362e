"""Runs contenders in turn and tells their figures side by side.

Interleaved rounds let a noisy machine be noisy for all; the ratios of minimums are what counts.
This process stays small on purpose: a child's peak memory never counts as less than its parent's.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
    wall, cpu = min(run.wall for run in few), min(run.cpu for run in few)
    return [Figures((run.wall - wall) / units, (run.cpu - cpu) / units, run.memory) for run in many]


def table(title: str, figures: dict[str, list[Figures]], wanted: str = "") -> None:
    """Print the figures, and below them the ratios to the first contender."""
    print(f"\n{title}")
    print(f"  {'':32}{'wall min':>10}{'median':>10}{'cpu min':>10}{'peak':>9}")
    rows = {name: _summary(runs) for name, runs in figures.items()}
    for name, (best, middle, cpu, memory) in rows.items():
        print(f"  {name:32}{_ms(best)}{_ms(middle)}{_ms(cpu)}{memory:5.1f} MiB")
    (first, base), *others = rows.items()
    for name, row in others:
        ratios = [own / of for own, of in zip(row, base, strict=True)]
        print(f"  {name + ' / ' + first:32}{''.join(f'{ratio:10.2f}' for ratio in ratios)}")
    if wanted:
        print(f"  wanted: {wanted}")


def _summary(runs: list[Figures]) -> tuple[float, float, float, float]:
    walls = [run.wall for run in runs]
    return min(walls), median(walls), min(run.cpu for run in runs), max(run.memory for run in runs)


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:7.2f} ms"
