"""Media Type Objects and the schemas in them (OpenAPI 3.x, sections of these names)."""

from __future__ import annotations

from typing import cast, get_args

from arazzo_runner.expression.value import Value
from arazzo_runner.operation.model import ApiDescription, Encoding, MediaType, Schema, Style
from arazzo_runner.operation.reference import resolve_reference
from arazzo_runner.operation.shape import list_at, map_members, object_at, optional_text
from arazzo_runner.text.source import Place


def read_schema(node: Value, place: Place) -> Schema | None:
    """A schema as written, None when there is none."""
    return None if node is None else Schema(node, place)


def read_content(description: ApiDescription, node: Value, place: Place) -> tuple[MediaType, ...]:
    """A ``content`` map, in its order; raises DocumentError AZ214 and AZ217."""
    return tuple(
        _media_type(description, name, *resolve_reference(description, one, place.at(name)))
        for name, one in map_members(object_at(node, place, "`content`"))
    )


def examples_of(
    description: ApiDescription, node: dict[str, Value], place: Place
) -> tuple[Value, ...]:
    """The values of ``example`` and ``examples``."""
    found = [node["example"]] if "example" in node else []
    named = node.get("examples")
    for name, one in named.items() if isinstance(named, dict) else ():
        example, _ = resolve_reference(description, one, place.at("examples", name))
        if isinstance(example, dict):
            found += [example[key] for key in ("dataValue", "value") if key in example][:1]
    return tuple(found)


def _media_type(description: ApiDescription, name: str, node: Value, place: Place) -> MediaType:
    media = object_at(node, place, f"the media type `{name}`")
    encodings = object_at(media.get("encoding"), place.at("encoding"), "`encoding`")
    prefix = list_at(media.get("prefixEncoding"), place.at("prefixEncoding"), "`prefixEncoding`")
    return MediaType(
        name=name,
        schema=read_schema(media.get("schema"), place.at("schema")),
        place=place,
        encoding={
            key: _encoding(description, one, place.at("encoding", key))
            for key, one in map_members(encodings)
        },
        examples=examples_of(description, media, place),
        item_schema=read_schema(media.get("itemSchema"), place.at("itemSchema")),
        prefix_encoding=tuple(
            _encoding(description, one, place.at("prefixEncoding", index))
            for index, one in enumerate(prefix)
        ),
        item_encoding=None
        if "itemEncoding" not in media
        else _encoding(description, media["itemEncoding"], place.at("itemEncoding")),
        description=description,
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
            for name, one in map_members(headers)
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
