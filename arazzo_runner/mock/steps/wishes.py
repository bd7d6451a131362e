"""What the success criteria of a step compare with constants.

The mock gives these values in place of others that it generated, where the description documents
the member and its schema allows the value. So a criterion fails that contradicts the description: a
member that is not documented, a value that is not in its `enum`. What a client has set, and states
that advance, stay as they are: a criterion about these is a check of the workflow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.document.model import Criterion, QueryCriterion, SimpleCriterion
from arazzo_runner.expression.ast import And, BodyRef, Comparison, Constant, HeaderRef, Or
from arazzo_runner.expression.query.limits import QueryError
from arazzo_runner.expression.query.regex import regex_search
from arazzo_runner.expression.value import MISSING, Value, is_equal, is_ordered
from arazzo_runner.http_semantics.integers import parse_digits
from arazzo_runner.mock.generate.flatten import EXAMPLES, NoExample, flatten
from arazzo_runner.mock.generate.pattern import generate_string
from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.mock.generate.time_budget import check_time, within_seconds
from arazzo_runner.mock.generate.value import generate_value, type_of_schema
from arazzo_runner.mock.resources import normalized_name, path_text
from arazzo_runner.mock.steps.flow import Tokens
from arazzo_runner.mock.steps.reads import (
    MAX_ITEM,
    member_tokens,
    schema_at,
    value_at,
    with_value,
)
from arazzo_runner.mock.templates import ResponseTemplate, tells_state
from arazzo_runner.text.json_write import write_json
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import pointer_text

ENDS: Final = frozenset({
    "archived", "canceled", "cancelled", "closed", "deactivated", "deleted", "destroyed",
    "disabled", "ended", "expired", "inactive", "removed", "revoked", "stopped", "terminated",
})  # fmt: skip
"""States of what was deleted and is still shown."""
MAX_SECONDS: Final = 0.1
"""For one look whether a text matches."""
SEARCH_SECONDS: Final = 0.5
"""For all that is looked for in one response; what is not found by then stays as generated."""
_FLAGS: Final = lazy_pattern(r"^\(\?[a-zA-Z]+\)")
_LENGTH: Final = lazy_pattern(
    r"""^\$\[\?\s*\(?\s*length\(\s*[$@](?P<way>(?:\.\w+)*)\s*\)\s*"""
    r"""(?P<operator>==|<=|>=|<|>)\s*(?P<number>[0-9]+)\s*\)?\s*\]$"""
)
_FILTER: Final = lazy_pattern(
    r"""^\$(?P<way>(?:\.\w+)*)\[\?\s*\(?\s*@\.(?P<name>\w+)\s*==\s*"""
    r"""(?:'(?P<single>[^']*)'|"(?P<double>[^"]*)"|(?P<number>-?[0-9]{1,18}))\s*\)?\s*\]$"""
)


class Wish(Struct, frozen=True):
    """A constant that a part of the body is compared with, or a header field of this name.

    With ``is_length`` it is the length of an array that is compared; with the operator `regex` the
    text of the part is to match the value.
    """

    tokens: Tokens
    operator: str
    value: Value
    header: str = ""
    others: tuple[Wish, ...] = ()
    is_length: bool = False

    def is_granted(self, body: Value) -> bool:
        """Whether it, or another that would do, holds in a body."""
        held = self.is_met(value_at(body, self.tokens))
        return held or any(one.is_granted(body) for one in self.others)

    def candidates(self) -> Iterator[Value]:
        """Values with which it holds."""
        if self.operator == "regex":
            yield from _matching_texts(str(self.value))
            return
        yield self.value
        if self.operator in ("<", ">") and isinstance(self.value, int | float):
            if self.operator == "<" and self.value > 0:
                yield self.value / 2
            yield self.value + (1 if self.operator == ">" else -1)

    def is_met(self, value: Value) -> bool:
        """Whether a value is as the criterion wants it."""
        if self.is_length:
            value = len(value) if isinstance(value, list) else MISSING
        if value is MISSING:
            return False
        if self.operator == "regex":
            return _is_match(str(self.value), value)
        if self.operator == "==":
            return is_equal(value, self.value)
        return is_ordered(self.operator, value, self.value)  # type: ignore[arg-type]


def _matching_texts(pattern: str) -> Iterator[Value]:
    """Texts that match a regular expression: those that the mock's own reader of patterns makes."""
    bare = _FLAGS.sub("", pattern, count=1)
    text = generate_string(bare, SeededChoice().at("regex"))
    yield from () if text is None else (text,)


def _is_match(pattern: str, value: Value) -> bool:
    try:
        return regex_search(pattern, path_text(value), MAX_SECONDS)
    except QueryError:
        check_time()  # of the response; otherwise it is the pattern's own fault
        return False


def tells_end(wish: Wish) -> bool:
    """Whether a state is wanted of something that came to its end."""
    name = str(wish.tokens[-1]) if wish.tokens else ""
    is_end = isinstance(wish.value, str) and wish.value.casefold() in ENDS
    return wish.operator == "==" and is_end and tells_state(name)


def wishes_of(criteria: Iterable[Criterion]) -> Iterator[Wish]:
    """The wishes of criteria that have to hold together."""
    for criterion in criteria:
        match criterion:
            case SimpleCriterion(condition=condition):
                yield from _condition_wishes(condition)
            case QueryCriterion(
                kind="regex", context=BodyRef(message="response" | "message", path=path)
            ):
                if "{$" not in criterion.text:
                    yield Wish(member_tokens(path.tokens), "regex", criterion.text)
            case QueryCriterion(
                kind="jsonpath", context=BodyRef(message="response" | "message", path=path)
            ):
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
        case BodyRef(message="response" | "message", path=path) if value is not None:
            yield Wish(member_tokens(path.tokens), operator, value)
        case HeaderRef(message="response" | "message", name=name) if operator == "==":
            yield Wish((), operator, str(value), name)
        case _:
            return


def _filter_wishes(text: str, start: Tokens) -> Iterator[Wish]:
    """`$.items[?@.name == 'x']`: the first item that may be called so."""
    length = _LENGTH.match(text.strip())
    if length is not None:
        way = (*start, *length["way"].split(".")[1:])
        size = parse_digits(length["number"]) or 0
        yield Wish(member_tokens(way), length["operator"], size, is_length=True)
    found = _FILTER.match(text.strip())
    if found is None or "{$" in text:
        return
    way = tuple(found["way"].split(".")[1:])
    number = found["number"]
    value = int(number) if number is not None else found["single"] or found["double"] or ""
    yield Wish(member_tokens((*start, *way, 0, found["name"])), "==", value)


class WishSettings(Struct, frozen=True):
    """What keeps a wish from being granted.

    ``fixed`` are the plain names of what clients have set; with ``is_polling`` states are left to
    advance; with ``is_lenient`` the member need not be documented. ``listed`` is the way to the
    items of a list of resources: there are as many as there are.
    """

    fixed: Collection[str] = ()
    is_polling: bool = False
    is_lenient: bool = False
    listed: tuple[str, ...] | None = None


def with_wishes(
    frame: ResponseTemplate, body: Value, wishes: Iterable[Wish], settings: WishSettings
) -> tuple[Value, list[str]]:
    """The body as the criteria want it, and a note for each value that was changed.

    Raises QueryError where the time to generate is over.
    """
    search = _WishSearch(frame, body, settings)
    try:
        within_seconds(SEARCH_SECONDS, partial(search.grant_all, wishes))
    except QueryError:
        check_time()  # of the response; otherwise it is the search that was over
        search.notes.append(
            f"what the step expects was looked for no longer than {SEARCH_SECONDS:g} s"
        )
    return search.body, search.notes


class _WishSearch:
    """The body with the wishes that were granted so far, and their notes."""

    def __init__(self, frame: ResponseTemplate, body: Value, settings: WishSettings) -> None:
        self.frame = frame
        self.body = body
        self.settings = settings
        self.notes: list[str] = []

    def grant_all(self, wishes: Iterable[Wish]) -> None:
        for wish in wishes:
            if not (wish.header or wish.is_granted(self.body) or _is_settled(wish, self.settings)):
                self.grant(wish)

    def grant(self, wish: Wish) -> None:
        for candidate, note in _wished_values(self.frame, self.body, wish, self.settings):
            changed = with_value(self.body, wish.tokens, candidate)
            if wish.is_met(candidate) and changed is not MISSING and self.frame.fits(changed):
                self.body = changed
                where = pointer_text(wish.tokens) or "the body"
                told = f"`{where}` is {write_json(candidate)}, as the step expects{note}"
                self.notes.append(told)
                return


def _wished_values(
    frame: ResponseTemplate, body: Value, wish: Wish, settings: WishSettings
) -> Iterator[tuple[Value, str]]:
    """Values that would do, and what to add to the note: those that the description names first."""
    if wish.is_length:
        held = value_at(body, wish.tokens)
        yield from ((one, "") for one in _resized(frame, wish, held if held is not MISSING else []))
        return
    for value in named_values(frame, wish.tokens):
        yield value, ""
    if _is_documented(frame, wish.tokens):
        yield from ((one, "; the API description names no value") for one in wish.candidates())
    elif settings.is_lenient:
        yield from ((one, "; the API description has no such member") for one in wish.candidates())


def _resized(frame: ResponseTemplate, wish: Wish, items: Value) -> Iterator[Value]:
    """A documented array with as many items as the criterion wants."""
    if not isinstance(items, list) or not _is_documented(frame, wish.tokens):
        return
    for length in (one for one in wish.candidates() if isinstance(one, int)):
        if length <= len(items):
            yield items[:length]
        elif length <= MAX_ITEM:
            more = range(len(items), length)
            schemas = [schema_at(frame.schema, (*wish.tokens, at)) for at in more]
            with suppress(NoExample):
                yield items + [
                    generate_value(True if one is None else one, SeededChoice().at("item", at))
                    for at, one in zip(more, schemas, strict=True)
                ]


def _is_documented(frame: ResponseTemplate, tokens: Tokens) -> bool:
    variants = (schema_at(frame.schema, tokens, one) for one in range(frame.variants))
    return any(one is not None and one is not True for one in variants)


def _is_settled(wish: Wish, settings: WishSettings) -> bool:
    if wish.is_length and wish.tokens == settings.listed:
        return True
    names = [one for one in wish.tokens if isinstance(one, str)]
    return any(
        normalized_name(one) in settings.fixed or (settings.is_polling and tells_state(one))
        for one in names[-1:]
    )


def named_values(frame: ResponseTemplate, tokens: Tokens) -> Iterator[Value]:
    """The values that a description names for a part of the body."""
    for example in frame.examples:
        value = value_at(example, tokens)
        if value is not MISSING:
            yield value
    for variant in range(frame.variants):
        schema = schema_at(frame.schema, tokens, variant)
        if isinstance(schema, dict):
            yield from schema_values(schema, variant)


def schema_values(schema: Value, variant: int = 0) -> Iterator[Value]:
    """The values that a self-contained schema names."""
    with suppress(NoExample):
        flat = flatten(schema, schema, (), variant).schema
        if "const" in flat:
            yield flat["const"]
        yield from flat.get("enum", ())
        for keyword in EXAMPLES:
            held = flat.get(keyword, MISSING)
            yield from held if keyword == "examples" and isinstance(held, list) else (held,)
        if type_of_schema(flat) == "boolean":
            yield from (True, False)
