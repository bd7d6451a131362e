"""The figures that the project is held to, side by side with what they are compared to.

Every section is a function here; `scripts/bench NAME…` runs some of them, `scripts/bench` all.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import checking
import descriptions
import embedding
import exponents
import growth
import masking
import mocking
from contenders import ARAZZO, HERE, running, script, serving
from documents import get_item, write_document
from measure import Contender, further, rounds, table

STUDIO = HERE.parent / "workflows" / "twilio-studio-trigger-execution-track-steps-workflow.yml"
FLOW = "FW" + "a" * 32
CREDENTIALS = {
    "ARAZZO_AUTH_STUDIOAPI_ACCOUNTSID_AUTHTOKEN_USERNAME": "AC0",
    "ARAZZO_AUTH_STUDIOAPI_ACCOUNTSID_AUTHTOKEN_PASSWORD": "secret",
}


def studio(name: str, *arguments: str) -> Contender:
    inputs = [f"flowSid={FLOW}", "to=+15558675310", "from=+15017122661"]
    flags = [word for one in inputs for word in ("-i", one)]
    return Contender(name, [ARAZZO, "run", str(STUDIO), *flags, *arguments], CREDENTIALS)


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
            running("one step", write_document(Path(folder), 1, get_item), url),
            running("all steps", write_document(Path(folder), steps, get_item), url),
        ]
        one_call, calls, one_step, all_steps = rounds(contenders, runs).values()
    figures = {
        "httpx.Client loop": further(calls, one_call, steps - 1),
        "arazzo run": further(all_steps, one_step, steps - 1),
    }
    table(f"One GET of {steps} ({runs} rounds)", figures, "at most 0.8 in time")


def version(count: int) -> None:
    """The least that the command line does."""
    contenders = [
        Contender("empty interpreter", [sys.executable, "-c", "pass"]),
        Contender("arazzo --version", [ARAZZO, "--version"]),
    ]
    table(f"Start ({count} rounds)", rounds(contenders, count), "under 4")


SECTIONS: dict[str, Callable[[int], None]] = {
    section.__name__: section
    for section in (
        version,
        cold,
        step,
        growth.linear,
        growth.loop,
        growth.workflows,
        growth.passing,
        exponents.growth,
        checking.validate,
        descriptions.openapi,
        embedding.runner,
        masking.masking,
        mocking.mock,
    )
}


def main() -> None:
    described = "\n".join(f"  {name:10} {one.__doc__}" for name, one in SECTIONS.items())
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
