"""What steps keep of responses: the state or name of a resource, the top of any other response."""

from __future__ import annotations

from collections.abc import Sequence

from arazzo_runner.generate.identifiers import camel_case, split_words
from arazzo_runner.generate.openapi.catalog import ApiOperation, schema_at
from arazzo_runner.generate.openapi.schemas import DocumentedSchema
from arazzo_runner.generate.openapi.states import state_member
from arazzo_runner.text.source import pointer_text


def resource_envelope(schema: DocumentedSchema | None, created: tuple[str, ...]) -> tuple[str, ...]:
    """The member of a response that holds the resource: the same as where it was created."""
    if schema is None or schema_at(schema, created) is None:
        return ()
    return created


def state_outputs(schema: DocumentedSchema, envelope: tuple[str, ...]) -> list[tuple[str, str]]:
    """The state of a resource, else its name."""
    inner = schema_at(schema, envelope)
    if inner is None:
        return []
    name = state_member(inner)
    plain = {"".join(split_words(one)): one for one in inner.names}
    for other in ("name", "title", "displayname", "friendlyname", "label"):
        name = name or plain.get(other)
    if name is None:
        return []
    return [(camel_case(split_words(name)), f"$response.body{fragment((*envelope, name))}")]


def fragment(tokens: Sequence[str | int]) -> str:
    """The JSON Pointer behind ``$response.body``."""
    return f"#{pointer_text(tuple(tokens))}" if tokens else ""


def call_outputs(call: ApiOperation) -> list[tuple[str, str]]:
    """What a response has at its top, as far as a person would keep it."""
    schema = call.response_schema
    if schema is None or schema.type == "":
        return []
    if schema.type != "object":
        return [("result", "$response.body")]
    names = [one for one in schema.names if one in schema.required] or [*schema.names]
    return [
        (camel_case(split_words(name)), f"$response.body{fragment((name,))}") for name in names[:3]
    ]
