"""The answer that an operation documents for success."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from arazzo_runner.expression.value import Value
from arazzo_runner.mock.generate.flatten import NoExample, flatten
from arazzo_runner.mock.generate.value import type_of_schema
from arazzo_runner.mock.paging import is_paged
from arazzo_runner.mock.resources import normalized_name
from arazzo_runner.openapi.media_type import is_json
from arazzo_runner.openapi.model import ApiDescription, Header, MediaType, Operation, Response
from arazzo_runner.openapi.schema.compile import standalone_schema

ArrayPath: TypeAlias = tuple[str, ...]
"""Where the items of a list are: ``()`` the answer itself, ``("data",)`` a member of it."""

ARRAY_NAMES = ("data", "items", "results", "records", "entries", "values", "value", "content")


class DocumentedResponse(Struct, frozen=True):
    """``schema`` is self-contained; ``examples`` are documented ones; ``array`` as for lists."""

    status: int
    media_type: str | None
    media: MediaType | None
    schema: Value
    examples: tuple[Value, ...]
    headers: tuple[Header, ...]
    array: ArrayPath | None


def documented_response(operation: Operation) -> DocumentedResponse:
    """The success answer of an operation; worked out once."""
    memo, key = operation.description.memo, ("mock", operation.method, operation.path)
    if key not in memo:
        memo[key] = _of_response(operation, success_response(operation))
    found: DocumentedResponse = memo[key]
    return found


def success_response(operation: Operation) -> Response | None:
    """The response of the lowest 2xx status, else the default, else the lowest of all."""
    by_status = {response.status: response for response in operation.responses}
    for status in sorted(by_status):
        if status.startswith("2"):
            return by_status[status]
    lowest = min(by_status, default="")
    return by_status.get("default", by_status.get(lowest))


def status_response(operation: Operation, status: int) -> DocumentedResponse | None:
    """The answer that an operation documents for exactly this status."""
    for response in operation.responses:
        if response.status == str(status):
            return _of_response(operation, response)
    return None


def _of_response(operation: Operation, response: Response | None) -> DocumentedResponse:
    if response is None:
        return DocumentedResponse(
            status=200,
            media_type=None,
            media=None,
            schema=True,
            examples=(),
            headers=(),
            array=None,
        )
    media = _preferred_media_type(response.content)
    schema: Value = True
    if media and media.schema:
        schema = standalone_schema(media.schema, operation.description, "response")
    return DocumentedResponse(
        status=_number(response.status),
        media_type=_concrete_type(media.name) if media else None,
        media=media,
        schema=schema,
        examples=media.examples if media else (),
        headers=response.headers,
        array=_array(operation, schema) if media and media.schema else None,
    )


def _number(status: str) -> int:
    """`2XX` is 200; `default` stands for any, so for 200."""
    digits = status.replace("X", "0")
    return int(digits) if digits.isdecimal() else 200


def _preferred_media_type(content: tuple[MediaType, ...]) -> MediaType | None:
    return next(
        (media for media in content if is_json(media.name)), content[0] if content else None
    )


def _concrete_type(media_type: str) -> str:
    """A media type for a documented range."""
    return {"*/*": "application/json", "application/*": "application/json",
            "text/*": "text/plain"}.get(media_type, media_type)  # fmt: skip


def _array(operation: Operation, schema: Value) -> ArrayPath | None:
    try:
        flat = flatten(schema, schema, (), 0).schema
        if type_of_schema(flat) == "array":
            return ()
        members = flat.get("properties", {})
        arrays = [name for name, one in members.items() if _is_array(one, schema)]
    except NoExample:
        return None
    last = normalized_name(path_stem(operation.path).rpartition("/")[2])
    named = [name for name in arrays if normalized_name(name) == last]
    if not named and (item_parameter(operation.description, operation.path) or is_paged(operation)):
        named = [
            name for wanted in ARRAY_NAMES for name in arrays if normalized_name(name) == wanted
        ]
        named = named or (arrays if len(arrays) == 1 else [])
    return (named[0],) if named else None


def _is_array(schema: Value, root: Value) -> bool:
    return type_of_schema(flatten(schema, root, (), 0).schema) == "array"


def item_parameter(description: ApiDescription, template: str) -> str | None:
    """The parameter of the path below ``template`` that names its items: `id` of `/pets/{id}`."""
    start = path_stem(template) + "/{"
    for path in map(path_stem, description.raw.get("paths", ())):
        name = path[len(start) : -1]
        if path.startswith(start) and path.endswith("}") and not {*name} & {*"{/}"}:
            return name
    return None


def path_stem(path: str) -> str:
    """A path without what is only its ending: `/pets/{id}/` and `/pets/{id}.json`."""
    return path.rstrip("/").removesuffix(".json")


def item_schema(answer: DocumentedResponse) -> Value:
    """The schema of the items of a list, within the answer's root."""
    node = answer.schema
    for name in answer.array or ():
        node = flatten(node, answer.schema, (), 0).schema["properties"][name]
    return flatten(node, answer.schema, (), 0).schema.get("items", True)
