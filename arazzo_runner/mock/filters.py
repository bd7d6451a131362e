"""Query parameters that narrow a list: by equality, or as one end of a range.

`status=sold` keeps the items whose member is `sold`; `DateCreatedFrom` and `price_lt` are the ends
of a range of `date_created` and `price`. The beginning of a range belongs to it, its end does not,
unless its name says so (`lte`, `max`).
Parameters that no member is called like say nothing to the mock.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Final

from arazzo_runner.expression.value import Value
from arazzo_runner.mock.facts import Facts, path_text

ENDS: Final[dict[str, Callable[[Value, Value], bool]]] = {
    **dict.fromkeys(("from", "after", "since", "start", "min", "gte"), operator.ge),
    **dict.fromkeys(("to", "before", "until", "end", "lt"), operator.lt),
    **dict.fromkeys(("max", "lte"), operator.le),
    "gt": operator.gt,
}


def is_match(facts: Facts, given: Mapping[str, Value]) -> bool:
    """Whether a resource belongs to a list that is asked for with ``given``, by plain name."""
    return all(_is_equal(facts, name, value) for name, value in given.items())


def _is_equal(facts: Facts, name: str, wanted: Value) -> bool:
    if name in facts:
        return bool(_texts(facts[name]) & _texts(wanted))
    for ending, compare in ENDS.items():
        value = facts.get(name.removesuffix(ending)) if name.endswith(ending) else None
        if _is_comparable(value, wanted):
            return compare(value, wanted)
    return True


def _texts(value: Value) -> set[str]:
    values = value if isinstance(value, list) else [value]
    return {path_text(one).casefold() for one in values}


def _is_comparable(left: Value, right: Value) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return True
    return isinstance(left, int | float) and isinstance(right, int | float)


def filter_facts(facts: Facts, given: Mapping[str, Value]) -> dict[str, Value]:
    """The values that items have if they are listed: what ``given`` says of known members."""
    return {
        name: value[0] if isinstance(value, list) and value else value
        for name, value in given.items()
        if name in facts
    }
