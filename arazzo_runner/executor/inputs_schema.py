"""The inputs that a workflow declares, by its JSON Schema: names, defaults, what is required.

Arazzo Specification 1.1.0, Workflow Object, ``inputs`` (JSON Schema 2020-12). All that asks what a
workflow declares asks an :class:`InputsSchema`, which ``executor/bind/inputs`` makes once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.schema.compile import Bundle
from arazzo_runner.openapi.schema.standalone import (
    SchemaNode,
    possible_schemas,
    standalone_parts,
    sure_schemas,
    walk_schemas,
)
from arazzo_runner.openapi.schema.walk import (
    Relation,
    has_properties,
    is_closed,
    properties_of,
    subschemas,
)
from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.text.source import Place


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
        for part in standalone_parts(self.value, self.value):
            names = part.get("required")
            yield from (
                one for one in (names if isinstance(names, list) else ()) if isinstance(one, str)
            )

    def has_default(self, name: str) -> bool:
        """Whether an input has a value where none is set."""
        declared = (self.declared or {}).get(name)
        schema = declared.schema if declared else None
        return any("default" in part for part in standalone_parts(schema, self.value))


def read_inputs_schema(bundle: Bundle, findings: Iterable[Diagnostic] = ()) -> InputsSchema:
    """What a bundled schema declares."""
    schema = bundle.value
    if schema is None:
        return InputsSchema(None, bundle, {}, findings=tuple(findings))
    nodes = [
        *walk_schemas([(schema, ())], schema, sure_schemas),
        *walk_schemas([(schema, ())], schema, possible_schemas),
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
        has_names = has_names or has_properties(part)
        for name, one in properties_of(part).items():
            place = bundle.place_of((*path, "properties", name))
            found.setdefault(name, DeclaredInput(name, one, place))
    return found if has_names else None


# --- defaults -------------------------------------------------------------------------------------

_NONE: Final = object()


def _fill(schema: Value, root: Value, value: dict[str, Value]) -> dict[str, Value]:
    filled = dict(value)
    for part in standalone_parts(schema, root):
        for name, property_schema in properties_of(part).items():
            _fill_property(name, property_schema, root, filled)
    return filled


def _fill_property(name: str, schema: Value, root: Value, into: dict[str, Value]) -> None:
    if name not in into:
        parts = standalone_parts(schema, root)
        default = next((part["default"] for part in parts if "default" in part), _NONE)
        if default is _NONE:
            return
        into[name] = default
    if isinstance(into[name], dict):
        into[name] = _fill(schema, root, into[name])
