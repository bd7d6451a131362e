"""`arazzo resume --cases FILE`: the rows of a run, given again for the secrets that they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from arazzo_runner.cli.inputs import input_schemas_of
from arazzo_runner.cli.journal.flags import JournalFlags
from arazzo_runner.cli.run.cases_file import read_cases, without_place
from arazzo_runner.errors import InputError, UsageError
from arazzo_runner.expression.value import Value
from arazzo_runner.journal.model import RowRecord
from arazzo_runner.journal.row_inputs import missing_inputs
from arazzo_runner.pipeline.load import Description
from arazzo_runner.text.diagnostic import error

RowInputs = Mapping[str, Mapping[str, Value]]


def read_rows(
    file: str | None,
    kept: JournalFlags,
    records: Sequence[RowRecord],
    description: Description,
    workflows: Sequence[str],
) -> RowInputs:
    """The inputs of each row by its name, as the file has them now; nothing without a file.

    Raises UsageError where a row is missing, is new, or has other secret inputs than it had.
    """
    if file is None:
        _check_needed(kept.row_secrets)
        return {}
    try:
        read = read_cases(file, input_schemas_of(description, workflows))
    except InputError as reason:
        raise InputError(*map(without_place, reason.diagnostics)) from None
    rows = {one.id: one.inputs for one in read}
    names = {one.name for one in records}
    _refuse_rows(file, "has not the rows", [one.name for one in records if one.name not in rows])
    if not kept.is_part:
        _refuse_rows(file, "has other rows", [name for name in rows if name not in names])
    for record in records:
        _check_secrets(file, record, rows[record.name], kept.row_secrets)
    return rows


def _check_needed(names: Mapping[str, Sequence[int]]) -> None:
    if names:
        listed = ", ".join(f"`{one}`" for one in names)
        message = f"rows have secret inputs of their own, which no journal has: {listed}"
        raise UsageError(error("AZ902", message, help="give the rows again: `--cases FILE`"))


def _refuse_rows(file: str, what: str, names: Sequence[str]) -> None:
    if names:
        listed = ", ".join(f"`{one}`" for one in names)
        message = f"`--cases {file}` {what}: {listed}"
        raise UsageError(error("AZ906", message, help="give the file that the run was begun with"))


def _check_secrets(
    file: str, record: RowRecord, inputs: Mapping[str, Value], secrets: Mapping[str, Sequence[int]]
) -> None:
    """Raise UsageError for a row with a secret that it had not, or without one that it had."""
    missing = {*missing_inputs([*secrets], inputs)}
    for name, without in secrets.items():
        if (name in missing) != (record.number in without):
            has = "lacks" if name in missing else "now has"
            message = f"the row `{record.name}` of `--cases {file}` {has} the secret input `{name}`"
            hint = "give the file that the run was begun with"
            raise UsageError(error("AZ906", message, help=hint))
