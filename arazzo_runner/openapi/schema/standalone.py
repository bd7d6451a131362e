"""Schemas that stand by themselves: all that they refer to is under ``$defs`` of their root.

JSON Schema 2020-12 core, sections 8.2.4 and 9.3 ("Bundling").
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from msgspec import Struct, field

from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.schema.walk import (
    DEFINITIONS,
    POSSIBLE,
    Relation,
    definitions_of,
    subschemas,
)
from arazzo_runner.text.source import Place, Pointer

DEFINITION: Final = f"#/{DEFINITIONS}/"
"""What a reference to a definition begins with."""

DynamicScope: TypeAlias = frozenset[tuple[str, str, Pointer]]
"""The dynamic anchors in force: (anchor, URI of the file, pointer), the outermost of each name."""


class Bundle(Struct, frozen=True):
    """A self-contained schema, and where each of its parts stands in the description.

    ``places`` maps the names under ``$defs`` to the places of what they were.
    """

    value: Value
    place: Place
    places: Mapping[str, Place]

    def place_of(self, path: Pointer) -> Place:
        """The place in the description for a path in the bundled schema."""
        if len(path) > 1 and path[0] == DEFINITIONS:
            return self.places[str(path[1])].at(*path[2:])
        return self.place.at(*path)


class BundleNames(Struct, frozen=True):
    """What schemas that are bundled beside each other share: names and places under ``$defs``."""

    names: dict[tuple[str, Pointer, DynamicScope], str] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)


SchemaNode: TypeAlias = tuple[dict[str, Any], Pointer]
"""A schema of a root, and its path in there."""


def definition(reference: Value, root: Value) -> Value:
    """The schema that a reference names, None when there is none."""
    if not isinstance(reference, str) or not isinstance(root, dict):
        return None
    if reference == "#":
        return root
    return definitions_of(root).get(reference.removeprefix(DEFINITION))


def standalone_parts(schema: Value, root: Value) -> list[dict[str, Any]]:
    """A schema and all that it surely also is: its ``$ref`` target and its ``allOf`` members.

    ``root`` is the schema that it belongs to. Nearest first, each one once.
    """
    return [node for node, _ in walk_schemas([(schema, ())], root, sure_schemas)]


def possible_parts(schemas: Iterable[Value], root: Value) -> list[dict[str, Any]]:
    """All schemas that are, or may be, applied to the value of these schemas."""
    start = [(one, Pointer()) for one in schemas]
    return [node for node, _ in walk_schemas(start, root, possible_schemas)]


Inner: TypeAlias = Callable[[dict[str, Any], Pointer, Value], Iterator[tuple[Value, Pointer]]]
"""The schemas about the same value that a schema holds or refers to, by its path and the root."""


def walk_schemas(
    start: Iterable[tuple[Value, Pointer]], root: Value, inner: Inner
) -> Iterator[SchemaNode]:
    """Schemas and those that ``inner`` finds in them, nearest first, each once."""
    todo, seen = deque(start), set[int]()
    while todo:
        node, path = todo.popleft()
        if isinstance(node, dict) and id(node) not in seen:
            seen.add(id(node))
            yield node, path
            todo += inner(node, path, root)


def sure_schemas(
    node: dict[str, Any], path: Pointer, root: Value
) -> Iterator[tuple[Value, Pointer]]:
    """What a schema surely also is, one step away."""
    yield from _below(node, path, Relation.ALL)
    reference = node.get("$ref")
    if isinstance(reference, str):
        name = reference.removeprefix(DEFINITION)
        yield definition(reference, root), () if reference == "#" else (DEFINITIONS, name)


def possible_schemas(
    node: dict[str, Any], path: Pointer, root: Value
) -> Iterator[tuple[Value, Pointer]]:
    """What a schema may also be, one step away."""
    yield from sure_schemas(node, path, root)
    yield from _below(node, path, *POSSIBLE)


def _below(
    node: dict[str, Any], path: Pointer, *relations: Relation
) -> Iterator[tuple[Value, Pointer]]:
    yield from ((one, (*path, *below)) for one, below in subschemas(node, *relations))
