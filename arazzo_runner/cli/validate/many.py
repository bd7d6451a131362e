"""Many documents validated, in one process or several, with the findings that a user selects.

`--select` and `--ignore`, and the configuration, choose among the findings.
"""

from __future__ import annotations

import gc
import os
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import click
from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.cli.options.silence import per_file_ignores
from arazzo_runner.installation import InstallationWarning
from arazzo_runner.lint.suppress import Selection, unknown_code_message
from arazzo_runner.pipeline.fix import FixOptions, ValidateSettings, check_document
from arazzo_runner.pipeline.load import SharedCache
from arazzo_runner.pipeline.validate import ValidateOptions
from arazzo_runner.report.diagnostics.located import LocatedFinding, locate_findings
from arazzo_runner.report.terminal.style import AnsiStyle
from arazzo_runner.retrieve.access import RetrieveSettings, document_access
from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.text.limits import MAX_FINDINGS, JudgedFinding, omission, split_findings
from arazzo_runner.text.pattern import lazy_pattern

_HEAD: Final = 64 * 1024
_URL: Final = lazy_pattern(rb"""\burl["']?[ \t]*:[ \t]*["']?([^\s"',}]+)""")


class ValidationJob(Struct, frozen=True):
    """What each document is validated with; ``style`` None where no text is needed.

    ``most`` findings of each document are reported.
    """

    reading: RetrieveSettings
    options: ValidateOptions
    style: AnsiStyle | None
    mending: FixOptions | None = None
    most: int = MAX_FINDINGS


class JobResult(Struct, frozen=True):
    """What came of one document: findings, how many were mended, and the changes as a diff.

    Of ``omitted`` findings beyond the limit, ``omission`` alone is reported.
    """

    findings: tuple[LocatedFinding, ...]
    mended: int = 0
    diff: str = ""
    omission: LocatedFinding | None = None
    omitted: int = 0

    def omitting(
        self, others: Sequence[JudgedFinding], style: AnsiStyle | None, document: str
    ) -> JobResult:
        """The same with what says that there are other findings, if there are."""
        if not others:
            return self
        found = omission(document, len(self.findings), others)
        (located,) = locate_findings([found], style, document)
        return replace(self, omission=located, omitted=len(others))


def run_jobs(job: ValidationJob, documents: Sequence[str], processes: int) -> Iterator[JobResult]:
    """What came of each document, in the order of the documents."""
    few = len(documents) < 2 * processes
    parts = split_documents(documents, 1 if few else processes)
    done: dict[str, JobResult] = {}
    for part, results in zip(parts, _run_parts(job, parts), strict=True):
        done.update(zip(part, results, strict=True))
    yield from (done[document] for document in documents)


def _run_parts(job: ValidationJob, parts: list[list[str]]) -> Iterator[list[JobResult]]:
    if len(parts) < 2:
        yield from (list(_run(job, part)) for part in parts)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Fresh processes, alike on all systems: a fork would copy the threads of who calls, half.
    with ProcessPoolExecutor(len(parts), get_context("spawn")) as pool:
        for results, notes in pool.map(_run_part, [job] * len(parts), parts):
            for note in notes:
                warnings.warn(note, InstallationWarning, stacklevel=2)
            yield results


def split_documents(documents: Sequence[str], processes: int) -> list[list[str]]:
    """The documents in as many parts, about equally many in each.

    Those that name the same sources stay together as far as that goes, one after the other: each
    process has to read the sources of its part, and keeps those that it has used last.
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
        if not Path(document).is_file():  # what is read of a pipe is gone
            return ""
        with Path(document).open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return ""
    folder = Path(document).parent
    urls = sorted({url.decode("latin-1") for url in _URL.findall(head)})
    return "\n".join(url if "://" in url else os.path.normpath(folder / url) for url in urls)


def _run_part(job: ValidationJob, documents: Sequence[str]) -> tuple[list[JobResult], list[str]]:
    """What came of documents in another process, and what there is to say of the installation."""
    with warnings.catch_warnings(record=True) as caught:
        results = list(_run(job, documents))
    notes = [one for one in caught if issubclass(one.category, InstallationWarning)]
    return results, [str(one.message) for one in notes]


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
            yield _job_result(job, document, check_document(setting, document))
            continue
        from arazzo_runner.cli.validate.fix import fix_document

        done = fix_document(setting, document, job.mending)
        yield _job_result(job, document, done.left, done.mended, done.diff)


def _job_result(
    job: ValidationJob,
    document: str,
    findings: Sequence[Diagnostic],
    mended: int = 0,
    diff: str = "",
) -> JobResult:
    shown, others = split_findings(findings, job.most)
    done = JobResult(locate_findings(shown, job.style, document), mended, diff)
    return done.omitting(others, job.style, document)


def read_codes(
    _ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> tuple[str, ...]:
    """Read repeated lists of codes, or beginnings of codes, separated by commas."""
    codes = [code.strip().upper() for text in texts for code in text.split(",") if code.strip()]
    for code in codes:
        if problem := unknown_code_message(code):
            raise click.BadParameter(problem, param=param)
    return tuple(codes)


def selection(given: Mapping[str, Any], count: int) -> Selection:
    """What is reported of so many documents; ``given`` are the flags by name."""
    # Of many documents, some will not have a source of the name that `--source` gives.
    lost = ("AZ906",) if count > 1 else ()
    return Selection(given["select"], (*given["ignore"], *lost), per_file_ignores())
