"""Request bodies and parameters by the schemas that describe them."""

from __future__ import annotations

from collections.abc import Iterator

from arazzo_runner.check.fitting import TypeCheckContext, value_findings
from arazzo_runner.check.view import StepContext
from arazzo_runner.executor.plan import BodyPlan
from arazzo_runner.expression.ast import DynamicValue, Literal, ObjectTemplate, Template
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.media_type import FORM, essence, is_json
from arazzo_runner.openapi.model import Parameter
from arazzo_runner.openapi.schema.descend import shape_of
from arazzo_runner.openapi.schema.shape import schemas_of
from arazzo_runner.text.diagnostic import Diagnostic, Severity, warning
from arazzo_runner.text.source import Place


def missing_body_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ303: a required request body that the step does not give."""
    body = view.operation.request_body
    if body is None or not body.required or view.call.body is not None:
        return
    severity = Severity.WARNING if view.expects_refusal else Severity.ERROR
    message = f"{view.called} requires a request body, and the step gives none"
    types = ", ".join(f"`{media.name}`" for media in body.content)
    place = view.step.step.place.at("stepId")
    help_line = f"add a `requestBody` ({types})" if types else "add a `requestBody`"
    yield Diagnostic("AZ303", severity, message, place, "", help_line)


def unexpected_body_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ312: a request body for an operation that takes none."""
    body = view.step.step.request_body
    if body is not None and view.operation.request_body is None:
        message = f"{view.called} documents no request body"
        yield warning("AZ312", message, body.place.key(), "not documented")


def type_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ313 to AZ316: parameters and bodies that do not fit their schemas."""
    for argument in view.call.arguments:
        yield from _parameter(argument.parameter, argument.value, argument.place, view)
    if view.call.body is not None:
        yield from _body(view.call.body, view)


def _parameter(
    parameter: Parameter, value: DynamicValue, place: Place, view: StepContext
) -> Iterator[Diagnostic]:
    if parameter.schema is None:
        return
    is_json_text = parameter.media_type is not None and is_json(parameter.media_type)
    on = TypeCheckContext(view, "json" if is_json_text else "parameter")
    shape = shape_of(schemas_of(view.operation.description), parameter.schema)
    yield from value_findings(value, shape, place.at("value"), on)


def _body(body: BodyPlan, view: StepContext) -> Iterator[Diagnostic]:
    media = body.media
    if media is None or media.schema is None or body.payload is None:
        return
    shape = shape_of(schemas_of(view.operation.description), media.schema)
    place, is_whole = body.place.at("payload"), not body.replacements
    kind = essence(body.content_type)
    if is_json(kind):
        on = TypeCheckContext(view, "json", is_whole)
        if not isinstance(body.payload, Template):
            yield from value_findings(_parse_payload(body.payload), shape, place, on)
        return
    if kind != FORM and not kind.startswith("multipart/"):
        return
    fields = _fields(body)
    if fields is not None:
        yield from value_findings(fields, shape, place, TypeCheckContext(view, "form", is_whole))


def _parse_payload(payload: DynamicValue) -> DynamicValue:
    """A payload written as text is JSON where it parses."""
    if not isinstance(payload, Literal) or not isinstance(payload.value, str):
        return payload
    import json

    try:
        parsed: Value = json.loads(payload.value)
    except ValueError:
        return payload
    return Literal(parsed)


def _fields(body: BodyPlan) -> DynamicValue | None:
    """The fields of a form, also of one that is written as text; None when they are not known."""
    if body.form_pairs is None:
        return body.payload if isinstance(body.payload, Literal | ObjectTemplate) else None
    pairs = [(name.value, value) for name, value in body.form_pairs if isinstance(name, Literal)]
    if len(pairs) < len(body.form_pairs):
        return None
    return ObjectTemplate(tuple((str(name), value) for name, value in pairs))
