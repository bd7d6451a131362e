"""Files of cases: the inputs of a workflow in several runs, a row each.

In CSV the first line names the inputs, text becomes the declared type, and an empty cell gives
none; a name with dots reaches into an object. JSONL has an object of inputs a line, JSON a list of
them. `id` names the case, where the workflow has no input of that name.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.cli.inputs import input_usage_error, parse_input, schema_of, set_input
from arazzo_runner.cli.inputs_for import InputSchemas
from arazzo_runner.errors import DocumentError, InputError
from arazzo_runner.expression.value import Value
from arazzo_runner.text.diagnostic import error, shorten
from arazzo_runner.text.encoding import decode
from arazzo_runner.text.json_text import build_json
from arazzo_runner.text.limits import DocumentLimits
from arazzo_runner.text.source import Place, SourceFile, Span

ENDINGS: Final = (".csv", ".jsonl", ".json")
_ID: Final = "id"
_PARTED: Final = re.compile("[;\t]")
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
            f"`{file}` is no file of cases", "its name ends in `.csv`, `.jsonl` or `.json`"
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
        return decode(Path(file).read_bytes(), file, file)
    except OSError as reason:
        raise input_usage_error(
            f"the cases in `{file}` cannot be read: {(reason.strerror or 'it fails').lower()}"
        ) from None
    except DocumentError as reason:
        raise InputError(*reason.diagnostics) from None


# --- CSV ------------------------------------------------------------------------------------------


def _csv_rows(source: SourceFile, known: InputSchemas) -> Iterator[CaseInputs]:
    """RFC 4180, with a header line."""
    reader = csv.reader(source.text.splitlines(keepends=True), strict=True)
    begun = 1
    header: list[str] = []
    number = 0
    try:
        for cells in reader:
            place = _line(source, begun)
            begun = reader.line_num + 1
            if not any(cells):
                continue
            if header:
                number += 1
                yield _csv_row(header, cells, number, place, known)
            else:
                header = _header(cells, place, known)
    except csv.Error as reason:
        raise _case_error(_line(source, begun), f"this is not CSV: {reason}") from None


def _header(cells: Sequence[str], place: Place, known: InputSchemas) -> list[str]:
    """The names in the first line."""
    names = [cell.strip() for cell in cells]
    for name in names:
        if name and names.count(name) > 1:
            raise _case_error(place, f"two columns are called `{shorten(name)}`", "AZ115")
    if len(names) == 1 and names[0] not in known.schemas and _PARTED.search(names[0]):
        message = "the first line has no comma, and names are parted by commas"
        raise _case_error(place, message, "AZ904", "export the table with commas between its cells")
    return names


def _csv_row(
    header: Sequence[str], cells: Sequence[str], number: int, place: Place, known: InputSchemas
) -> CaseInputs:
    if len(cells) > len(header):
        message = f"the row has {len(cells)} cells, and the first line names {len(header)}"
        raise _case_error(place, message, "AZ904", "a text with a comma stands in double quotes")
    given = {name: text for name, text in zip(header, cells, strict=False) if text}
    case_id = _id(given, number, known)
    inputs: dict[str, Value] = {}
    try:
        for name, text in given.items():
            value = parse_input(name, text, schema_of(name, known.schemas, known.root), known.root)
            set_input(inputs, name, [value], known.schemas, known.root)
    except InputError as reason:
        raise InputError(*(replace(one, place=place) for one in reason.diagnostics)) from None
    return CaseInputs(case_id, inputs, place)


# --- JSON -----------------------------------------------------------------------------------------


def _jsonl_rows(source: SourceFile, known: InputSchemas) -> Iterator[CaseInputs]:
    number = 0
    for at, text in enumerate(source.text.split("\n"), 1):
        if text.strip():
            number += 1
            place = _line(source, at)
            yield _json_row(_parse_json(text, place), number, place, known)


def _json_rows(source: SourceFile, known: InputSchemas) -> Iterator[CaseInputs]:
    rows = _parse_json(source.text, _line(source, 1))
    if not isinstance(rows, list):
        raise _case_error(_line(source, 1), "a file of cases holds a list", "AZ904", "`[{…}, {…}]`")
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
    if _ID in known.schemas:
        return str(number)
    name = given.pop(_ID, None)
    return str(number if name is None else name)


def _line(source: SourceFile, line: int) -> Place:
    text = source.text.split("\n")[line - 1] if source.text else ""
    return Place(source, span=Span(line, 1, line, len(text.rstrip("\r")) + 1))


def _case_error(
    place: Place, message: str, code: str = "AZ103", way_out: str | None = None
) -> InputError:
    return InputError(error(code, message, place, "", way_out))
