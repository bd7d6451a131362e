"""Members that are only written (``writeOnly``): requests have them, and no response does."""

from __future__ import annotations

from arazzo_runner.expression.value import Value
from arazzo_runner.mock.generate.validators import (
    request_validator,
)
from arazzo_runner.mock.request import ParsedRequest
from arazzo_runner.mock.resources import MockState, normalized_name
from arazzo_runner.mock.routes import MockRoute, route_of
from arazzo_runner.mock.steps.expectations import BodyRead
from arazzo_runner.mock.steps.flow import Tokens
from arazzo_runner.mock.steps.reads import member_tokens, schema_at
from arazzo_runner.mock.templates import (
    ResponseTemplate,
    has_keyword,
    without_write_only,
    write_only_names,
)


def readable_body(state: MockState, incoming: ParsedRequest, route: MockRoute) -> Value:
    """The body of a request without what is only written, whose names are kept in the state."""
    if not (incoming.media and incoming.media.schema):
        return incoming.body
    schema = request_validator(incoming.media.schema, incoming.operation.description).schema
    if not has_keyword(schema, "writeOnly"):
        return incoming.body
    names = {normalized_name(one) for one in write_only_names(schema)}
    state.write_only.setdefault(route.collection, set()).update(names)
    return without_write_only(incoming.body, schema, schema)


def is_readable(
    state: MockState, incoming: ParsedRequest, frame: ResponseTemplate, way: Tokens
) -> bool:
    """Whether a part of a body may be in a response.

    It may not where its schema says so, or that of the request where the response says nothing.
    """
    if frame.is_write_only(way):
        return False
    names = state.write_only.get(route_of(incoming).collection, set())
    is_sent = any(isinstance(one, str) and normalized_name(one) in names for one in way)
    return not is_sent or schema_at(frame.schema, way) not in (None, True)


def readable_reads(
    state: MockState, incoming: ParsedRequest, frame: ResponseTemplate
) -> list[BodyRead]:
    """What the step reads of a response that may be in it."""
    return [
        one
        for one in incoming.expected.reads
        if is_readable(state, incoming, frame, member_tokens(one.tokens))
    ]
