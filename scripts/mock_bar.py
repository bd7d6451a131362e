"""Run the workflows of all documents in folders against the mock, and count how many pass.

    .venv/bin/python scripts/mock_bar.py [--no-inputs] [--lenient] [--send-invalid] [--list] FOLDER…
    .venv/bin/python scripts/mock_bar.py --recordings [--lenient] [--send-invalid] FOLDER…

A workflow counts when its document validates without an error and no other workflow calls it. Its
inputs are made from their schema; with ``--no-inputs`` none are given, and the mock makes up those
that are required. Printed are the share that passes, and the others by the reason of their failure;
with ``--list`` each of them. With ``--send-invalid`` documents count too whose requests their own
descriptions do not allow, and are sent all the same. A source that is named by the address of a
server is read from a file beside the document: ``patched``, ``api`` or ``spec``, JSON or YAML.

``--recordings`` runs each workflow of a ``recording.json`` against the mock instead, and prints
where the mock's status, or the kind of a member that criteria and outputs read, is another than the
one that the server returned.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from multiprocessing import Pool

from mock_recordings import local_sources, print_recordings
from msgspec import Struct

import arazzo_runner as arazzo
from arazzo_runner.errors import ArazzoError
from arazzo_runner.expression.value import Value
from arazzo_runner.mock.generate.flatten import NoExample
from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.mock.generate.value import generate_value
from arazzo_runner.pipeline.load import Description
from arazzo_runner.retrieve.files import find_documents
from arazzo_runner.text.diagnostic import Severity

SECONDS = 60.0
REQUEST_CODES = frozenset({"AZ313", "AZ314", "AZ315", "AZ316"})
"""What is wrong with a request that ``--send-invalid`` sends all the same."""


class BarOptions(Struct, frozen=True):
    """Whether inputs are given, whether the mock is lenient, and requests may be invalid."""

    has_inputs: bool = True
    is_lenient: bool = False
    sends_invalid: bool = False


class WorkflowOutcome(Struct, frozen=True):
    """How a workflow went: ``reason`` is empty for one that passed."""

    document: str
    workflow: str
    reason: str = ""


def outcomes(document: str, options: BarOptions) -> Iterator[WorkflowOutcome]:
    """How each workflow of a document goes; nothing for a document with errors."""
    sources = local_sources(document)
    findings = arazzo.validate(document, allow_read=True, sources=sources)
    passable = REQUEST_CODES if options.sends_invalid else frozenset[str]()
    if any(one.severity is Severity.ERROR and one.code not in passable for one in findings):
        return
    try:
        description = arazzo.load(document, allow_read=True, sources=sources)
    except ArazzoError:
        return
    called = _called(description)
    for workflow in description.entry.document.workflows:
        if workflow.workflow_id not in called:
            yield _run_workflow(description, document, workflow.workflow_id, options)


def _called(description: Description) -> set[str]:
    from arazzo_runner.executor.bind.plan import entry_workflows

    entry = set(entry_workflows(description.entry, description.units.values()))
    return {one.workflow_id for one in description.entry.document.workflows} - entry


def _run_workflow(
    description: Description, document: str, name: str, options: BarOptions
) -> WorkflowOutcome:
    try:
        inputs = _inputs(description, name) if options.has_inputs else {}
        limits = arazzo.Limits(run_timeout=SECONDS)
        result = arazzo.run(
            description,
            name,
            inputs=inputs,
            mock=True,
            mock_lenient=options.is_lenient,
            send_invalid=["all"] if options.sends_invalid else [],
            limits=limits,
        )
    except (ArazzoError, NoExample) as reason:
        return WorkflowOutcome(document, name, f"not run: {reason}")
    except Exception as bug:  # noqa: BLE001 (it is counted like any other reason)
        return WorkflowOutcome(document, name, f"BUG {type(bug).__name__}: {bug}")
    return WorkflowOutcome(document, name, "" if result.passed else _reason(result))


def _inputs(description: Description, name: str) -> dict[str, Value]:
    """Inputs as a user would make them who reads nothing but their schema."""
    from arazzo_runner.pipeline.run import RunConfig, plan_run, select_workflows

    selected = select_workflows(description, (name,))
    plan = plan_run(description, selected, RunConfig(needs_credentials=False)).plan
    declared = plan.workflows[selected[0]].inputs_schema
    schema = declared.value if declared else None
    made = generate_value(schema, SeededChoice()) if schema is not None else {}
    return made if isinstance(made, dict) else {}


def _reason(result: arazzo.Result) -> str:
    try:
        result.raise_for_status()
    except arazzo.WorkflowFailed as reason:
        return f"{_kind(result)}\n{reason}"
    return "nothing has run"


def _kind(result: arazzo.Result) -> str:
    """What of the last attempt is to blame, in a line."""
    last = result.workflows[-1]
    if last.error:
        return f"{last.error.code}: {last.error.message}"
    step = next((one for one in reversed(last.steps) if not one.passed), None)
    while (
        step and step.attempts and step.attempts[-1].workflow and step.attempts[-1].workflow.steps
    ):
        step = step.attempts[-1].workflow.steps[-1]
    if step is None or not step.attempts:
        return f"ended by {last.ended_by}"
    attempt = step.attempts[-1]
    if attempt.response is not None and attempt.response.status >= 400:
        return f"{attempt.response.status} {attempt.response.body[:400].decode('utf-8', 'replace')}"
    if attempt.error:
        return f"{attempt.error.code}: {attempt.error.message}"
    told = [
        f"{one.context or ''} {one.condition} {[each.value for each in one.operands]}"
        for one in attempt.criteria
        if not one.passed
    ]
    return f"{attempt.response.status if attempt.response else ''} {'; '.join(told)}"


def _job(task: tuple[str, BarOptions]) -> list[WorkflowOutcome]:
    return list(outcomes(*task))


def _summary(reason: str) -> str:
    """The reason without what differs from one document to the next."""
    return re.sub(r"`[^`]*`|\d{4,}", "…", reason.splitlines()[0])[:200]


def main(arguments: Sequence[str]) -> int:
    """Print the share and the reasons."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--no-inputs", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--lenient", action="store_true")
    parser.add_argument("--send-invalid", action="store_true")
    parser.add_argument("--recordings", action="store_true")
    parser.add_argument("--jobs", type=int, default=1)
    chosen = parser.parse_args(arguments)
    if chosen.recordings:
        free = ["all"] if chosen.send_invalid else []
        return print_recordings(chosen.folders, is_lenient=chosen.lenient, send_invalid=free)
    documents = [str(one) for one in find_documents(chosen.folders)]
    options = BarOptions(not chosen.no_inputs, chosen.lenient, chosen.send_invalid)
    tasks = [(one, options) for one in documents]
    with Pool(chosen.jobs) as pool:
        found = [one for each in pool.imap_unordered(_job, tasks, 4) for one in each]
    passed = sum(not one.reason for one in found)
    print(f"{passed} of {len(found)} workflows pass: {100 * passed / max(1, len(found)):.1f} %")
    failed = defaultdict(list)
    for one in sorted(found, key=lambda one: (one.document, one.workflow)):
        if one.reason:
            failed[_summary(one.reason)].append(one)
    for summary, count in Counter({key: len(each) for key, each in failed.items()}).most_common():
        print(f"{count:5} {summary}")
    if chosen.list:
        for each in failed.values():
            for one in each:
                print(f"\n=== {one.document} {one.workflow}\n{one.reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
