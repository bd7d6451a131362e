"""Cascading findings: those that only follow from another one are not reported.

A name cannot be judged where the source that would hold it could not be read, nor a value in which
something is wrong already, nor what is missing from an object of which a part could not be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final, TypeAlias

from msgspec import Struct

from arazzo_runner.document.model import (
    ArazzoDocument,
    EndAction,
    FailureAction,
    OperationById,
    Reusable,
    StepTarget,
    SuccessAction,
    Workflow,
    WorkflowName,
)
from arazzo_runner.executor.plan import Unit
from arazzo_runner.text.codes import CODES
from arazzo_runner.text.diagnostic import Diagnostic, Severity, nearest
from arazzo_runner.text.source import Place, Pointer, SourceFile

MissingNames: TypeAlias = frozenset[tuple[str, str]]
"""Sources that could not be read: the base URI of the document that names one, and its name."""

_SourcePointer: TypeAlias = tuple[SourceFile, Pointer]

# What is said of a name both where the document alone is looked at and where it is bound.
_NAMES: Final = frozenset({"AZ202", "AZ203", "AZ204", "AZ206", "AZ207", "AZ208", "AZ223"})
# What is said of steps by what they call.
_OF_STEPS: Final = frozenset({"AZ219", *(code for code in CODES if code.startswith("AZ3"))})
# What is said of a step where a part of this field may be missing: it could not be read.
_OF_FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "parameters": frozenset({"AZ219", "AZ301", "AZ319"}),
    "requestBody": frozenset({"AZ303", "AZ312", "AZ313", "AZ319"}),
    "successCriteria": frozenset({"AZ304", "AZ306", "AZ307", "AZ310", "AZ311"}),
    "onSuccess": frozenset({"AZ310"}),
    "onFailure": frozenset({"AZ310"}),
}
# What is said of one criterion alone, whatever the others are.
_OF_ITEMS: Final = frozenset({"AZ304", "AZ306", "AZ307"})
# What is sent before there is an answer that criteria judge.
_SENT: Final = frozenset({"parameters", "requestBody"})
# What is decided when the criteria have been judged.
_ACTIONS: Final = frozenset({"onSuccess", "onFailure"})
_STEP_DEPTH: Final = 4
"""``/workflows/0/steps/0``"""
_ITEM_DEPTH: Final = 6
"""``/workflows/0/steps/0/successCriteria/0``"""

RUNNABLE: Final = frozenset({"AZ118", "AZ210", "AZ211"})
"""Errors that leave a run possible, to which they are warnings: a malformed condition fails its
criterion and says why ("Evaluation Errors"); an input or output that is read but not declared is a
value that is missing."""


class Causes(Struct, frozen=True):
    """What is known to be wrong before a plan is looked at.

    ``said`` are the findings so far by code and spot, ``broken`` the spots of errors, ``unknown``
    those of names that a source would have to hold which could not be read. ``holes`` are the
    fields of steps, of workflows and of the components of which something could not be read,
    ``items`` the criteria of steps among them.
    """

    findings: frozenset[tuple[str, _SourcePointer]]
    broken: frozenset[_SourcePointer]
    unknown: frozenset[_SourcePointer]
    holes: frozenset[tuple[_SourcePointer, str]]
    items: frozenset[_SourcePointer]

    def explain(self, code: str, place: Place) -> bool:
        """Whether a finding about a step follows from another at its place, or from a hole."""
        source, pointer = place.source, place.pointer
        # A name is not wrong for what is wrong with its value.
        end = len(pointer) + (0 if place.target == "key" else 1)
        if any((source, pointer[:at]) in self.broken for at in range(_STEP_DEPTH + 1, end)):
            return True
        if code in _OF_ITEMS and len(pointer) > _ITEM_DEPTH:
            return (source, pointer[:_ITEM_DEPTH]) in self.items
        owners = (pointer[:_STEP_DEPTH], pointer[:2], ())
        return any(
            ((source, owner), field) in self.holes
            for field, codes in _OF_FIELDS.items()
            if code in codes and not _is_before(pointer[_STEP_DEPTH:5], field)
            for owner in owners
        )


def _is_before(part: Pointer, field: str) -> bool:
    """Whether a part of a step is judged before a field of it, which can change nothing there."""
    is_sent = bool(_SENT.intersection(part)) and field not in _SENT
    return is_sent or (part == ("successCriteria",) and field in _ACTIONS)


def find_causes(
    findings: Iterable[Diagnostic], units: Mapping[str, Unit], missing: MissingNames
) -> Causes:
    """The causes in the findings about the texts of a description."""
    placed = [(one, (one.place.source, one.place.pointer)) for one in findings if one.place]
    structural = [spot for one, spot in placed if _is_structural(one)]
    return Causes(
        frozenset((one.code, spot) for one, spot in placed),
        frozenset(spot for one, spot in placed if _is_broken(one)),
        frozenset(_unknown_places(units, missing)),
        frozenset(hole for spot in structural for hole in _hole(*spot)),
        frozenset((source, pointer[:_ITEM_DEPTH]) for source, pointer in structural),
    )


def _is_broken(found: Diagnostic) -> bool:
    """Whether it is an error, if only to `validate`."""
    return found.severity is Severity.ERROR or found.code in RUNNABLE


def _is_structural(found: Diagnostic) -> bool:
    """Whether the model misses something: a malformed expression and an unknown name are there."""
    if found.severity is not Severity.ERROR or found.code in ("AZ117", "AZ118"):
        return False
    if found.code == "AZ110" and not (found.help or "").startswith("did you mean"):
        # What looks like no field takes the place of none, unless it is one of the step itself.
        return found.place is not None and len(found.place.pointer) <= _STEP_DEPTH + 1
    return found.code.startswith("AZ1") or found.code == "AZ209"


def _hole(source: SourceFile, pointer: Pointer) -> Iterator[tuple[_SourcePointer, str]]:
    """The field that something is missing from, or was probably meant for, and whose it is."""
    match pointer:
        case ("workflows", _, "steps", _, str(name), *_):
            field = name if name in _OF_FIELDS else nearest(name, _OF_FIELDS)
            if field is not None:
                yield (source, pointer[:_STEP_DEPTH]), field
        case ("workflows", _, "parameters", *_):
            yield (source, pointer[:2]), "parameters"
        case ("components", "parameters", *_):
            yield (source, ()), "parameters"
        case _:
            return


def independent_findings(found: Iterable[Diagnostic], known: Causes) -> Iterator[Diagnostic]:
    """The findings of binding that do not follow from others."""
    for one in found:
        if one.place is None or not _is_cascade(one, one.place, known):
            yield one


def _is_cascade(found: Diagnostic, place: Place, known: Causes) -> bool:
    spot = (place.source, place.pointer)
    if found.code in _NAMES:
        # What a step calls has the step's place where it could not be read.
        is_stand_in = place.pointer[-2:-1] == ("steps",)
        return is_stand_in or spot in known.unknown or (found.code, spot) in known.findings
    return found.code in _OF_STEPS and known.explain(found.code, place)


def _unknown_places(units: Mapping[str, Unit], missing: MissingNames) -> Iterator[_SourcePointer]:
    for uri, unit in units.items():
        lacking = {name for base, name in missing if base == uri}
        unread = _has_unread_sources(unit.document)
        for target in _targets(unit.document) if lacking or unread else ():
            if unread or target.source in lacking or _is_anywhere(target):
                yield target.place.source, target.place.pointer


def _has_unread_sources(document: ArazzoDocument) -> bool:
    """Whether the document has source descriptions that could not be understood."""
    written = document.raw.get("sourceDescriptions")
    return not isinstance(written, list) or len(written) != len(document.source_descriptions)


def _targets(document: ArazzoDocument) -> Iterator[StepTarget]:
    for workflow in document.workflows:
        yield from targets_of(workflow)


def targets_of(workflow: Workflow) -> Iterator[StepTarget]:
    """All operations and workflows that a workflow names."""
    yield from workflow.depends_on
    if workflow.finally_call is not None:
        yield workflow.finally_call.target
    yield from (step.target for step in workflow.steps)
    yield from _action_targets(workflow.success_actions, workflow.failure_actions)
    for step in workflow.steps:
        yield from (one.workflow for one in step.depends_on if one.workflow is not None)
        yield from _action_targets(step.on_success, step.on_failure)


def _action_targets(
    *lists: Iterable[SuccessAction | FailureAction | Reusable],
) -> Iterator[WorkflowName]:
    for action in chain.from_iterable(lists):
        if isinstance(action, EndAction | Reusable) or isinstance(action.target, str | None):
            continue
        yield action.target


def _is_anywhere(target: StepTarget) -> bool:
    """An operationId without a source may be in any of them."""
    return isinstance(target, OperationById) and target.source is None
