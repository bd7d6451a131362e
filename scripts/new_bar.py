"""Let `arazzo new` write workflows for all API descriptions in folders, and judge what it writes.

    .venv/bin/python scripts/new_bar.py [--cleanup] [--list] [--jobs N] FOLDER…

Printed are how many descriptions give a workflow, how many of these documents have errors or
warnings of `validate` (with ``--cleanup``, but AZ507) or do not pass `run --mock`, as a whole and
each workflow by itself, how many have no fault but those of their API description, the CPU time of
the slowest, and what was omitted, by the reason. With ``--list`` each description that gives
nothing, something that fails, or that has findings itself. What was judged until an interrupt
(Ctrl-C) is counted.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from multiprocessing import Pool
from pathlib import Path

from msgspec import Struct

import arazzo_runner as arazzo
from arazzo_runner.cli.main import main as arazzo_main
from arazzo_runner.errors import ArazzoError
from arazzo_runner.retrieve.files import file_uri
from arazzo_runner.text.diagnostic import Diagnostic, Severity

_DESCRIPTION = re.compile(r"""^\s*["']?(openapi|swagger)["']?\s*:\s*["']?[23]\.""", re.MULTILINE)
_ARAZZO = re.compile(r"""^\s*["']?arazzo["']?\s*:""", re.MULTILINE)
_HEAD = 200_000


class NewOutcome(Struct, frozen=True):
    """What came of a description: workflows, notes, seconds of CPU, and what is wrong.

    ``problems`` are those of what was written, ``foreign`` the warnings that lie in the API
    description, whatever is written.
    """

    path: str
    workflows: int
    steps: int
    seconds: float
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


def descriptions(folders: Sequence[str]) -> Iterator[str]:
    """The OpenAPI descriptions in folders."""
    for folder in folders:
        for path in sorted(Path(folder).rglob("*")):
            if path.suffix in (".json", ".yaml", ".yml") and path.is_file():
                head = path.read_text(encoding="utf-8", errors="replace")[:_HEAD]
                if _DESCRIPTION.search(head) and not _ARAZZO.search(head):
                    yield str(path)


def outcome(path: str, *, cleanup: bool) -> NewOutcome:
    """Write workflows for a description into a folder of their own, and judge them."""
    with tempfile.TemporaryDirectory() as folder:
        document = str(Path(folder) / "new.arazzo.yaml")
        flags = ["--cleanup"] if cleanup else []
        told, start = io.StringIO(), time.process_time()
        with contextlib.redirect_stderr(told), contextlib.redirect_stdout(io.StringIO()):
            code = arazzo_main(["new", path, "-o", document, *flags])
        seconds = time.process_time() - start
        notes = tuple(one for one in told.getvalue().splitlines() if one.startswith("note: "))
        if code:
            reason = told.getvalue().replace("\n", " ")[-300:]
            problem = () if code in (2, 3) else (f"exit code {code}: {reason}",)
            return NewOutcome(path, 0, 0, seconds, notes or (reason,), problem)
        description = arazzo.load(document)
        workflows = description.entry.document.workflows
        steps = sum(len(one.steps) for one in workflows)
        findings = [
            one for one in arazzo.validate(document) if not (cleanup and one.code == "AZ507")
        ]
        foreign = [one for one in findings if _is_foreign(one, document)]
        own = [one for one in findings if one not in foreign]
        problems = (*map(_words, own), *_failures(description))
        counts = len(workflows), steps, seconds
        return NewOutcome(path, *counts, notes, problems, tuple(map(_words, foreign)))


def _words(finding: Diagnostic) -> str:
    return f"{finding.severity.value}[{finding.code}]: {finding.message}"


def _is_foreign(finding: Diagnostic, document: str) -> bool:
    """Whether it is a warning that has no place in the written document."""
    places = [one for one in (finding.place, *(one.place for one in finding.more)) if one]
    uri = file_uri(document)
    return (
        finding.severity is not Severity.ERROR
        # AZ109 says that there are more than are shown.
        and (bool(places) or finding.code == "AZ109")
        and all(one.source.uri != uri for one in places)
    )


def _failures(description: arazzo.Description) -> Iterator[str]:
    names = [one.workflow_id for one in description.entry.document.workflows]
    for name in (None, *names):
        try:
            result = arazzo.run(description, name, mock=True)
        except ArazzoError as reason:
            yield f"{name or 'all'}: not run: {reason}"
            continue
        if not result.passed:
            yield f"{name or 'all'}: does not pass"


def main(arguments: Sequence[str]) -> int:
    """Print the figures; 1 where something that was written is at fault."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--cleanup", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--jobs", type=int, default=1)
    chosen = parser.parse_args(arguments)
    outcomes = list[NewOutcome]()
    with Pool(chosen.jobs, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
        judge = partial(outcome, cleanup=chosen.cleanup)
        with contextlib.suppress(KeyboardInterrupt):
            for one in pool.imap_unordered(judge, descriptions(chosen.folders)):
                outcomes.append(one)
                if chosen.list and (one.problems or one.foreign or not one.workflows):
                    lines = (f"{one.path}", *one.problems, *one.foreign, *one.notes)
                    print(*lines, sep="\n  ", end="\n\n", flush=True)
    _print_figures(outcomes)
    return 1 if any(one.problems for one in outcomes) else 0


def _print_figures(outcomes: Sequence[NewOutcome]) -> None:
    productive = [one for one in outcomes if one.workflows]
    share = 100 * len(productive) / max(1, len(outcomes))
    print(f"{len(productive)} of {len(outcomes)} descriptions give a workflow: {share:.1f} %")
    workflows, steps = sum(one.workflows for one in outcomes), sum(one.steps for one in outcomes)
    faulty = sum(bool(one.problems) for one in outcomes)
    foreign = sum(bool(one.foreign) and not one.problems for one in outcomes)
    print(f"{workflows} workflows, {steps} steps; {faulty} documents are at fault")
    print(f"{foreign} documents have no fault but warnings that lie in their API description")
    slowest = max(outcomes, key=lambda one: one.seconds, default=None)
    if slowest is not None:
        print(f"slowest: {slowest.seconds:.1f} s of CPU for {slowest.path}")
    omitted = (note for one in outcomes for note in one.notes if " is omitted from " in note)
    for reason, count in Counter(map(_reason, omitted)).most_common():
        print(f"{count:5} {reason}")


def _reason(note: str) -> str:
    """The reason of a note without what differs from one description to the next."""
    return re.sub(r"`[^`]*`|\d{4,}", "…", note.partition(" is omitted from ")[2])[:150]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
