"""A schema of an API description as a self-contained JSON Schema 2020-12.

What is reached by ``$ref`` is bundled under ``$defs``; what OpenAPI 2.0 and 3.0 say in their own
words is translated. OpenAPI Specification 3.0.4 and 3.1.1, section "Schema Object"; JSON Schema
2020-12 core, sections 8.2 and 9.3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from typing import Literal as Choice

from arazzo_runner.expression.value import Value
from arazzo_runner.operation.model import ApiDescription, Schema
from arazzo_runner.operation.reference import base_of, identifiers, reference_of, resolve, target
from arazzo_runner.text.source import Place, Pointer

Direction: TypeAlias = Choice["request", "response"]
Dynamic: TypeAlias = frozenset[tuple[str, str, Pointer]]
"""The dynamic anchors in force: (anchor, URI of the file, pointer), the outermost of each name."""

# JSON Schema 2020-12: where a keyword holds one schema, a list of them, or a map of them.
_ONE: Final = frozenset(
    {
        "additionalProperties",
        "contains",
        "contentSchema",
        "else",
        "if",
        "not",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    }
)
_LIST: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_MAP: Final = frozenset({"dependentSchemas", "patternProperties", "properties"})
# Said for readers, or said otherwise in the bundled schema.
_LEFT_OUT: Final = frozenset(
    {
        "$anchor",
        "$defs",
        "$dynamicAnchor",
        "$id",
        "$schema",
        "definitions",
        "description",
        "externalDocs",
        "nullable",
        "title",
        "x-nullable",
        "xml",
    }
)
# A class like `\w` cannot begin a range, yet many patterns have `[\w-.]`; ECMAScript's annex B
# reads the hyphen as itself, the engine here wants it escaped.
_LOOSE_HYPHEN: Final = re.compile(r"(?<!\\)((?:\\\\)*\\[wWdDsS])-(?=[^\]])")


@dataclass(frozen=True, slots=True)
class Bundle:
    """A self-contained schema, and where each of its parts stands in the description.

    ``places`` maps the names under ``$defs`` to the places of what they were.
    """

    value: Value
    place: Place
    places: Mapping[str, Place]

    def place_of(self, path: Pointer) -> Place:
        """The place in the description for a path in the bundled schema."""
        if len(path) > 1 and path[0] == "$defs":
            return self.places[str(path[1])].at(*path[2:])
        return self.place.at(*path)


def standalone(schema: Schema, description: ApiDescription, direction: Direction) -> Value:
    """A schema with all it refers to, as JSON Schema 2020-12 that stands by itself.

    In a ``request`` the ``readOnly`` properties are not required, in a ``response`` the
    ``writeOnly`` ones. Raises DocumentError AZ214 when a reference leads nowhere.
    """
    return bundle(schema, description, direction).value


def bundle(schema: Schema, description: ApiDescription, direction: Direction) -> Bundle:
    """Like :func:`standalone`, with the places; made once for each schema and direction."""
    key = ("bundle", schema.place.source.uri, schema.place.pointer, direction)
    if key not in description.memo:
        description.memo[key] = _bundled(schema, description, direction)
    found: Bundle = description.memo[key]
    return found


def validator(schema: Value) -> Any:
    """A compiled validator of a standalone schema; raises ValueError when it cannot be used.

    Patterns are matched within a bound on backtracking, formats are annotations, nothing is
    fetched.
    """
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(
        schema,
        validate_formats=False,
        # About a second of backtracking on one string at the most.
        pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=1_000_000),
        offline=True,
    )


def _bundled(schema: Schema, description: ApiDescription, direction: Direction) -> Bundle:
    work = _Work(description, "readOnly" if direction == "request" else "writeOnly")
    value = _convert(work, schema.value, schema.place, frozenset(), frozenset())
    defs = dict[str, Value]()
    while work.todo:
        name, node, place, dynamic = work.todo.pop()
        defs[name] = _convert(work, node, place, dynamic, frozenset())
    if isinstance(value, dict) and defs:
        value = {**value, "$defs": defs}
    return Bundle(value, schema.place, work.places)


@dataclass(frozen=True, slots=True)
class _Work:
    """What a bundling has met: the names of the schemas referred to, and which are still to do."""

    description: ApiDescription
    hidden: str
    names: dict[tuple[str, Pointer, Dynamic], str] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    todo: list[tuple[str, Value, Place, Dynamic]] = field(default_factory=list)


def _convert(
    work: _Work, node: Value, place: Place, dynamic: Dynamic, hidden: frozenset[str]
) -> Value:
    """One schema; ``hidden`` are properties that the schemas around it do not require."""
    if not isinstance(node, dict):
        return node if isinstance(node, bool) else {}
    dynamic = _entered(work, place, dynamic)
    reference = reference_of(node)
    if reference is not None and work.description.version < (3, 1):
        # Reference Object, 2.0 and 3.0: what stands beside it is ignored.
        return {"$ref": _named(work, *target(work.description, reference, place), dynamic)}
    hidden = hidden | _hidden(work, node, place)
    written = dict[str, Value]()
    for key, value in node.items():
        if key not in _LEFT_OUT:
            written |= _keyword(work, key, value, place, dynamic, hidden)
    return _translated(work.description, node, written)


def _keyword(
    work: _Work,
    key: str,
    value: Value,
    place: Place,
    dynamic: Dynamic,
    hidden: frozenset[str],
) -> dict[str, Value]:
    at = place.at(key)
    match value:
        case str() if key == "$ref":
            return {key: _named(work, *target(work.description, value, place), dynamic)}
        case str() if key == "$dynamicRef":
            return {"$ref": _named(work, *_dynamic_target(work, value, place, dynamic), dynamic)}
        case list() if key in _LIST or key == "items":
            inherited = hidden if key == "allOf" else frozenset()
            every = enumerate(value)
            return {
                # An array of schemas in `items` is what `prefixItems` is since 2020-12.
                "prefixItems" if key == "items" else key: [
                    _convert(work, one, at.at(i), dynamic, inherited) for i, one in every
                ]
            }
        case dict() if key in _MAP:
            return {
                key: {
                    name: _convert(work, one, at.at(name), dynamic, frozenset())
                    for name, one in value.items()
                }
            }
        case list() if key == "required":
            return {key: [name for name in value if name not in hidden]}
        case dict() | bool() if key in _ONE or key == "items":
            return {key: _convert(work, value, at, dynamic, frozenset())}
        case dict() if key == "discriminator":
            return {key: _discriminator(work, value, at, dynamic)}
        case str() if key == "pattern":
            return {key: _LOOSE_HYPHEN.sub(r"\1\\-", value)}
        case _:
            return {} if key == "required" else {key: value}


def _named(work: _Work, node: Value, place: Place, dynamic: Dynamic) -> str:
    """The reference to a schema's copy under ``$defs``; what is met first is put on the list."""
    key = (place.source.uri, place.pointer, dynamic)
    if key not in work.names:
        stem = re.sub(r"[^\w.\-]", "_", str(place.pointer[-1])) if place.pointer else "root"
        name, number = stem, 1
        while name in work.places:
            number += 1
            name = f"{stem}_{number}"
        work.names[key], work.places[name] = name, place
        work.todo.append((name, node, place, dynamic))
    return f"#/$defs/{work.names[key]}"


def _entered(work: _Work, place: Place, dynamic: Dynamic) -> Dynamic:
    """The dynamic scope within a schema: that around it, and the anchors of its own resource."""
    if work.description.version < (3, 1):
        return dynamic
    known = identifiers(work.description, place.source).dynamic
    if not known:
        return dynamic
    own = known.get(base_of(work.description, place)[0], {})
    names = {anchor for anchor, _, _ in dynamic}
    return dynamic | {
        (anchor, one.source.uri, one.pointer) for anchor, one in own.items() if anchor not in names
    }


def _dynamic_target(
    work: _Work, reference: str, place: Place, dynamic: Dynamic
) -> tuple[Value, Place]:
    """What a ``$dynamicRef`` means here: the outermost anchor of its name, if it is dynamic."""
    description = work.description
    node, found = target(description, reference, place)
    anchor = reference.partition("#")[2]
    if not isinstance(node, dict) or node.get("$dynamicAnchor") != anchor:
        return node, found
    for name, uri, pointer in dynamic:
        if name == anchor:
            source, _ = description.documents[uri]
            outermost = Place(source)
            text = "".join("/" + str(one).replace("~", "~0").replace("/", "~1") for one in pointer)
            return target(description, f"{uri}#{text}", outermost)
    return node, found


def _discriminator(
    work: _Work, node: dict[str, Value], place: Place, dynamic: Dynamic
) -> dict[str, Value]:
    """A Discriminator Object whose mapping leads to the bundled schemas."""
    mapping = node.get("mapping")
    if not isinstance(mapping, dict):
        return node
    leading = {name: _mapped(work, one, place, dynamic) for name, one in mapping.items()}
    return {**node, "mapping": leading}


def _mapped(work: _Work, value: Value, place: Place, dynamic: Dynamic) -> Value:
    """A mapping names a component, or refers to a schema."""
    components = work.description.raw.get("components")
    schemas = components.get("schemas") if isinstance(components, dict) else None
    if isinstance(schemas, dict) and value in schemas:
        value = f"#/components/schemas/{value}"
    if not isinstance(value, str):
        return value
    return _named(work, *target(work.description, value, place), dynamic)


def _hidden(work: _Work, node: dict[str, Value], place: Place) -> frozenset[str]:
    """The properties of a schema that do not count in this direction, those of ``allOf`` too."""
    if not any(key in node for key in ("properties", "allOf")):
        return frozenset()
    return frozenset(
        name
        for one, at in _parts(work.description, node, place)
        for name, schema in _members(one.get("properties"))
        if _says(work, schema, at.at("properties", name))
    )


def _says(work: _Work, node: Value, place: Place) -> bool:
    if not isinstance(node, dict) or not ("$ref" in node or "allOf" in node or work.hidden in node):
        return False
    every = _parts(work.description, node, place)
    return any(one.get(work.hidden) is True for one, _ in every)


def _parts(
    description: ApiDescription, node: Value, place: Place
) -> list[tuple[dict[str, Value], Place]]:
    """A schema and all that it surely also is: its ``$ref`` target and ``allOf`` members."""
    found, todo = list[tuple[dict[str, Value], Place]](), [(node, place)]
    seen = set[tuple[str, Pointer]]()
    while todo:
        node, place = todo.pop()
        key = (place.source.uri, place.pointer)
        if not isinstance(node, dict) or key in seen:
            continue
        seen.add(key)
        found.append((node, place))
        if reference := reference_of(node):
            todo.append(target(description, reference, place))
        members = node.get("allOf")
        for index, one in enumerate(members if isinstance(members, list) else ()):
            todo.append((one, place.at("allOf", index)))
    return found


def _members(node: Value) -> list[tuple[str, Value]]:
    return list(node.items()) if isinstance(node, dict) else []


def _translated(
    description: ApiDescription, node: dict[str, Value], written: dict[str, Value]
) -> dict[str, Value]:
    """What 2.0 and 3.0 say otherwise than JSON Schema 2020-12."""
    for name, plain in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(written.get(name), bool):
            exclusive = written.pop(name)
            if exclusive and plain in written:
                written[name] = written.pop(plain)
    if written.get("type") == "file":
        written["type"] = "string"
    is_nullable = node.get("nullable") is True or node.get("x-nullable") is True
    if not is_nullable or description.version >= (3, 1):
        return written
    return _nullable(written)


def _nullable(written: dict[str, Value]) -> dict[str, Value]:
    """3.0: ``nullable`` adds null to the type, and so to what the type's ``enum`` lists.

    Without a type the specification gives it no meaning; beside ``allOf`` and the like it is
    taken as it is meant everywhere, that the whole may be null.
    """
    kind, choices = written.get("type"), written.get("enum")
    if kind is None:
        combined = any(key in written for key in ("allOf", "anyOf", "oneOf"))
        return {"anyOf": [{"type": "null"}, written]} if combined else written
    if isinstance(kind, str):
        written["type"] = [kind, "null"]
    if isinstance(choices, list) and None not in choices:
        written["enum"] = [*choices, None]
    return written
