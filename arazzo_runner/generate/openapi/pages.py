"""Pages of a list: the parameter that takes what a response gives for the next one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from arazzo_runner.generate.draft import DraftGoto
from arazzo_runner.generate.identifiers import split_words
from arazzo_runner.generate.openapi.catalog import ApiOperation, list_pointer
from arazzo_runner.generate.openapi.schemas import DocumentedSchema
from arazzo_runner.mock.paging import NEXT_TOKENS, TOKENS
from arazzo_runner.text.source import pointer_text

NEXT_CURSOR: Final = "nextCursor"
"""The output that the next visit of the step reads."""


class PageCursor(Struct, frozen=True):
    """The parameter of the query, and where a response has its next value."""

    parameter: str
    tokens: tuple[str, ...]
    is_always_there: bool

    @property
    def expression(self) -> str:
        """The next value."""
        return f"$response.body#{pointer_text(self.tokens)}"

    def jump(self, step_id: str) -> DraftGoto:
        """To the step once more, while there is a page that it has not read."""
        nulls = () if self.is_always_there else (f"{self.expression} != null",)
        return DraftGoto("nextPage", step_id, (*nulls, f"{self.expression} != ''"))


def page_cursor(listing: ApiOperation | None) -> PageCursor | None:
    """The cursor of a list; None where the description does not say where a response has it."""
    schema = listing.response_schema if listing is not None else None
    if listing is None or schema is None or not list_pointer(listing):
        return None
    for one in listing.operation.parameters:
        if one.location != "query" or one.required or _plain(one.name) not in TOKENS:
            continue
        found = next(_places(schema, _plain(one.name)), None)
        if found is not None:
            tokens, member, is_required = found
            is_always_there = is_required and not member.is_nullable
            return PageCursor(one.name, tokens, is_always_there)
    return None


def _places(
    schema: DocumentedSchema, parameter: str
) -> Iterator[tuple[tuple[str, ...], DocumentedSchema, bool]]:
    """The members that may hold the next value: at the top, or one object below."""
    names = {*NEXT_TOKENS, *TOKENS, parameter, f"next{parameter}"}
    for name in schema.names:
        member = schema.member(name)
        if member is not None and _plain(name) in names and member.type == "string":
            yield (name,), member, name in schema.required
    for name in schema.names:
        member = schema.member(name)
        for inner in member.names if member is not None and member.type == "object" else ():
            below = member.member(inner) if member is not None else None
            if below is not None and _plain(inner) in names and below.type == "string":
                is_required = name in schema.required and inner in (member or schema).required
                yield (name, inner), below, is_required


def _plain(name: str) -> str:
    return "".join(split_words(name))
