"""The Operation Object of OpenAPI 3.0, 3.1 and 3.2 in the one shape of ``model.py``.

With its Media Type Objects and their schemas (OpenAPI 3.x, sections of these names).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, cast, get_args

from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
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
    SecurityRequirement,
    Server,
    ServerVariable,
    Style,
)
from arazzo_runner.openapi.references import join_uris, resolve_reference
from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.text.source import Place


def read_schema(node: Value, place: Place) -> Schema | None:
    """A schema as written, None when there is none."""
    return None if node is None else Schema(node, place)


def read_content(description: ApiDescription, node: Value, place: Place) -> tuple[MediaType, ...]:
    """A ``content`` map, in its order; raises DocumentError AZ214 and AZ217."""
    return tuple(
        _media_type(description, name, *resolve_reference(description, one, place.at(name)))
        for name, one in entries(object_at(node, place, "`content`"))
    )


def _named_examples(
    description: ApiDescription, node: dict[str, Value], place: Place, broken: list[Diagnostic]
) -> list[tuple[str, Value]]:
    """The values of ``example``, which has no name, and of ``examples``.

    ``broken`` gets what is wrong with them.
    """
    found = [("", node["example"])] if "example" in node else []
    named = node.get("examples")
    for name, one in named.items() if isinstance(named, dict) else ():
        try:
            example, _ = resolve_reference(description, one, place.at("examples", name))
        except DocumentError as reason:
            broken.extend(reason.diagnostics)  # no request needs it
            continue
        if isinstance(example, dict):
            values = [example[key] for key in ("dataValue", "value") if key in example]
            found += [(name, value) for value in values[:1]]
    return found


def _media_type(description: ApiDescription, name: str, node: Value, place: Place) -> MediaType:
    media = object_at(node, place, f"the media type `{name}`")
    encodings = object_at(media.get("encoding"), place.at("encoding"), "`encoding`")
    broken: list[Diagnostic] = []
    prefix = list_at(media.get("prefixEncoding"), place.at("prefixEncoding"), "`prefixEncoding`")
    named = _named_examples(description, media, place, broken)
    return MediaType(
        name=name,
        schema=read_schema(media.get("schema"), place.at("schema")),
        place=place,
        encoding={
            key: _encoding(description, one, place.at("encoding", key))
            for key, one in entries(encodings)
        },
        examples=tuple(value for _, value in named),
        example_names=tuple(one for one, _ in named),
        item_schema=read_schema(media.get("itemSchema"), place.at("itemSchema")),
        prefix_encoding=tuple(
            _encoding(description, one, place.at("prefixEncoding", index))
            for index, one in enumerate(prefix)
        ),
        item_encoding=None
        if "itemEncoding" not in media
        else _encoding(description, media["itemEncoding"], place.at("itemEncoding")),
        description=description,
        broken=tuple(broken),
    )


def _encoding(description: ApiDescription, node: Value, place: Place) -> Encoding:
    encoding = object_at(node, place, "an encoding")
    explode = encoding.get("explode")
    style = encoding.get("style")
    headers = object_at(encoding.get("headers"), place.at("headers"), "`headers`")
    return Encoding(
        content_type=optional_text(encoding, "contentType"),
        style=cast("Style", style) if style in get_args(Style) else None,
        explode=explode if isinstance(explode, bool) else None,
        allow_reserved=encoding.get("allowReserved") is True,
        headers=tuple(
            (name, value)
            for name, one in entries(headers)
            for value in _fixed_value(description, one, place.at("headers", name))
        ),
    )


def _fixed_value(description: ApiDescription, node: Value, place: Place) -> tuple[Value, ...]:
    """The one value that a part's header has by its schema, if the description fixes it."""
    header, place = resolve_reference(description, node, place)
    schema = header.get("schema") if isinstance(header, dict) else None
    schema, _ = resolve_reference(description, schema, place.at("schema"))
    if not isinstance(schema, dict):
        return ()
    choices = schema.get("enum")
    if isinstance(choices, list) and len(choices) == 1:
        return (choices[0],)
    return tuple(schema[key] for key in ("const", "default") if key in schema)[:1]


# Parameter Object, `style`: the default by location.
DEFAULT_STYLES: Final[dict[Location, Style]] = {
    "path": "simple",
    "query": "form",
    "querystring": "form",
    "header": "simple",
    "cookie": "form",
}
# Parameter Object, `name`: definitions of these header parameters are ignored.
_RESERVED_HEADERS: Final = frozenset({"accept", "content-type", "authorization"})


def read_operation(
    description: ApiDescription,
    method: str,
    path: str,
    item: tuple[dict[str, Value], Place],
    own: tuple[dict[str, Value], Place],
) -> Operation:
    """Build an Operation Object with what its path item and the root give to it.

    ``item`` and ``own`` are the path item and the operation, with their places. Raises
    DocumentError AZ214 and AZ217.
    """
    node, place = own
    root = (description.raw, Place(description.source))
    return Operation(
        operation_id=optional_text(node, "operationId"),
        method=method,
        path=path,
        parameters=merge_parameters(_parameters(description, item), _parameters(description, own)),
        request_body=_request_body(description, node, place),
        responses=_responses(description, node.get("responses"), place.at("responses")),
        security=read_security(description, node, place),
        servers=_servers(description, (own, item, root)),
        place=place,
        description=description,
    )


def merge_parameters(item: Iterable[Parameter], own: Iterable[Parameter]) -> tuple[Parameter, ...]:
    """The parameters of an operation: its own override the path item's of the same name and in."""
    every = {(one.location, _key(one)): one for one in item}
    return tuple({**every, **{(one.location, _key(one)): one for one in own}}.values())


def read_location(node: dict[str, Value], place: Place) -> Location:
    """The ``in`` of a parameter; raises DocumentError AZ217."""
    location = required_text(node, "in", place, "a parameter")
    if location not in DEFAULT_STYLES:
        known = ", ".join(f"`{one}`" for one in DEFAULT_STYLES)
        raise malformed_error(f"a parameter is in `{location}`; known are {known}", place.at("in"))
    return location


def is_required(node: dict[str, Value], name: str, location: Location) -> bool:
    """Whether a parameter has to be given; what the client sets by itself has not."""
    if location == "header" and name.lower() in _RESERVED_HEADERS:
        return False
    return location == "path" or node.get("required") is True


def read_security(
    description: ApiDescription, node: dict[str, Value], place: Place
) -> tuple[SecurityRequirement, ...] | None:
    """The security of an operation, else of the description; None when neither declares any."""
    holder, place = (node, place) if "security" in node else (description.raw, _root(description))
    if holder.get("security") is None:
        return None
    place = place.at("security")
    declared = list_at(holder["security"], place, "`security`")
    return tuple(_requirement(one, place.at(index)) for index, one in enumerate(declared))


def _root(description: ApiDescription) -> Place:
    return Place(description.source)


def _key(parameter: Parameter) -> str:
    return parameter.name.lower() if parameter.location == "header" else parameter.name


def _requirement(node: Value, place: Place) -> SecurityRequirement:
    schemes = object_at(node, place, "a security requirement")
    named = tuple((name, _scopes(scopes)) for name, scopes in schemes.items())
    return SecurityRequirement(named, place)


def _scopes(node: Value) -> tuple[str, ...]:
    return tuple(str(scope) for scope in node) if isinstance(node, list) else ()


def _parameters(
    description: ApiDescription, holder: tuple[dict[str, Value], Place]
) -> list[Parameter]:
    place = holder[1].at("parameters")
    nodes = list_at(holder[0].get("parameters"), place, "`parameters`")
    return [
        read_parameter(description, *resolve_reference(description, node, place.at(index)))
        for index, node in enumerate(nodes)
    ]


def read_parameter(description: ApiDescription, node: Value, place: Place) -> Parameter:
    """A Parameter Object; raises DocumentError AZ214 and AZ217."""
    node = object_at(node, place, "a parameter")
    name = required_text(node, "name", place, "a parameter")
    location = read_location(node, place)
    style = _style(node, location, place)
    content = read_content(description, node.get("content"), place.at("content"))
    media = content[0] if content else None
    return Parameter(
        name=name,
        location=location,
        required=is_required(node, name, location),
        style=style,
        explode=_explode(node, style),
        place=place,
        schema=media.schema if media else read_schema(node.get("schema"), place.at("schema")),
        media_type=media.name if media else None,
        allow_reserved=node.get("allowReserved") is True,
        allow_empty_value=node.get("allowEmptyValue") is True,
        deprecated=node.get("deprecated") is True,
        media=media,
    )


def _style(node: dict[str, Value], location: Location, place: Place) -> Style:
    style = node.get("style", DEFAULT_STYLES[location])
    if style not in get_args(Style):
        raise malformed_error(f"the style `{style}` is not known", place.at("style"))
    return cast("Style", style)


def _explode(node: dict[str, Value], style: Style) -> bool:
    explode = node.get("explode")
    return explode if isinstance(explode, bool) else style in ("form", "cookie")


def _request_body(
    description: ApiDescription, operation: dict[str, Value], place: Place
) -> RequestBody | None:
    if "requestBody" not in operation:
        return None
    node, place = resolve_reference(description, operation["requestBody"], place.at("requestBody"))
    body = object_at(node, place, "`requestBody`")
    content = read_content(description, body.get("content"), place.at("content"))
    return RequestBody(body.get("required") is True, content, place)


def _responses(description: ApiDescription, node: Value, place: Place) -> tuple[Response, ...]:
    responses = map_members(object_at(node, place, "`responses`"))
    return tuple(
        _read_response(description, status_key(status), one, place.at(status))
        for status, one in responses
    )


def _read_response(description: ApiDescription, status: str, node: Value, place: Place) -> Response:
    """A response; nothing but its status is known of one that is broken: no request needs it."""
    try:
        return read_response(description, status, *resolve_reference(description, node, place))
    except DocumentError as reason:
        return Response(status, "", (), (), place, reason.diagnostics)


def status_key(status: str) -> str:
    """The key of a response as the model has it: ``2xx`` is ``2XX``, ``default`` stays."""
    return status if status == "default" else status.upper()


def read_response(description: ApiDescription, status: str, node: Value, place: Place) -> Response:
    """A Response Object; raises DocumentError AZ214 and AZ217."""
    response = object_at(node, place, f"the response `{status}`")
    headers = object_at(response.get("headers"), place.at("headers"), "`headers`")
    return Response(
        status=status,
        description=str(response.get("description", "")),
        headers=tuple(
            _header(description, name, one, place.at("headers", name))
            for name, one in entries(headers)
        ),
        content=read_content(description, response.get("content"), place.at("content")),
        place=place,
    )


def _header(description: ApiDescription, name: str, node: Value, place: Place) -> Header:
    node, place = resolve_reference(description, node, place)
    header = object_at(node, place, f"the header `{name}`")
    schema = read_schema(header.get("schema"), place.at("schema"))
    return Header(name, header.get("required") is True, schema, place)


def _servers(
    description: ApiDescription, holders: Iterable[tuple[dict[str, Any], Place]]
) -> tuple[Server, ...]:
    """The servers of the first holder that has any; without one, ``/`` (OpenAPI Object)."""
    for node, at in holders:
        place = at.at("servers")
        servers = list_at(node.get("servers"), place, "`servers`")
        if servers:
            return tuple(
                _server(description, one, place.at(index)) for index, one in enumerate(servers)
            )
    return (Server("/"),)


def _server(description: ApiDescription, node: Value, place: Place) -> Server:
    server = object_at(node, place, "a server")
    # An empty one is relative to the description like `/`, not the description itself.
    url = required_text(server, "url", place, "a server") or "/"
    if place.source.uri != description.source.uri:
        # Relative to the document it stands in, which is another one than the description's.
        url = join_uris(place.source.uri, url)
    variables = object_at(server.get("variables"), place.at("variables"), "`variables`")
    return Server(
        url,
        {
            name: _variable(object_at(one, place, f"the server variable `{name}`"))
            for name, one in entries(variables)
        },
        optional_text(server, "name") or "",
        optional_text(server, "description") or "",
    )


def _variable(node: dict[str, Value]) -> ServerVariable:
    choices = node.get("enum")
    return ServerVariable(
        default=str(node.get("default", "")),
        enum=tuple(str(one) for one in choices) if isinstance(choices, list) else (),
    )
