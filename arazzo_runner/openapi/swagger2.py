"""The Operation Object of OpenAPI 2.0 in the one shape of ``model.py``."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.http_semantics.media_type import FORM, MULTIPART
from arazzo_runner.openapi.description import (
    entries,
    list_at,
    malformed_error,
    map_members,
    object_at,
    optional_text,
    required_text,
)
from arazzo_runner.openapi.model import (
    ApiDescription,
    Encoding,
    Header,
    Location,
    MediaType,
    Operation,
    Parameter,
    RequestBody,
    Response,
    Schema,
    Server,
    Style,
)
from arazzo_runner.openapi.openapi3 import (
    is_required,
    merge_parameters,
    read_location,
    read_security,
    status_key,
)
from arazzo_runner.openapi.references import resolve_reference
from arazzo_runner.text.source import Place

# Parameter Object of 2.0: all other fields of a parameter are those of a schema.
_NOT_SCHEMA: Final = frozenset(
    {"name", "in", "description", "required", "collectionFormat", "allowEmptyValue"}
)

Node = tuple[dict[str, Value], Place]


def read_operation(
    description: ApiDescription, method: str, path: str, item: Node, own: Node
) -> Operation:
    """Build an Operation Object with what its path item and the root give to it.

    ``item`` and ``own`` are the path item and the operation, with their places. Raises
    DocumentError AZ214 and AZ217.
    """
    node, place = own
    declared = [*_declared_parameters(description, item), *_declared_parameters(description, own)]
    plain = [one for one in declared if one[0].get("in") not in ("body", "formData")]
    return Operation(
        operation_id=optional_text(node, "operationId"),
        method=method,
        path=path,
        parameters=merge_parameters((), (_parameter(*one) for one in plain)),
        request_body=_request_body(description, declared, node, place),
        responses=_responses(description, node, place),
        security=read_security(description, node, place),
        servers=_servers(description, node),
        place=place,
        description=description,
    )


def _declared_parameters(description: ApiDescription, holder: Node) -> list[Node]:
    place = holder[1].at("parameters")
    nodes = list_at(holder[0].get("parameters"), place, "`parameters`")
    resolved = [
        resolve_reference(description, node, place.at(index)) for index, node in enumerate(nodes)
    ]
    return [(object_at(node, place, "a parameter"), place) for node, place in resolved]


def _parameter(node: dict[str, Value], place: Place) -> Parameter:
    name = required_text(node, "name", place, "a parameter")
    location = read_location(node, place)
    style, explode = _collection(node, location, place)
    return Parameter(
        name=name,
        location=location,
        required=is_required(node, name, location),
        style=style,
        explode=explode,
        place=place,
        schema=_inline_schema(node, place),
        allow_empty_value=node.get("allowEmptyValue") is True,
    )


def _collection(node: dict[str, Value], location: Location, place: Place) -> tuple[Style, bool]:
    """The style that ``collectionFormat`` is called since 3.0, and whether it explodes."""
    match node.get("collectionFormat", "csv"):
        case "csv":
            return ("form" if location == "query" else "simple"), False
        case "multi":
            return ("form", True) if location == "query" else ("simple", False)
        case "ssv":
            return "spaceDelimited", False
        case "tsv":
            return "tabDelimited", False
        case "pipes":
            return "pipeDelimited", False
        case other:
            message = f"the collectionFormat `{other}` is not known"
            raise malformed_error(message, place.at("collectionFormat"))


def _inline_schema(node: dict[str, Value], place: Place) -> Schema:
    """The schema that a parameter or header of 2.0 is by itself."""
    value = {key: one for key, one in node.items() if key not in _NOT_SCHEMA}
    if value.get("type") == "file":
        value |= {"type": "string", "format": "binary"}
    return Schema(value, place)


def _request_body(
    description: ApiDescription, declared: list[Node], operation: dict[str, Value], place: Place
) -> RequestBody | None:
    consumed = _media_types(description, operation, "consumes")
    for node, at in reversed(declared):
        if node.get("in") == "body":
            schema = Schema(node.get("schema", {}), at.at("schema"))
            content = tuple(
                MediaType(name, schema, at, description=description)
                for name in consumed or ("application/json",)
            )
            return RequestBody(node.get("required") is True, content, at)
    form = {
        required_text(node, "name", at, "a parameter"): (node, at)
        for node, at in declared
        if node.get("in") == "formData"
    }
    return _form(description, form, consumed, place) if form else None


def _form(
    description: ApiDescription, form: dict[str, Node], consumed: tuple[str, ...], place: Place
) -> RequestBody:
    """The form that the ``formData`` parameters are together."""
    required = [name for name, (node, _) in form.items() if node.get("required") is True]
    schema = {
        "type": "object",
        "properties": {name: _inline_schema(*one).value for name, one in form.items()},
        "required": required,
    }
    has_file = any(node.get("type") == "file" for node, _ in form.values())
    offered = [name for name in consumed if name in (FORM, MULTIPART)]
    place = place.at("parameters")
    content = tuple(
        MediaType(
            name,
            Schema(schema, place),
            place,
            encoding=_encodings(form),
            description=description,
        )
        for name in offered or [MULTIPART if has_file else FORM]
    )
    return RequestBody(bool(required), content, place)


def _encodings(form: dict[str, Node]) -> dict[str, Encoding]:
    """How the arrays of a form are joined; files and plain values need no word."""
    encodings = dict[str, Encoding]()
    for name, (node, place) in form.items():
        if node.get("type") == "array":
            style, explode = _collection(node, "query", place)
            encodings[name] = Encoding(None, style, explode)
    return encodings


def _media_types(
    description: ApiDescription, operation: dict[str, Value], field: str
) -> tuple[str, ...]:
    declared = operation.get(field, description.raw.get(field))
    return tuple(str(one) for one in declared) if isinstance(declared, list) else ()


def _responses(
    description: ApiDescription, operation: dict[str, Value], place: Place
) -> tuple[Response, ...]:
    place = place.at("responses")
    produced = _media_types(description, operation, "produces") or ("*/*",)
    return tuple(
        _read_response(description, status, produced, one, place.at(status))
        for status, one in map_members(object_at(operation.get("responses"), place, "`responses`"))
    )


def _read_response(
    description: ApiDescription, status: str, produced: tuple[str, ...], node: Value, place: Place
) -> Response:
    """A response; nothing but its status is known of one that is broken: no request needs it."""
    try:
        resolved = resolve_reference(description, node, place)
        return _response(description, status, produced, resolved)
    except DocumentError as reason:
        return Response(status_key(status), "", (), (), place, reason.diagnostics)


def _response(
    description: ApiDescription, status: str, produced: tuple[str, ...], resolved: Node
) -> Response:
    place = resolved[1]
    node = object_at(resolved[0], place, f"the response `{status}`")
    headers = object_at(node.get("headers"), place.at("headers"), "`headers`")
    return Response(
        status=status_key(status),
        description=str(node.get("description", "")),
        headers=tuple(
            _header(name, one, place.at("headers", name)) for name, one in entries(headers)
        ),
        content=_content(description, node, place, produced) if "schema" in node else (),
        place=place,
    )


def _content(
    description: ApiDescription, node: dict[str, Value], place: Place, produced: tuple[str, ...]
) -> tuple[MediaType, ...]:
    schema = Schema(node["schema"], place.at("schema"))
    examples = object_at(node.get("examples"), place.at("examples"), "`examples`")
    return tuple(
        MediaType(
            name,
            schema,
            place,
            examples=(examples[name],) if name in examples else (),
            description=description,
        )
        for name in produced
    )


def _header(name: str, node: Value, place: Place) -> Header:
    header = object_at(node, place, f"the header `{name}`")
    return Header(name, required=False, schema=_inline_schema(header, place), place=place)


def _servers(description: ApiDescription, operation: dict[str, Value]) -> tuple[Server, ...]:
    """``host``, ``basePath`` and ``schemes``, https first; a missing host is the document's."""
    raw = description.raw
    base_path = str(raw.get("basePath") or "/")
    host = raw.get("host")
    if not isinstance(host, str):
        return (Server(base_path),)
    own = urlsplit(description.source.uri).scheme
    stated = operation.get("schemes") or raw.get("schemes")
    declared = stated if isinstance(stated, list) else [own]
    usable = [one for one in ("https", "http") if one in declared] or ["https"]
    return tuple(Server(f"{scheme}://{host}{base_path}") for scheme in usable)
