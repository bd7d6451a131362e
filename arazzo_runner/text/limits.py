"""Limits of documents, and the findings where one is exceeded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.errors import DocumentError
from arazzo_runner.text.diagnostic import Diagnostic, Severity, error
from arazzo_runner.text.source import Place

MAX_TAG_DIRECTIVES: Final = 64
"""libyaml compares each ``%TAG`` directive with all before it: 200,000 of them take minutes."""


class DocumentLimits(Struct, frozen=True):
    """The most that one document may have.

    ``max_bytes`` of UTF-8 text, ``max_depth`` of nested lists and objects, ``max_nodes`` (keys and
    values, with aliases followed) and ``max_aliases``.
    """

    max_bytes: int = 10 * 2**20
    max_depth: int = 100
    max_nodes: int = 1_000_000
    max_aliases: int = 1_000

    def with_nodes(self, count: int) -> DocumentLimits:
        """These limits for ``count`` nodes; the aliases keep their share of them."""
        return replace(self, max_nodes=count, max_aliases=max(1_000, count // 1_000))


DESCRIPTION_LIMITS: Final = DocumentLimits(max_bytes=32 * 2**20)
"""The limits of an API description."""


def size_finding(size: int, limit: int, place: Place | None = None) -> Diagnostic:
    """The finding that a text of ``size`` bytes is over the limit."""
    message = f"the document has {size:,} bytes, and the limit is {limit:,}"
    return _over(message, place, "--max-document-size")


def depth_error(levels: int, limit: int, place: Place) -> DocumentError:
    """The error at the first list or object that is nested too deep."""
    message = f"the document is nested {levels:,} levels deep, and the limit is {limit:,}"
    return DocumentError(_over(message, place, "--max-document-depth"))


def node_count_error(count: int, limit: int, place: Place) -> DocumentError:
    """The error where the keys and values become too many, aliases followed."""
    message = (
        f"the document has at least {count:,} keys and values, its aliases followed, "
        f"and the limit is {limit:,}"
    )
    return DocumentError(_over(message, place, "--max-document-nodes"))


def alias_count_error(limit: int, place: Place) -> DocumentError:
    """The error at the first alias that is one too many."""
    message = f"the document uses {limit + 1:,} aliases, and the limit is {limit:,}"
    return DocumentError(_over(message, place, "--max-document-nodes"))


def recursion_error(place: Place) -> DocumentError:
    """The error where ``--max-document-depth`` allows more than the interpreter can follow."""
    message = "the document is nested deeper than Python's recursion limit can follow"
    return DocumentError(error("AZ109", message, place, help="write it with fewer nested levels"))


def tag_directive_error(count: int, place: Place) -> DocumentError:
    """The error for a text with more ``%TAG`` directives than any tag could need."""
    message = f"the document has {count:,} `%TAG` directives, and the limit is {MAX_TAG_DIRECTIVES}"
    way_out = "remove them: custom tags are not allowed"
    return DocumentError(error("AZ109", message, place, help=way_out))


MAX_FINDINGS: Final = 1_000
"""The most findings that are reported of one document."""


class JudgedFinding(Protocol):
    """What findings have in all their forms."""

    @property
    def code(self) -> str:
        """Its diagnostic code."""
        ...

    @property
    def severity(self) -> Severity | str:
        """How certain it is."""
        ...


_Finding = TypeVar("_Finding", bound=JudgedFinding)


def split_findings(
    findings: Sequence[_Finding], most: int
) -> tuple[list[_Finding], list[_Finding]]:
    """The ``most`` gravest findings of a document, and the others, both in their order."""
    if len(findings) <= most:
        return list(findings), []
    order = [Severity(one.severity) for one in findings]
    ranks = sorted(range(len(findings)), key=lambda at: _GRAVITY.index(order[at]))
    shown, others = sorted(ranks[:most]), sorted(ranks[most:])
    return [findings[at] for at in shown], [findings[at] for at in others]


_GRAVITY: Final = tuple(Severity)


def omission(document: str, most: int, others: Sequence[JudgedFinding]) -> Diagnostic:
    """The finding that ``others`` are not reported, counted by code; as grave as they are."""
    codes = Counter(one.code for one in others).most_common()
    message = (
        f"`{document}` has {most + len(others):,} findings, and the limit is {most:,}; "
        f"omitted: {', '.join(f'{count:,} of {code}' for code, count in codes)}"
    )
    severity = min((Severity(one.severity) for one in others), key=_GRAVITY.index)
    way_out = "fix the first ones, or raise the limit with `--max-findings`"
    return Diagnostic("AZ109", severity, message, help=way_out)


def first_findings(
    document: str, findings: Sequence[Diagnostic], most: int
) -> Sequence[Diagnostic]:
    """The findings of a document within the limit; behind them, how many others there are."""
    shown, others = split_findings(findings, most)
    return [*shown, omission(document, most, others)] if others else shown


def _over(message: str, place: Place | None, flag: str) -> Diagnostic:
    way_out = f"if you trust the document, raise the limit with `{flag}`"
    return error("AZ109", message, place, help=way_out)
