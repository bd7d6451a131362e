"""The members of a response that its step reads: generated where they are open to be generated.

A description may leave out what a server sends, or leave members optional. Where its schema lets
them be there, what the workflow reads is there, as its readers take it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final

from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.http_semantics.integers import parse_digits
from arazzo_runner.mock.generate.flatten import (
    NoExample,
    combine_schemas,
    flatten,
    schema_part,
)
from arazzo_runner.mock.generate.scalars import name_word
from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.mock.generate.validators import (
    is_name_match,
    validator_of,
)
from arazzo_runner.mock.generate.value import generate_value, item_schema_at
from arazzo_runner.mock.paging import NEXT_TOKENS, PLACES, TOKENS
from arazzo_runner.mock.resources import Facts, normalized_name, path_text
from arazzo_runner.mock.steps.expectations import BodyRead
from arazzo_runner.mock.steps.flow import Tokens
from arazzo_runner.mock.templates import ResponseTemplate
from arazzo_runner.openapi.schema.walk import (
    Relation,
    properties_of,
    schema_of_member,
    subschemas,
)

MAX_ITEM: Final = 20
"""An item further back in a list is not generated."""


def with_reads(
    frame: ResponseTemplate,
    body: Value,
    reads: Iterable[BodyRead],
    facts: Facts,
    dice: SeededChoice,
    listed: tuple[str, ...] | None = None,
) -> Value:
    """The body with what is read of it, as far as its schema allows.

    ``listed`` is the way to the items of a list, of which there are as many as there are.
    """
    for read in reads:
        tokens = member_tokens(read.tokens)
        if not tokens:
            body = _whole(frame, body, read, dice)
            continue
        body = body if listed is not None else _with_items(frame, body, tokens, dice)
        value = value_at(body, tokens)
        if listed is not None and value is MISSING and _is_paging(tokens):  # the last page
            continue
        if _is_beyond(body, tokens, listed) or not _is_lacking(value, read):
            continue
        for candidate in _candidates(frame, read, tokens, facts, dice):
            changed = with_value(body, tokens, candidate)
            if changed is not MISSING and frame.fits(changed):
                body = changed
                break
    return body


def _with_items(frame: ResponseTemplate, body: Value, tokens: Tokens, dice: SeededChoice) -> Value:
    """The body with one more item in each list of which the next item is read."""
    for at, token in enumerate(tokens):
        held = value_at(body, tokens[:at])
        if not (isinstance(token, int) and isinstance(held, list) and token == len(held)):
            continue
        schema = schema_at(frame.schema, tokens[: at + 1])
        with suppress(NoExample):
            item = generate_value(True if schema is None else schema, dice.at("item", token))
            changed = with_value(body, tokens[: at + 1], item)
            body = changed if changed is not MISSING and frame.fits(changed) else body
    return body


def _whole(frame: ResponseTemplate, body: Value, read: BodyRead, dice: SeededChoice) -> Value:
    """The body as its readers take it, where nothing is documented of it."""
    if frame.schema is not True or frame.examples or not read.schemas or body not in ({}, None):
        return body
    return next(_candidates(frame, read, (), {}, dice.at("body")), body)


def _is_beyond(body: Value, tokens: Tokens, listed: tuple[str, ...] | None) -> bool:
    """Whether an item is read that a list has not."""
    if listed is None or tokens[: len(listed)] != listed or len(tokens) == len(listed):
        return False
    return value_at(body, tokens[: len(listed) + 1]) is MISSING


def _is_lacking(value: MaybeValue, read: BodyRead) -> bool:
    """Whether a reader cannot do with what stands there; null says the end of pages, and such."""
    if value is MISSING:
        return True
    if value is not None and value != "":
        return False
    return (
        bool(read.schemas)
        and not _is_paging(read.tokens)
        and not all(validator_of(one)(value) for one in read.schemas)
    )


def _is_paging(tokens: Tokens) -> bool:
    """Whether a member tells of the next page."""
    name = normalized_name(str(tokens[-1]))
    return name in PLACES or name in NEXT_TOKENS or name in TOKENS


def member_tokens(tokens: Tokens) -> Tokens:
    """The way to a member: `length` of a list is no member."""
    return tuple(one if isinstance(one, int) else _index(one) for one in tokens)


def _index(token: str) -> str | int:
    index = parse_digits(token)
    return token if index is None else index


def value_at(value: Value, tokens: Tokens) -> MaybeValue:
    """The part of a value; MISSING where it is not there."""
    for token in tokens:
        match value, token:
            case dict(), _ if str(token) in value:
                value = value[str(token)]
            case list(), int() if token < len(value):
                value = value[token]
            case _:
                return MISSING
    return value


def _candidates(
    frame: ResponseTemplate, read: BodyRead, tokens: Tokens, facts: Facts, dice: SeededChoice
) -> Iterator[Value]:
    """What may stand there: what is known of the resource, then what readers take."""
    name = next((one for one in reversed(tokens) if isinstance(one, str)), "")
    known = facts.get(normalized_name(name), MISSING)
    judges = [validator_of(one) for one in read.schemas]
    if known is not MISSING and known is not None and all(fits(known) for fits in judges):
        yield known
    own = schema_at(frame.schema, tokens)
    place = dice.at(*(str(one) for one in tokens))
    wanted = [one for one in (own, *read.schemas) if one not in (True, {}, None)]
    for schemas in (wanted, wanted[:1], wanted[1:]):
        if schemas:
            try:
                yield generate_value(combine_schemas(schemas), place)
            except NoExample:
                continue
    if read.is_text:
        yield from _texts(read, place)
    if not wanted:
        yield name_word(place)
        yield 1 + place.below(999)
        yield {}
        yield []
    yield from () if known is MISSING else (known,)


def _texts(read: BodyRead, place: SeededChoice) -> Iterator[Value]:
    """What readers take, as text: a number in a path is text too."""
    try:
        yield path_text(generate_value(combine_schemas(read.schemas), place))
    except NoExample:
        return


def schema_at(schema: Value, tokens: Tokens, variant: int = 0) -> Value | None:
    """The schema of a part of a value, self-contained; None where none is stated."""
    node = schema
    for token in tokens:
        try:
            flat = flatten(node, schema, (), variant).schema
        except NoExample:
            return None
        if isinstance(token, int) and any(subschemas(flat, Relation.ITEM)):
            node = item_schema_at(flat, token)
        else:
            node = schema_of_member(flat, str(token), is_name_match)
            if not isinstance(node, dict) and str(token) not in properties_of(flat):
                return None
    return schema_part(node, schema)


def with_value(value: Value, tokens: Tokens, new: Value) -> MaybeValue:
    """The value with another part at ``tokens``, made on the way; MISSING where it has no place."""
    if not tokens:
        return new
    token, *rest = tokens
    if isinstance(token, int) and (isinstance(value, list) or value is MISSING):
        items = [] if value is MISSING else value
        if token > MAX_ITEM or token > len(items):
            return MISSING
        held = items[token] if token < len(items) else MISSING
        inner = with_value(held, tuple(rest), new)
        return MISSING if inner is MISSING else [*items[:token], inner, *items[token + 1 :]]
    if value is MISSING or value is None or isinstance(value, dict):
        members = value if isinstance(value, dict) else {}
        inner = with_value(members.get(str(token), MISSING), tuple(rest), new)
        return MISSING if inner is MISSING else {**members, str(token): inner}
    return MISSING
