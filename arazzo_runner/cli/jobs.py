"""Validating many documents: one after the other, or shared out among processes."""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.cli.mending import FixOptions, ValidateSettings, check_document, fix_document
from arazzo_runner.loading import SharedCache
from arazzo_runner.report.diagnostics.located import LocatedFinding, locate_findings
from arazzo_runner.report.terminal.style import AnsiStyle
from arazzo_runner.retrieve.access import RetrieveSettings, document_access
from arazzo_runner.validation import ValidateOptions

_HEAD: Final = 64 * 1024
_URL: Final = re.compile(rb"""\burl["']?[ \t]*:[ \t]*["']?([^\s"',}]+)""")


class ValidationJob(Struct, frozen=True):
    """What each document is validated with; ``style`` None where no text is needed."""

    reading: RetrieveSettings
    options: ValidateOptions
    style: AnsiStyle | None
    mending: FixOptions | None = None


class JobResult(Struct, frozen=True):
    """What came of one document: findings, how many were mended, and the changes as a diff."""

    findings: tuple[LocatedFinding, ...]
    mended: int = 0
    diff: str = ""


def run_jobs(job: ValidationJob, documents: Sequence[str], processes: int) -> Iterator[JobResult]:
    """What came of each document, in the order of the documents."""
    if processes == 1 or len(documents) < 2 * processes:
        yield from _run(job, documents)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    parts = split_documents(documents, processes)
    done: dict[str, JobResult] = {}
    # Fresh processes, alike on all systems: a fork would copy the threads of who calls, half.
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        for part, results in zip(
            parts, pool.map(_run_part, [job] * len(parts), parts), strict=True
        ):
            done.update(zip(part, results, strict=True))
    yield from (done[document] for document in documents)


def split_documents(documents: Sequence[str], processes: int) -> list[list[str]]:
    """The documents in as many parts, about equally many in each.

    Those that name the same sources stay together as far as that goes, for each process has to read
    the sources of its part: among processes nothing is shared.
    """
    together: dict[str, list[str]] = {}
    for document in documents:
        together.setdefault(_sources(document), []).append(document)
    most = -(-len(documents) // processes)
    parts: list[list[str]] = [[] for _ in range(processes)]
    for group in sorted(_chunks(most, together.values()), key=len, reverse=True):
        min(parts, key=len).extend(group)
    return [part for part in parts if part]


def _chunks(most: int, groups: Iterable[list[str]]) -> Iterator[list[str]]:
    for group in groups:
        yield from (group[start : start + most] for start in range(0, len(group), most))


def _sources(document: str) -> str:
    """Roughly which sources a document names: enough to guess who has which in common."""
    try:
        with Path(document).open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return ""
    folder = Path(document).parent
    urls = sorted({url.decode("latin-1") for url in _URL.findall(head)})
    return "\n".join(url if "://" in url else os.path.normpath(folder / url) for url in urls)


def _run_part(job: ValidationJob, documents: Sequence[str]) -> list[JobResult]:
    return list(_run(job, documents))


def _run(job: ValidationJob, documents: Sequence[str]) -> Iterator[JobResult]:
    # Data is made and dropped all the time, hardly any of it in circles: looking for these at each
    # 700 new objects, as Python does, takes a tenth of the time.
    before = gc.get_threshold()
    gc.set_threshold(10_000, 50, 100)
    try:
        yield from _run_each(job, documents)
    finally:
        gc.set_threshold(*before)


def _run_each(job: ValidationJob, documents: Sequence[str]) -> Iterator[JobResult]:
    access = document_access(job.reading, os.environ)
    access = replace(access, open=lru_cache(maxsize=1)(access.open))
    setting = ValidateSettings(access, job.options, SharedCache(), job.reading.source_dirs)
    for document in documents:
        if job.mending is None:
            done = check_document(setting, document)
        else:
            done = fix_document(setting, document, job.mending)
        yield JobResult(locate_findings(done.left, job.style, document), done.mended, done.diff)
