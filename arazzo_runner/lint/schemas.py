"""The schemas of the values that expressions yield.

Nothing is known where a description leaves it open: that proves nothing, and is never a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final, TypeAlias

from msgspec import Struct

from arazzo_runner.executor.plan import WorkflowPlan
from arazzo_runner.expression.ast import (
    BodyRef,
    DynamicValue,
    Expression,
    HeaderRef,
    InputRef,
    Literal,
    MethodRef,
    NamedRef,
    Selector,
    SelectorType,
    StatusCodeRef,
    StepOutputRef,
    Template,
    UrlRef,
)
from arazzo_runner.http_semantics.media_type import is_json, is_range
from arazzo_runner.lint.context import StepContext
from arazzo_runner.lint.responses import ResponseOutcome
from arazzo_runner.openapi.model import MediaType, Response
from arazzo_runner.openapi.schema.descend import (
    DescentFailure,
    PathToken,
    SchemaShape,
    any_shape,
    descend,
    shape_of,
    standalone_shape,
)
from arazzo_runner.openapi.schema.shape import SchemaContext, schemas_of

ResponseOutcomes: TypeAlias = tuple[ResponseOutcome, ...]
"""Those of a :class:`StepContext`, or none where no response is read."""

_DEPTH: Final = 8
"""Outputs that are outputs of outputs are followed so far."""

_BODILESS: Final = frozenset({204, 205, 304})


class NoBody(Struct, frozen=True):
    """There is no body to read; ``proven`` where HTTP itself allows none."""

    proven: bool


class ExpressionRoot(Struct, frozen=True):
    """Where the way of an expression begins: what is known there, and the tokens that follow."""

    base: SchemaShape | NoBody | None
    tokens: tuple[PathToken, ...]


MaybeShape: TypeAlias = SchemaShape | None
"""What is known of a value; None: nothing."""


def expression_shape(
    expression: Expression, view: StepContext, when: ResponseOutcomes, depth: int = 0
) -> MaybeShape:
    """What is known of an expression's value when the step is answered with one of ``when``."""
    match expression:
        case BodyRef(message="response", path=path):
            key = ("answered", path.tokens, _statuses(when))
            return view.cached_for_operation(
                key, lambda: _expression_shape(expression, view, when, depth)
            )
        case _:
            read = ("read", expression.text, id(when))
            return view.cached(read, lambda: _expression_shape(expression, view, when, depth))


def _statuses(when: ResponseOutcomes) -> tuple[int, ...]:
    return tuple([one.status for one in when])


def _expression_shape(
    expression: Expression, view: StepContext, when: ResponseOutcomes, depth: int
) -> MaybeShape:
    root = root_of(expression, view, when, depth)
    if root is None or not isinstance(root.base, SchemaShape):
        return None
    found = descend(root.base, root.tokens)
    return None if isinstance(found, DescentFailure) else found


def root_of(
    expression: Expression, view: StepContext, when: ResponseOutcomes, depth: int = 0
) -> ExpressionRoot | None:
    """The beginning of an expression's way; None for expressions that have none."""
    match expression:
        case BodyRef(message="response", path=path):
            return ExpressionRoot(body_shape(view, when), path.tokens)
        case InputRef():
            return _named_root(expression, inputs_shape(view))
        case StepOutputRef():
            return _output(expression, view, depth)
        case BodyRef(message="message", path=path) if view.message is not None:
            from arazzo_runner.lint.channels.context import payload_shape

            return ExpressionRoot(payload_shape(view.message), path.tokens)
        case HeaderRef(message="message") if view.message is not None:
            return ExpressionRoot(_typed_shape("string"), ())
        case StatusCodeRef():
            return ExpressionRoot(_typed_shape("integer"), ())
        case UrlRef() | MethodRef() | HeaderRef(message="response"):
            return ExpressionRoot(_typed_shape("string"), ())
        case _:
            return None


@cache
def _typed_shape(name: str) -> SchemaShape:
    """The shape of all values of a type, made once: most steps read a status."""
    return standalone_shape({"type": name}, {})


def value_shape(
    value: DynamicValue, view: StepContext, when: ResponseOutcomes, depth: int = 0
) -> MaybeShape:
    """What is known of anything that a document writes as a value."""
    match value:
        case Literal(None):
            return None  # it also stands for what could not be read
        case Literal(constant):
            return standalone_shape({"const": constant}, {})
        case Template() | Selector(type=SelectorType(language="regex")):
            return _typed_shape("string")
        case Expression():
            return expression_shape(value, view, when, depth)
        case _:
            return None


# --- bodies ---------------------------------------------------------------------------------------


def body_shape(view: StepContext, when: ResponseOutcomes) -> SchemaShape | NoBody | None:
    """What is known of the response body."""
    key = ("answer", _statuses(when))
    return view.cached_for_operation(key, lambda: _body_shape(view, when))


def _body_shape(view: StepContext, when: ResponseOutcomes) -> SchemaShape | NoBody | None:
    responses = list({id(one.response): one.response for one in when}.values())
    if not responses:
        return None
    if not any(one.content for one in responses):
        method = view.operation.method == "HEAD"
        return NoBody(method or all(one.status in _BODILESS for one in when))
    schemas = schemas_of(view.operation.description)
    shapes = [_of_response(schemas, one) for one in responses if one.content]
    # A response without content beside others is one that nobody described.
    is_open = len(shapes) < len(responses) and not _are_bodiless(when)
    return None if is_open or None in shapes else any_shape([one for one in shapes if one])


def _are_bodiless(when: ResponseOutcomes) -> bool:
    return all(one.status in _BODILESS for one in when if not one.response.content)


def _of_response(schemas: SchemaContext, response: Response) -> MaybeShape:
    read = [_of_media(schemas, one) for one in response.content if _is_json(one)]
    return any_shape([one for one in read if one]) if read and None not in read else None


def _is_json(media: MediaType) -> bool:
    return is_json(media.name) or is_range(media.name)


def _of_media(schemas: SchemaContext, media: MediaType) -> MaybeShape:
    return None if media.schema is None else shape_of(schemas, media.schema)


# --- names ----------------------------------------------------------------------------------------


def inputs_shape(view: StepContext) -> SchemaShape | None:
    """What is known of the workflow's inputs, as an object."""
    memo, workflow = view.views.inputs, view.workflow
    if workflow.key not in memo:
        memo[workflow.key] = _inputs_shape(workflow)
    found: SchemaShape | None = memo[workflow.key]
    return found


def _inputs_shape(workflow: WorkflowPlan) -> SchemaShape | None:
    schema = workflow.inputs_schema.value
    return (
        None
        if schema is None
        else standalone_shape(schema, schema, workflow.workflow.place.at("inputs"))
    )


def _named_root(ref: NamedRef, holder: SchemaShape | None) -> ExpressionRoot | None:
    """Names may hold dots: the exact name first, then its first part and a walk."""
    if holder is None or not ref.name:
        return None
    first = (ref.name,)
    if isinstance(descend(holder, first), DescentFailure) and ref.walk:
        first = (ref.name.partition(".")[0],)
        return ExpressionRoot(_at(holder, first), (*ref.walk, *ref.path.tokens))
    return ExpressionRoot(_at(holder, first), ref.path.tokens)


def _at(holder: SchemaShape, tokens: tuple[str, ...]) -> SchemaShape | None:
    found = descend(holder, tokens)
    return None if isinstance(found, DescentFailure) else found


def _output(ref: StepOutputRef, view: StepContext, depth: int) -> ExpressionRoot | None:
    step = view.beside(ref.step_id)
    if step is None or depth >= _DEPTH:
        return None
    outputs = dict(step.step.step.outputs)
    if ref.name in outputs:
        base = value_shape(outputs[ref.name], step, step.answers, depth + 1)
        return ExpressionRoot(base, ref.path.tokens)
    first = ref.name.partition(".")[0]
    if first in outputs and ref.walk:
        base = value_shape(outputs[first], step, step.answers, depth + 1)
        return ExpressionRoot(base, (*ref.walk, *ref.path.tokens))
    return None


# --- constants ------------------------------------------------------------------------------------


def tokens_text(tokens: Iterable[PathToken]) -> Iterator[str | int]:
    """Tokens for a pointer that a message shows; any member is ``*``."""
    return ("*" if one is None else one for one in tokens)
