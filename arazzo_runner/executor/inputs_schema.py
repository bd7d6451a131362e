"""The inputs that a workflow declares, by its JSON Schema: names, defaults, what is required.

Arazzo Specification 1.1.0, Workflow Object, ``inputs`` (JSON Schema 2020-12). All that asks what a
workflow declares asks an :class:`InputsSchema`, which ``executor/bind/inputs`` makes once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from msgspec import Struct

from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.schema.compile import Bundle
from arazzo_runner.openapi.schema.walk import (
    POSSIBLE,
    Relation,
    is_closed,
    properties_of,
    subschemas,
)
from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.text.source import Place, Pointer

_DEFINITION: Final = "#/$defs/"

SchemaNode: TypeAlias = tuple[dict[str, Any], Pointer]
"""A schema of a bundle, and its path in there."""


class DeclaredInput(Struct, frozen=True):
    """An input of a workflow: its schema, and where it is declared."""

    name: str
    schema: Value
    place: Place


class InputsSchema(Struct, frozen=True):
    """What a workflow declares of its inputs.

    ``value`` is the JSON Schema with all it refers to under its ``$defs``; None: no inputs.
    ``declared`` are the inputs by name; None where any name is welcome. ``closed``: the schema
    itself refuses other names. ``findings`` are references that cannot be resolved.
    """

    value: Value
    bundle: Bundle
    declared: Mapping[str, DeclaredInput] | None
    closed: bool = False
    findings: tuple[Diagnostic, ...] = ()

    def accepts(self, name: str) -> bool:
        """Whether the workflow takes an input of this name."""
        return self.declared is None or name in self.declared

    def accepted_inputs(self, inputs: Mapping[str, Value]) -> dict[str, Value]:
        """Those of some inputs that the workflow takes."""
        return {name: value for name, value in inputs.items() if self.accepts(name)}

    def schemas(self) -> dict[str, Value]:
        """The schemas of the declared inputs by name; none where any name is welcome."""
        return {name: one.schema for name, one in (self.declared or {}).items()}

    def with_defaults(self, inputs: Mapping[str, Value]) -> dict[str, Value]:
        """The inputs with the schema's ``default``s for what is missing, also in nested objects."""
        return _fill(self.value, self.value, dict(inputs))

    def required(self) -> Iterator[str]:
        """The names that are always required."""
        for part in schema_parts(self.value, self.value):
            names = part.get("required")
            yield from (
                one for one in (names if isinstance(names, list) else ()) if isinstance(one, str)
            )

    def has_default(self, name: str) -> bool:
        """Whether an input has a value where none is set."""
        schema = self.schemas().get(name)
        return any("default" in part for part in schema_parts(schema, self.value))


def read_inputs_schema(bundle: Bundle, findings: Iterable[Diagnostic] = ()) -> InputsSchema:
    """What a bundled schema declares."""
    schema = bundle.value
    if schema is None:
        return InputsSchema(None, bundle, {}, findings=tuple(findings))
    nodes = [
        *_walk([(schema, ())], schema, _sure),
        *_walk([(schema, ())], schema, _possible_subschemas),
    ]
    parts = [node for node, _ in nodes]
    declared = None if any(map(_is_open, parts)) else _declared_inputs(nodes, bundle)
    return InputsSchema(schema, bundle, declared, any(map(is_closed, parts)), tuple(findings))


def _is_open(part: dict[str, Any]) -> bool:
    """Whether a schema takes names that it does not state."""
    others = subschemas(part, Relation.REST, Relation.UNEVALUATED, Relation.PATTERN)
    return any(schema is not False for schema, _ in others)


def _declared_inputs(
    nodes: Iterable[SchemaNode], bundle: Bundle
) -> dict[str, DeclaredInput] | None:
    """The properties; None where no schema states any."""
    found: dict[str, DeclaredInput] = {}
    has_names = False
    for part, path in nodes:  # of several schemas for one name that counts which surely applies
        has_names = has_names or isinstance(part.get("properties"), dict)
        for name, one in properties_of(part).items():
            place = bundle.place_of((*path, "properties", name))
            found.setdefault(name, DeclaredInput(name, one, place))
    return found if has_names else None


# --- reading a bundled schema ---------------------------------------------------------------------


def schema_parts(schema: Value, root: Value) -> list[dict[str, Any]]:
    """A schema and all that it surely also is: its ``$ref`` target and its ``allOf`` members.

    ``root`` is the bundled schema that it belongs to.
    """
    return [node for node, _ in _walk([(schema, ())], root, _sure)]


def possible_parts(schemas: Iterable[Value], root: Value) -> list[dict[str, Any]]:
    """All schemas that are, or may be, applied to the value of these schemas."""
    return [node for node, _ in _walk([(one, ()) for one in schemas], root, _possible_subschemas)]


def definition(reference: Value, root: Value) -> Value:
    """The definition that a reference in a bundled schema names; None when there is none."""
    if not isinstance(reference, str) or not isinstance(root, dict):
        return None
    if reference == "#":
        return root
    definitions = root.get("$defs")
    name = reference.removeprefix(_DEFINITION)
    return definitions.get(name) if isinstance(definitions, dict) else None


def _walk(start: list[tuple[Value, Pointer]], root: Value, inner: Any) -> Iterator[SchemaNode]:
    """Schemas and those that ``inner`` finds in them, nearest first, each once."""
    todo, seen = list(start), set[int]()
    while todo:
        node, path = todo.pop(0)
        if isinstance(node, dict) and id(node) not in seen:
            seen.add(id(node))
            yield node, path
            todo += inner(node, path, root)


def _sure(node: dict[str, Any], path: Pointer, root: Value) -> Iterator[tuple[Value, Pointer]]:
    yield from _below(node, path, Relation.ALL)
    reference = node.get("$ref")
    if isinstance(reference, str):
        name = reference.removeprefix(_DEFINITION)
        yield definition(reference, root), () if reference == "#" else ("$defs", name)


def _possible_subschemas(
    node: dict[str, Any], path: Pointer, root: Value
) -> Iterator[tuple[Value, Pointer]]:
    yield from _sure(node, path, root)
    yield from _below(node, path, *POSSIBLE)


def _below(
    node: dict[str, Any], path: Pointer, *relations: Relation
) -> Iterator[tuple[Value, Pointer]]:
    yield from ((one, (*path, *below)) for one, below in subschemas(node, *relations))


# --- defaults -------------------------------------------------------------------------------------

_NONE: Final = object()


def _fill(schema: Value, root: Value, value: dict[str, Value]) -> dict[str, Value]:
    filled = dict(value)
    for part in schema_parts(schema, root):
        for name, property_schema in properties_of(part).items():
            _fill_property(name, property_schema, root, filled)
    return filled


def _fill_property(name: str, schema: Value, root: Value, into: dict[str, Value]) -> None:
    if name not in into:
        parts = schema_parts(schema, root)
        default = next((part["default"] for part in parts if "default" in part), _NONE)
        if default is _NONE:
            return
        into[name] = default
    if isinstance(into[name], dict):
        into[name] = _fill(schema, root, into[name])
