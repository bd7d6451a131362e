"""Schemas as a model reads them: references followed, bounded, cut with a note where they go on."""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct

from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.model import ApiDescription, Schema
from arazzo_runner.openapi.references import MAX_HOPS, reference_of, reference_target
from arazzo_runner.openapi.schema.walk import APPLICATORS, DEFINITIONS
from arazzo_runner.text.diagnostic import shorten
from arazzo_runner.text.json_write import write_json
from arazzo_runner.text.source import Place

NOTE: Final = "$comment"
"""The keyword of notes about what is cut; JSON Schema 2020-12 core, section 8.3."""

_DEPTHS: Final = (8, 5, 3, 2, 1)
_MOST_MEMBERS: Final = 60
_MOST_VALUES: Final = 20
_TEXT: Final = 120
_OMITTED: Final = frozenset(
    {DEFINITIONS, "definitions", "$id", "$schema", "example", "examples", "externalDocs", "xml"}
)

_BRIEF: Final = frozenset({"type", "format", "title", "const", "nullable"})

_Inside = frozenset[tuple[str, tuple[str | int, ...]]]


def outline_schema(schema: Schema, description: ApiDescription, most: int) -> Value:
    """A schema that stands by itself, of at most about ``most`` characters of JSON.

    What is omitted, at a depth or because it is recursive, has a note (``$comment``).
    """
    outline: Value = {NOTE: "omitted: it is too large"}
    for depth in _DEPTHS:
        outline = _Outline(description, most).of(schema.value, schema.place, depth)
        if len(write_json(outline)) <= most:
            return outline
    return {NOTE: "omitted: it is too large", **_shallow(outline)}


def _shallow(node: Value) -> dict[str, Value]:
    """What is left of a schema without what is inside."""
    members = node if isinstance(node, dict) else {}
    return {key: one for key, one in members.items() if key in _BRIEF}


def _has_inside(node: dict[str, Value]) -> bool:
    return not APPLICATORS.keys().isdisjoint(node)


class _Outline(Struct):
    """One schema in the making; ``left`` are the characters that it may still have."""

    description: ApiDescription
    left: int

    def of(self, node: Value, place: Place, depth: int, inside: _Inside = frozenset()) -> Value:
        """The outline of a schema within so many levels; ``inside`` are the references around."""
        if not isinstance(node, dict):
            return node
        reference = reference_of(node)
        if reference is not None:
            return self._referred(reference, node, place, depth, inside)
        if depth <= 0 or self.left <= 0:
            cut = {NOTE: "omitted: what is inside"} if _has_inside(node) else {}
            return {**_shallow(node), **cut}
        written: dict[str, Value] = {}
        for key, value in node.items():
            if key not in _OMITTED and not key.startswith("x-"):
                self.left -= len(key) + 4
                written |= self._member(key, value, place.at(key), depth, inside)
        return written

    def _referred(
        self, reference: str, node: dict[str, Value], place: Place, depth: int, inside: _Inside
    ) -> Value:
        name = reference.rpartition("/")[2]
        try:
            target, at = reference_target(self.description, reference, place)
        except DocumentError:
            return {NOTE: f"`{shorten(reference)}` cannot be resolved"}
        key = (at.source.uri, at.pointer)
        if len(inside) >= MAX_HOPS:
            return {NOTE: "omitted: too many references"}
        if key in inside:
            return {NOTE: f"recursive: `{name}`, as above"}
        found = self.of(target, at, depth, inside | {key})
        beside = {one: value for one, value in node.items() if one != "$ref"}
        if not beside or not isinstance(found, dict) or self.description.version < (3, 1):
            return found
        own = self.of(beside, place, depth, inside)
        return {**found, **own} if isinstance(own, dict) else found

    def _member(
        self, key: str, value: Value, place: Place, depth: int, inside: _Inside
    ) -> dict[str, Value]:
        if key in APPLICATORS:
            return self._subschemas(key, value, place, depth, inside)
        if isinstance(value, str):
            value = shorten(" ".join(value.split()), _TEXT) if key == "description" else value
        elif isinstance(value, list) and len(value) > _MOST_VALUES:
            more = f"{len(value) - _MOST_VALUES:,} more values of `{key}`"
            value = [*value[:_MOST_VALUES], f"… {more}"]
        self.left -= len(write_json(value))
        return {key: value}

    def _subschemas(
        self, key: str, value: Value, place: Place, depth: int, inside: _Inside
    ) -> dict[str, Value]:
        """A keyword whose value holds schemas: a map of them, a list, or one."""
        if APPLICATORS[key].form == "map" and isinstance(value, dict):
            return self._map(key, value, place, depth, inside)
        if isinstance(value, list):
            shown = value[:_MOST_VALUES]
            parts = [self.of(one, place.at(i), depth - 1, inside) for i, one in enumerate(shown)]
            return {key: parts, **_rest_note(key, len(value) - len(shown))}
        return {key: self.of(value, place, depth - 1, inside)}

    def _map(
        self, key: str, members: dict[str, Any], place: Place, depth: int, inside: _Inside
    ) -> dict[str, Value]:
        written: dict[str, Value] = {}
        for name, one in members.items():
            if len(written) == _MOST_MEMBERS:
                break
            written[name] = self.of(one, place.at(name), depth - 1, inside)
            self.left -= len(name) + 4
        return {key: written, **_rest_note(key, len(members) - len(written))}


def _rest_note(key: str, count: int) -> dict[str, Value]:
    return {NOTE: f"{count:,} more in `{key}`"} if count else {}
