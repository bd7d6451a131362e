"""Which resource is it: the ids that a path gives, and ids for what is created."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from arazzo_runner.expression.value import Value
from arazzo_runner.mock.generate.flatten import (
    EXAMPLES,
    NoExample,
    flatten,
    schema_part,
    validator_of,
)
from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.mock.generate.value import generate_value
from arazzo_runner.mock.request import ParsedRequest
from arazzo_runner.mock.resources import id_field, normalized_name, path_text
from arazzo_runner.mock.routes import MockRoute, item_operation
from arazzo_runner.mock.templates import ResponseTemplate
from arazzo_runner.openapi.model import Operation
from arazzo_runner.openapi.schema.compile import standalone_schema

TRIES: Final = 1_000
"""How many ids are tried before all are held to be taken."""


def path_facts(
    incoming: ParsedRequest, route: MockRoute, own: str | None, name: Value
) -> dict[str, Value]:
    """The facts that a path gives: its parameters, and ``name`` as the id in the member ``own``.

    A parameter of the parent that is called like the resource's own id says nothing about it.
    """
    facts = {
        normalized_name(parameter): incoming.parameters.get(("path", parameter), text)
        for parameter, text in incoming.pieces.items()
        if own is None or normalized_name(parameter) != normalized_name(own)
    }
    if not route.parameter:
        return facts
    ids = {normalized_name(route.parameter): name} | ({normalized_name(own): name} if own else {})
    return facts | ids


def new_id(
    operation: Operation,
    route: MockRoute,
    home: ResponseTemplate,
    taken: Mapping[str, object],
    dice: SeededChoice,
) -> Value:
    """An id for what is created: valid as a member of ``home`` and as the path parameter."""
    own = id_field(home.members, route.parameter)
    schemas = [schema_part(home.members[own], home.schema)] if own else []
    schemas += _parameter_schemas(item_operation(operation.description, route), route.parameter)
    judges = [validator_of(schema) for schema in schemas]
    found = [
        one for at, schema in enumerate(schemas) for one in _candidates(schema, taken, dice.at(at))
    ]
    for value in found:
        if all(fits(value) for fits in judges):
            return value
    # None serves both: then the last, which the path takes.
    return (
        found[-1] if found else _unused_value({"type": "string"}, taken, dice.at(route.parameter))
    )


def _candidates(schema: Value, taken: Mapping[str, object], dice: SeededChoice) -> list[Value]:
    try:
        return [_unused_value(schema, taken, dice)]
    except NoExample:
        return []


def _unused_value(schema: Value, taken: Mapping[str, object], dice: SeededChoice) -> Value:
    """A value that is not taken. Examples are passed over: each would be the same id again."""
    flat = flatten(schema, schema, (), 0).schema
    bare = schema_part({key: value for key, value in flat.items() if key not in EXAMPLES}, schema)
    for attempt in range(TRIES):
        value = generate_value(bare, dice.at(attempt))
        if path_text(value) not in taken:
            return value
    raise NoExample("a free id: all that were tried are in use")


def _parameter_schemas(fetch: Operation | None, name: str) -> list[Value]:
    return [
        standalone_schema(one.schema, fetch.description, "request")
        for one in (fetch.parameters if fetch else ())
        if fetch and one.name == name and one.location == "path" and one.schema
    ]
