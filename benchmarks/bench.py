"""The figures that the project is held to, side by side with what they are compared to.

Every section is a function here; `scripts/bench NAME…` runs some of them, `scripts/bench` all.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import agents
import batching
import checking
import descriptions
import editors
import embedding
import exponents
import growth
import journaling
import loading
import masking
import memory
import performance
import serving_mock
from contenders import (
    ARAZZO,
    FLOW_INPUTS,
    STUDIO,
    STUDIO_CREDENTIALS,
    running,
    script,
    serving,
)
from documents import get_item, write_document
from measure import Contender, rounds, table


def studio(name: str, *arguments: str) -> Contender:
    flags = [word for key, one in FLOW_INPUTS.items() for word in ("-i", f"{key}={one}")]
    return Contender(name, [ARAZZO, "run", str(STUDIO), *flags, *arguments], STUDIO_CREDENTIALS)


def start(count: int) -> None:
    """What it costs to start: the three-step job cold, `validate`, `--version`."""
    with serving() as url, tempfile.TemporaryDirectory() as folder:
        document = write_document(Path(folder), 3, get_item)
        contenders = [
            script("httpx script", "baseline_job.py", url, FLOW_INPUTS["flowSid"]),
            studio("arazzo run", "--server", url),
            studio("arazzo run --mock", "--mock"),
            Contender("arazzo validate", [ARAZZO, "validate", str(document)]),
            Contender("arazzo --version", [ARAZZO, "--version"]),
            Contender("empty interpreter", [sys.executable, "-c", "pass"]),
        ]
        figures = rounds(contenders, count)
    wanted = "CPU of run at most 0.75, of validate 0.7, of --version 0.2"
    table(f"The three-step job, cold, and other starts ({count} rounds)", figures, wanted)


def step(count: int) -> None:
    """What a workflow of 1,000 steps costs, quiet and reported."""
    steps, runs = 1000, max(3, count // 4)
    with serving() as url, tempfile.TemporaryDirectory() as folder:
        document = write_document(Path(folder), steps, get_item)
        page = f"html={folder}/report.html"
        contenders = [
            script("httpx.Client loop", "baseline_loop.py", url, str(steps)),
            running("arazzo run -q", document, url),
            running("arazzo run --json", document, url, "--json"),
            running("arazzo run -q --report html", document, url, "--report", page),
        ]
        figures = rounds(contenders, runs)
    wanted = "CPU of -q at most 1.0, of --json 1.3, of html 1.6; memory 1.3 and 1.4"
    table(f"{steps} GETs in one process ({runs} rounds)", figures, wanted)


def mock(count: int) -> None:
    """First and second responses of the mock, for all operations and for lists of 50 items."""
    import mocking  # which needs the environment, as `--help` does not

    mocking.mock(count)


SECTIONS: dict[str, Callable[[int], None]] = {
    section.__name__.replace("_", "-"): section
    for section in (
        start,
        step,
        growth.linear,
        growth.loop,
        growth.workflows,
        growth.passing,
        exponents.growth,
        checking.validate,
        descriptions.openapi,
        embedding.runs,
        embedding.runner,
        journaling.journal,
        loading.load,
        masking.masking,
        memory.memory,
        performance.performance,
        mock,
        serving_mock.mock_server,
        agents.mcp,
        batching.batch,
        editors.lsp,
    )
}


def main() -> None:
    described = "\n".join(f"  {name:12} {one.__doc__}" for name, one in SECTIONS.items())
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
