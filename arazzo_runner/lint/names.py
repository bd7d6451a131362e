"""Names of the document in a condition, without what begins an expression.

`== token` may mean the text or an output of an earlier step: where there is such a name, nothing
is quoted for certain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec.structs import replace

from arazzo_runner.document.model import Step, Workflow
from arazzo_runner.executor.plan import Unit
from arazzo_runner.expression.autocorrect import correct_condition
from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.text.source import Place
from arazzo_runner.text.suggested_fix import change_text


def with_names(findings: Iterable[Diagnostic], units: Iterable[Unit]) -> Iterator[Diagnostic]:
    """The findings, with the names of the document in the fixes of conditions."""
    by_uri = {one.document.source.uri: one for one in units}
    for finding in findings:
        place = finding.place
        unit = by_uri.get(place.source.uri) if place and finding.code == "AZ118" else None
        is_condition = place is not None and place.pointer[-1:] == ("condition",)
        yield _with_names(finding, unit) if unit is not None and is_condition else finding


def _with_names(finding: Diagnostic, unit: Unit) -> Diagnostic:
    place = finding.place
    assert place is not None
    criterion: Any = unit.document.raw
    for token in place.pointer[:-1]:
        criterion = criterion[token]
    if criterion.get("type", "simple") != "simple":
        return finding
    text = criterion["condition"]
    known = dict[str, dict[str, None]]()
    for name, meant in _names_at(place.pointer, unit):
        known.setdefault(name, {})[meant] = None
    used = list[str]()

    def meanings(word: str) -> list[str]:
        found = [*known.get(word, ())]
        used.extend(found)
        return found

    corrected = correct_condition(text, meanings)
    if not used:
        return finding
    listed = " or ".join(f"`{one}`" for one in dict.fromkeys(used))
    help_line = f"to read a value, write {listed}; to compare with a text, quote it"
    whole = Place(place.source, place.pointer)
    fix = change_text(whole, corrected) if corrected is not None else None
    return replace(finding, help=help_line, fix=fix)


def _names_at(pointer: tuple[str | int, ...], unit: Unit) -> Iterator[tuple[str, str]]:
    """Each way to write a name that can be read there, with the expression for it."""
    match pointer:
        case ("workflows", int(), "steps", int(), *_):
            for workflow in _workflows_at(pointer, unit):
                before = (one for one in workflow.steps if one.place.pointer <= pointer[:4])
                yield from _names_of(workflow, before, unit)
        case ("workflows", int(), *_):
            for workflow in _workflows_at(pointer, unit):
                yield from _names_of(workflow, workflow.steps, unit)
        case _:  # a component: where it is used is not known here
            for workflow in unit.document.workflows:
                yield from _names_of(workflow, workflow.steps, unit)


def _workflows_at(pointer: tuple[str | int, ...], unit: Unit) -> Iterator[Workflow]:
    """The workflow that a place is in; none where it is no workflow that could be read."""
    yield from (one for one in unit.document.workflows if one.place.pointer == pointer[:2])


def _names_of(workflow: Workflow, steps: Iterable[Step], unit: Unit) -> Iterator[tuple[str, str]]:
    for name in unit.inputs[workflow.workflow_id].stated:
        for written in (name, f"inputs.{name}"):
            yield written, f"$inputs.{name}"
    for step in steps:
        for name, _ in step.outputs:
            meant = f"$steps.{step.step_id}.outputs.{name}"
            for written in (name, f"outputs.{name}", f"{step.step_id}.{name}", meant[1:],
                            meant.removeprefix("$steps.")):  # fmt: skip
                yield written, meant
