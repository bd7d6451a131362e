"""`--baseline FILE`: the findings that an old repository lives with, so that new ones stand out.

A finding is known by its code, its file, its place by names and what it is about, not by its line
or its wording. One that has only moved is still known. How often it occurs counts.
"""

from __future__ import annotations

import json
import os
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn, TypeAlias

import click
from msgspec import Struct

from arazzo_runner.operating_system.files import uri_path
from arazzo_runner.report.diagnostics.located import LocatedFinding
from arazzo_runner.report.files import write_atomically
from arazzo_runner.retrieve.pipe import read_file

_VERSION: Final = 2
_OUTDATED: Final = (
    f"it is a baseline of version {_VERSION - 1}, which knew findings by their wording; "
    "delete it, and `--write-baseline` creates it anew"
)
_WAY_OUT: Final = "name another file, or delete this one"


class BaselineEntry(Struct, frozen=True):
    """A finding as a baseline holds it; ``file`` is a path from the folder of the baseline."""

    code: str
    file: str
    place: str
    subject: str


Baseline: TypeAlias = Mapping[BaselineEntry, int]
"""How often each known finding occurs."""


class BaselineComparison(Struct, frozen=True):
    """The findings that a baseline does not hold, how many it holds, and what occurs no more."""

    new: tuple[LocatedFinding, ...]
    known: int
    gone: Baseline


def read_baseline(path: str) -> Baseline:
    """Read a baseline file. Raises click.UsageError when it cannot be used."""
    try:
        content = json.loads(read_file(path).decode())
    except FileNotFoundError:
        _raise_baseline_error(path, "there is no such file; `--write-baseline` creates it")
    except OSError as reason:
        _raise_baseline_error(path, (reason.strerror or "it cannot be read").lower())
    except (ValueError, RecursionError):
        _raise_baseline_error(path, f"it is not JSON; {_WAY_OUT}")
    if isinstance(content, dict) and content.get("version") == _VERSION - 1:
        _raise_baseline_error(path, _OUTDATED)
    if not isinstance(content, dict) or content.get("version") != _VERSION:
        _raise_baseline_error(path, f"it is not a baseline of version {_VERSION}; {_WAY_OUT}")
    try:
        return {_entry(one): int(one["count"]) for one in content["findings"]}
    except (KeyError, TypeError, ValueError, OverflowError):
        _raise_baseline_error(path, f"one of its entries is malformed; {_WAY_OUT}")


def _entry(one: Mapping[str, Any]) -> BaselineEntry:
    return BaselineEntry(*(str(one[name]) for name in BaselineEntry.__struct_fields__))


def _raise_baseline_error(path: str, why: str) -> NoReturn:
    raise click.UsageError(f"`--baseline {path}`: {why}")


def compare(
    baseline: Baseline, findings: Sequence[LocatedFinding], documents: Sequence[str], path: str
) -> BaselineComparison:
    """Tell what is new, and which entries about these documents occur no more."""
    left: Counter[BaselineEntry] = Counter(dict(baseline))
    rest = [one for one in findings if not _take_entry(left, _entry_of(one, path))]
    # What a finding is about is known where it has another place, such as in a renamed step.
    anywhere: dict[BaselineEntry, deque[BaselineEntry]] = {}
    for entry in (one for one in left if left[one] > 0):
        anywhere.setdefault(_without_place(entry), deque()).append(entry)
    new = []
    for one in rest:
        moved = anywhere.get(_without_place(_entry_of(one, path)))
        if not moved:
            new.append(one)
            continue
        left[moved[0]] -= 1
        if left[moved[0]] <= 0:
            moved.popleft()
    judged = {_relative(one, path) for one in (*documents, *(one.file for one in findings))}
    gone = {one: count for one, count in left.items() if count > 0 and one.file in judged}
    return BaselineComparison(tuple(new), len(findings) - len(new), gone)


def _take_entry(left: Counter[BaselineEntry], known: BaselineEntry) -> bool:
    if left[known] <= 0:
        return False
    left[known] -= 1
    return True


def _without_place(known: BaselineEntry) -> BaselineEntry:
    return BaselineEntry(known.code, known.file, "", known.subject)


def _entry_of(one: LocatedFinding, path: str) -> BaselineEntry:
    return BaselineEntry(one.code, _relative(one.file, path), one.stable_place, one.subject)


def _relative(file: str, path: str) -> str:
    """A file's path from the folder of the baseline; a URL as it is."""
    if "://" in file:
        return file
    home = os.path.dirname(os.path.abspath(path))  # noqa: PTH100, PTH120 - links stay as they are
    try:
        return Path(os.path.relpath(file, home)).as_posix()
    except ValueError:  # on another drive
        return uri_path(os.path.abspath(file))  # noqa: PTH100


def write_baseline(
    path: str, findings: Iterable[LocatedFinding], kept: Baseline, documents: Sequence[str]
) -> None:
    """Record all findings; entries about documents that were not looked at are kept.

    Raises UsageError when the file cannot be written.
    """
    every = list(findings)
    judged = {_relative(one, path) for one in (*documents, *(one.file for one in every))}
    messages = {_entry_of(one, path): one.message for one in every}
    counts = Counter(_entry_of(one, path) for one in every)
    counts.update({one: count for one, count in kept.items() if one.file not in judged})
    entries = [
        {
            "code": known.code,
            "file": known.file,
            "place": known.place,
            "subject": known.subject,
            "count": counts[known],
            **({"message": messages[known]} if known in messages else {}),
        }
        for known in sorted(counts, key=lambda one: (one.file, one.place, one.code, one.subject))
    ]
    content = {"version": _VERSION, "findings": entries}
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    write_atomically(path, text.encode("utf-8", "backslashreplace"), "baseline")
