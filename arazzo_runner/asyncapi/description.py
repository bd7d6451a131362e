"""An AsyncAPI description read: its version, and typed access to its parts.

AsyncAPI Specification 2.0 to 2.6, 3.0 and 3.1. Channels and operations are built when
``lookup.py`` is asked. Data of another shape than expected is an error with a message.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.asyncapi.model import (
    AsyncApiDescription,
    Bindings,
    MessageLocation,
    MessagePart,
)
from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.description import (
    entries,
    list_at,
    malformed_error,
    object_at,
    optional_text,
    parse_version,
)
from arazzo_runner.openapi.model import ApiDescription, LoadDocument
from arazzo_runner.openapi.references import resolve_reference, tokens_of
from arazzo_runner.text.diagnostic import error, shorten
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import Place, SourceFile

SUPPORTED: Final = (*((2, minor) for minor in range(7)), (3, 0), (3, 1))


class SchemaDialect(Struct, frozen=True):
    """How schemas are read: as OpenAPI of a version does, and whether references stand alone."""

    version: tuple[int, int]
    has_bare_references: bool = False


NEWEST: Final = (3, 1)
OWN_DIALECT: Final = SchemaDialect(NEWEST, has_bare_references=True)
"""The Schema Object of AsyncAPI, a superset of JSON Schema draft-07, is read as OpenAPI 3.1's.

Core draft-07, section 8.3: "All other properties in a "$ref" object MUST be ignored".
"""

_LOCATION: Final = lazy_pattern(r"\$message\.(header|payload)(?:#((?:/.*)?))?")


def read_async_description(
    source: SourceFile, value: Value, load: LoadDocument | None = None
) -> AsyncApiDescription:
    """Recognize an AsyncAPI 2.x or 3.x description.

    ``load`` reads the other documents that references lead to. Raises DocumentError: AZ202 when
    it is not an AsyncAPI description, AZ217 when its outline is malformed.
    """
    place = Place(source)
    version = _version(value, place)
    info = object_at(value.get("info"), place.at("info"), "`info`")
    title = str(info.get("title", ""))
    for name in ("channels", "operations", "servers", "components"):
        object_at(value.get(name), place.at(name), f"`{name}`")
    schemas = ApiDescription(
        version=OWN_DIALECT.version,
        title=title,
        api_version=str(info.get("version", "")),
        raw=value,
        source=source,
        schemes={},
        load=load,
        documents={source.uri: (source, value)},
        has_bare_references=OWN_DIALECT.has_bare_references,
    )
    return AsyncApiDescription(version, title, value, source, schemas)


def _version(value: Value, place: Place) -> tuple[int, int]:
    if not isinstance(value, dict) or "asyncapi" not in value:
        message = "this is not an AsyncAPI description: it has no field `asyncapi`"
        raise DocumentError(error("AZ202", message, place))
    text = str(value["asyncapi"])
    version = parse_version(text)
    if version not in SUPPORTED:
        known = "`2.0` to `2.6`, `3.0` and `3.1`"
        message = f"`asyncapi: {shorten(text)}` is not supported; {known} are"
        raise DocumentError(error("AZ202", message, place.at("asyncapi")))
    return version


def dialect_description(description: AsyncApiDescription, dialect: SchemaDialect) -> ApiDescription:
    """The description as its schemas are read in a dialect."""
    if dialect == OWN_DIALECT:
        return description.schemas
    key = ("dialect", dialect)
    if key not in description.memo:
        description.memo[key] = replace(
            description.schemas,
            version=dialect.version,
            has_bare_references=dialect.has_bare_references,
            memo={},
        )
    found: ApiDescription = description.memo[key]
    return found


def resolve_object(
    description: AsyncApiDescription, node: Value, place: Place, what: str
) -> tuple[dict[str, Value], Place]:
    """An object, its reference followed; raises DocumentError AZ214, AZ217."""
    node, place = resolve_reference(description.schemas, node, place)
    if node is None:
        raise malformed_error(f"{what} has to be an object, not null", place)
    return object_at(node, place, what), place


def resolved_entries(
    description: AsyncApiDescription, node: dict[str, Value], name: str, place: Place, what: str
) -> Iterator[tuple[str, dict[str, Value], Place]]:
    """The members of a map in a field of an object, each with its reference followed.

    ``what`` is their kind, such as ``the message``. Raises DocumentError AZ214, AZ217.
    """
    at = place.at(name)
    for key, value in entries(object_at(node.get(name), at, f"`{name}`")):
        yield key, *resolve_object(description, value, at.at(key), f"{what} `{key}`")


class Layer(Struct, frozen=True):
    """An object, or a trait that is applied to it, and where it stands."""

    node: dict[str, Value]
    place: Place


def layers_of(
    description: AsyncApiDescription, node: dict[str, Value], place: Place
) -> list[Layer]:
    """An object and its traits, the one that decides first; raises DocumentError AZ214, AZ217.

    3.0, "Traits Merge Mechanism": a trait does not override what the object says. 2.x has JSON
    Merge Patch, by which it does. Later traits override earlier ones.
    """
    at = place.at("traits")
    listed = list_at(node.get("traits"), at, "`traits`")
    traits = [
        Layer(*resolve_object(description, one, at.at(index), "the trait"))
        for index, one in enumerate(listed)
    ]
    traits.reverse()
    own = Layer(node, place)
    return [own, *traits] if description.version >= (3, 0) else [*traits, own]


def first_text(layers: list[Layer], name: str) -> str | None:
    """The string that a field has in the first of the layers that has one."""
    return next((text for one in layers if (text := optional_text(one.node, name))), None)


def read_bindings(description: AsyncApiDescription, layers: list[Layer]) -> Bindings:
    """The ``bindings`` of an object and its traits, by the name of the protocol."""
    found: dict[str, dict[str, Value]] = {}
    for one in layers:
        if "bindings" in one.node:
            held, at = resolve_object(
                description, one.node["bindings"], one.place.at("bindings"), "`bindings`"
            )
            for name, value in entries(held):
                binding = object_at(value, at.at(name), f"the binding `{name}`")
                found[name] = {**binding, **found.get(name, {})}
    return found


def read_location(text: str, place: Place) -> MessageLocation:
    """A runtime expression that says where a value stands in a message; raises DocumentError.

    AsyncAPI Specification 3.0.0, section "Runtime Expression".
    """
    match = _LOCATION.fullmatch(text)
    if match is None:
        message = f"the location `{text}` is not like `$message.header#/id`"
        raise malformed_error(message, place)
    part: MessagePart = "header" if match[1] == "header" else "payload"
    return MessageLocation(text, part, tokens_of(match[2] or ""))


def strings_at(node: dict[str, Value], name: str, place: Place) -> tuple[str, ...]:
    """The strings of a list in a field; none where there is no such list."""
    found = list_at(node.get(name), place.at(name), f"`{name}`")
    return tuple(str(one) for one in found)
