"""Inputs of a workflow: defaults filled in, then held against the JSON Schema.

Arazzo Specification 1.1.0, Workflow Object, ``inputs`` (JSON Schema 2020-12).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from msgspec import Struct

from arazzo_runner.expression.value import Value

_COMPONENTS = "#/components/inputs/"


class InputProblem(Struct, frozen=True):
    """What is wrong with one input: ``name`` is None for the inputs as a whole."""

    kind: str
    """``missing``, ``undeclared`` or ``invalid``"""
    name: str | None
    message: str


def bundle(schema: Value, components: Mapping[str, Value]) -> Value:
    """Make an ``inputs`` schema self-contained: ``#/components/inputs/x`` becomes ``#/$defs/x``."""
    bundled = _relocated(schema)
    if not isinstance(bundled, dict) or not components:
        return bundled
    defs = {name: _relocated(one) for name, one in components.items()}
    return {**bundled, "$defs": {**defs, **bundled.get("$defs", {})}}


def _relocated(node: Value) -> Value:
    if isinstance(node, list):
        return [_relocated(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _reference(value) if key == "$ref" else _relocated(value)
        for key, value in node.items()
    }


def _reference(value: Value) -> Value:
    if isinstance(value, str) and value.startswith(_COMPONENTS):
        return "#/$defs/" + value.removeprefix(_COMPONENTS)
    return value


def declared(schema: Value) -> dict[str, Value] | None:
    """The declared inputs by name with their schemas; None where any name is welcome.

    References and ``allOf`` of the bundled schema are followed. A workflow without a schema
    declares none; a schema that says nothing of names, or welcomes others, is open.
    """
    if schema is None:
        return {}
    every = parts(schema, schema)
    if any(part.get("additionalProperties") or "patternProperties" in part for part in every):
        return None
    stated = [part["properties"] for part in every if "properties" in part]
    return (
        {name: one for properties in stated for name, one in properties.items()} if stated else None
    )


def parts(schema: Value, root: Value) -> list[dict[str, Any]]:
    """A schema and all that it surely also is: its ``$ref`` target and its ``allOf`` members."""
    todo, seen = [schema], list[dict[str, Any]]()
    while todo:
        node = todo.pop(0)
        if not isinstance(node, dict) or any(node is one for one in seen):
            continue
        seen.append(node)
        todo.extend(node.get("allOf", ()))
        if isinstance(node.get("$ref"), str):
            todo.append(_target(node["$ref"], root))
    return seen


def _target(reference: str, root: Value) -> Value:
    defs = root.get("$defs", {})
    if reference.startswith("#/$defs/"):
        return defs.get(reference.removeprefix("#/$defs/"))
    anchored = (
        one
        for one in defs.values()
        if isinstance(one, dict) and f"#{one.get('$anchor')}" == reference
    )
    return next(anchored, None)


def with_defaults(schema: Value, given: Mapping[str, Value]) -> dict[str, Value]:
    """The inputs with the schema's ``default``s for what was not given, also in nested objects."""
    return _filled(schema, schema, dict(given))


def _filled(schema: Value, root: Value, value: dict[str, Value]) -> dict[str, Value]:
    filled = dict(value)
    for part in parts(schema, root):
        for name, property_schema in part.get("properties", {}).items():
            _fill_one(name, property_schema, root, filled)
    return filled


def _fill_one(name: str, schema: Value, root: Value, into: dict[str, Value]) -> None:
    if name not in into:
        default = next(
            (part["default"] for part in parts(schema, root) if "default" in part), _NONE
        )
        if default is _NONE:
            return
        into[name] = default
    if isinstance(into[name], dict):
        into[name] = _filled(schema, root, into[name])


_NONE = object()


def passwords(schema: Value, inputs: Mapping[str, Value]) -> Iterator[str]:
    """The values of all inputs declared with ``format: password``, also inside others.

    Arazzo Specification 1.1.0, "Data Types": a hint to obscure the value.
    """
    yield from _passwords(schema, schema, dict(inputs))


def _passwords(schema: Value, root: Value, value: Value) -> Iterator[str]:
    for part in parts(schema, root):
        if part.get("format") == "password" and isinstance(value, str | int | float):
            yield str(value)
        if isinstance(value, dict):
            for name in value.keys() & part.get("properties", {}).keys():
                yield from _passwords(part["properties"][name], root, value[name])
        if isinstance(value, list):
            for item in value:
                yield from _passwords(part.get("items"), root, item)


def problems(schema: Value, inputs: Mapping[str, Value]) -> list[InputProblem]:
    """All that is wrong with the inputs by their bundled schema; empty when they fit."""
    known = declared(schema)
    found = (
        [] if known is None else [_undeclared(name, known) for name in inputs if name not in known]
    )
    if schema is not None:
        for failure in _validator(json.dumps(schema)).iter_errors(dict(inputs)):
            found.extend(_explained(failure))
    return found


def _undeclared(name: str, known: Mapping[str, Value]) -> InputProblem:
    listed = ", ".join(f"`{one}`" for one in known) or "none"
    return InputProblem(
        "undeclared", name, f"the workflow declares no input `{name}`; declared: {listed}"
    )


def _explained(failure: Any) -> list[InputProblem]:
    path = list(failure.instance_path)
    if not path and failure.kind.name == "required":
        name = failure.kind.property
        return [InputProblem("missing", name, f"the required input `{name}` is not given")]
    if not path and failure.kind.name in ("additionalProperties", "unevaluatedProperties"):
        return []  # said by `_undeclared`, with the names that are declared
    where = "".join(
        f"[{token}]" if isinstance(token, int) else f".{token}" for token in path
    ).lstrip(".")
    return [
        InputProblem(
            "invalid", str(path[0]) if path else None, f"input `{where}`: {failure.message}"
        )
    ]


@lru_cache(maxsize=256)
def _validator(schema: str) -> Any:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(
        json.loads(schema),
        validate_formats=False,
        pattern_options=jsonschema_rs.RegexOptions(),
        offline=True,
    )
