"""What a baseline knows, and what is new beside it."""

from pathlib import Path
from typing import Any

import click
import pytest

from arazzo_runner.cli.validate.baseline import compare, read_baseline, write_baseline
from arazzo_runner.report.diagnostics.located import LocatedFinding


def finding(
    message: str = "wrong",
    place: str = "/a",
    file: str = "a.yaml",
    line: int = 1,
    subject: str = "it",
) -> LocatedFinding:
    return LocatedFinding(
        "AZ304", "error", message, None, file, line, 1, line, 2, "/0", "", None, place, subject
    )


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def new_of(
    known: list[LocatedFinding],
    found: list[LocatedFinding],
    documents: tuple[str, ...] = ("a.yaml",),
) -> Any:
    """The messages that are new, how many are known, how many entries are gone."""
    write_baseline("known.json", known, {}, documents)
    done = compare(read_baseline("known.json"), found, documents, "known.json")
    return [one.message for one in done.new], done.known, sum(done.gone.values())


@pytest.mark.parametrize(
    ("known", "found", "result"),
    [
        ([], [], ([], 0, 0)),
        ([], [finding()], (["wrong"], 0, 0)),
        ([finding()], [finding()], ([], 1, 0)),
        ([finding(line=1)], [finding(line=9)], ([], 1, 0)),
        ([finding(place="/a")], [finding(place="/b")], ([], 1, 0)),  # moved
        ([finding()], [finding(), finding(place="/b")], (["wrong"], 1, 0)),
        ([finding(), finding()], [finding()], ([], 1, 1)),
        ([finding(place="/a"), finding(place="/b")], [finding(place="/b")], ([], 1, 1)),
        ([finding()], [finding("worded anew")], ([], 1, 0)),
        ([finding()], [finding(subject="else")], (["wrong"], 0, 1)),
        ([finding()], [finding(file="b.yaml")], (["wrong"], 0, 1)),
        ([finding(file="b.yaml")], [], ([], 0, 0)),  # that document was not looked at
        (
            [finding(file="https://example.com/a")],
            [finding(file="https://example.com/a")],
            ([], 1, 0),
        ),
    ],
)
def test_compared(known: list[LocatedFinding], found: list[LocatedFinding], result: Any) -> None:
    assert new_of(known, found) == result


def test_paths_are_those_from_the_folder_of_the_baseline(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "docs").mkdir()
    write_baseline("docs/known.json", [finding(file="docs/a.yaml")], {}, ["docs/a.yaml"])
    monkeypatch.chdir(folder / "docs")
    done = compare(read_baseline("known.json"), [finding(file="a.yaml")], ["a.yaml"], "known.json")
    assert (done.new, done.known) == ((), 1)


def test_entries_about_other_documents_are_kept() -> None:
    write_baseline("known.json", [finding(), finding(file="b.yaml")], {}, ["a.yaml", "b.yaml"])
    write_baseline("known.json", [], read_baseline("known.json"), ["a.yaml"])
    assert [one.file for one in read_baseline("known.json")] == ["b.yaml"]


def test_a_folder_is_no_baseline(folder: Path) -> None:
    with pytest.raises(click.UsageError, match="is a directory"):
        read_baseline(str(folder))
