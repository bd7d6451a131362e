"""The coverage of several documents: what any of them has covered is covered.

Documents often share an API description, each under a name of its own: operations are the same
where the texts of their descriptions are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from arazzo_runner.report.coverage.measure import Coverage, StatusCoverage, WorkflowBranches
from arazzo_runner.report.traversal import OperationName

_Key: TypeAlias = tuple[str | None, str, str]
"""The description of an operation by the hash of its text, the method and the path."""


def merge_coverages(documents: Iterable[tuple[str, Mapping[str, str], Coverage]]) -> Coverage:
    """What all documents together have covered; workflows keep the name of their document.

    Each document comes with the hashes of its sources by their names, and its own coverage.
    """
    merged = _CoverageSum()
    for document, hashes, coverage in documents:
        merged.add(document, hashes, coverage)
    return merged.coverage()


class _CoverageSum(Struct):
    covered: dict[_Key, None] = field(default_factory=dict)
    others: dict[_Key, OperationName] = field(default_factory=dict)
    statuses: dict[_Key, StatusCoverage] = field(default_factory=dict)
    workflows: list[WorkflowBranches] = field(default_factory=list)

    def add(self, document: str, hashes: Mapping[str, str], coverage: Coverage) -> None:
        for status in coverage.statuses:
            key = _key(status.operation, hashes)
            self.statuses[key] = _merge_statuses(self.statuses.get(key), status)
        for name in coverage.unexercised:
            self.others.setdefault(_key(name, hashes), name)
        answered = (one.operation for one in coverage.statuses if one.exercised or one.undocumented)
        self.covered |= dict.fromkeys(_key(one, hashes) for one in answered)
        self.workflows += _with_document(coverage.workflows, document)

    def coverage(self) -> Coverage:
        left = tuple(name for key, name in self.others.items() if key not in self.covered)
        total = len(self.covered) + len(left)
        statuses = tuple(self.statuses.values())
        return Coverage(len(self.covered), total, left, statuses, tuple(self.workflows))


def _key(name: OperationName, hashes: Mapping[str, str]) -> _Key:
    return hashes.get(name.source or "", name.source), name.method, name.path


def _with_document(
    workflows: Iterable[WorkflowBranches], document: str
) -> Iterator[WorkflowBranches]:
    return (replace(one, document=document) for one in workflows)


def _merge_statuses(one: StatusCoverage | None, other: StatusCoverage) -> StatusCoverage:
    if one is None:
        return other
    returned = {*one.exercised, *other.exercised}
    documented = (*one.exercised, *one.unexercised)
    return StatusCoverage(
        one.operation,
        tuple(status for status in documented if status in returned),
        tuple(status for status in documented if status not in returned),
        tuple(dict.fromkeys((*one.undocumented, *other.undocumented))),
        one.of_messages,
    )
