"""Contract checks that failed: each a sentence with its place, equal ones folded to one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from arazzo_runner.openapi.response.contract import CheckResult
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.positions import position

_INDEX: Final = lazy_pattern(r"/[0-9]+(?=/|\Z)")


class Folded(Struct, frozen=True):
    """A contract finding, and how often an equal one came: of other items, in other visits."""

    check: CheckResult
    times: int


def fold_findings(checks: Iterable[CheckResult]) -> list[Folded]:
    """What did not hold, equal findings once, in the order of the first ones."""
    found: dict[object, list[CheckResult]] = {}
    for check in checks:
        if not check.passed:
            found.setdefault(likeness(check), []).append(check)
    return [Folded(equal[0], len(equal)) for equal in found.values()]


def sum_findings(folded: Iterable[Folded]) -> list[Folded]:
    """Findings that were folded apart, equal ones once."""
    found: dict[object, Folded] = {}
    for one in folded:
        key = likeness(one.check)
        times = one.times + (found[key].times if key in found else 0)
        found[key] = Folded(found[key].check if key in found else one.check, times)
    return [*found.values()]


def likeness(check: CheckResult) -> object:
    """What equal findings have in common: the words of the description that they break, and where.

    Without a place in the description it is their own words.
    """
    where = check.place or check.message
    return check.kind, check.severity, where, _INDEX.sub("/*", check.pointer or "")


def check_sentence(check: CheckResult) -> str:
    """The finding; the pointer into the body is said where the message does not begin with it."""
    if not check.pointer or check.message.startswith(f"`{check.pointer}`"):
        return check.message
    return f"{check.message} (at `{check.pointer}` in the body)"


def placed_sentence(check: CheckResult) -> str:
    """The finding with its place in the API description: ``… (shop.yaml:7:11)``."""
    if check.place is None:
        return check_sentence(check)
    return f"{check_sentence(check)} ({position(check.place)})"
