"""Files of cases: rows of CSV, JSONL and JSON become inputs of the declared types."""

from pathlib import Path

import pytest

from arazzo_runner.cli.input_text import InputSchemas
from arazzo_runner.cli.run.cases_file import read_cases
from arazzo_runner.errors import InputError
from arazzo_runner.text.positions import locate_place
from unit.executor.inputs_of import inputs_of

SCHEMA = {
    "properties": {
        "name": {"type": "string"},
        "count": {"type": "integer"},
        "home": {"properties": {"city": {"type": "string"}, "floor": {"type": "integer"}}},
    }
}


def known_inputs(schema):
    return InputSchemas((inputs_of(schema),))


KNOWN = known_inputs(SCHEMA)
WITH_ID = known_inputs({"properties": {"id": {"type": "integer"}}})


def read(
    folder: Path, name: str, text: str, known: InputSchemas = KNOWN
) -> list[tuple[str, object]]:
    file = folder / name
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    return [(row.id, row.inputs) for row in read_cases(file, known)]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("name,count\nAl,1\nBo,2\n", [("1", {"name": "Al", "count": 1}), ("2", {"name": "Bo", "count": 2})]),
        ("\ufeffname\nAl\n", [("1", {"name": "Al"})]),
        ("id, name\nfirst,Al\n,Bo\n", [("first", {"name": "Al"}), ("2", {"name": "Bo"})]),
        ("name,count\nAl\n,3\n", [("1", {"name": "Al"}), ("2", {"count": 3})]),
        ("name\r\n\r\n\"a, \"\"b\"\"\nc\"\r\n", [("1", {"name": 'a, "b"\nc'})]),
        ("home.city,home.floor\nRome,2\n", [("1", {"home": {"city": "Rome", "floor": 2}})]),
        # What other tools take for the end of a line is a character like others.
        ("name\nA\x1cl\nB\x85o\n", [("1", {"name": "A\x1cl"}), ("2", {"name": "B\x85o"})]),
        ("name,other\n\x1c,\nBo,\n", [("1", {"name": "\x1c"}), ("2", {"name": "Bo"})]),
        ("other\n5\n", [("1", {"other": "5"})]),
        ("", []),
    ],
)  # fmt: skip
def test_csv(tmp_path: Path, text: str, rows: list[object]) -> None:
    assert read(tmp_path, "a.csv", text) == rows


@pytest.mark.parametrize(
    ("name", "text", "rows"),
    [
        ("a.jsonl", '{"name": "Al"}\n\n{"id": "x", "count": 2}', [("1", {"name": "Al"}), ("x", {"count": 2})]),
        ("a.json", '[{"name": "Al"}, {"id": 7}]', [("1", {"name": "Al"}), ("7", {})]),
        ("a.json", '[{"id": null}, {"id": 0}]', [("1", {}), ("0", {})]),
    ],
)  # fmt: skip
def test_json(tmp_path: Path, name: str, text: str, rows: list[object]) -> None:
    assert read(tmp_path, name, text) == rows


def test_an_input_may_be_called_id(tmp_path: Path) -> None:
    assert read(tmp_path, "a.csv", "id\n5\n", WITH_ID) == [("1", {"id": 5})]
    assert read(tmp_path, "a.jsonl", '{"id": 5}', WITH_ID) == [("1", {"id": 5})]


@pytest.mark.parametrize(
    ("name", "text", "message", "line"),
    [
        ("a.csv", "name,count\nAl,1\nBo,many\n", "input `count`: `many` is not of type integer", 3),
        ("a.csv", "name\nAl,1\n", "the row has 2 cells, and the first line names 1", 2),
        ("a.csv", "name, count, name\nAl,1,Bo\n", "two columns are called `name`", 1),
        ("a.csv", "id;name\n1;Al\n", "names are separated by commas", 1),
        ("a.csv", 'name\n"Al" x\n', "this is not CSV", 2),
        ("a.csv", "id,name\na,Al\n\na,Bo\n", "two cases are called `a`", 4),
        ("a.jsonl", '{"name": "Al"}\n{"name"\n', "this is not JSON", 2),
        ("a.jsonl", "[]", "a case is an object", 1),
        ("a.json", "{}", "a file of cases is a list", 1),
        ("a.json", "[{},\n 1]", "a case is an object", 2),
        ("a.json", "[" * 200 + "]" * 200, "nested 101 levels deep", 1),
        ("a.csv", "name\n\udcff\n", "the document is not UTF-8", 2),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(
    tmp_path: Path, name: str, text: str, message: str, line: int
) -> None:
    with pytest.raises(InputError) as told:
        read(tmp_path, name, text)
    (found,) = told.value.diagnostics
    assert message in found.message
    assert found.place is not None
    assert locate_place(found.place).line == line


@pytest.mark.parametrize(
    ("name", "message"),
    [("a.txt", "is not a file of cases"), ("gone.csv", "cannot be read: no such file")],
)
def test_other_files(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "a.txt").touch()
    with pytest.raises(InputError, match=message):
        read_cases(tmp_path / name, KNOWN)
