"""Comments and selections that leave findings out."""

import pytest

from arazzo_runner.lint.suppress import (
    Selection,
    ignore_comments,
    select_findings,
    unknown_code_message,
)
from arazzo_runner.text.diagnostic import Diagnostic, error
from arazzo_runner.text.source import Place, SourceFile


@pytest.mark.parametrize(
    ("selection", "code", "file", "taken"),
    [
        (Selection(), "AZ304", "a.yaml", True),
        (Selection(select=("AZ3",)), "AZ304", "a.yaml", True),
        (Selection(select=("AZ3",)), "AZ204", "a.yaml", False),
        (Selection(ignore=("AZ5", "AZ304")), "AZ304", "a.yaml", False),
        (Selection(ignore=("AZ5",)), "AZ304", "a.yaml", True),
        (Selection(in_files={"/old/**": ("AZ3",)}), "AZ304", "/old/deep/a.yaml", False),
        (Selection(in_files={"/old/**": ("AZ3",)}), "AZ204", "/old/deep/a.yaml", True),
        (Selection(in_files={"/old/**": ("AZ3",)}), "AZ304", "/new/a.yaml", True),
        (Selection(in_files={"*": ()}), "AZ304", "/new/a.yaml", True),
    ],
)
def test_selection(selection: Selection, code: str, file: str, taken: bool) -> None:
    assert selection.takes(code, file) is taken


@pytest.mark.parametrize(
    ("beginning", "problem"),
    [
        ("AZ304", None),
        ("AZ3", None),
        ("AZ34", "did you mean `AZ3"),
        ("", "codes begin with AZ1"),
        ("quality", "codes begin with AZ1"),
    ],
)
def test_beginnings_that_no_code_has(beginning: str, problem: str | None) -> None:
    said = unknown_code_message(beginning)
    assert said is None if problem is None else problem in str(said)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: 1 # arazzo: ignore[AZ304]", {1: ("AZ304",)}),
        ("a: 1 # arazzo:ignore[AZ304, AZ2,]", {1: ("AZ304", "AZ2")}),
        ("a: 1 # arazzo: ignore", {1: ("",)}),
        ("# arazzo: ignore[AZ3]\n\n  # why\n\ta: 1", {4: ("AZ3",)}),
        ("# arazzo: ignore[AZ3]", {2: ("AZ3",)}),
        ("# arazzo: ignore[AZ3]\na: 1 # arazzo: ignore[AZ2]", {2: ("AZ3", "AZ2")}),
        ("a: 1# arazzo: ignore", {}),
        ("a: 1 # arazzo: skip\nb: ignore", {}),
        ("a: 1", {}),
        ("# arazzo: then", {}),
    ],
)
def test_comments(text: str, found: dict[int, tuple[str, ...]]) -> None:
    assert ignore_comments(text) == found


SOURCE = SourceFile("a.yaml", "a: 1\nb: 2 # arazzo: ignore[AZ3]\n", "file:///a.yaml")
QUIET = SourceFile("b.yaml", "b: 2\n", "file:///b.yaml")


def found(code: str, source: SourceFile, name: str) -> Diagnostic:
    return error(code, "wrong", Place(source, (name,)))


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (found("AZ304", SOURCE, "b"), False),
        (found("AZ204", SOURCE, "b"), True),
        (found("AZ304", SOURCE, "a"), True),
        (found("AZ304", QUIET, "b"), True),
        (error("AZ304", "nowhere"), True),
        (error("AZ501", "nowhere"), False),
    ],
)
def test_what_is_reported(one: Diagnostic, told: bool) -> None:
    assert (
        list(select_findings([one, one], Selection(ignore=("AZ5",)), "a.yaml")) == [one, one] * told
    )


@pytest.mark.parametrize(
    ("beginning", "is_known"), [("ACME001", True), ("ACME", False), ("AZX1", False), ("AB1", False)]
)
def test_codes_of_other_packages(beginning, is_known):
    assert (unknown_code_message(beginning) is None) is is_known
