"""What an ``inputs`` schema says about names: which inputs it declares, and whether it allows more.

JSON Schema 2020-12, as far as ``$ref``, ``$anchor`` and the in-place applicators lead within the
document. Values are judged elsewhere, when they are known.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from arazzo_runner.expression.pointer import array_index
from arazzo_runner.expression.value import Value

_SURE: Final = ("allOf",)
_POSSIBLE: Final = ("anyOf", "oneOf")
_BRANCHES: Final = ("if", "then", "else")


class DeclaredInputs(Struct, frozen=True):
    """The names that a schema knows; ``closed`` when it refuses all others."""

    names: tuple[str, ...]
    closed: bool


def declared_inputs(schema: Value | None, root: Value) -> DeclaredInputs | None:
    """The inputs that a schema declares; None when it says nothing of names, or welcomes any.

    ``root`` is the document, for references into it. Without a schema, there are no inputs.
    """
    if schema is None:
        return DeclaredInputs((), closed=False)
    parts = list(_parts(schema, root))
    if any(_accepts_unknown(part) for part in parts):
        return None
    named = [part["properties"] for part in parts if isinstance(part.get("properties"), dict)]
    if not named:
        return None
    names = tuple(dict.fromkeys(name for properties in named for name in properties))
    return DeclaredInputs(names, any(_is_closed(part) for part in parts))


def _accepts_unknown(part: dict[str, Value]) -> bool:
    """Whether a schema takes names of which nothing is known here."""
    outside = isinstance(part.get("$ref"), str) and not part["$ref"].startswith("#")
    others = part.get("additionalProperties") or part.get("unevaluatedProperties")
    return outside or bool(others) or "patternProperties" in part or "$dynamicRef" in part


def _is_closed(part: dict[str, Value]) -> bool:
    return part.get("additionalProperties") is False or part.get("unevaluatedProperties") is False


def _parts(schema: Value, root: Value) -> Iterator[dict[str, Value]]:
    """A schema and every other that is applied to the same value."""
    todo, seen = [schema], set[int]()
    while todo:
        part = todo.pop(0)
        if not isinstance(part, dict) or id(part) in seen:
            continue
        seen.add(id(part))
        yield part
        todo.extend(_applied_schemas(part, root))


def _applied_schemas(part: dict[str, Value], root: Value) -> Iterator[Value]:
    for name in (*_SURE, *_POSSIBLE):
        if isinstance(part.get(name), list):
            yield from part[name]
    yield from (part[name] for name in _BRANCHES if name in part)
    if isinstance(part.get("$ref"), str):
        yield resolve_schema(part["$ref"], root)


def resolve_schema(reference: str, root: Value) -> Value | None:
    """The schema that a reference within the document leads to; None when there is none.

    By JSON Pointer, or by the plain name of an ``$anchor`` ("Resolving URI Fragments").
    """
    _, _, fragment = reference.partition("#")
    if fragment.startswith("/"):
        return _at(root, fragment)
    return _find_anchor(root, fragment) if fragment else root


def _at(value: Value, pointer: str) -> Value | None:
    for token in pointer[1:].split("/"):
        name = token.replace("~1", "/").replace("~0", "~")
        match value:
            case dict() if name in value:
                value = value[name]
            case list() if (index := array_index(name)) is not None and index < len(value):
                value = value[index]
            case _:
                return None
    return value


def _find_anchor(root: Value, name: str) -> Value | None:
    todo = [root]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            if value.get("$anchor") == name:
                return value
            todo.extend(value.values())
        elif isinstance(value, list):
            todo.extend(value)
    return None
