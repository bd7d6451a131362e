"""What an API description says of a value: its members, its examples, its type, and its words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Final

from msgspec import Struct

from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.mock.generate.flatten import (
    NoExample,
)
from arazzo_runner.mock.generate.validators import (
    request_validator,
)
from arazzo_runner.openapi.model import ApiDescription, Schema
from arazzo_runner.openapi.schema.descend import (
    MissingMember,
    PathToken,
    SchemaShape,
    descend_step,
    names_of,
    shape_of,
)
from arazzo_runner.openapi.schema.shape import (
    Alternative,
    schemas_of,
    types_of_alternative,
)

_NULL: Final = frozenset({"null"})
_DEEPEST_ITEM: Final = 8
_COPIED: Final = ("format", "enum", "pattern", "minimum", "maximum", "minLength", "maxLength")
"""What the schema of an input keeps of the schema of the value that it becomes."""


class DocumentedSchema(Struct, frozen=True, dict=True):
    """A schema with its references followed; of alternatives the first that is not null."""

    shape: SchemaShape
    description: ApiDescription

    @cached_property
    def parts(self) -> Alternative:
        """The schema objects that all hold for the value."""
        for one in self.shape.alternatives or ():
            if types_of_alternative(one) != _NULL:
                return one
        return ()

    @cached_property
    def type(self) -> str:
        """The type, ``""`` where none is stated."""
        kinds = types_of_alternative(self.parts) or frozenset()
        for name in ("object", "array", "string", "boolean", "number", "integer"):
            if name in kinds:
                return name
        return "object" if self.names else "array" if self.value("items") is not MISSING else ""

    @cached_property
    def is_nullable(self) -> bool:
        """Whether null may be the value, as far as that is known."""
        kinds = [types_of_alternative(one) for one in self.shape.alternatives or ((),)]
        return any(one is None or "null" in one for one in kinds)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The members that it names."""
        return names_of(self.parts)

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The members that must be there, in the order of the members."""
        stated = {
            name
            for part in self.parts
            if isinstance(part.node.get("required"), list)
            for name in part.node["required"]
            if isinstance(name, str)
        }
        return (*(one for one in self.names if one in stated), *sorted(stated - {*self.names}))

    def value(self, keyword: str) -> MaybeValue:
        """What a keyword says, MISSING where it is not there; the nearest schema's wins."""
        return next((one.node[keyword] for one in self.parts if keyword in one.node), MISSING)

    def has_flag(self, keyword: str) -> bool:
        """Whether a keyword is true."""
        return any(one.node.get(keyword) is True for one in self.parts)

    def member(self, name: str) -> DocumentedSchema | None:
        """The schema of a member, None where there can be none."""
        return self._below(name)

    def item(self) -> DocumentedSchema | None:
        """The schema of the first item, None where there can be none."""
        return self._below(0)

    def _below(self, token: PathToken) -> DocumentedSchema | None:
        if token == 0 and self.type != "array":
            return None
        alternatives = (self.parts,) if self.parts else self.shape.alternatives
        inner = descend_step(SchemaShape(self.shape.schemas, alternatives), token)
        return (
            None if isinstance(inner, MissingMember) else DocumentedSchema(inner, self.description)
        )

    def is_valid(self, value: Value) -> bool:
        """Whether a value is valid in a request."""
        try:
            return all(
                request_validator(Schema(one.node, one.place), self.description).fault(value)
                is None
                for one in self.parts
            )
        except NoExample:
            return False

    def literals(self) -> Iterator[Value]:
        """The values that it documents, the best first: constants, examples, defaults."""
        for keyword in ("const", "example", "x-example", "default"):
            value = self.value(keyword)
            if value is not MISSING and value is not None:
                yield value
        examples = self.value("examples")
        yield from examples if isinstance(examples, list) else ()

    def choices(self) -> list[Value]:
        """The values of ``enum`` without null."""
        listed = self.value("enum")
        return [one for one in listed if one is not None] if isinstance(listed, list) else []

    def words(self) -> str:
        """Its description, or title."""
        texts = (self.value(keyword) for keyword in ("description", "title"))
        return next((one for one in texts if isinstance(one, str) and one.strip()), "")

    def input_schema(self, depth: int = 0) -> dict[str, Value]:
        """The schema of an input whose value goes here, without its description.

        Arrays may be of arrays without end: nothing is said of what is deeper than 8.
        """
        copied = {keyword: self.value(keyword) for keyword in _COPIED}
        kept = {key: one for key, one in copied.items() if _can_copy(key, one)}
        own = {"type": self.type} if self.type else {}
        if self.type == "array":
            item = self.item()
            is_stated = item is not None and item.type and depth < _DEEPEST_ITEM
            return {**own, "items": item.input_schema(depth + 1) if item and is_stated else {}}
        if "pattern" in kept or "enum" in kept:
            kept = {key: one for key, one in kept.items() if key not in ("minLength", "maxLength")}
        return {**own, **kept} if self.type not in ("object", "") else own


def _can_copy(keyword: str, value: MaybeValue) -> bool:
    match keyword:
        case "format" | "pattern":
            return isinstance(value, str)
        case "enum":
            return isinstance(value, list) and 0 < len(value) <= 12
        case _:
            return isinstance(value, int | float) and not isinstance(value, bool)


def documented_schema(
    schema: Schema | None, description: ApiDescription
) -> DocumentedSchema | None:
    """The schema with what it refers to; None for none."""
    if schema is None:
        return None
    return DocumentedSchema(shape_of(schemas_of(description), schema), description)
