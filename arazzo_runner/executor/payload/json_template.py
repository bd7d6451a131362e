"""JSON text with expressions in it: read once, its values put in for each request."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias, cast

from msgspec import Struct

from arazzo_runner.executor.payload.pieces import Piece, TextFault, split
from arazzo_runner.expression.ast import (
    ArrayTemplate,
    DynamicValue,
    Expression,
    ObjectTemplate,
    Template,
)
from arazzo_runner.expression.ast import Literal as Constant
from arazzo_runner.expression.evaluate import EvaluationError, evaluate, missing_value_error
from arazzo_runner.expression.scope import Scope
from arazzo_runner.expression.value import MISSING, Value, describe
from arazzo_runner.text.json_errors import json_fault
from arazzo_runner.text.number import parse_number
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.yaml_scalars import MAX_DIGITS

_PRIVATE_USE: Final = range(0xE000, 0xF8FF)


class KeyedObject(Struct, frozen=True):
    """An object with an expression in a key; the names are known once there are values."""

    members: tuple[tuple[DynamicValue, JsonTemplate], ...]


JsonTemplate: TypeAlias = DynamicValue | KeyedObject
"""What a JSON text is; a string with expressions in it is a Template, a bare one an Expression."""


def read_json_template(pieces: list[Piece]) -> JsonTemplate:
    """Read a JSON text; raises TextFault where it is not JSON but for its expressions."""
    _check(pieces)
    expressions = [piece for _, piece in pieces if not isinstance(piece, str)]
    if not expressions:
        return Constant(_parse(_masked(pieces)))
    marks = _Marks(expressions, [piece for _, piece in pieces if isinstance(piece, str)])
    return marks.tree(_parse(marks.text(pieces), marks.members))


def read_sequence_template(pieces: list[Piece]) -> ArrayTemplate:
    """Read JSON Lines, or the texts of `json-seq` (RFC 7464); raises TextFault."""
    has_marks = any("\x1e" in piece for _, piece in pieces if isinstance(piece, str))
    texts = split(pieces, "\x1e" if has_marks else "\n")
    items = tuple(read_json_template(text) for text in texts if not _is_blank(text))
    return ArrayTemplate(cast("tuple[DynamicValue, ...]", items))


def json_value(template: JsonTemplate, scope: Scope) -> Value:
    """The value of a JSON text; raises EvaluationError where it has none."""
    match template:
        case ObjectTemplate(members):
            return {key: json_value(member, scope) for key, member in members}
        case ArrayTemplate(items):
            return [json_value(item, scope) for item in items]
        case KeyedObject(members):
            return _keyed(members, scope)
        case Expression():
            return _standing(template, scope)
        case _:
            return evaluate(template, scope)


def _standing(expression: Expression, scope: Scope) -> Value:
    value = evaluate(expression, scope)
    if value is MISSING:
        raise missing_value_error(expression)
    return value


def _keyed(
    members: tuple[tuple[DynamicValue, JsonTemplate], ...], scope: Scope
) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, member in members:
        key = _standing(name, scope) if isinstance(name, Expression) else evaluate(name, scope)
        if not isinstance(key, str):
            assert isinstance(name, Expression)
            reason = f"`{name.text}` stands for a key of the JSON text, and is {describe(key)}"
            raise EvaluationError(reason, name.text)
        if key in found:
            reason = f"a value makes the key `{key}` stand twice in one object of the JSON text"
            raise EvaluationError(reason, key)
        found[key] = json_value(member, scope)
    return found


# --- reading --------------------------------------------------------------------------------------


class _Marks:
    """Characters that stand for expressions while the text is parsed; the text has neither."""

    def __init__(self, expressions: list[Expression], texts: list[str]) -> None:
        whole = "".join(texts)
        escapes = whole.lower()
        free = (one for one in _PRIVATE_USE if f"\\u{one:04x}" not in escapes)
        absent = (chr(one) for one in free if chr(one) not in whole)
        self._inner, self._bare = next(absent), next(absent)
        self._expressions = expressions
        self._mark = re.compile(f"{self._inner}([0-9]+){self._inner}")

    def text(self, pieces: list[Piece]) -> str:
        """The text with a mark for each expression: a string where it stands outside of one."""
        count = 0
        found = []
        for piece, is_inside in _with_strings(pieces):
            if isinstance(piece, str):
                found.append(piece)
                continue
            mark = self._inner if is_inside else self._bare
            marked = f"{mark}{count}{mark}"
            found.append(marked if is_inside else f'"{marked}"')
            count += 1
        return "".join(found)

    def members(self, pairs: list[tuple[str, Any]]) -> Any:
        """An object as it is parsed: with its keys marked as they are."""
        if any(self._inner in key or self._bare in key for key, _ in pairs):
            return KeyedObject(
                tuple((self._string(key), self.tree(member)) for key, member in pairs)
            )
        return dict(pairs)

    def tree(self, value: Any) -> JsonTemplate:
        """What was parsed, with expressions in place of their marks."""
        match value:
            case str():
                return self._string(value)
            case dict():
                members = tuple((key, self.tree(member)) for key, member in value.items())
                is_constant = all(isinstance(one, Constant) for _, one in members)
                return Constant(value) if is_constant else ObjectTemplate(members)  # type: ignore[arg-type]
            case list():
                items = tuple(self.tree(item) for item in value)
                is_constant = all(isinstance(one, Constant) for one in items)
                return Constant(value) if is_constant else ArrayTemplate(items)  # type: ignore[arg-type]
            case KeyedObject():
                return value
            case _:
                return Constant(value)

    def _string(self, text: str) -> DynamicValue:
        if text.startswith(self._bare):
            return self._expressions[int(text[1:-1])]
        parts = self._mark.split(text)
        if len(parts) == 1:
            return Constant(text)
        parts[1::2] = [self._expressions[int(index)] for index in parts[1::2]]
        return Template(tuple(part for part in parts if part))


def _with_strings(pieces: list[Piece]) -> Iterator[tuple[str | Expression, bool]]:
    """Each part, and whether it begins inside of a JSON string."""
    is_inside = False
    for _, piece in pieces:
        yield piece, is_inside
        if isinstance(piece, str):
            # Each quote that no backslash escapes opens or closes a string.
            is_inside ^= _ESCAPE.sub("", piece).count('"') % 2 == 1


_ESCAPE: Final = lazy_pattern(r"\\.", re.DOTALL)


def _check(pieces: list[Piece]) -> None:
    """Parse the text with stand-ins as long as the expressions, so that offsets stay."""
    text = _masked(pieces)
    try:
        _parse(text)
    except json.JSONDecodeError as reason:
        fault = json_fault(text, reason)
        start = fault.start + pieces[0][0]
        raise TextFault(
            f"is not JSON: {fault.message}", _way_out(text, fault.way_out), start
        ) from None
    except RecursionError:
        raise TextFault("is nested too deep", "nest it less", pieces[0][0]) from None
    except ValueError:  # Python reads no integer of more digits
        message = f"holds an integer of more than {MAX_DIGITS:,} digits"
        raise TextFault(message, "write a shorter number", pieces[0][0]) from None


def _masked(pieces: list[Piece]) -> str:
    found = []
    for piece, is_inside in _with_strings(pieces):
        if isinstance(piece, str):
            found.append(piece)
        else:
            filled = "x" * len(piece.text)
            found.append(f"x{filled}x" if is_inside else f'"{filled}"')
    return "".join(found)


def _way_out(text: str, way_out: str) -> str:
    if text.lstrip()[:1] in tuple('{["'):
        return way_out
    return "a JSON string stands in double quotes; other text needs a `contentType` of its own"


def _parse(text: str, members: Callable[[list[tuple[str, Any]]], Any] | None = None) -> Any:
    def refuse(constant: str) -> float:
        raise json.JSONDecodeError("Expecting value", text, text.index(constant))

    return json.loads(
        text, parse_float=parse_number, parse_constant=refuse, object_pairs_hook=members
    )


def _is_blank(pieces: list[Piece]) -> bool:
    return all(isinstance(piece, str) and not piece.strip() for _, piece in pieces)
