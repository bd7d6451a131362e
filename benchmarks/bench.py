"""The figures that the project is held to, side by side with what they are compared to.

Every section is a function here; `scripts/bench NAME…` runs some of them, `scripts/bench` all.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from documents import get_item, get_item_after_another, write_document
from measure import Contender, per_step, rounds, table

HERE = Path(__file__).parent
STUDIO = HERE.parent / "workflows" / "twilio-studio-trigger-execution-track-steps-workflow.yml"
ARAZZO = str(Path(sys.executable).parent / "arazzo")
FLOW = "FW" + "a" * 32
CREDENTIALS = {
    "ARAZZO_AUTH_STUDIOAPI_ACCOUNTSID_AUTHTOKEN_USERNAME": "AC0",
    "ARAZZO_AUTH_STUDIOAPI_ACCOUNTSID_AUTHTOKEN_PASSWORD": "secret",
}


@contextmanager
def serving() -> Iterator[str]:
    """The URL of a server in a process of its own."""
    command = [sys.executable, str(HERE / "server.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        finally:
            server.terminate()


def script(name: str, file: str, *arguments: str) -> Contender:
    return Contender(name, [sys.executable, str(HERE / file), *arguments])


def studio(name: str, *arguments: str) -> Contender:
    inputs = [f"flowSid={FLOW}", "to=+15558675310", "from=+15017122661"]
    flags = [word for one in inputs for word in ("-i", one)]
    return Contender(name, [ARAZZO, "run", str(STUDIO), *flags, *arguments], CREDENTIALS)


def many_steps(
    url: str, folder: Path, steps: int, step: Callable[[int], dict[str, Any]] = get_item
) -> Contender:
    document = str(write_document(folder, steps, step))
    command = [ARAZZO, "run", document, "--server", url, "--max-steps", str(steps), "-q"]
    return Contender(f"arazzo, {steps} steps", command)


def cold(count: int) -> None:
    """A cold run of the three-step job."""
    with serving() as url:
        contenders = [
            script("httpx script", "baseline_job.py", url, FLOW),
            studio("arazzo run", "--server", url),
            studio("arazzo run --mock", "--mock"),
        ]
        figures = rounds(contenders, count)
    wanted = "arazzo run / httpx script at most 1.0 in time, 1.3 in memory"
    table(f"The three-step job, cold ({count} rounds)", figures, wanted)


def step(count: int) -> None:
    """What one step of a workflow of 1,000 costs."""
    steps, runs = 1000, max(3, count // 4)
    with serving() as url, tempfile.TemporaryDirectory() as folder:
        contenders = [
            script("loop of 1", "baseline_loop.py", url, "1"),
            script("loop", "baseline_loop.py", url, str(steps)),
            many_steps(url, Path(folder), 1),
            many_steps(url, Path(folder), steps),
        ]
        one_call, calls, one_step, all_steps = rounds(contenders, runs).values()
    figures = {
        "httpx.Client loop": per_step(calls, one_call, steps),
        "arazzo run": per_step(all_steps, one_step, steps),
    }
    table(f"One GET of {steps} ({runs} rounds)", figures, "at most 0.8 in time")


def version(count: int) -> None:
    """The least that the command line does."""
    contenders = [
        Contender("empty interpreter", [sys.executable, "-c", "pass"]),
        Contender("arazzo --version", [ARAZZO, "--version"]),
    ]
    table(f"Start ({count} rounds)", rounds(contenders, count), "under 4")


def linear(count: int) -> None:
    """How the cost of a step that reads another one's output changes with their number."""
    runs = max(2, count // 8)
    with serving() as url, tempfile.TemporaryDirectory() as folder:
        sizes = {
            size: many_steps(url, Path(folder), size, get_item_after_another)
            for size in (1, 100, 1000, 5000)
        }
        figures = rounds(sizes.values(), runs)
    one = figures.pop(sizes.pop(1).name)
    costs = {
        contender.name: per_step(figures[contender.name], one, size)
        for size, contender in sizes.items()
    }
    table(f"One step of 100, 1,000, 5,000 ({runs} rounds)", costs, "about 1: linear")


SECTIONS: dict[str, Callable[[int], None]] = {
    section.__name__: section for section in (version, cold, step, linear)
}


def main() -> None:
    described = "\n".join(f"  {name:8} {one.__doc__}" for name, one in SECTIONS.items())
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description=f"sections:\n{described}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("section", nargs="*", choices=[*SECTIONS, []], metavar="SECTION")
    parser.add_argument("--rounds", type=int, default=20, help="rounds of the cold runs (20)")
    arguments = parser.parse_args()
    for name in arguments.section or SECTIONS:
        SECTIONS[name](arguments.rounds)


if __name__ == "__main__":
    main()
