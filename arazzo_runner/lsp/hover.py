"""Hovers: the operation, workflow or step of a name, what an expression yields, what a field is.

An example of a value is that of the API description, else one that is generated from its schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from lsprotocol import types

from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.ast import (
    BodyRef,
    Expression,
    HeaderRef,
    InputRef,
    MethodRef,
    OutputRef,
    PathRef,
    QueryRef,
    SelfRef,
    SourceRef,
    StatusCodeRef,
    StepOutputRef,
    UrlRef,
    WorkflowRef,
)
from arazzo_runner.expression.pointer import value_at_path
from arazzo_runner.expression.query.limits import QueryError
from arazzo_runner.expression.value import MISSING
from arazzo_runner.lint.context import StepContext
from arazzo_runner.lint.schemas import expression_shape
from arazzo_runner.lsp.draft import Draft, outputs_of, steps_of, text_of
from arazzo_runner.lsp.fields import fields_of
from arazzo_runner.lsp.location import ExpressionUse, Spot, expression_at, spot_at
from arazzo_runner.lsp.operations import operation_of_step, qualified_name
from arazzo_runner.lsp.schema_text import (
    documented_example,
    example_block,
    parts_of,
    shape_markdown,
)
from arazzo_runner.lsp.workspace.analysis import Analysis
from arazzo_runner.lsp.workspace.line_index import place_offsets
from arazzo_runner.mock.generate.flatten import NoExample
from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.mock.generate.time_budget import within_seconds
from arazzo_runner.mock.generate.value import generate_value
from arazzo_runner.openapi.model import Operation, Schema
from arazzo_runner.openapi.schema.compile import bundle_schema
from arazzo_runner.openapi.schema.descend import SchemaShape, shape_of, standalone_shape
from arazzo_runner.openapi.schema.shape import schemas_of

_PATIENCE: Final = 0.02
"""Seconds that an example may take to be generated."""

_MOST: Final = 12
"""So many parameters and responses of an operation are listed."""


def hover(analysis: Analysis, offset: int) -> types.Hover | None:
    """What there is to say of what is at an offset of a readable document."""
    spot = spot_at(analysis.source, offset)
    if spot is None:
        return None
    use = None if spot.is_key else expression_at(analysis, spot, offset)
    if use is not None:
        start, end = place_offsets(use.place)
        return _hover(analysis, start, end, _of_expression(analysis, use))
    lines = _of_field(spot) if spot.is_key else _of_value(analysis, spot)
    return _hover(analysis, spot.start, spot.end, lines)


def _hover(analysis: Analysis, start: int, end: int, lines: Iterator[str]) -> types.Hover | None:
    text = "\n\n".join(lines)
    if not text:
        return None
    content = types.MarkupContent(types.MarkupKind.Markdown, text)
    return types.Hover(content, analysis.index.range(start, end))


def _of_field(spot: Spot) -> Iterator[str]:
    field = fields_of(spot.pointer[:-1]).get(str(spot.pointer[-1]))
    if field is None:
        return
    types_ = f" ({' or '.join(sorted(field.types))})" if field.types else ""
    yield f"**{field.name}**{types_}" + (", required" if field.is_required else "")
    if field.description:
        yield field.description
    if field.values:
        yield "One of: " + ", ".join(f"`{one}`" for one in field.values)


# --- names ----------------------------------------------------------------------------------------


def _of_value(analysis: Analysis, spot: Spot) -> Iterator[str]:
    draft = Draft(analysis.data, spot.pointer)
    value = draft.at(*spot.pointer)
    match spot.pointer:
        case (*_, "operationId" | "operationPath"):
            found = operation_of_step(analysis.entry, draft.step)
            yield from _operation_lines(*found) if found else ()
        case (*_, "workflowId") if isinstance(value, str):
            yield from _workflow_lines(analysis, draft, value)
        case (*_, "stepId") if isinstance(value, str):
            yield from _step_lines(analysis, draft, value)
        case ("workflows", _, "steps", _, "dependsOn", _) if isinstance(value, str):
            yield from _step_lines(analysis, draft, value)
        case (*_, "dependsOn", _) if isinstance(value, str):
            yield from _workflow_lines(analysis, draft, value)
        case ("workflows", _, "steps", _, "parameters", _, "name"):
            yield from _parameter_lines(analysis, draft, str(value))
        case ("sourceDescriptions", _, "url"):
            yield from _source_lines(analysis, text_of(draft.at(*spot.pointer[:-1]), "name"))


def _operation_lines(source: str, operation: Operation) -> Iterator[str]:
    node = _node_of(operation)
    yield f"**{operation.method} {operation.path}** of `{source}`"
    yield from (text for name in ("summary", "description") if (text := text_of(node, name)))
    parameters = [
        f"- `{one.name}` in {one.location}" + (", required" if one.required else "")
        for one in operation.parameters[:_MOST]
    ]
    if operation.request_body is not None:
        media = ", ".join(f"`{one.name}`" for one in operation.request_body.content)
        parameters.append(f"- a body: {media}")
    if parameters:
        yield "Takes:\n" + "\n".join(parameters)
    responses = [f"- `{one.status}` {one.description}" for one in operation.responses[:_MOST]]
    if responses:
        yield "Responses:\n" + "\n".join(responses)


def _node_of(operation: Operation) -> Any:
    """The Operation Object as its description writes it."""
    place = operation.place
    if place.source is not operation.description.source:
        return None
    return Draft(operation.description.raw, ()).at(*place.pointer)


def _workflow_lines(analysis: Analysis, draft: Draft, name: str) -> Iterator[str]:
    qualified = qualified_name(name)
    if qualified is not None:
        uri = analysis.entry.documents.get(qualified[0])
        if uri is None:
            return
        draft, name = Draft(analysis.units[uri].document.raw, ()), qualified[1]
    workflow = draft.workflow_of(name)
    if workflow is None:
        return
    yield f"**workflow `{name}`**"
    yield from (text for key in ("summary", "description") if (text := text_of(workflow, key)))
    yield from _name_list("Inputs", draft.inputs_of(workflow))
    yield from _name_list("Steps", [one["stepId"] for one in steps_of(workflow)])
    yield from _name_list("Outputs", outputs_of(workflow))


def _name_list(title: str, names: Any) -> Iterator[str]:
    if names:
        yield f"{title}: " + ", ".join(f"`{one}`" for one in names)


def _step_lines(analysis: Analysis, draft: Draft, name: str) -> Iterator[str]:
    step = next((one for one in steps_of(draft.workflow) if one["stepId"] == name), None)
    if step is None:
        return
    yield f"**step `{name}`**"
    if description := text_of(step, "description"):
        yield description
    found = operation_of_step(analysis.entry, step)
    if found is not None:
        yield f"Calls {found[1].method} {found[1].path} of `{found[0]}`"
    elif called := text_of(step, "workflowId"):
        yield f"Calls the workflow `{called}`"
    yield from _name_list("Outputs", outputs_of(step))


def _parameter_lines(analysis: Analysis, draft: Draft, name: str) -> Iterator[str]:
    found = operation_of_step(analysis.entry, draft.step)
    for one in found[1].parameters if found else ():
        if found and one.name == name:
            required = "required" if one.required else "optional"
            yield f"**`{name}`** in {one.location}, {required}"
            yield from shape_markdown(shape_of(schemas_of(found[1].description), one.schema))
    called = draft.workflow_of(text_of(draft.step, "workflowId"))
    schema = draft.inputs_of(called).get(name)
    if schema is not None:
        yield f"**`{name}`**, an input of `{text_of(called, 'workflowId')}`"
        yield from shape_markdown(standalone_shape(schema, schema))


def _source_lines(analysis: Analysis, name: str) -> Iterator[str]:
    unit = analysis.entry
    api = unit.apis.get(name) or unit.async_apis.get(name)
    if api is not None:
        yield f"**{api.title}**"
        yield f"`{api.source.name}`"
    elif name in unit.documents:
        document = analysis.units[unit.documents[name]].document
        yield f"**{document.info.title}** {document.info.version}"
        yield from _name_list("Workflows", [one.workflow_id for one in document.workflows])


# --- expressions ----------------------------------------------------------------------------------


def _of_expression(analysis: Analysis, use: ExpressionUse) -> Iterator[str]:
    expression = use.expression
    yield f"**`{expression.text}`**" + _what(expression)
    view = _view(analysis, use)
    shape = expression_shape(expression, view, view.answers) if view is not None else None
    if shape is not None and shape.alternatives:
        yield from shape_markdown(shape)
    if isinstance(expression, StepOutputRef):
        yield from _origin(analysis, use.workflow, expression)
    yield from _example(expression, view, shape)


_WHAT: Final[tuple[tuple[type[Expression], str], ...]] = (
    (InputRef, "an input of the workflow"),
    (StepOutputRef, "an output of a step"),
    (OutputRef, "an output of the workflow"),
    (WorkflowRef, "of another workflow"),
    (SourceRef, "of a source description"),
    (StatusCodeRef, "the status of the response"),
    (MethodRef, "the method of the request"),
    (UrlRef, "the URL of the request"),
    (SelfRef, "the URI of the document"),
    (HeaderRef, "a header field"),
    (QueryRef, "a query parameter of the request"),
    (PathRef, "a path parameter of the request"),
    (BodyRef, "of a body"),
)


def _what(expression: Expression) -> str:
    found = next((text for kind, text in _WHAT if isinstance(expression, kind)), "")
    return f": {found}" if found else ""


def _view(analysis: Analysis, use: ExpressionUse) -> StepContext | None:
    """The view of the step; outside of steps that of any, which knows the names alike."""
    if use.step:
        return analysis.context(use.workflow, use.step)
    plan = analysis.workflow_plan(use.workflow)
    views = (
        analysis.context(use.workflow, one.step.step_id) for one in (plan.steps if plan else ())
    )
    return next((one for one in views if one is not None), None)


def _origin(analysis: Analysis, workflow: str, ref: StepOutputRef) -> Iterator[str]:
    steps = steps_of(Draft(analysis.data, ()).workflow_of(workflow))
    step = next((one for one in steps if one["stepId"] == ref.step_id), None)
    value = outputs_of(step).get(ref.name)
    if isinstance(value, str):
        yield f"Is `{value}` of the step `{ref.step_id}`"


def _example(
    expression: Expression, view: StepContext | None, shape: SchemaShape | None
) -> Iterator[str]:
    """An example of the value: of the response, of the schema, or one that is generated."""
    found = _response_example(expression, view)
    if not found and shape is not None:
        found = documented_example(shape)
    if found:
        yield example_block(found[0])
    elif shape is not None and view is not None:
        made = _generated(shape, view)
        yield from (example_block(one, "Generated example") for one in made)


def _response_example(expression: Expression, view: StepContext | None) -> tuple[Any, ...]:
    if not isinstance(expression, BodyRef) or expression.message != "response" or view is None:
        return ()
    for outcome in view.answers:
        for media in outcome.response.content:
            for example in media.examples:
                value = value_at_path(example, expression.path)
                if value is not MISSING:
                    return (value,)
    return ()


def _generated(shape: SchemaShape, view: StepContext) -> tuple[Any, ...]:
    part = next(parts_of(shape), None)
    api = view.operation.description
    if part is None or part.place.source is not api.source:
        return ()
    try:
        bundle = bundle_schema(Schema(part.node, part.place), api, "response")
        value = within_seconds(_PATIENCE, partial(generate_value, bundle.value, SeededChoice()))
    except (DocumentError, NoExample, QueryError, ValueError):
        return ()
    return (value,)
