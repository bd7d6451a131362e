"""The request body of a step: its payload resolved, replacements applied.

Arazzo Specification 1.1.0, Request Body Object and Payload Replacement Object.
"""

from __future__ import annotations

import json
from typing import Any, assert_never

from msgspec import Struct

from arazzo_runner.document.model import PayloadReplacement
from arazzo_runner.executor.plan import BodyPlan
from arazzo_runner.expression.ast import DynamicValue, SelectorType, Template
from arazzo_runner.expression.ast import Literal as Constant
from arazzo_runner.expression.evaluate import EvaluationError, evaluate
from arazzo_runner.expression.query.limits import QueryError, ValueTooLargeError, check_bounds
from arazzo_runner.expression.scope import Scope
from arazzo_runner.expression.select import locations
from arazzo_runner.expression.value import MISSING, MaybeValue, Value, to_text
from arazzo_runner.openapi.media_type import is_json, is_xml
from arazzo_runner.openapi.request.body import encode_body
from arazzo_runner.openapi.request.encoding import RequestRefused
from arazzo_runner.openapi.request.form import encode_pairs

FORM = "application/x-www-form-urlencoded"


class Payload(Struct, frozen=True):
    """A body ready to send, and the value it spells (what ``$request.body`` reads)."""

    content_type: str
    content: bytes
    value: MaybeValue


def form_pairs(
    payload: DynamicValue | None,
) -> tuple[tuple[DynamicValue, DynamicValue], ...] | None:
    """Split a form written as text into its fields, before anything in it is evaluated.

    So a value with ``&`` in it stays one value. None when the payload is no text.
    """
    match payload:
        case Template(parts):
            pieces = list(parts)
        case Constant(str(text)):
            pieces = [text]
        case _:
            return None
    return tuple(_field_pair(field) for field in _split_at(pieces, "&") if field)


def _split_at(pieces: list[Any], separator: str, limit: int = -1) -> list[list[Any]]:
    """Cut a list of text and expressions at each separator in its text."""
    fields: list[list[Any]] = [[]]
    for piece in pieces:
        if not isinstance(piece, str) or (limit >= 0 and len(fields) > limit):
            fields[-1].append(piece)
            continue
        first, *rest = piece.split(separator, limit)
        fields[-1].extend([first] if first else [])
        fields.extend([one] if one else [] for one in rest)
    return fields


def _field_pair(field: list[Any]) -> tuple[DynamicValue, DynamicValue]:
    name, *value = _split_at(field, "=", 1)
    return _join_parts(name), _join_parts(value[0] if value else [])


def _join_parts(pieces: list[Any]) -> DynamicValue:
    if all(isinstance(piece, str) for piece in pieces):
        from urllib.parse import unquote_plus

        return Constant(unquote_plus("".join(pieces)))
    return Template(tuple(pieces))


def build_payload(plan: BodyPlan, scope: Scope, seconds: float) -> Payload | None:
    """Resolve a step's body; None when its whole payload has no value.

    Raises EvaluationError when a template value or a replacement target is not there, and
    RequestRefused when the value cannot be written in the content type.
    """
    pairs = [(_text(name, scope), _text(value, scope)) for name, value in plan.form_pairs or ()]
    if pairs and not plan.replacements:
        return Payload(plan.content_type, encode_pairs(pairs), dict(pairs))
    value = dict(pairs) if pairs else _payload_value(plan, scope)
    for replacement in plan.replacements:
        value = _replace(value, replacement, plan.content_type, scope, seconds)
    if value is MISSING:
        return None
    try:
        check_bounds(value)
    except ValueTooLargeError as reason:
        raise RequestRefused(f"the payload cannot be sent: {reason}") from None
    return Payload(plan.content_type, encode_body(plan.content_type, value, plan.media), value)


def _text(part: DynamicValue, scope: Scope) -> str:
    value = evaluate(part, scope)
    return value if isinstance(value, str) else str(value)


def _payload_value(plan: BodyPlan, scope: Scope) -> MaybeValue:
    value = MISSING if plan.payload is None else evaluate(plan.payload, scope)
    if isinstance(plan.payload, Template | Constant) and isinstance(value, str):
        return _as_json(value) if is_json(plan.content_type) else value
    return value


def _as_json(text: str) -> Value:
    """A payload written as text under a JSON media type is JSON if it parses, else a string."""
    try:
        return json.loads(text)
    except ValueError:
        return text
    except RecursionError:
        raise RequestRefused("the payload cannot be sent: it is nested too deep") from None


def _replace(
    value: MaybeValue,
    replacement: PayloadReplacement,
    content_type: str,
    scope: Scope,
    seconds: float,
) -> MaybeValue:
    target = to_text(evaluate(replacement.target, scope))
    kind = replacement.type or _default_type(content_type)
    new = evaluate(replacement.value, scope)
    new = None if new is MISSING else new
    try:
        match kind.language:
            case "xpath":
                return _replace_xml(value, target, new, kind.version, seconds)
            case "jsonpointer":
                places: list[tuple[str | int, ...]] = [_tokens(target)]
            case "jsonpath":
                places = locations(kind, target, value, seconds)
            case _:
                assert_never(kind.language)
    except QueryError as reason:
        raise EvaluationError(f"replacement target `{target}`: {reason}", target) from reason
    if not places:
        raise EvaluationError(
            f"replacement target `{target}` selects nothing in the payload", target
        )
    for tokens in places:
        value = _set(value, tokens, new, target)
    return value


def _replace_xml(value: MaybeValue, target: str, new: Value, version: str, seconds: float) -> str:
    from arazzo_runner.expression.query.xpath_replace import replace_xpath

    if not isinstance(value, str):
        raise QueryError("XPath needs a payload that is XML text")
    return replace_xpath(value, target, to_text(new), version, seconds)


def _default_type(content_type: str) -> SelectorType:
    """Payload Replacement Object: XPath for XML media types, else JSON Pointer."""
    if is_xml(content_type):
        return SelectorType("xpath", "xpath-31")
    return SelectorType("jsonpointer", "rfc6901")


def _tokens(pointer: str) -> tuple[str | int, ...]:
    if pointer and not pointer.startswith("/"):
        raise EvaluationError(
            f"replacement target `{pointer}` is not a JSON Pointer: it has to begin with `/`",
            pointer,
        )
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])


def _set(value: MaybeValue, tokens: tuple[str | int, ...], new: Value, target: str) -> Value:
    """A copy of the value with the target set; only the containers on the way are copied."""
    if not tokens:
        return new
    head, *rest = tokens
    absent = EvaluationError(f"replacement target `{target}` is not in the payload", target)
    if isinstance(value, dict):
        if rest and head not in value:
            raise absent
        return {**value, str(head): _set(value.get(str(head)), tuple(rest), new, target)}
    if not isinstance(value, list):
        raise absent
    if head == "-" and not rest:
        return [*value, new]
    index = int(head) if str(head).isdecimal() else -1
    if not 0 <= index < len(value):
        raise absent
    return [*value[:index], _set(value[index], tuple(rest), new, target), *value[index + 1 :]]
