"""An answer as an HTTP response: the documented status, headers and content type."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from arazzo_runner.expression.value import Value, to_number
from arazzo_runner.http_semantics.media_type import is_xml
from arazzo_runner.mock.generate.flatten import NoExample
from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.mock.generate.value import SchemaMemo, generate_value
from arazzo_runner.mock.resources import path_text
from arazzo_runner.mock.response import BODILESS, DocumentedResponse
from arazzo_runner.mock.steps.wishes import Wish
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.openapi.model import ApiDescription, Header, Operation, Schema
from arazzo_runner.openapi.request.body import encode_body
from arazzo_runner.openapi.request.encoding import RequestRefused
from arazzo_runner.openapi.schema.compile import standalone_schema


def to_response(
    answer: DocumentedResponse,
    value: Value,
    operation: Operation,
    location: str | None,
    dice: SeededChoice,
) -> HttpResponse:
    """The response; ``location`` is the URL of what was created. Raises NoExample."""
    headers = tuple(
        (one.name, _header(one, operation, location, dice))
        for one in answer.headers
        if one.name.lower() != "content-type"
    )
    notes = (answer.note,) if answer.note else ()
    if answer.media_type is None or answer.status in BODILESS:
        return HttpResponse(answer.status, headers, b"", notes=notes)
    body = b"" if operation.method == "HEAD" else _body(answer, answer.media_type, value)
    headers = (("Content-Type", answer.media_type), *headers)
    return HttpResponse(answer.status, headers, body, notes=notes)


def with_wished_headers(
    response: HttpResponse,
    answer: DocumentedResponse,
    operation: Operation,
    wishes: Iterable[Wish],
    *,
    is_lenient: bool = False,
) -> HttpResponse:
    """The response with header fields that a step compares with a text, with a note each.

    A field is set only where its documented schema takes the text; with ``is_lenient`` also where
    it is not documented.
    """
    for wish in wishes:
        if not wish.header or response.header(wish.header) == wish.value:
            continue
        name = wish.header.lower()
        documented = [one for one in answer.headers if one.name.lower() == name]
        fits = any(_takes_text(one, operation, str(wish.value)) for one in documented)
        if not fits and (documented or not is_lenient):
            continue
        others = tuple(one for one in response.headers if one[0].lower() != name)
        told = "" if documented else "; it is not documented"
        note = f"`{wish.header}` is `{wish.value}`, as the step expects{told}"
        fields = (*others, (wish.header, str(wish.value)))
        response = replace(response, headers=fields, notes=(*response.notes, note))
    return response


def _takes_text(header: Header, operation: Operation, text: str) -> bool:
    """Whether the schema of a header field takes a text, or what it reads as."""
    if header.schema is None:
        return True
    fits = _schema_memo(header.schema, operation.description).fits
    return fits(text) or (text.isdecimal() and fits(to_number(text)))


def _header(header: Header, operation: Operation, location: str | None, dice: SeededChoice) -> str:
    if location and header.name.lower() == "location":
        return location
    if header.schema is None:
        return ""
    memo = _schema_memo(header.schema, operation.description)
    value = generate_value(memo.root, dice.at("header", header.name), memo)
    return ",".join(map(path_text, value)) if isinstance(value, list) else path_text(value)


def _schema_memo(schema: Schema, description: ApiDescription) -> SchemaMemo:
    """What was worked out for the schema of a header field, which many responses have."""
    key = ("mock", "header", schema.place.source.uri, schema.place.pointer)
    if key not in description.memo:
        whole = standalone_schema(schema, description, "response")
        description.memo[key] = SchemaMemo(whole)
    found: SchemaMemo = description.memo[key]
    return found


def _body(answer: DocumentedResponse, media_type: str, value: Value) -> bytes:
    if is_xml(media_type) and isinstance(value, str) and not value.lstrip().startswith("<"):
        raise NoExample(f"`{media_type}` without an example")
    try:
        return encode_body(media_type, value, answer.media)
    except RequestRefused as reason:
        raise NoExample(f"`{media_type}`: {reason}") from reason
