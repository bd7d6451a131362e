"""Throw the wires of workflows away, let `arazzo new` find them again, and compare.

    .venv/bin/python scripts/wires_bar.py [--api] [--list] [--jobs N] FOLDER…

Each workflow that passes `run --mock --record` is written again from its recording, with an API
description inferred from it (with ``--api``: the one that the document names, where it has one).
Each value that was `$steps…` in the original is one of:

    exact       the same part of the same step's response
    equivalent  another source, a response or an input, that proved to give the same: with other
                inputs and another seed of the mock, both workflows run again, and the place has
                the original's value each time
    unproven    another source that gives the same, of a value that is the same in all the runs
    differs     another response that gives another value in one of these runs
    input       an input that does
    missed      a constant, or a new input
    other       not there: its request, or the place in it, is not in the new workflow

What was not sent, since the wire had no value, is no wire of the recording. Inputs and constants
are counted as well: how many are inputs and constants again.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from msgspec import Struct
from wire_worlds import Rediscovery, WireWorlds

import arazzo_runner as arazzo
from arazzo_runner.cli.main import main as arazzo_main
from arazzo_runner.document.model import Workflow
from arazzo_runner.errors import ArazzoError
from arazzo_runner.expression.ast import ArrayTemplate, Literal, ObjectTemplate, Template

_DOCUMENT = re.compile(r"""^\s*["']?arazzo["']?\s*:""", re.MULTILINE)
_HEAD = 20_000
Slot = tuple[str, ...]
Line = tuple[str, str, Slot]


class WireOutcome(Struct, frozen=True):
    """What came of a workflow: counts, and a line for each wire that is not exact."""

    name: str
    state: str
    counts: Mapping[str, int]
    lines: tuple[str, ...] = ()
    seconds: float = 0.0


def documents(folders: Sequence[str]) -> Iterator[str]:
    """The Arazzo documents in folders, and those that are named."""
    for folder in map(Path, folders):
        for path in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
            if path.suffix in (".json", ".yaml", ".yml") and path.is_file():
                head = path.read_text(encoding="utf-8", errors="replace")[:_HEAD]
                if _DOCUMENT.search(head) or '"arazzo"' in head:
                    yield str(path)


def outcomes(path: str, *, use_api: bool) -> list[WireOutcome]:
    """What comes of each workflow of a document."""
    try:
        loaded = arazzo.load(path).entry.document
    except (ArazzoError, OSError):
        return []
    urls = [one.url for one in loaded.source_descriptions]
    api = str(Path(path).parent / urls[0]) if use_api and len(urls) == 1 else None
    return [_outcome(path, one, api) for one in loaded.workflows]


def _outcome(path: str, workflow: Workflow, api: str | None) -> WireOutcome:
    name = f"{path} {workflow.workflow_id}"
    with tempfile.TemporaryDirectory() as folder:
        recording, made = f"{folder}/run.json", f"{folder}/new.arazzo.yaml"
        flags = ["--workflow", workflow.workflow_id]
        if _quietly(["run", path, *flags, "--mock", "--record", recording])[0]:
            return WireOutcome(name, "does not pass", {})
        start = time.process_time()
        by_api = ["--api", api] if api else []
        code, told = _quietly(["new", recording, "-o", made, *by_api, *flags])
        seconds = time.process_time() - start
        if code:
            return WireOutcome(name, f"not written ({code})", {}, (told[-400:],), seconds)
        again = arazzo.load(made).entry.document
        found = next(one for one in again.workflows if one.workflow_id == workflow.workflow_id)
        sent = _sent_texts(recording)
        lines = tuple(_lines(workflow, found, sent))
        if any(kind in _OPEN for kind, *_ in lines):
            worlds = WireWorlds(arazzo.load(path), workflow.workflow_id)
            proof = worlds.rediscovered(arazzo.load(made))
            lines = tuple(_proven(line, proof) for line in lines)
        problem = _problem(made)
        counts = Counter(kind for kind, *_ in lines)
        shown = tuple(f"{kind}: {text}" for kind, text, _ in lines if kind not in _FINE)
        return WireOutcome(
            name, problem or "compared", counts, (*shown, *told.splitlines()), seconds
        )


_PROVEN = {"same": "equivalent", "unproven": "unproven"}
_OPEN = ("response", "input", "other")
"""Wires of which only other runs show what they are worth."""


def _proven(line: Line, proof: Rediscovery) -> Line:
    """A line with what other runs say of its wire."""
    kind, text, slot = line
    if kind not in _OPEN:
        return line
    if kind == "other":
        return (kind if proof.was_sent(slot) else "not sent"), text, slot
    without_proof = "differs" if kind == "response" else kind
    return _PROVEN.get(proof.verdict(slot), without_proof), text, slot


_FINE = ("exact", "constant kept", "input kept")


def _problem(document: str) -> str:
    findings = [one.code for one in arazzo.validate(document)]
    if findings:
        return f"findings: {findings}"
    return "" if arazzo.run(document, mock=True).passed else "does not pass again"


def _quietly(command: list[str]) -> tuple[int, str]:
    told = io.StringIO()
    with contextlib.redirect_stderr(told), contextlib.redirect_stdout(io.StringIO()):
        return arazzo_main(command), told.getvalue()


def _sent_texts(recording: str) -> dict[str, str]:
    """All that was sent for each step, as one text."""
    exchanges = json.loads(Path(recording).read_text(encoding="utf-8"))["exchanges"]
    sent: dict[str, str] = {}
    for one in exchanges:
        step = re.sub(r"#.*", "", one["key"].rpartition("/")[2])
        sent[step] = sent.get(step, "") + unquote(json.dumps(one["request"]))
    return sent


def _lines(original: Workflow, found: Workflow, sent: Mapping[str, str]) -> Iterator[Line]:
    """How each value of the original came out, and a line about it."""
    known = original.inputs if isinstance(original.inputs, dict) else {}
    names = frozenset(f"$inputs.{name}" for name in known.get("properties", {}))
    outputs, again = _outputs(original), _outputs(found)
    new = dict(_slots(found))
    steps = {slot[0] for slot in new} | {one.step_id for one in found.steps}
    for slot, value in _slots(original):
        if slot[0] not in steps:
            if _references(value):
                yield "step omitted", f"{slot}", slot
            continue
        at = _covering(slot, new)
        if at is None and slot[-1] not in sent.get(slot[0], ""):
            continue
        for kind, line in _compare(slot, value, outputs, new[at] if at else None, again):
            is_new = kind == "input" and not names & {*re.findall(r"\$inputs\.[\w.-]+", line)}
            yield ("missed" if is_new else kind), line, slot


def _covering(slot: Slot, new: Mapping[Slot, Any]) -> Slot | None:
    """The same slot, or the one of which it is a part."""
    for end in range(len(slot), 2, -1):
        if slot[:end] in new:
            return slot[:end]
    return next((one for one in new if one[: len(slot)] == slot), None)


def _compare(
    slot: Slot, value: Any, outputs: Mapping[str, str], found: Any, again: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    wires = [one for one in _references(value) if one.startswith("$steps.")]
    now = "" if found is None else ", ".join(_references(found)) or "a constant"
    if not wires:
        kind = "input" if _references(value) else "constant"
        kept = now.startswith("$inputs.") if kind == "input" else now == "a constant"
        if now:
            yield f"{kind} {'kept' if kept else 'lost'}", f"{slot} {_text(value)} is {now}"
        return
    for wire in wires:
        wanted = outputs.get(wire, "")
        got = [again.get(one, one) for one in _references(found)] if found is not None else []
        line = f"{slot} {wire} ({wanted}) is {now} {got}"
        if wanted and wanted in got:
            yield "exact", line
        elif any(one.startswith(("$steps.", "$response", "step ")) for one in got):
            yield "response", line
        elif got:
            yield "input", line
        else:
            yield ("other" if found is None else "missed"), line


def _outputs(workflow: Workflow) -> dict[str, str]:
    """What each `$steps.….outputs.…` reads: the step, and the part of its response."""
    return {
        f"$steps.{step.step_id}.outputs.{name}": f"step {step.step_id} {_plain(_text(value))}"
        for step in workflow.steps
        for name, value in step.outputs
    }


def _plain(expression: str) -> str:
    return expression.replace("~1", "/").replace("$response.body.", "$response.body#/")


def _slots(workflow: Workflow) -> Iterator[tuple[Slot, Any]]:
    for step in workflow.steps:
        for one in step.parameters:
            location = getattr(one, "location", None)
            if location is not None and not isinstance(one.value, ObjectTemplate):
                yield (step.step_id, location, one.name), one.value
        body = step.request_body.payload if step.request_body else None
        if body is not None:
            yield from _members((step.step_id, "body", ""), body)


def _members(slot: Slot, value: Any) -> Iterator[tuple[Slot, Any]]:
    match value:
        case ObjectTemplate(members):
            for name, one in members:
                yield from _members((*slot, name), one)
        case ArrayTemplate(items):
            for index, one in enumerate(items):
                yield from _members((*slot, str(index)), one)
        case Literal(dict() as members):
            for name, one in members.items():
                yield from _members((*slot, name), Literal(one))
        case Literal(list() as items):
            for index, one in enumerate(items):
                yield from _members((*slot, str(index)), Literal(one))
        case _:
            yield slot, value


def _references(value: Any) -> list[str]:
    match value:
        case Literal() | None:
            return []
        case Template(parts):
            return [one.text for one in parts if not isinstance(one, str)]
        case ObjectTemplate(members):
            return [text for _, one in members for text in _references(one)]
        case ArrayTemplate(items):
            return [text for one in items for text in _references(one)]
        case _:
            return [_text(value)]


def _text(value: Any) -> str:
    if isinstance(value, Literal):
        return repr(value.value)[:80]
    return getattr(value, "text", None) or str(value)[:200]


def main(arguments: Sequence[str]) -> int:
    """Print the figures; 1 where something that was written is at fault."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--api", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--jobs", type=int, default=1)
    chosen = parser.parse_args(arguments)
    with Pool(chosen.jobs) as pool:
        work = partial(outcomes, use_api=chosen.api)
        results = [one for each in pool.imap(work, documents(chosen.folders)) for one in each]
    _print_figures(results)
    if chosen.list:
        for one in results:
            if one.lines or one.state not in ("compared", "does not pass"):
                print(f"\n{one.name}: {one.state}", *one.lines, sep="\n  ")
    return 1 if any("find" in one.state or "again" in one.state for one in results) else 0


def _print_figures(results: Sequence[WireOutcome]) -> None:
    for state, count in Counter(one.state for one in results).most_common():
        print(f"{count:5} workflows: {state}")
    counts = Counter[str]()
    for one in results:
        counts.update(one.counts)
    kinds = ("exact", "equivalent", "unproven", "differs", "input", "missed", "other")
    total = sum(counts[kind] for kind in kinds) or 1
    for kind in kinds:
        print(f"{counts[kind]:5} wires {kind}: {100 * counts[kind] / total:.1f} %")
    found = counts["exact"] + counts["equivalent"]
    print(f"{found} of {total} wires are found again: {100 * found / total:.1f} %")
    for kind in ("input", "constant"):
        kept, lost = counts[f"{kind} kept"], counts[f"{kind} lost"]
        print(f"{kept} of {kept + lost} {kind}s are {kind}s again")
    if counts["step omitted"]:
        print(f"{counts['step omitted']} values are of steps that are omitted or did not run")
    slowest = max(results, key=lambda one: one.seconds, default=None)
    if slowest is not None:
        print(f"slowest: {slowest.seconds:.1f} s of CPU for {slowest.name}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
