"""The value that a schema in a binding leaves: bindings describe fields, by schemas alone."""

from __future__ import annotations

from arazzo_runner.expression.value import MISSING, MaybeValue, Value


def only_value(schema: Value) -> MaybeValue:
    """Its ``const``, ``default``, or single ``enum``; MISSING where it has none of them."""
    if not isinstance(schema, dict):
        return MISSING
    for keyword in ("const", "default"):
        if keyword in schema:
            return schema[keyword]
    values = schema.get("enum")
    return values[0] if isinstance(values, list) and len(values) == 1 else MISSING
