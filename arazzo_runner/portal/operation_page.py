"""All that is documented of an operation, for a model: as text and as data, bounded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.lookup import build_operation
from arazzo_runner.openapi.model import MediaType, Operation, Parameter, Response, Schema
from arazzo_runner.openapi.references import load_document, value_at
from arazzo_runner.openapi.security.requirements import required_schemes
from arazzo_runner.openapi.security.schemes import scheme_label
from arazzo_runner.portal.example import OperationExample, example_of
from arazzo_runner.portal.model import ToolResult
from arazzo_runner.portal.operations import ListedOperation, text_of
from arazzo_runner.portal.sandbox import Sandbox
from arazzo_runner.portal.schema_outline import outline_schema
from arazzo_runner.report.diagnostics.text import render_line
from arazzo_runner.report.safe_text import escape_lines
from arazzo_runner.report.secrets import URL_MASK
from arazzo_runner.text.diagnostic import shorten
from arazzo_runner.text.json_write import write_json

_PROSE: Final = 1_000
_LINE: Final = 300
_SHORT: Final = 40
_PARAMETER_SCHEMA: Final = 600
_BODY_SCHEMA: Final = 6_000
_RESPONSE_SCHEMA: Final = 4_000
_EXAMPLE: Final = 1_000
_MOST_PARAMETERS: Final = 80
_MOST_RESPONSES: Final = 20
_MOST_MEDIA: Final = 4
_MOST_TEXT: Final = 30_000


def describe_operation(
    listed: ListedOperation, sandbox: Sandbox, namesakes: Sequence[str] = ()
) -> ToolResult:
    """The page of an operation; an error where its description is broken there.

    ``namesakes`` are the names of others that the same operationId may mean.
    """
    try:
        operation = build_operation(listed.source.api, listed.entry)
    except DocumentError as reason:
        lines = "\n".join(map(render_line, reason.diagnostics))
        return ToolResult(f"`{listed.name}` cannot be read:\n{lines}", None, is_error=True)
    page = _page(listed, operation)
    example = example_of(listed, operation, sandbox)
    page["namesakes"] = list(namesakes)
    page["curl"], page["step"], page["document"] = example.curl, example.step, example.document
    text = escape_lines("\n".join(_lines(page, example)))
    return ToolResult(_cut_text(text), page)


def _cut_text(text: str) -> str:
    if len(text) <= _MOST_TEXT:
        return text
    return f"{text[:_MOST_TEXT]}\n… omitted: {len(text) - _MOST_TEXT:,} more characters"


def _page(listed: ListedOperation, operation: Operation) -> dict[str, Any]:
    node = listed.entry.node
    body = operation.request_body
    parameters = operation.parameters[:_MOST_PARAMETERS]
    # Those of success first: where there are many, they are what is read.
    responses = sorted(operation.responses, key=lambda one: one.status[:1] != "2")
    responses = responses[:_MOST_RESPONSES]
    return {
        "operation": listed.name,
        "method": operation.method,
        "path": operation.path,
        "source": {"name": listed.source.name, "url": listed.source.url},
        "summary": listed.summary,
        "description": shorten(text_of(node, "description").strip(), _PROSE),
        "deprecated": node.get("deprecated") is True,
        "servers": [URL_MASK.text(one.url) for one in operation.servers[:10]],
        "security": _security(operation),
        "parameters": [_parameter(one, operation) for one in parameters],
        "request_body": None
        if body is None
        else {"required": body.required, "content": _content(body.content, _BODY_SCHEMA)},
        "responses": [_response(one) for one in responses],
        "omitted": {
            "parameters": len(operation.parameters) - len(parameters),
            "responses": len(operation.responses) - len(responses),
        },
    }


def _security(operation: Operation) -> list[list[dict[str, Any]]]:
    """The alternatives, each with all the schemes that it needs; none: no credentials."""
    return [
        [
            {"scheme": one.scheme.name, "kind": scheme_label(one.scheme), "scopes": [*one.scopes]}
            for one in alternative
        ]
        for alternative in required_schemes(operation)
    ]


def _parameter(parameter: Parameter, operation: Operation) -> dict[str, Any]:
    schema = parameter.schema or (parameter.media.schema if parameter.media else None)
    _, root = load_document(operation.description, parameter.place.source)
    node = value_at(root, parameter.place.pointer)[0]
    described = {"description": _line(text_of(node, "description"))}
    example = {"example": node["example"]} if "example" in node else {}
    return {
        "name": parameter.name,
        "in": parameter.location,
        "required": parameter.required,
        **described,
        "schema": _outline(schema, operation, _PARAMETER_SCHEMA),
        **example,
    }


def _outline(schema: Schema | None, operation: Operation, most: int) -> Value:
    return True if schema is None else outline_schema(schema, operation.description, most)


def _content(content: Iterable[MediaType], most: int) -> list[dict[str, Any]]:
    return [_media(one, most) for one in [*content][:_MOST_MEDIA]]


def _media(media: MediaType, most: int) -> dict[str, Any]:
    schema, description = media.schema or media.item_schema, media.description
    outline = outline_schema(schema, description, most) if schema and description else True
    examples = [one for one in media.examples[:1] if len(write_json(one)) <= _EXAMPLE]
    return {"type": media.name, "schema": outline, **({"example": examples[0]} if examples else {})}


def _response(response: Response) -> dict[str, Any]:
    return {
        "status": response.status,
        "description": _line(response.description),
        "headers": [one.name for one in response.headers],
        "content": _content(response.content, _RESPONSE_SCHEMA),
    }


def _line(text: str) -> str:
    return shorten(" ".join(text.split()), _LINE)


# --- text -----------------------------------------------------------------------------------------


def _lines(page: dict[str, Any], example: OperationExample) -> Iterator[str]:
    title = f"{page['method']} {page['path']}"
    name = page["operation"]
    yield title if name == title else f"{name}: {title}"
    yield from (one for one in (page["summary"], page["description"]) if one)
    if page["deprecated"]:
        yield "deprecated: it should not be used any more"
    if page["namesakes"]:
        yield f"of the same name: {', '.join(page['namesakes'])}"
    source = page["source"]
    yield f"source: {source['name']} (url: {source['url']})"
    yield f"servers: {', '.join(page['servers'])}"
    yield f"security: {_security_text(page['security'])}"
    yield from _parameter_lines(page["parameters"], page["omitted"]["parameters"])
    yield from _body_lines(page["request_body"])
    yield "\nresponses"
    known: dict[str, str] = {}
    for one in page["responses"]:
        yield from _response_lines(one, known)
    if page["omitted"]["responses"]:
        yield f"- {page['omitted']['responses']:,} more responses"
    if example.curl:
        yield f"\nrequest, with generated values\n{example.curl}"
    yield f"\nan Arazzo document with this step alone\n{example.document.rstrip()}"


def _security_text(alternatives: list[list[dict[str, Any]]]) -> str:
    words = (
        " and ".join(f"{one['scheme']} ({one['kind']})" for one in each) or "none"
        for each in alternatives
    )
    return "; or ".join(words) or "none"


def _parameter_lines(parameters: list[dict[str, Any]], omitted: int) -> Iterator[str]:
    if parameters:
        yield "\nparameters"
    for one in parameters:
        need = ", required" if one["required"] else ""
        about = f": {one['description']}" if one["description"] else ""
        yield f"- {one['name']} ({one['in']}{need}) {write_json(one['schema'])}{about}"
    if omitted:
        yield f"- {omitted:,} more parameters"


def _body_lines(body: dict[str, Any] | None) -> Iterator[str]:
    if body is not None:
        yield f"\nbody{' (required)' if body['required'] else ''}"
        yield from _content_lines(body["content"])


def _response_lines(response: dict[str, Any], known: dict[str, str]) -> Iterator[str]:
    yield f"- {response['status']}: {response['description']}"
    if response["headers"]:
        yield f"  headers: {', '.join(response['headers'])}"
    yield from _content_lines(response["content"], known, response["status"])


def _content_lines(
    content: list[dict[str, Any]], known: dict[str, str] | None = None, status: str = ""
) -> Iterator[str]:
    """The lines of some content; a schema that is ``known`` is shown by the status it is of."""
    for one in content:
        schema = write_json(one["schema"])
        before = known.setdefault(schema, status) if known is not None else status
        shown = schema if before == status or len(schema) < _SHORT else f"as of {before}"
        yield f"  {one['type']}: {shown}"
        if "example" in one:
            yield f"  example: {write_json(one['example'])}"
