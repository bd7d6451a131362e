"""The peak memory of runs with large responses, and of validating many documents."""

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from contenders import ARAZZO, running, serving
from documents import echo, get_list, get_text, passing_on, write_document
from measure import Contender, measure
from validation import write_descriptions, write_documents

REPORTS = ("json", "junit", "har", "html", "github", "ndjson", "markdown")
MB = 10**6
Row = tuple[str, float, int]


def memory(_count: int) -> None:
    """Peak memory: large responses with all reports, and validating more and more documents."""
    with tempfile.TemporaryDirectory() as name:
        _table("Peak memory of `arazzo run`", _runs(Path(name)))
        _table("Peak memory of `arazzo validate`", _validations(Path(name)))


def _runs(folder: Path) -> list[Row]:
    reports = [f"--report={kind}={folder / kind}" for kind in REPORTS]
    passed = write_document(folder, 800, passing_on(MB))
    with serving() as url:
        rows: list[tuple[str, Path, Sequence[str], int]] = [
            ("1,000 x 1 MB, all reports", write_document(folder, 1000, get_text(MB)), reports, 250),
            ("one JSON response of 10 MB", write_document(folder, 1, get_list(10 * MB)), (), 200),
            ("1 MB sent, returned by 800 steps", write_document(folder, 800, echo(MB)), (), 120),
            ("1 MB passed on by 800 steps, --json", passed, ("--json",), 120),
        ]
        return [
            (name, measure(running(name, document, url, *flags)).memory, bar)
            for name, document, flags, bar in rows
        ]


def _validations(folder: Path) -> list[Row]:
    descriptions = folder / "descriptions"
    descriptions.mkdir()
    write_descriptions(descriptions, 10)
    return [
        (f"{count} documents, ten descriptions of 1 MB", _validate(_shared(folder, count), 3), 200)
        for count in (100, 400)
    ] + [
        (f"{count} documents, each its own description", _validate(_own(folder, count), 0), 200)
        for count in (25, 100)
    ]


def _shared(folder: Path, count: int) -> Path:
    target = folder / str(count)
    shutil.copytree(folder / "descriptions", target)
    write_documents(target, count, 10)
    return target


def _own(folder: Path, count: int) -> Path:
    target = folder / f"own{count}"
    for number in range(count):
        part = target / str(number)
        part.mkdir(parents=True)
        write_document(part, 1, get_text(1))
        api = json.loads((part / "items.json").read_text())
        members = {f"p{one}": {"type": "string", "title": str(one)} for one in range(5000)}
        api["components"] = {"schemas": {"Large": {"properties": members}}}
        (part / "items.json").write_text(json.dumps(api))
    return target


def _validate(folder: Path, code: int) -> float:
    command = [ARAZZO, "validate", str(folder), "--format", "json"]
    return measure(Contender(folder.name, command, exit=code)).memory


def _table(title: str, rows: Sequence[Row]) -> None:
    print(f"\n{title}")
    for name, peak, bar in rows:
        print(f"  {name:44}{peak:6.1f} MiB   wanted: under {bar}")
