"""`--step` and `--break`: what they cannot be used with, and the steps that they name."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from arazzo_runner.cli.debugger.debugger import TerminalDebugger
from arazzo_runner.errors import UsageError
from arazzo_runner.executor.plan import StepKey
from arazzo_runner.pipeline.load import Description
from arazzo_runner.text.diagnostic import Diagnostic, did_you_mean, error

_IN_THE_WAY: Final = {
    "dry_run": ("--dry-run", "sends nothing"),
    "cases": ("--cases", "runs many rows at once"),
    "every": ("--every", "runs while nobody looks"),
    "on_failure": ("--on-failure", "is for runs at which nobody looks"),
    "watch": ("--watch", "begins again by itself"),
    "quiet": ("--quiet", "shows the verdict alone"),
}


def check_debugger(documents: Sequence[str], given: Mapping[str, Any]) -> None:
    """Raise UsageError where nobody could be asked, or where others would wait meanwhile."""
    flag = "--step" if given["step"] else "--break"
    for name, (other, why) in _IN_THE_WAY.items():
        if given[name]:
            raise _usage_error(
                f"`{flag}` stops the run to ask, and `{other}` {why}", "remove one of the two"
            )
    if given["repeat"] > 1:
        message = f"`{flag}` stops one run to ask, and `--repeat` makes many"
        raise _usage_error(message, "remove one of the two")
    if len(documents) > 1:
        message = f"`{flag}` stops the run of one document, and these are {len(documents)}"
        raise _usage_error(message, "name one of them")
    if sys.stdin is None or sys.stdin.closed:
        message = f"`{flag}` reads commands from standard input, which is closed"
        raise _usage_error(message, "run it at a terminal, or give it commands by a pipe")
    for taker in _stdin_takers(documents, given):
        message = f"`{flag}` reads commands from standard input, and so does {taker}"
        raise _usage_error(message, "write that to a file")


def _stdin_takers(documents: Sequence[str], given: Mapping[str, Any]) -> Iterator[str]:
    if "-" in documents:
        yield "the document `-`"
    if given["inputs_file"] == "-":
        yield "`--inputs -`"
    if any(one.partition("=")[2] == "@-" for one in given["inputs"]):
        yield "an input `NAME=@-`"


def _usage_error(message: str, way_out: str) -> UsageError:
    return UsageError(error("AZ906", message, help=way_out))


def debugger_of(description: Description, given: Mapping[str, Any]) -> TerminalDebugger:
    """The debugger of a run, with its breakpoints. Raises UsageError for steps there are not."""
    debugger: TerminalDebugger = given["debugger"]
    steps = _steps_by_name(description)
    if found := list(_unknown_steps(steps, given["breaks"])):
        raise UsageError(*found)
    debugger.breaks = frozenset(key for name in given["breaks"] for key in steps[name])
    return debugger


def _steps_by_name(description: Description) -> dict[str, list[StepKey]]:
    """The steps of all documents by ``STEP``, ``WORKFLOW.STEP`` and ``WORKFLOW/STEP``."""
    found: dict[str, list[StepKey]] = {}
    for unit in description.units.values():
        for workflow in unit.document.workflows:
            for step in workflow.steps:
                one, its = step.step_id, workflow.workflow_id
                key = StepKey(unit.document.base_uri, its, one)
                for name in (one, f"{its}.{one}", f"{its}/{one}"):
                    found.setdefault(name, []).append(key)
    return found


def _unknown_steps(
    steps: Mapping[str, Sequence[StepKey]], names: Sequence[str]
) -> Iterator[Diagnostic]:
    for name in names:
        if name not in steps:
            plain = dict.fromkeys(key.step for keys in steps.values() for key in keys)
            listed = f"the steps: {', '.join(f'`{one}`' for one in plain)}"
            hint = did_you_mean(name, [one for one in steps if "/" not in one])
            yield error("AZ906", f"`--break {name}` names no step", help=hint or listed)
