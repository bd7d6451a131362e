"""``--cases FILE``: the rows of a file as sets of inputs, each held against the workflows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner import running
from arazzo_runner.cli.case_files import CaseInputs, read_cases
from arazzo_runner.cli.inputs_for import input_schemas_of, inputs_for
from arazzo_runner.errors import InputError, UsageError
from arazzo_runner.expression.value import Value
from arazzo_runner.loading import Description
from arazzo_runner.text.diagnostic import Diagnostic, did_you_mean, error
from arazzo_runner.text.locate import locate_place
from arazzo_runner.text.source import Place


class CaseRun(Struct, frozen=True):
    """A row that is ready to run."""

    name: str
    prepared: running.PreparedRun


def prepare_cases(
    description: Description, given: Mapping[str, Any], options: running.RunConfig
) -> list[CaseRun]:
    """Bind the workflows once, and check the inputs of every row; nothing is sent.

    A row's inputs win over those that all have in common. Raises UsageError, InputError and
    DocumentError; what is wrong with a row says where it stands, and does not show it.
    """
    rows = _rows(description, given)
    common = inputs_for(description, given, given["workflows"])
    selected = running.select_workflows(description, given["workflows"])
    bound, lacking = running.plan_run(description, selected, options)
    if lacking:
        raise UsageError(*lacking)
    cases: list[CaseRun] = []
    problems: list[Diagnostic] = []
    for row in rows:
        inputs: dict[str, Value] = {**common, **row.inputs}
        try:
            prepared = running.with_inputs(description, bound, inputs)
            cases.append(CaseRun(row.id, prepared))
        except InputError as reason:
            problems += (_with_place(one, row.place) for one in reason.diagnostics)
    if problems:
        raise InputError(*problems)
    return cases


def _rows(description: Description, given: Mapping[str, Any]) -> list[CaseInputs]:
    known = input_schemas_of(description, given["workflows"])
    try:
        rows = read_cases(given["cases"], known)
    except InputError as reason:
        raise InputError(*map(_without_place, reason.diagnostics)) from None
    names = [row.id for row in rows]
    for name in given["case"]:
        if name not in names:
            message = f"`--case {name}` names no case of `{given['cases']}`"
            raise UsageError(error("AZ906", message, help=did_you_mean(name, names)))
    return [row for row in rows if not given["case"] or row.id in given["case"]]


def _with_place(finding: Diagnostic, place: Place) -> Diagnostic:
    where = f"{place.source.name}:{locate_place(place).line}"
    return replace(finding, message=f"{where}: {finding.message}")


def _without_place(finding: Diagnostic) -> Diagnostic:
    """A finding with its place in words: a frame would show the row, and secrets in it."""
    if finding.place is None:
        return finding
    return replace(_with_place(finding, finding.place), place=None)
