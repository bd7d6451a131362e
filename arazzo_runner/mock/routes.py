"""What a request does to the resources, read from the shape of its path.

POST /pets            creates, when there is /pets/{id}, or when GET /pets is a list
GET /pets             lists, when its answer has an array to hold the resources
GET /pets/{id}        fetches
PUT, PATCH, POST      change what is at /pets/{id}
DELETE /pets/{id}     deletes; what is below is deleted with it
PUT /pets             changes the resource that the body names by its id
GET /pets/findByTag   lists /pets, when its items are what GET /pets/{id} answers
anything else         is one thing by itself: read, changed and deleted as a whole
"""

from __future__ import annotations

from typing import Literal as Choice
from typing import TypeAlias

from msgspec import Struct

from arazzo_runner.mock.request import ParsedRequest
from arazzo_runner.mock.resources import facts_of, id_field, normalized_name, path_text
from arazzo_runner.mock.response import (
    documented_response,
    item_parameter,
    item_schema,
    path_stem,
    path_stems,
)
from arazzo_runner.openapi.lookup import find_by_pointer
from arazzo_runner.openapi.model import ApiDescription, Operation
from arazzo_runner.openapi.schema.walk import without_definitions

MockAction: TypeAlias = Choice["create", "fetch", "list", "change", "delete", "clear"]


class MockRoute(Struct, frozen=True):
    """What happens, and to which resource.

    ``template`` is the path template of the collection, ``collection`` its concrete path; ``name``
    is the id in it, empty for a thing by itself and where there is none yet. ``parameter`` is the
    path parameter that names items of the collection, empty for a thing by itself.
    """

    action: MockAction
    template: str
    collection: str
    name: str = ""
    parameter: str = ""

    @property
    def noun(self) -> str:
        """The plain name of the collection: `pets` of `/owners/{id}/pets`."""
        return normalized_name(self.template.rpartition("/")[2])


def route_of(incoming: ParsedRequest) -> MockRoute:
    """The route of a request."""
    operation = incoming.operation
    template = path_stem(operation.path)
    home, _, last = template.rpartition("/")
    name = last[1:-1]
    if last == f"{{{name}}}" and name in incoming.pieces and not {*name} & {*"{}"}:
        action = _on_item(operation.method)
        return MockRoute(action, home, incoming.path(home), incoming.pieces[name], name)
    found = _on_collection(incoming, template, item_parameter(operation.description, template))
    return found or MockRoute(_on_item(operation.method), template, incoming.path(template))


def _on_item(method: str) -> MockAction:
    match method:
        case "GET" | "HEAD":
            return "fetch"
        case "DELETE":
            return "delete"
        case _:
            return "change"


def _on_collection(
    incoming: ParsedRequest, template: str, parameter: str | None
) -> MockRoute | None:
    operation, path = incoming.operation, incoming.path(template)
    match operation.method:
        case "GET" | "HEAD" if documented_response(operation).array is not None:
            home, items = _listed_collection(operation, template, parameter)
            return MockRoute("list", home, incoming.path(home), "", items)
        case "POST" if parameter or _is_list(operation.description, template):
            return MockRoute("create", template, path, "", parameter or "id")
        case "PUT" | "PATCH" if parameter and (name := _named_id(incoming, template, parameter)):
            return MockRoute("change", template, path, name, parameter)
        case "DELETE" if parameter:
            return MockRoute("clear", template, path)
        case _:
            return None


def _listed_collection(
    operation: Operation, template: str, parameter: str | None
) -> tuple[str, str]:
    """The collection that a list shows, and the parameter that names its items."""
    if parameter:
        return template, parameter
    above = template.rpartition("/")[0]
    parameter = item_parameter(operation.description, above)
    fetch = _fetch(operation.description, above, parameter) if parameter else None
    if fetch and parameter and _is_same_items(operation, fetch):
        return above, parameter
    return template, "id"


def _is_same_items(listing: Operation, fetch: Operation) -> bool:
    items, item = item_schema(documented_response(listing)), documented_response(fetch).schema
    return bool(without_definitions(items) == without_definitions(item))


def _named_id(incoming: ParsedRequest, template: str, parameter: str) -> str | None:
    """The id that a body itself gives."""
    facts = facts_of(incoming.body)
    name = id_field(facts, parameter, normalized_name(template.rpartition("/")[2]))
    return path_text(facts[name]) if name and facts[name] is not None else None


def item_operation(description: ApiDescription, route: MockRoute) -> Operation | None:
    """The operation that fetches a resource of the route's collection, or the thing by itself."""
    if not route.parameter:
        return _get(description, route.template)
    return _fetch(description, route.template, route.parameter)


def _fetch(description: ApiDescription, template: str, parameter: str) -> Operation | None:
    return _get(description, f"{template}/{{{parameter}}}")


def _get(description: ApiDescription, template: str) -> Operation | None:
    path = path_stems(description).get(template, template)
    return find_by_pointer(description, ("paths", path, "get"))


def _is_list(description: ApiDescription, template: str) -> bool:
    operation = _get(description, template)
    return operation is not None and documented_response(operation).array is not None
