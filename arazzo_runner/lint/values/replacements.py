"""AZ322: replacements whose target the payload cannot have.

Arazzo Specification 1.1.0, Payload Replacement Object. Judged is what is written: a JSON Pointer,
in a payload as far as it is known. The last name of a pointer may be new, what leads there is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias, assert_never

from arazzo_runner.document.model import PayloadReplacement
from arazzo_runner.executor.payload.plan import BodyPlan
from arazzo_runner.expression.ast import (
    ArrayTemplate,
    DynamicValue,
    Expression,
    Literal,
    ObjectTemplate,
    Selector,
    Template,
)
from arazzo_runner.expression.pointer import array_index
from arazzo_runner.http_semantics.media_type import is_xml
from arazzo_runner.lint.context import StepContext
from arazzo_runner.text.diagnostic import Diagnostic, error
from arazzo_runner.text.source import pointer_text
from arazzo_runner.text.suggested_fix import replace_text

_Tokens: TypeAlias = tuple[str, ...]


def target_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ322 for each replacement of the step; what an earlier one has changed is not known."""
    body = view.call.body
    if body is None or body.text is not None:
        return
    changed: list[_Tokens] = []
    for replacement in body.replacements:
        tokens = _tokens(replacement, body)
        if tokens is None:
            return
        if not any(tokens[: len(one)] == one for one in changed):
            yield from _absence(replacement, tokens, body)
        changed.append(tokens)


def _tokens(replacement: PayloadReplacement, body: BodyPlan) -> _Tokens | None:
    """The tokens of a target; None where it is no JSON Pointer that is known."""
    kind = replacement.type.language if replacement.type else None
    is_pointer = kind == "jsonpointer" or (kind is None and not is_xml(body.content_type))
    if not is_pointer or not isinstance(replacement.target, Literal):
        return None
    head, *tokens = str(replacement.target.value).split("/")
    if head:
        return None
    return tuple(one.replace("~1", "/").replace("~0", "~") for one in tokens)


def _absence(
    replacement: PayloadReplacement, tokens: _Tokens, body: BodyPlan
) -> Iterator[Diagnostic]:
    value: DynamicValue = Literal(None) if body.payload is None else body.payload
    for at, name in enumerate(tokens):
        below = _below(value, name, is_last=at == len(tokens) - 1)
        if below is None:
            yield _finding(replacement, tokens, at, value)
            return
        value = below


_NEW: Final = Literal(None)


def _below(value: DynamicValue, name: str, *, is_last: bool) -> DynamicValue | None:
    """What a token leads to; None where it leads nowhere, an expression where that is not known."""
    known: DynamicValue | None
    match value:
        case Literal(dict() as members):
            known = Literal(members[name]) if name in members else None
        case ObjectTemplate(pairs):
            known = dict(pairs).get(name)
        case Literal(list()) | ArrayTemplate():
            return _item(value, name, is_last=is_last)
        case Literal() | Template():
            return None
        case Expression() | Selector():
            return value
        case _:
            assert_never(value)
    return _NEW if is_last and known is None else known


def _items(value: Literal | ArrayTemplate) -> tuple[DynamicValue, ...]:
    return value.items if isinstance(value, ArrayTemplate) else tuple(map(Literal, value.value))


def _item(value: Literal | ArrayTemplate, name: str, *, is_last: bool) -> DynamicValue | None:
    items, index = _items(value), array_index(name)
    if name == "-" and is_last:
        return _NEW
    return items[index] if index is not None and index < len(items) else None


def _finding(
    replacement: PayloadReplacement, tokens: _Tokens, at: int, value: DynamicValue
) -> Diagnostic:
    target, place = pointer_text(tokens), replacement.place.at("target")
    parent = f"`{pointer_text(tokens[:at])}`" if at else "the payload"
    message = f"the target `{target}` is not in the payload: {parent} {_why(value, tokens[at])}"
    meant = tokens[at].lstrip("0") or "0"
    if array_index(tokens[at]) is None and array_index(meant) is not None:
        written = pointer_text((*tokens[:at], meant, *tokens[at + 1 :]))
        help_line = f"an index has no leading zeros (RFC 6901): write `{written}`"
        return error("AZ322", message, place, "", help_line, replace_text(place, written))
    return error("AZ322", message, place)


def _why(value: DynamicValue, name: str) -> str:
    match value:
        case Literal(list()) | ArrayTemplate():
            count = len(_items(value))
            return f"is an array of {count} item{'' if count == 1 else 's'}"
        case Literal(dict()) | ObjectTemplate():
            return f"has no `{name}`"
        case _:
            return "is no object and no array"
