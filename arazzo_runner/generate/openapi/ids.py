"""Where the id of a resource stands in a response: of one that was created, or of a list's item."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from arazzo_runner.expression.value import Value
from arazzo_runner.generate.identifiers import Words, camel_case, split_words
from arazzo_runner.generate.openapi.catalog import (
    ApiOperation,
    ApiResource,
    list_pointer,
    schema_at,
)
from arazzo_runner.generate.openapi.schemas import DocumentedSchema
from arazzo_runner.mock.resources import exact_id_field, id_field, normalized_name
from arazzo_runner.openapi.lookup import pointer_of
from arazzo_runner.text.source import pointer_text

_ENVELOPES: Final = ("data", "result", "item", "response", "payload", "object", "body")
_SCALARS: Final = frozenset({"string", "integer", "number", ""})
GENERIC: Final = frozenset({"id", "sid", "uuid", "guid", "key", "name", "slug", "code", "number"})


class IdOutput(Struct, frozen=True):
    """The id as an output of a step: its name and expression.

    ``envelope`` are the tokens of the member that holds the resource.
    """

    name: str
    expression: str
    envelope: tuple[str, ...] = ()


def created_id(resource: ApiResource, parameter: str) -> IdOutput | None:
    """The id in the response to the request that creates: by a Link, else by its name."""
    create = resource.create
    if create is None:
        return None
    linked = _linked_id(create, resource, parameter)
    if linked is not None:
        return linked
    schema = create.response_schema
    tokens = _id_tokens(schema, resource, parameter) if schema is not None else None
    if tokens is None:
        return None
    return IdOutput(
        id_name(resource.words, tokens[-1]),
        f"$response.body#{pointer_text(tokens)}",
        tokens[:-1],
    )


def listed_id(resource: ApiResource, parameter: str) -> IdOutput | None:
    """The id of the first item of the list."""
    listing = resource.listing
    at = list_pointer(listing) if listing is not None else None
    schema = listing.response_schema if listing is not None else None
    array = schema_at(schema, at) if schema is not None and at is not None else None
    item = array.item() if array is not None else None
    if at is None or item is None:
        return None
    tokens = _id_tokens(item, resource, parameter)
    if tokens is None:
        return None
    expression = f"$response.body#{pointer_text((*at, 0, *tokens))}"
    return IdOutput(id_name(resource.words, tokens[-1]), expression)


def id_name(words: Words, member: str) -> str:
    """``flowSid`` for the member ``sid`` of a flow; a member that says more keeps its name."""
    own = split_words(member)
    if len(own) > 1 or own[:1] == words[-1:]:
        return camel_case(own)
    return camel_case((*words, *own))


def _id_tokens(
    schema: DocumentedSchema, resource: ApiResource, parameter: str
) -> tuple[str, ...] | None:
    noun = normalized_name(resource.segments[-1])
    holders = [*_holders(schema, resource)]
    searches: tuple[Callable[[list[str]], str | None], ...] = (
        lambda names: exact_id_field(names, parameter),
        lambda names: id_field(names, parameter, noun),
    )
    for search in searches:
        for envelope, names in holders:
            member = search(names)
            if member is not None:
                return (*envelope, member)
    return None


def _holders(
    schema: DocumentedSchema, resource: ApiResource
) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """The objects that may be the resource, with their scalar members: the body, or a member."""
    yield (), _scalars(schema)
    likely = {*_ENVELOPES, "".join(resource.words), resource.words[-1]}
    for name in schema.names:
        if normalized_name(name) not in likely:
            continue
        inner = schema.member(name)
        if inner is not None and inner.type == "object":
            yield (name,), _scalars(inner)


def _scalars(schema: DocumentedSchema) -> list[str]:
    return [
        name
        for name in schema.names
        if (inner := schema.member(name)) is not None and inner.type in _SCALARS
    ]


def _linked_id(create: ApiOperation, resource: ApiResource, parameter: str) -> IdOutput | None:
    """What a Link Object of the response says (OpenAPI, section "Link Object")."""
    targets = [one for one in (resource.fetch, resource.update, resource.delete) if one is not None]
    for link in _links(create):
        if not any(_is_target(link, one) for one in targets):
            continue
        parameters = link.get("parameters")
        for name, value in parameters.items() if isinstance(parameters, dict) else ():
            if name.removeprefix("path.") == parameter and _is_readable(value):
                member = str(value).rpartition("/")[2].rpartition(".")[2]
                return IdOutput(id_name(resource.words, member), value)
    return None


def _links(operation: ApiOperation) -> Iterator[Mapping[str, Value]]:
    response = operation.success
    source = operation.operation.description.source
    if response is None or response.place.source is not source:
        return
    node: Value = operation.operation.description.raw
    for token in response.place.pointer:
        node = node[token]
    links = node.get("links") if isinstance(node, dict) else None
    for link in links.values() if isinstance(links, dict) else ():
        if isinstance(link, dict):
            yield _followed(link, operation)


def _followed(link: Mapping[str, Value], operation: ApiOperation) -> Mapping[str, Value]:
    reference = link.get("$ref")
    if not isinstance(reference, str) or not reference.startswith("#/components/links/"):
        return link
    components = operation.operation.description.raw.get("components")
    shared = components.get("links") if isinstance(components, dict) else None
    held = shared.get(reference.rpartition("/")[2]) if isinstance(shared, dict) else None
    return held if isinstance(held, dict) else link


def _is_target(link: Mapping[str, Value], target: ApiOperation) -> bool:
    if "operationId" in link:
        return bool(link["operationId"] == target.operation.operation_id)
    pointer = pointer_text(pointer_of(target.operation.method, target.operation.path))
    return bool(link.get("operationRef") == f"#{pointer}")


def _is_readable(value: Value) -> bool:
    """Whether an expression of a Link means the same in a step's outputs."""
    return isinstance(value, str) and value.startswith(("$response.body#/", "$response.header."))
