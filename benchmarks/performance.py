"""The table of docs/performance.md: this runner, a hand-written client, and other runners."""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from contenders import ARAZZO, script, serving
from documents import get_item, write_document
from measure import Contender, Figures, rounds
from verdicts import write_cases

OTHERS = "ARAZZO_BENCH_RUNNERS"
FEW, MANY = 3, 1_000
PATIENCE = 120.0
"""Seconds after which a run of one step counts as wrong."""


@dataclass(frozen=True, slots=True)
class Runner:
    """A command of which `{document}` and `{workflow}` are filled in."""

    name: str
    command: str

    def on(self, document: Path, workflow: str) -> list[str]:
        words = shlex.split(self.command)
        return [word.format(document=document, workflow=workflow) for word in words]


def performance(count: int) -> None:
    """The table of docs/performance.md; other runners are lines `NAME = COMMAND {document}
    {workflow}` of the environment variable ARAZZO_BENCH_RUNNERS."""
    ours = Runner(
        "arazzo", f"{ARAZZO} run {{document}} --workflow {{workflow}} -q --max-steps 100000"
    )
    runners = [ours, *others(os.environ.get(OTHERS, ""))]
    with serving() as url, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        verdicts = {one.name: verdict(one, folder, url) for one in runners}
        able = [one for one in runners if has_passed(one, documented(folder, FEW, url), "w0")]
        figures = costs(able, folder, url, max(3, count // 4))
    print("\n| | right | start | a step | 1,000 steps, of httpx | memory |")
    print("|---|---|---|---|---|---|")
    for name, (few, many) in figures.items():
        print(
            f"| {name} | {verdicts.get(name, '')} | {row(few, many, figures['httpx script'][1])} |"
        )
    for one in runners:
        if one not in able:
            print(f"| {one.name} | {verdicts[one.name]} | cannot run these documents | | | |")


def others(text: str) -> Iterator[Runner]:
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _, command = line.partition("=")
        yield Runner(name.strip(), command.strip())


def verdict(runner: Runner, folder: Path, url: str) -> str:
    """How many small documents ended as the specification says; those that did not are printed."""
    cases = write_cases(folder, url)
    wrong = [name for name, passes, path in cases if has_passed(runner, path) is not passes]
    for name in wrong:
        print(f"{runner.name}: wrong: {name}")
    return f"{len(cases) - len(wrong)} of {len(cases)}"


def has_passed(runner: Runner, document: Path, workflow: str = "w") -> bool | None:
    """Whether a run passed by its exit code; None for one that did not end."""
    command = runner.on(document, workflow)
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return None
    return done.returncode == 0


Costs = dict[str, tuple[list[Figures], list[Figures]]]


def costs(runners: list[Runner], folder: Path, url: str, count: int) -> Costs:
    """The figures of a few steps and of many, all runners in turn."""
    documents = {size: documented(folder, size, url) for size in (FEW, MANY)}
    contenders = [
        script(f"httpx script, {size}", "baseline_loop.py", url, str(size)) for size in documents
    ] + [
        Contender(f"{one.name}, {size}", one.on(document, "w0"), exit=None)
        for one in runners
        for size, document in documents.items()
    ]
    figures = rounds(contenders, count)
    names = ["httpx script", *(one.name for one in runners)]
    return {name: (figures[f"{name}, {FEW}"], figures[f"{name}, {MANY}"]) for name in names}


def documented(folder: Path, steps: int, url: str) -> Path:
    """A document whose API description names the server itself."""
    path = write_document(folder, steps, get_item)
    description = folder / "items.json"
    text = description.read_text().replace('"http://127.0.0.1"', f'"{url}"')
    description.write_text(text)
    return path


def row(few: list[Figures], many: list[Figures], yardstick: list[Figures]) -> str:
    cpu = of(few, lambda one: one.cpu)
    step = (of(many, lambda one: one.cpu) - cpu) / (MANY - FEW)
    ratio = median(own.cpu / other.cpu for own, other in zip(many, yardstick, strict=True))
    memory = of(many, lambda one: one.memory)
    return f"{cpu:.2f} s | {step * 1e3:.2f} ms | {ratio:.2f} | {memory:.0f} MiB"


def of(figures: list[Figures], pick: Callable[[Figures], float]) -> float:
    return median(map(pick, figures))
