"""Message Objects: payload and headers with the dialects of their schemas, traits, correlation.

AsyncAPI Specification 2.6.0 and 3.0.0, sections "Message Object", "Message Trait Object",
"Multi Format Schema Object" and "Correlation ID Object".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from arazzo_runner.asyncapi.description import (
    NEWEST,
    OWN_DIALECT,
    Layer,
    SchemaDialect,
    dialect_description,
    first_text,
    layers_of,
    read_bindings,
    read_location,
    resolve_object,
)
from arazzo_runner.asyncapi.model import (
    AsyncApiDescription,
    Bindings,
    CorrelationId,
    Message,
    MessageSchema,
)
from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.http_semantics.media_type import essence
from arazzo_runner.openapi.description import list_at, optional_text, required_text
from arazzo_runner.openapi.model import Schema
from arazzo_runner.openapi.references import resolve_reference
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import Place

_FORMAT: Final = lazy_pattern(r"(?:\+(?:json|yaml))?$")
_MINOR: Final = lazy_pattern(r"version=[\"']?v?([0-9]{1,9})\.([0-9]{1,9})")
_SINCE_2019: Final = lazy_pattern(r"version=[\"']?(?:draft[-/])?20[0-9]{2}-")
"""Drafts in which keywords may stand beside a ``$ref``: 2019-09, 2020-12 and later."""
_LANGUAGES: Final = {
    "application/vnd.apache.avro": "Avro",
    "application/vnd.google.protobuf": "Protobuf",
    "application/raml": "RAML",
}
_ASYNCAPI: Final = "application/vnd.aai.asyncapi"
_JSON_SCHEMA: Final = "application/schema"
_OPENAPI: Final = "application/vnd.oai.openapi"


def read_message(description: AsyncApiDescription, name: str, node: Value, place: Place) -> Message:
    """A Message Object, its reference followed and its traits applied.

    ``name`` is that under which it is declared; in 2.x it names itself. Read once for each place.
    Raises DocumentError AZ214, AZ217.
    """
    held, at = resolve_object(description, node, place, f"the message `{name}`")
    key = ("message", at.source.uri, at.pointer, name)
    if key not in description.memo:
        description.memo[key] = _message(description, name, held, at)
    found: Message = description.memo[key]
    return found


def _message(
    description: AsyncApiDescription, name: str, node: dict[str, Value], place: Place
) -> Message:
    layers = layers_of(description, node, place)
    form = first_text(layers, "schemaFormat")
    headers = (_schema_at(description, one, "headers", None) for one in layers)
    bindings = read_bindings(description, layers)
    return Message(
        name=name,
        payload=_schema_at(description, Layer(node, place), "payload", form),
        headers=tuple(one for one in headers if one is not None),
        correlation_id=_correlation_id(description, layers),
        content_type=first_text(layers, "contentType")
        or optional_text(description.raw, "defaultContentType"),
        bindings=bindings,
        examples=tuple(_examples(layers)),
        place=place,
        wire_names=tuple(_wire_names(name, first_text(layers, "name"), bindings)),
    )


def _wire_names(name: str, declared: str | None, bindings: Bindings) -> Iterator[str]:
    """Its key and ``name``; AMQP Message Binding Object, ``messageType``."""
    yield name
    kind = bindings.get("amqp", {}).get("messageType")
    yield from (one for one in (declared, kind) if isinstance(one, str) and one)


def _schema_at(
    description: AsyncApiDescription, layer: Layer, name: str, form: str | None
) -> MessageSchema | None:
    """A schema; ``form`` is the format of payloads in 2.x."""
    if layer.node.get(name) is None:
        return None
    node, place = layer.node[name], layer.place.at(name)
    if description.version < (3, 0):
        return _schema_of(description, form, node, place)
    try:
        target, at = resolve_reference(description.schemas, node, place)
    except DocumentError:
        return _schema_of(description, None, node, place)  # a finding where the schema is used
    # Multi Format Schema Object.
    if isinstance(target, dict) and "schemaFormat" in target:
        own = required_text(target, "schemaFormat", at, "a schema with a format")
        return _schema_of(description, own, target.get("schema", True), at.at("schema"))
    return _schema_of(description, None, node, place)


def _schema_of(
    description: AsyncApiDescription, form: str | None, node: Value, place: Place
) -> MessageSchema:
    dialect = _dialect(form)
    if isinstance(dialect, str):
        return MessageSchema(dialect, None, description.schemas)
    return MessageSchema(
        "JSON Schema", Schema(node, place), dialect_description(description, dialect)
    )


def _dialect(form: str | None) -> SchemaDialect | str:
    """The dialect of a format, or the name of a language that is not supported."""
    kind = _FORMAT.sub("", essence(form)) if form else _ASYNCAPI
    if kind == _OPENAPI and form is not None:
        version = _MINOR.search(form)
        found = (int(version[1]), int(version[2])) if version else (3, 0)
        return SchemaDialect(min(found, NEWEST))
    if kind == _JSON_SCHEMA and _SINCE_2019.search(form or ""):
        return SchemaDialect(NEWEST)
    return OWN_DIALECT if kind in (_ASYNCAPI, _JSON_SCHEMA) else _LANGUAGES.get(kind, str(form))


def _correlation_id(description: AsyncApiDescription, layers: list[Layer]) -> CorrelationId | None:
    for one in layers:
        if "correlationId" in one.node:
            held, at = resolve_object(
                description, one.node["correlationId"], one.place.at("correlationId"),
                "`correlationId`",
            )  # fmt: skip
            text = required_text(held, "location", at, "a correlation id")
            return CorrelationId(read_location(text, at.at("location")), at)
    return None


def _examples(layers: list[Layer]) -> Iterator[tuple[Value, Value]]:
    for one in layers:
        at = one.place.at("examples")
        for example in list_at(one.node.get("examples"), at, "`examples`"):
            if isinstance(example, dict):
                yield example.get("headers"), example.get("payload")
