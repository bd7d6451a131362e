"""What the success criteria of a step compare with constants.

The mock gives these values in place of others that it generated, where the description allows them.
What a client has set, and states that advance, stay as they are: a criterion about these is a
check.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.document.model import Criterion, QueryCriterion, SimpleCriterion
from arazzo_runner.expression.ast import And, BodyRef, Comparison, Constant, HeaderRef, Or
from arazzo_runner.expression.value import MISSING, Value, is_equal, is_ordered
from arazzo_runner.mock.resources import normalized_name
from arazzo_runner.mock.steps.flow import Tokens
from arazzo_runner.mock.steps.reads import member_tokens, value_at, with_value
from arazzo_runner.mock.templates import ResponseTemplate, tells_state
from arazzo_runner.text.json_write import write_json
from arazzo_runner.text.source import pointer_text

_FILTER: Final = re.compile(
    r"""^\$(?P<way>(?:\.\w+)*)\[\?\s*\(?\s*@\.(?P<name>\w+)\s*==\s*"""
    r"""(?:'(?P<single>[^']*)'|"(?P<double>[^"]*)"|(?P<number>-?\d+))\s*\)?\s*\]$"""
)


class Wish(Struct, frozen=True):
    """A constant that a part of the body is compared with, or a header field of this name."""

    tokens: Tokens
    operator: str
    value: Value
    header: str = ""
    others: tuple[Wish, ...] = ()

    def is_granted(self, body: Value) -> bool:
        """Whether it, or another that would do, holds in a body."""
        held = self.is_met(value_at(body, self.tokens))
        return held or any(one.is_granted(body) for one in self.others)

    def is_met(self, value: Value) -> bool:
        """Whether a value is as the criterion wants it."""
        if value is MISSING:
            return False
        if self.operator == "==":
            return is_equal(value, self.value)
        return is_ordered(self.operator, value, self.value)  # type: ignore[arg-type]

    def candidates(self) -> Iterator[Value]:
        """Values with which it holds."""
        yield self.value
        if self.operator in ("<", ">") and isinstance(self.value, int | float):
            if self.operator == "<" and self.value > 0:
                yield self.value / 2
            yield self.value + (1 if self.operator == ">" else -1)


def wishes_of(criteria: Iterable[Criterion]) -> Iterator[Wish]:
    """The wishes of criteria that have to hold together."""
    for criterion in criteria:
        match criterion:
            case SimpleCriterion(condition=condition):
                yield from _condition_wishes(condition)
            case QueryCriterion(kind="jsonpath", context=BodyRef(message="response", path=path)):
                yield from _filter_wishes(criterion.text, path.tokens)
            case _:
                continue


def _condition_wishes(condition: object) -> Iterator[Wish]:
    match condition:
        case And(left, right):
            yield from _condition_wishes(left)
            yield from _condition_wishes(right)
        case Or(left, right):
            alternatives = [*_condition_wishes(left), *_condition_wishes(right)]
            if len(alternatives) > 1:
                yield replace(alternatives[0], others=tuple(alternatives[1:]))
        case Comparison():
            yield from _comparison_wishes(condition)
        case _:
            return


_MIRRORED: Final = {"==": "==", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


def _comparison_wishes(comparison: Comparison) -> Iterator[Wish]:
    match comparison:
        case Comparison(operator, left, Constant(value)) if operator in _MIRRORED:
            yield from _wishes(left, operator, value)
        case Comparison(operator, Constant(value), right) if operator in _MIRRORED:
            yield from _wishes(right, _MIRRORED[operator], value)
        case _:
            return


def _wishes(side: object, operator: str, value: Value) -> Iterator[Wish]:
    match side:
        case BodyRef(message="response", path=path) if value is not None:
            yield Wish(member_tokens(path.tokens), operator, value)
        case HeaderRef(message="response", name=name) if operator == "==":
            yield Wish((), operator, str(value), name)
        case _:
            return


def _filter_wishes(text: str, start: Tokens) -> Iterator[Wish]:
    """`$.items[?@.name == 'x']`: the first item that may be called so."""
    found = _FILTER.match(text.strip())
    if found is None or "{$" in text:
        return
    way = tuple(found["way"].split(".")[1:])
    number = found["number"]
    value = int(number) if number is not None else found["single"] or found["double"] or ""
    yield Wish(member_tokens((*start, *way, 0, found["name"])), "==", value)


def with_wishes(
    frame: ResponseTemplate,
    body: Value,
    wishes: Iterable[Wish],
    fixed: Collection[str],
    *,
    is_polling: bool = False,
) -> tuple[Value, list[str]]:
    """The body as the criteria want it, and a note for each value that was changed.

    ``fixed`` are the plain names of what clients have set; with ``is_polling`` states are left to
    advance.
    """
    notes: list[str] = []
    for wish in wishes:
        if wish.header or wish.is_granted(body) or _is_settled(wish, fixed, is_polling=is_polling):
            continue
        for candidate in wish.candidates():
            changed = with_value(body, wish.tokens, candidate)
            if changed is not MISSING and wish.is_met(candidate) and frame.fits(changed):
                body = changed
                where = pointer_text(wish.tokens) or "the body"
                notes.append(f"`{where}` is {write_json(candidate)}, as the step expects")
                break
    return body, notes


def _is_settled(wish: Wish, fixed: Collection[str], *, is_polling: bool) -> bool:
    names = [one for one in wish.tokens if isinstance(one, str)]
    return any(
        normalized_name(one) in fixed or (is_polling and tells_state(one)) for one in names[-1:]
    )
