"""``--cases FILE``: the cases in a file, each a set of inputs, checked against the workflows.

In CSV the first line names the inputs, text becomes the declared type, and an empty cell gives
none; a name with dots reaches into an object. JSONL has an object of inputs a line, JSON a list of
them. `id` names the case, where the workflow has no input of that name.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import StringIO
from itertools import product
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.cli.input_text import (
    InputSchemas,
    input_usage_error,
    parse_input,
    set_input,
)
from arazzo_runner.cli.inputs import input_schemas_of, inputs_for
from arazzo_runner.errors import DocumentError, InputError, UsageError
from arazzo_runner.executor.result import WorkflowResult
from arazzo_runner.expression.value import Value
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.pipeline.generation import Generation
from arazzo_runner.pipeline.load import Description
from arazzo_runner.retrieve.pipe import read_file
from arazzo_runner.text.diagnostic import Diagnostic, did_you_mean, error, shorten
from arazzo_runner.text.json_reader import build_json
from arazzo_runner.text.limits import DocumentLimits, first_findings
from arazzo_runner.text.parse import decode
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.positions import locate_place
from arazzo_runner.text.source import Place, SourceFile, Span

ENDINGS: Final = (".csv", ".jsonl", ".json")
_ID: Final = "id"
_LINE_END: Final = lazy_pattern(r"\r\n|\r|\n")
_PARTED: Final = lazy_pattern("[;\t]")
"""What tables are also written with, instead of commas."""


class CaseInputs(Struct, frozen=True):
    """One case: its name (else its number, from 1) and its inputs."""

    id: str
    inputs: dict[str, Value]
    place: Place


def read_cases(file: str | Path, known: InputSchemas) -> list[CaseInputs]:
    """The cases in a file, as a workflow declares their inputs. Raises InputError."""
    source = _source(str(file))
    readers = {".csv": _csv_rows, ".jsonl": _jsonl_rows, ".json": _json_rows}
    read = readers.get(Path(file).suffix.lower())
    if read is None:
        raise input_usage_error(
            f"`{file}` is not a file of cases", "its name ends in `.csv`, `.jsonl` or `.json`"
        )
    rows = list(read(source, known))
    taken: set[str] = set()
    for row in rows:
        if row.id in taken:
            raise _case_error(row.place, f"two cases are called `{shorten(row.id)}`", "AZ115")
        taken.add(row.id)
    return rows


def _source(file: str) -> SourceFile:
    try:
        return decode(read_file(file), file, file)
    except OSError as reason:
        raise input_usage_error(
            f"the cases in `{file}` cannot be read: {(reason.strerror or 'unknown error').lower()}"
        ) from None
    except DocumentError as reason:
        raise InputError(*reason.diagnostics) from None


# --- CSV ------------------------------------------------------------------------------------------


def _csv_rows(source: SourceFile, known: InputSchemas) -> Iterator[CaseInputs]:
    """RFC 4180, with a header line."""
    # Not `splitlines`: to that, control characters within a cell end a line as well.
    reader = csv.reader(StringIO(source.text, newline=""), strict=True)
    place_of = _line_places(source)
    begun = 1
    header: list[str] = []
    number = 0
    try:
        for cells in reader:
            place = place_of(begun)
            begun = reader.line_num + 1
            if not any(cells):
                continue
            if header:
                number += 1
                yield _csv_row(header, cells, number, place, known)
            else:
                header = _header(cells, place, known)
    except csv.Error as reason:
        raise _case_error(place_of(begun), f"this is not CSV: {reason}") from None


def _header(cells: Sequence[str], place: Place, known: InputSchemas) -> list[str]:
    """The names in the first line."""
    names = [cell.strip() for cell in cells]
    for name, count in Counter(names).items():
        if name and count > 1:
            raise _case_error(place, f"two columns are called `{shorten(name)}`", "AZ115")
    if len(names) == 1 and not known.states(names[0]) and _PARTED.search(names[0]):
        message = "the first line has no comma, and names are separated by commas"
        raise _case_error(place, message, "AZ904", "export the table with comma-separated cells")
    return names


def _csv_row(
    header: Sequence[str], cells: Sequence[str], number: int, place: Place, known: InputSchemas
) -> CaseInputs:
    if len(cells) > len(header):
        message = f"the row has {len(cells)} cells, and the first line names {len(header)}"
        raise _case_error(
            place, message, "AZ904", "put a text that contains a comma in double quotes"
        )
    given = {name: text for name, text in zip(header, cells, strict=False) if text}
    case_id = _id(given, number, known)
    inputs: dict[str, Value] = {}
    try:
        for name, text in given.items():
            target = known.target(name)
            set_input(inputs, target, [parse_input(name, text, target.value)])
    except InputError as reason:
        raise InputError(*(replace(one, place=place) for one in reason.diagnostics)) from None
    return CaseInputs(case_id, inputs, place)


# --- JSON -----------------------------------------------------------------------------------------


def _jsonl_rows(source: SourceFile, known: InputSchemas) -> Iterator[CaseInputs]:
    number = 0
    place_of = _line_places(source)
    for at, text in enumerate(source.text.split("\n"), 1):
        if text.strip():
            number += 1
            place = place_of(at)
            yield _json_row(_parse_json(text, place), number, place, known)


def _json_rows(source: SourceFile, known: InputSchemas) -> Iterator[CaseInputs]:
    first = _line_places(source)(1)
    rows = _parse_json(source.text, first)
    if not isinstance(rows, list):
        raise _case_error(first, "a file of cases is a list", "AZ904", "`[{…}, {…}]`")
    for index, row in enumerate(rows):
        yield _json_row(row, index + 1, Place(source, (index,)), known)


def _parse_json(text: str, place: Place) -> Value:
    try:
        value, _ = build_json(SourceFile(place.source.name, text, "case.json"), DocumentLimits())
    except DocumentError as reason:
        raise InputError(*reason.diagnostics) from None
    except ValueError:
        raise _case_error(place, "this is not JSON") from None
    return value


def _json_row(row: Value, number: int, place: Place, known: InputSchemas) -> CaseInputs:
    if not isinstance(row, dict):
        raise _case_error(place, "a case is an object", "AZ904", 'such as `{"name": "value"}`')
    given = dict(row)
    return CaseInputs(_id(given, number, known), given, place)


def _id(given: dict[str, Value], number: int, known: InputSchemas) -> str:
    """Take the name of a case from its inputs."""
    if known.states(_ID):
        return str(number)
    name = given.pop(_ID, None)
    return str(number if name is None else name)


def _line_places(source: SourceFile) -> Callable[[int], Place]:
    """The places of whole lines by their numbers; beyond the last one, that of the last one."""
    lengths = [len(line) for line in _LINE_END.split(source.text)]

    def place_of(number: int) -> Place:
        line = min(number, len(lengths))
        return Place(source, span=Span(line, 1, line, lengths[line - 1] + 1))

    return place_of


def _case_error(
    place: Place, message: str, code: str = "AZ103", way_out: str | None = None
) -> InputError:
    return InputError(error(code, message, place, "", way_out))


class CaseRun(Struct, frozen=True):
    """A row that is ready to run, or a repetition of it (from 1): None where there is none.

    ``name`` is what both are called.
    """

    name: str
    prepared: pipeline.PreparedRun
    row: str | None
    repetition: int | None = None

    def labeled(self, result: WorkflowResult) -> WorkflowResult:
        """A result of this run, which says so."""
        return replace(result, case=self.row, repetition=self.repetition)


def prepare_cases(
    description: Description,
    given: Mapping[str, Any],
    options: pipeline.RunConfig,
    known: Sequence[CaseInputs] | None = None,
) -> list[CaseRun]:
    """Bind the workflows once, and check the inputs of every row; nothing is sent.

    A row's inputs win over those that all have in common; ``known`` are rows that have all of
    theirs, in place of those of the file. Raises UsageError, InputError and
    DocumentError; what is wrong with a row says where it stands, and does not show it.
    """
    rows = _rows(description, given) if known is None else known
    common = inputs_for(description, given, given["workflows"]) if known is None else {}
    selected = pipeline.select_workflows(description, given["workflows"])
    planned = pipeline.plan_run(description, selected, options)
    if planned.missing_credentials:
        raise UsageError(*planned.missing_credentials)
    cases: list[CaseRun] = []
    problems: list[Diagnostic] = []
    for row, repetition in product(rows, _repetitions(given)):
        inputs: dict[str, Value] = {**common, **row.inputs}
        try:
            made = _generation(options.generation, row, repetition)
            prepared = pipeline.with_inputs(
                description, planned, inputs, mock=options.mock, generation=made
            )
            is_row = given["cases"] is not None
            label = [*([row.id] if is_row else []), *([f"#{repetition}"] if repetition else [])]
            name = row.id if is_row else None
            cases.append(CaseRun(" ".join(label), prepared, name, repetition))
        except InputError as reason:
            if given["cases"] is None:
                raise
            problems += (with_case_place(one, row.place) for one in reason.diagnostics)
    if problems:
        raise InputError(*first_findings(given["cases"], problems, given["max_findings"]))
    return cases


def _repetitions(given: Mapping[str, Any]) -> list[int | None]:
    return [None] if given["repeat"] == 1 else [*range(1, given["repeat"] + 1)]


def _generation(common: Generation, row: CaseInputs, repetition: int | None) -> Generation:
    """What is generated for a row; the first repetition has what a run without others has."""
    made = common.at(row.id) if row.id else common
    return made if repetition in (None, 1) else made.at(f"#{repetition}")


def _rows(description: Description, given: Mapping[str, Any]) -> list[CaseInputs]:
    if given["cases"] is None:
        return [CaseInputs("", {}, Place(SourceFile("", "", "")))]
    known = input_schemas_of(description, given["workflows"])
    try:
        rows = read_cases(given["cases"], known)
    except InputError as reason:
        raise InputError(*map(without_place, reason.diagnostics)) from None
    names = [row.id for row in rows]
    for name in given["case"]:
        if name not in names:
            message = f"`--case {name}` names no case of `{given['cases']}`"
            raise UsageError(error("AZ906", message, help=did_you_mean(name, names)))
    return [row for row in rows if not given["case"] or row.id in given["case"]]


def with_case_place(finding: Diagnostic, place: Place) -> Diagnostic:
    """A finding about a row, with the line that it stands in."""
    where = f"{place.source.name}:{locate_place(place).line}"
    return replace(finding, message=f"{where}: {finding.message}")


def without_place(finding: Diagnostic) -> Diagnostic:
    """A finding with its place in words: a frame would show the row, and secrets in it."""
    if finding.place is None:
        return finding
    return replace(with_case_place(finding, finding.place), place=None)
