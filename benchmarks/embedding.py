"""What the Python API costs where a program runs the same job again and again."""

import subprocess
import sys
from pathlib import Path
from statistics import median

from contenders import script, serving
from measure import further, rounds, table

FLOW = "FW" + "a" * 32
FEW, MANY = 1_000, 10_000
JOB = "runner_job.py"


PLACES = {
    "no credentials": ("run", "none"),
    "basic": ("run", "basic"),
    "token of 1,200 characters": ("run", "token"),
    "token that is learned": ("run", "learned"),
    "the mock": ("run", "mock"),
    "HTTP": ("run", ""),
    "HTTP, asyncio": ("arun", ""),
    "no credentials, asyncio": ("arun", "none"),
    "HTTP, 50 threads at once": ("threads", ""),
    "HTTP, 50 tasks at once": ("tasks", ""),
}


def runs(count: int) -> None:
    """What a run of three steps costs in one Runner, by where its requests go."""
    with serving() as url:
        contenders = [
            script(f"{name}, {number}", "runs_job.py", str(number), way, place or url)
            for name, (way, place) in PLACES.items()
            for number in (100, 1_100)
        ]
        figures = rounds(contenders, max(3, count // 4))
    costs = {
        name: further(figures[f"{name}, 1100"], figures[f"{name}, 100"], 1_000) for name in PLACES
    }
    wanted = "CPU of 0.45 ms where answers cost nothing, 1.0 over HTTP; asyncio 1.5 times that"
    table("A run of three steps by one Runner", costs, wanted)
    for name in ("HTTP", "HTTP, 50 threads at once", "HTTP, 50 tasks at once"):
        wall = median(run.wall for run in costs[name])
        print(f"  {name}: {1 / wall:.0f} runs/s (wanted at once: 700, the server on its own core)")


def runner(count: int) -> None:
    """10,000 runs of the three-step job by one Runner: their cost, and what is left of them."""
    with serving() as url:
        runs = [script(f"{number:,} runs", JOB, url, FLOW, str(number)) for number in (FEW, MANY)]
        few, many = (figures := rounds(runs, max(1, count // 20))).values()
        held = _held(url)
    table("Runs of the three-step job by one Runner", figures, "1.0 in memory")
    table("One run of these", {"Runner.run": further(many, few, MANY - FEW)})
    print("\nWhat the process holds after so many runs")
    print(f"  {'':32}{'memory':>10}{'files':>10}{'objects':>10}")
    for number, memory, files, objects in held:
        print(f"  {f'{number:,} runs':32}{memory / 2**10:6.1f} MiB{files:10,}{objects:10,}")


def _held(url: str) -> list[list[int]]:
    command = [sys.executable, str(Path(__file__).parent / JOB), url, FLOW, str(MANY)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [[int(word) for word in line.split()] for line in done.stdout.splitlines()]
