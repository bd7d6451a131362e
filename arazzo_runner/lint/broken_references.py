"""AZ214: what of an operation's description cannot be resolved though its request can be sent.

OpenAPI Specification 3.1.1, "Reference Object": responses, examples, and what schemas refer to.
What a request needs is an error where its step is bound.
"""

from __future__ import annotations

from collections.abc import Iterator

from arazzo_runner.errors import DocumentError
from arazzo_runner.lint.context import StepContext
from arazzo_runner.openapi.model import ApiDescription, Operation, Schema
from arazzo_runner.openapi.schema.compile import Direction, broken_references, bundle_schema
from arazzo_runner.text.diagnostic import Diagnostic, as_warning


def reference_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ214, and AZ217: responses, examples and schemas that cannot be read."""
    yield from view.cached_for_operation(
        ("broken references",), lambda: tuple(dict.fromkeys(_findings(view.operation)))
    )


def _findings(operation: Operation) -> Iterator[Diagnostic]:
    body = operation.request_body
    media = [(one, "request") for one in (body.content if body else ())]
    media += [(one, "response") for each in operation.responses for one in each.content]
    broken = [one for each in operation.responses for one in each.broken]
    broken += [one for each, _ in media for one in each.broken]
    yield from map(as_warning, broken)
    for schema, direction in _schemas(operation):
        yield from broken_reference_findings(schema, operation.description, direction)


def _schemas(operation: Operation) -> Iterator[tuple[Schema, Direction]]:
    for parameter in operation.parameters:
        if parameter.schema is not None:
            yield parameter.schema, "request"
    for media in operation.request_body.content if operation.request_body else ():
        for one in filter(None, (media.schema, media.item_schema)):
            yield one, "request"
    for response in operation.responses:
        for schema in filter(None, (header.schema for header in response.headers)):
            yield schema, "response"
        for media in response.content:
            for one in filter(None, (media.schema, media.item_schema)):
                yield one, "response"


def broken_reference_findings(
    schema: Schema, description: ApiDescription, direction: Direction
) -> Iterator[Diagnostic]:
    """AZ214: what a schema refers to, and is not there."""
    try:
        bundle_schema(schema, description, direction)
    except DocumentError:
        yield from map(as_warning, broken_references(schema, description))
