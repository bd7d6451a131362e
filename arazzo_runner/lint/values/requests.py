"""Request bodies and parameters by the schemas that describe them: AZ303, AZ312 to AZ316."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from typing import Literal as Choice

from arazzo_runner.executor.payload.plan import BodyPlan
from arazzo_runner.executor.payload.text import FormText, JsonText
from arazzo_runner.executor.plan import Argument
from arazzo_runner.expression.ast import (
    ArrayTemplate,
    DynamicValue,
    Expression,
    Literal,
    ObjectTemplate,
    Template,
)
from arazzo_runner.http_semantics.media_type import FORM, essence, is_json
from arazzo_runner.lint.context import StepContext
from arazzo_runner.lint.schemas import value_shape
from arazzo_runner.lint.values.constraints import broken_as_read, broken_as_whole
from arazzo_runner.lint.values.types import (
    CHANGE_EITHER,
    TypeCheckContext,
    readings,
    value_findings,
)
from arazzo_runner.openapi.model import Parameter, Schema
from arazzo_runner.openapi.references import tokens_of
from arazzo_runner.openapi.request.form import is_file_part
from arazzo_runner.openapi.schema.descend import SchemaShape, shape_of, type_words
from arazzo_runner.openapi.schema.errors import SchemaError
from arazzo_runner.openapi.schema.shape import schemas_of
from arazzo_runner.text.diagnostic import Diagnostic, Severity, error, warning
from arazzo_runner.text.source import Place

_DELIMITERS: Final = {
    "form": ",",
    "simple": ",",
    "spaceDelimited": " ",
    "pipeDelimited": "|",
    "tabDelimited": "\t",
}


def missing_body_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ303: a required request body that the step does not give."""
    body = view.operation.request_body
    if body is None or not body.required or view.call.body is not None:
        return
    message = f"{view.operation_label} requires a request body, and the step has none"
    types = ", ".join(f"`{media.name}`" for media in body.content)
    place = view.step.step.place.at("stepId")
    help_line = f"add a `requestBody` ({types})" if types else "add a `requestBody`"
    if view.expects_refusal and not view.step.step.sends_invalid:
        help_line += "; or write `x-send-invalid: true`, to send the request without"
    yield error("AZ303", message, place, "", help_line)


def unexpected_body_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ312: a request body for an operation that takes none."""
    body = view.step.step.request_body
    if body is not None and view.operation.request_body is None:
        message = f"{view.operation_label} documents no request body"
        help_line = "remove it, or describe it in the API description"
        yield warning("AZ312", message, body.place.key(), "not documented", help_line)


def type_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ313 to AZ316: parameters and bodies that do not fit their schemas."""
    for argument in view.call.arguments:
        yield from _parameter(argument, view)
    if view.call.body is not None:
        yield from _body(view.call.body, view)
    if view.call.url is not None:
        yield from _url(view.call.url, view)


def _url(value: DynamicValue, view: StepContext) -> Iterator[Diagnostic]:
    """AZ316: what is no text is no URL to send to."""
    shape = value_shape(value, view, ())
    kinds = shape.kinds - {"null"} if shape is not None and shape.kinds else frozenset()
    if kinds and "string" not in kinds and isinstance(value, Expression):
        message = f"`x-url` needs the text of a URL, and `{value.text}` is {type_words(kinds)}"
        place = view.step.step.place.at("x-url")
        yield warning("AZ316", message, place, "", "read the member that holds the URL")


def _parameter(argument: Argument, view: StepContext) -> Iterator[Diagnostic]:
    parameter = argument.parameter
    if parameter.schema is None or _is_ignored(parameter):
        return
    is_json_text = parameter.media_type is not None and is_json(parameter.media_type)
    value: DynamicValue | None = argument.value
    if is_json_text and parameter.location == "querystring":
        # A string is the whole query string; what an expression yields may be one.
        value = None if isinstance(value, Expression) else json_value(argument.value, argument.text)
    if value is None:
        return
    becomes: Choice["json", "parameter"] = "json" if is_json_text else "parameter"
    delimiter = _delimiter(parameter)
    # The comma of a list stays as it is there, one in a text does not.
    is_escaped = delimiter == "," and parameter.location in ("path", "query")
    on = TypeCheckContext(
        view, becomes, delimiter=delimiter, is_escaped=is_escaped, name=parameter.name
    )
    shape = shape_of(schemas_of(view.operation.description), parameter.schema)
    place = argument.place.at("value")
    found = list(value_findings(value, shape, place, on))
    yield from found
    if not _is_refused(found) and isinstance(value, Literal) and value.value is not None:
        ways = readings(value.value, on)
        broken = broken_as_read(ways, parameter.schema, view.operation.description)
        yield from (_refused_as_whole(one, place, on) for one in broken)


def _delimiter(parameter: Parameter) -> str | None:
    """What stands between the items of an array on the wire, where they are one text."""
    if parameter.explode and parameter.style != "simple":
        return None
    return _DELIMITERS.get(parameter.style)


def _is_ignored(parameter: Parameter) -> bool:
    """Parameter Object, ``name``: what is said of these headers is ignored."""
    names = ("accept", "content-type", "authorization")
    return parameter.location == "header" and parameter.name.lower() in names


def _body(body: BodyPlan, view: StepContext) -> Iterator[Diagnostic]:
    media = body.media
    if media is None or media.schema is None or body.payload is None:
        return
    shape = shape_of(schemas_of(view.operation.description), media.schema)
    place, is_whole = body.place.at("payload"), not body.replacements
    kind = essence(body.content_type)
    if is_json(kind):
        value = json_value(body.payload, body.text)
        if value is not None:
            on = TypeCheckContext(view, "json", is_whole)
            yield from _json(value, shape, place, on, media.schema)
        return
    if kind != FORM and not kind.startswith("multipart/"):
        return
    fields = _fields(body)
    if fields is not None:
        fields = fields if kind == FORM else _contents(fields)
        yield from value_findings(fields, shape, place, TypeCheckContext(view, "form", is_whole))


def _json(
    payload: DynamicValue, shape: SchemaShape, place: Place, on: TypeCheckContext, schema: Schema
) -> Iterator[Diagnostic]:
    found = list(value_findings(payload, shape, place, on))
    yield from found
    if _is_refused(found) or not isinstance(payload, Literal) or not on.is_whole:
        return
    # What rules about one value at a time do not see: conditions, choices, counts of properties.
    for one in broken_as_whole(payload.value, schema, on.view.operation.description):
        yield _refused_as_whole(one, place, on)


def _is_refused(found: list[Diagnostic]) -> bool:
    return any(one.severity is not Severity.HINT for one in found)


def _refused_as_whole(broken: SchemaError, place: Place, on: TypeCheckContext) -> Diagnostic:
    message = f"{on.owner} is not what {on.view.operation_label} accepts: {broken.message}"
    at = place.at(*tokens_of(broken.pointer))
    return Diagnostic("AZ315", on.certain, message, at, "", CHANGE_EITHER)


def _contents(fields: DynamicValue) -> DynamicValue:
    """The members of a multipart body with each file's content in place of what names the file."""
    match fields:
        case Literal(dict() as members):
            return _contents(
                ObjectTemplate(tuple((name, Literal(one)) for name, one in members.items()))
            )
        case ObjectTemplate(members):
            return ObjectTemplate(tuple((name, _content(one)) for name, one in members))
        case _:
            return fields


def _content(value: DynamicValue) -> DynamicValue:
    match value:
        case Literal(dict() as file) if is_file_part(file.keys()):
            return Literal(file["content"])
        case ObjectTemplate(members) if is_file_part([name for name, _ in members]):
            return dict(members)["content"]
        case Literal(list() as items):
            return ArrayTemplate(tuple(_content(Literal(one)) for one in items))
        case ArrayTemplate(items):
            return ArrayTemplate(tuple(_content(one) for one in items))
        case _:
            return value


def json_value(value: DynamicValue, text: object) -> DynamicValue | None:
    """What is sent as JSON, also of a text; None where only an expression knows that."""
    if isinstance(text, JsonText):
        tree: DynamicValue = text.tree
        return tree
    is_text = isinstance(value, Template) or (
        isinstance(value, Literal) and isinstance(value.value, str)
    )
    return None if is_text else value  # the text is none: AZ320


def _fields(body: BodyPlan) -> DynamicValue | None:
    """The fields of a form, also of one that is written as text; None when they are not known."""
    if not isinstance(body.text, FormText):
        return body.payload if isinstance(body.payload, Literal | ObjectTemplate) else None
    pairs = [(name.value, value) for name, value in body.text.pairs if isinstance(name, Literal)]
    if len(pairs) < len(body.text.pairs):
        return None
    return ObjectTemplate(tuple((str(name), value) for name, value in pairs))
