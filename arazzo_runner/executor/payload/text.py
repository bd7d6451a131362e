"""A payload written as text: read as what it is before values enter it (forms, JSON, XML).

So no value can change the structure of a body. Arazzo Specification 1.1.0, Request Body Object,
"JSON templated example" and "XML templated example".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from msgspec import Struct

from arazzo_runner.executor.payload.pieces import Piece, split
from arazzo_runner.expression.ast import DynamicValue, Expression, MalformedExpression, Template
from arazzo_runner.expression.ast import Literal as Constant
from arazzo_runner.expression.evaluate import evaluate
from arazzo_runner.expression.scope import Scope
from arazzo_runner.expression.value import to_text
from arazzo_runner.http_semantics import media_type


class JsonText(Struct, frozen=True):
    """A JSON text: constants, and expressions where values stand (see ``json_template.py``)."""

    tree: Any


class XmlText(Struct, frozen=True):
    """An XML text in parts: text, and expressions with the place where they stand."""

    parts: tuple[Any, ...]


class FormText(Struct, frozen=True):
    """A form in text: the names and values of its fields."""

    pairs: tuple[tuple[DynamicValue, DynamicValue], ...]


PayloadText: TypeAlias = FormText | JsonText | XmlText


def read_payload_text(content_type: str, payload: DynamicValue | None) -> PayloadText | None:
    """Read a payload that is written as text; None where it is none, or its type has no structure.

    Raises TextFault where the text without its expressions is no document of its type.
    """
    pieces = _pieces(payload)
    if pieces is None:
        return None
    if media_type.essence(content_type) == media_type.FORM:
        return FormText(tuple(_fields(pieces)))
    if media_type.is_json(content_type):
        from arazzo_runner.executor.payload.json_template import read_json_template

        return JsonText(read_json_template(pieces))
    if media_type.is_json_sequence(content_type):
        from arazzo_runner.executor.payload.json_template import read_sequence_template

        return JsonText(read_sequence_template(pieces))
    if media_type.is_xml(content_type):
        from arazzo_runner.executor.payload.xml_template import read_xml_template

        return XmlText(read_xml_template(pieces))
    return None


def form_pairs(form: FormText, scope: Scope) -> list[tuple[str, str]]:
    """The names and values of a form in text; raises EvaluationError."""
    return [(_spell(name, scope), _spell(value, scope)) for name, value in form.pairs]


def _spell(part: DynamicValue, scope: Scope) -> str:
    return to_text(evaluate(part, scope))


def _fields(pieces: list[Piece]) -> Iterator[tuple[DynamicValue, DynamicValue]]:
    """The fields of a form, split before anything is evaluated: a value with `&` stays one."""
    for field in split(pieces, "&"):
        if field:
            name, *value = split(field, "=", 1)
            yield _joined(name), _joined(value[0] if value else [])


def _joined(pieces: list[Piece]) -> DynamicValue:
    parts = tuple(piece for _, piece in pieces)
    if any(isinstance(part, Expression) for part in parts):
        return Template(parts)
    from urllib.parse import unquote_plus

    return Constant(unquote_plus("".join(map(str, parts))))


def _pieces(payload: DynamicValue | None) -> list[Piece] | None:
    """The parts of a text; None where there is none, or an expression in it is malformed."""
    match payload:
        case Constant(str(text)):
            return [(0, text)]
        case Template(parts) if not any(isinstance(part, MalformedExpression) for part in parts):
            return list(_placed(parts))
        case _:
            return None


def _placed(parts: tuple[str | Expression, ...]) -> Iterator[Piece]:
    at = 0
    for part in parts:
        if isinstance(part, str):
            yield at, part
            at += len(part)
        else:
            yield part.start - 1, part
            at = part.start + len(part.text) + 1
