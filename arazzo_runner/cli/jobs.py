"""Validating many documents: one after the other, or shared out among processes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import lru_cache

from msgspec import Struct

from arazzo_runner.loading import Shared
from arazzo_runner.report.located import Located, located
from arazzo_runner.report.style import Style
from arazzo_runner.validation import Wanted, validate
from arazzo_runner.worlds.retrieve import RetrieveSettings, document_access


class Job(Struct, frozen=True):
    """What each document is validated with; ``style`` None where no text is needed."""

    reading: RetrieveSettings
    wanted: Wanted
    style: Style | None


def run_jobs(job: Job, documents: Sequence[str], processes: int) -> Iterator[tuple[Located, ...]]:
    """The findings of each document, in the order of the documents."""
    if processes == 1 or len(documents) < 2 * processes:
        yield from _run(job, documents)
        return
    from concurrent.futures import ProcessPoolExecutor

    # Neighbours often name the same descriptions, which each process reads for itself.
    size = -(-len(documents) // processes)
    parts = [documents[start : start + size] for start in range(0, len(documents), size)]
    with ProcessPoolExecutor(processes) as pool:
        for done in pool.map(_run_part, [job] * len(parts), parts):
            yield from done


def _run_part(job: Job, documents: Sequence[str]) -> list[tuple[Located, ...]]:
    return list(_run(job, documents))


def _run(job: Job, documents: Sequence[str]) -> Iterator[tuple[Located, ...]]:
    shared = Shared()
    access = document_access(job.reading, os.environ)
    for document in documents:
        yield located(validate(access, document, job.wanted, shared), job.style)


@lru_cache(maxsize=1)
def processors() -> int:
    """How many processes can work at once here."""
    return os.cpu_count() or 1
