"""Which resource is it: the ids that a path gives, and ids for what is created."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.mock.generate.flatten import NoExample, combine_schemas, schema_part
from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.mock.generate.value import generate_value
from arazzo_runner.mock.request import ParsedRequest
from arazzo_runner.mock.resources import id_field, normalized_name, path_text
from arazzo_runner.mock.response import path_stem
from arazzo_runner.mock.routes import MockRoute
from arazzo_runner.mock.template_store import ResponseTemplates
from arazzo_runner.mock.templates import ResponseTemplate
from arazzo_runner.openapi.lookup import find_by_pointer
from arazzo_runner.openapi.model import ApiDescription, Operation
from arazzo_runner.openapi.schema.compile import standalone_schema

METHODS: Final = ("get", "put", "patch", "delete", "post")
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


def id_readers(incoming: ParsedRequest, own: str | None, route: MockRoute) -> tuple[Value, ...]:
    """The schemas of where the workflow sends the id of what it creates."""
    names = {normalized_name(one) for one in (own or "id", route.parameter)}
    for read in incoming.expected.reads:
        if read.schemas and read.tokens and normalized_name(str(read.tokens[-1])) in names:
            return read.schemas
    return ()


def new_id(
    frames: ResponseTemplates,
    operation: Operation,
    route: MockRoute,
    home: ResponseTemplate,
    taken: Mapping[str, object],
    dice: SeededChoice,
    readers: Sequence[Value] = (),
) -> Value:
    """An id for what is created: valid as a member of ``home`` and as the path parameter.

    ``readers`` are the schemas of where a workflow sends it.
    """
    own = id_field(home.members, route.parameter, route.noun)
    schemas = [schema_part(home.members[own], home.schema)] if own else []
    schemas += _parameter_schemas(operation, route)
    schemas += readers
    at = (operation.method, operation.path, "id", route.parameter)
    made = [frames.schema((*at, str(index)), one) for index, one in enumerate(schemas)]
    found = [
        one for index, each in enumerate(made) for one in _candidates(each, taken, dice.at(index))
    ]
    for value in found:
        if all(each.fits(value) for each in made):
            return value
    if len(schemas) > 1:
        together = frames.schema((*at, "all"), combine_schemas(schemas))
        found += _candidates(together, taken, dice.at("all"))
    # None serves all: then the last, which the path takes.
    return (
        found[-1]
        if found
        else _unused_value(
            frames.schema(("id",), {"type": "string"}), taken, dice.at(route.parameter)
        )
    )


def _candidates(
    frame: ResponseTemplate, taken: Mapping[str, object], dice: SeededChoice
) -> list[Value]:
    try:
        return [_unused_value(frame, taken, dice)]
    except NoExample:
        return []


def _unused_value(
    frame: ResponseTemplate, taken: Mapping[str, object], dice: SeededChoice
) -> Value:
    """A value that is not taken. Examples are passed over: each would be the same id again."""
    bare = frame.without_examples()
    for attempt in range(TRIES):
        value = generate_value(bare.root, dice.at(attempt), bare)
        if value is not None and path_text(value) not in taken:
            return value
    raise NoExample("a free id: all that were tried are in use")


def _parameter_schemas(operation: Operation, route: MockRoute) -> list[Value]:
    """The schemas of the path parameter, by the operations on a single item; looked for once."""
    memo = operation.description.memo
    key = ("mock", "id schemas", route.template, route.parameter)
    if key not in memo:
        memo[key] = _read_parameter_schemas(operation.description, route)
    found: list[Value] = memo[key]
    return found


def _read_parameter_schemas(description: ApiDescription, route: MockRoute) -> list[Value]:
    start = f"{route.template}/{{{route.parameter}}}"
    found: list[Value] = []
    for path in description.raw.get("paths", ()):
        stem = path_stem(path)
        if not (stem == start or stem.startswith(start + "/")):
            continue
        for one in operations_at(description, path):
            for parameter in one.parameters:
                if (
                    parameter.name == route.parameter
                    and parameter.location == "path"
                    and parameter.schema
                ):
                    schema = standalone_schema(parameter.schema, description, "request")
                    if schema not in found:
                        found.append(schema)
        if found:
            return found[:1]
    return found


def operations_at(description: ApiDescription, path: str) -> Iterator[Operation]:
    """The operations of a path that can be read."""
    for method in METHODS:
        try:
            operation = find_by_pointer(description, ("paths", path, method))
        except DocumentError:
            continue
        if operation is not None:
            yield operation
