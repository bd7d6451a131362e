"""The request body of a step: its payload resolved, replacements applied.

Arazzo Specification 1.1.0, Request Body Object and Payload Replacement Object.
"""

from __future__ import annotations

from typing import assert_never

from msgspec import Struct

from arazzo_runner.document.model import PayloadReplacement
from arazzo_runner.executor.payload.plan import BodyPlan
from arazzo_runner.executor.payload.text import FormText, JsonText, XmlText, form_pairs
from arazzo_runner.expression.ast import ArrayTemplate, DynamicValue, ObjectTemplate, SelectorType
from arazzo_runner.expression.evaluate import EvaluationError, evaluate
from arazzo_runner.expression.pointer import array_index
from arazzo_runner.expression.query.limits import QueryError, ValueTooLargeError, check_bounds
from arazzo_runner.expression.scope import Scope
from arazzo_runner.expression.select import locations
from arazzo_runner.expression.value import MISSING, MaybeValue, Value, to_text
from arazzo_runner.http_semantics.media_type import essence, is_xml
from arazzo_runner.openapi.request.body import encode_body
from arazzo_runner.openapi.request.encoding import RequestRefused
from arazzo_runner.openapi.request.form import encode_pairs, is_file_part


class Payload(Struct, frozen=True):
    """A body ready to send, and the value it spells (what ``$request.body`` reads)."""

    content_type: str
    content: bytes
    value: MaybeValue


def build_payload(plan: BodyPlan, scope: Scope, seconds: float) -> Payload | None:
    """Resolve a step's body; None when its whole payload has no value.

    Raises EvaluationError when a template value or a replacement target is not there, and
    RequestRefused when the value cannot be written in the content type.
    """
    if isinstance(plan.text, FormText) and not plan.replacements:
        pairs = form_pairs(plan.text, scope)
        return Payload(plan.content_type, encode_pairs(pairs), dict(pairs))
    value = _payload_value(plan, scope)
    for replacement in plan.replacements:
        value = _replace(value, replacement, plan.content_type, scope, seconds)
    if value is MISSING:
        return None
    try:
        check_bounds(value)
    except ValueTooLargeError as reason:
        raise RequestRefused(f"the payload cannot be sent: {reason}") from None
    return Payload(plan.content_type, encode_body(plan.content_type, value, plan.media), value)


def _payload_value(plan: BodyPlan, scope: Scope) -> MaybeValue:
    match plan.text:
        case FormText() as form:
            return dict(form_pairs(form, scope))
        case JsonText(tree):
            from arazzo_runner.executor.payload.json_template import json_value

            return json_value(tree, scope)
        case XmlText(parts):
            from arazzo_runner.executor.payload.xml_template import xml_text

            return xml_text(parts, scope)
        case None:
            return _evaluate(plan, scope)
        case _:
            assert_never(plan.text)


def _evaluate(plan: BodyPlan, scope: Scope) -> MaybeValue:
    if plan.payload is None:
        return MISSING
    if essence(plan.content_type).startswith("multipart/"):
        return evaluate(_without_absent_files(plan.payload, scope), scope)
    return evaluate(plan.payload, scope)


def _without_absent_files(payload: DynamicValue, scope: Scope) -> DynamicValue:
    """A multipart body without the files whose content has no value, their names left out too."""
    match payload:
        case ObjectTemplate(members):
            present = ((name, _present(one, scope)) for name, one in members)
            return ObjectTemplate(tuple(pair for pair in present if not _is_absent(pair[1], scope)))
        case _:
            return _present(payload, scope)


def _present(value: DynamicValue, scope: Scope) -> DynamicValue:
    if not isinstance(value, ArrayTemplate):
        return value
    return ArrayTemplate(tuple(one for one in value.items if not _is_absent(one, scope)))


def _is_absent(value: DynamicValue, scope: Scope) -> bool:
    if not isinstance(value, ObjectTemplate):
        return False
    members = dict(value.members)
    return is_file_part(members) and evaluate(members["content"], scope) is MISSING


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
            case "jsonpath" | "regex":
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
    index = array_index(str(head))
    if index is None or index >= len(value):
        raise absent
    return [*value[:index], _set(value[index], tuple(rest), new, target), *value[index + 1 :]]
