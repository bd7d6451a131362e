"""`arazzo explain`: the list, and the ways to name a code."""

import json

import pytest

from arazzo_runner.cli.main import main
from arazzo_runner.text.codes import CODES


def test_lists_all_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == 0
    shown = capsys.readouterr().out
    assert [
        f"  {code}  {title}" for code, title in CODES.items() if f"  {code}  {title}\n" not in shown
    ] == []
    assert "AZ3xx agreement with the API description" in shown


def test_lists_all_codes_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert {one["code"]: one["title"] for one in shown["codes"]} == CODES


@pytest.mark.parametrize("written", ["AZ204", "az204", "204", " AZ204 "])
def test_code_is_found(written: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", written]) == 0
    assert capsys.readouterr().out.startswith("AZ204: no operation has this operationId\n")


@pytest.mark.parametrize(
    ("written", "way_out"),
    [("AZ34", "did you mean `AZ324`?"), ("nothing", "`arazzo explain` lists them")],
)
def test_unknown_code_is_a_wrong_call(
    written: str, way_out: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", written]) == 2
    assert way_out in capsys.readouterr().err


def test_a_mistake_in_the_call_is_mended_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "AZ101"]) == 0
    shown = capsys.readouterr().out
    assert "\nFailing\n    $ arazzo validate order.arazzo.yaml\n" in shown
    assert "\nFixed\n    $ arazzo validate orders.arazzo.yaml\n" in shown
