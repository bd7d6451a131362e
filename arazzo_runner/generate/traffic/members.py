"""The members of a request body that its API description knows, and the others."""

from __future__ import annotations

from msgspec import Struct, field

from arazzo_runner.expression.value import Value
from arazzo_runner.generate.openapi.schemas import DocumentedSchema


class KnownMembers(Struct, frozen=True):
    """Leaves out the members that a schema does not have; ``omitted`` are their names."""

    omitted: list[str] = field(default_factory=list)

    def value(self, value: Value, schema: DocumentedSchema | None) -> Value:
        """The value without what the schema does not have, at any depth."""
        match value:
            case dict() if schema is not None:
                return self._members(value, schema)
            case list() if schema is not None:
                inner = schema.item()
                return [self.value(one, inner) for one in value]
            case _:
                return value

    def _members(self, value: dict[str, Value], schema: DocumentedSchema) -> dict[str, Value]:
        kept: dict[str, Value] = {}
        for name, held in value.items():
            member = schema.member(name)
            if member is None and schema.names:
                self.omitted.append(name)
            else:
                kept[name] = self.value(held, member)
        return kept
