"""Sharing documents out among processes."""

from pathlib import Path

import pytest

from arazzo_runner.cli.validate.many import ValidationJob, run_jobs, split_documents
from arazzo_runner.pipeline.fix import FixOptions
from arazzo_runner.pipeline.validate import ValidateOptions
from arazzo_runner.retrieve.access import RetrieveSettings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(8):
        text = f"arazzo: 1.0.1\nsourceDescriptions: [{{name: api, url: 'api{number % 2}.yaml'}}]\n"
        (tmp_path / f"{number}.yaml").write_text(text)
    return tmp_path


def names(parts: list[list[str]]) -> list[str]:
    return ["".join(Path(one).stem for one in part) for part in parts]


@pytest.mark.parametrize(
    ("processes", "parts"),
    [
        (1, ["02461357"]),
        (2, ["0246", "1357"]),
        (4, ["02", "46", "13", "57"]),
        (3, ["046", "357", "12"]),
    ],
)
def test_those_with_the_same_sources_stay_together(
    processes: int, parts: list[str], folder: Path
) -> None:
    documents = sorted(map(str, folder.glob("*.yaml")))
    found = names(split_documents(documents, processes))
    assert sorted("".join(found)) == list("01234567")
    assert len(found) == len(parts)
    if processes in (1, 2, 4):
        assert sorted(found) == sorted(parts)


def test_what_cannot_be_read_is_shared_out_too() -> None:
    assert split_documents(["https://example.com/a", "-"], 2) == [["https://example.com/a"], ["-"]]
    assert split_documents(["x"], 3) == [["x"]]


def test_findings_come_in_the_order_of_the_documents(folder: Path) -> None:
    documents = sorted(map(str, folder.glob("*.yaml")))
    job = ValidationJob(RetrieveSettings(), ValidateOptions(), None)
    alone = list(run_jobs(job, documents, 1))
    assert list(run_jobs(job, documents, 2)) == alone
    assert [one.findings[0].file for one in alone] == documents


def test_what_keeps_a_process_from_writing_is_told(folder: Path) -> None:
    lost = [str(folder / f"{number}" / "x.yaml") for number in range(4)]
    done = list(
        run_jobs(
            ValidationJob(RetrieveSettings(), ValidateOptions(), None, FixOptions(True, False)),
            lost,
            2,
        )
    )
    assert [one.findings[0].code for one in done] == ["AZ101"] * 4
