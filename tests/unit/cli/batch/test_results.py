"""`batch results --format csv`: a table that spreadsheets open, and in which nothing is a formula."""

import csv
import io

import pytest

from arazzo_runner.cli.batch.results import cell_text, write_table
from arazzo_runner.journal.cipher import NoCipher
from unit.cli.batch.batches import Batches


def entry(row: int, outputs: dict, **more: object) -> dict:
    known = {"row": row, "case": f"c{row}", "workflow_id": "w", "status": "passed", "duration": 0.5}
    return {**known, "outputs": outputs, **more}


def table(*entries: dict) -> list[list[str]]:
    stream = io.StringIO()
    write_table(entries, stream, NoCipher())
    text = stream.getvalue()
    assert text.startswith("\ufeff")
    return [*csv.reader(io.StringIO(text[1:]))]


def test_outputs_are_columns() -> None:
    header, *rows = table(
        entry(0, {"order": {"id": "a", "lines": [1, 2]}, "ok": True}),
        entry(1, {"more": None, "empty": {}}, in_doubt=["1:w/s#1@1", "1:w/t#1@1"]),
        entry(2, {}, status="skipped"),
    )
    assert header[:6] == ["row", "case", "workflow_id", "status", "duration", "in_doubt"]
    assert [dict(zip(header, row, strict=True)) for row in rows] == [
        {
            "row": "0", "case": "c0", "workflow_id": "w", "status": "passed", "duration": "0.5",
            "in_doubt": "", "outputs.empty": "", "outputs.more": "", "outputs.ok": "true",
            "outputs.order.id": "a", "outputs.order.lines": "[1, 2]",
        },
        {
            "row": "1", "case": "c1", "workflow_id": "w", "status": "passed", "duration": "0.5",
            "in_doubt": "1:w/s#1@1 1:w/t#1@1", "outputs.empty": "{}", "outputs.more": "",
            "outputs.ok": "", "outputs.order.id": "", "outputs.order.lines": "",
        },
        {
            "row": "2", "case": "c2", "workflow_id": "w", "status": "skipped", "duration": "0.5",
            "in_doubt": "", "outputs.empty": "", "outputs.more": "", "outputs.ok": "",
            "outputs.order.id": "", "outputs.order.lines": "",
        },
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+2", "'=1+2"),
        ("+49 30", "'+49 30"),
        ("-cmd", "'-cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\uff1d1", "'\uff1d1"),
        ("\t=1", "\\x09=1"),  # a control character is spelled: no tab, and no formula
        ("a=1", "a=1"),
        ("", ""),
        (-5, "-5"),  # a number is one
        (["=1"], '["=1"]'),
        (None, ""),
    ],
)
def test_no_cell_is_a_formula(value: object, cell: str) -> None:
    assert cell_text(value) == cell


def test_a_name_is_no_formula_either() -> None:
    assert table(entry(0, {"a": {"b": "=x"}}, case="=1"))[1][1] == "'=1"


def test_the_command_prints_it(batches: Batches) -> None:
    batch = batches.start()
    assert batches.work()[0] == 0
    code, out, _ = batches.arazzo("results", batch, "--format", "csv")
    rows = [*csv.DictReader(io.StringIO(out.removeprefix("\ufeff")))]
    assert (code, [one["row"] for one in rows]) == (0, [str(at) for at in range(6)])
    assert {one["outputs.id"][:1] for one in rows} == {"t"}
    batches.arazzo("retry", batch, "--failed")
    code, out, err = batches.arazzo("results", batch, "--format", "xml")
    assert (code, out) == (2, "")
    assert "csv" in err
