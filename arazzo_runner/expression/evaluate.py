"""What an expression, a template or a whole payload yields in a scope.

Arazzo 1.1.0, "Runtime Expressions". Nothing is parsed here, and nothing copied that holds no
expression: a body of megabytes is passed on as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from arazzo_runner.expression.ast import (
    ArrayTemplate,
    BodyRef,
    ComponentRef,
    DynamicValue,
    Expression,
    HeaderRef,
    InputRef,
    Literal,
    MalformedExpression,
    MethodRef,
    NamedRef,
    ObjectTemplate,
    OutputRef,
    PathRef,
    QueryRef,
    Selector,
    SelfRef,
    SourceRef,
    StatusCodeRef,
    StepOutputRef,
    Template,
    UrlRef,
    WorkflowRef,
)
from arazzo_runner.expression.pointer import at_walk, value_at_path
from arazzo_runner.expression.query.limits import MAX_TEXT, ValueTooLargeError, check_bounds
from arazzo_runner.expression.scope import Scope
from arazzo_runner.expression.value import MISSING, MaybeValue, Value, to_text
from arazzo_runner.http_semantics.headers import Headers, header_value


class EvaluationError(Exception):
    """An expression cannot be evaluated: the message is a sentence, ``expression`` its text.

    ``hint`` is the way out, where there is one.
    """

    def __init__(self, message: str, expression: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.expression = expression
        self.hint = hint


def missing_value_error(expression: Expression) -> EvaluationError:
    """An expression within text has no value."""
    message = f"`{expression.text}` has no value, so the text around it cannot be built"
    hint: str | None = None
    match expression:
        case WorkflowRef(workflow_id=name):
            hint = f"name `{name}` in the workflow's `dependsOn`, so that it runs before"
        case InputRef(name=name):
            hint = f"set the input `{name}`, or give it a `default`"
        case _:
            pass
    return EvaluationError(message, expression.text, hint)


def evaluate(dynamic: DynamicValue, scope: Scope) -> MaybeValue:
    """The value of anything that a document may write as a value.

    An object leaves out members that are missing; an array makes missing items null. Raises
    :class:`EvaluationError` for a malformed expression and for a template with a missing value.
    """
    return _EVALUATORS[type(dynamic)](dynamic, scope)


def evaluate_within_bounds(dynamic: DynamicValue, scope: Scope) -> MaybeValue:
    """Like :func:`evaluate`, for what is sent or passed on: it must not have grown too large.

    Raises :class:`EvaluationError` for that too.
    """
    value = evaluate(dynamic, scope)
    if isinstance(value, dict | list):
        try:
            check_bounds(value)
        except ValueTooLargeError as reason:
            raise EvaluationError(str(reason), "") from None
    return value


def _literal(literal: Literal, _: Scope) -> Value:
    return literal.value


def _url(_: UrlRef, scope: Scope) -> MaybeValue:
    return scope.exchange.url if scope.exchange else MISSING


def _method(_: MethodRef, scope: Scope) -> MaybeValue:
    return scope.exchange.method if scope.exchange else MISSING


def _status_code(_: StatusCodeRef, scope: Scope) -> MaybeValue:
    # A request without an answer has the status null.
    return scope.exchange.status if scope.exchange else MISSING


def _self(_: SelfRef, scope: Scope) -> MaybeValue:
    return MISSING if scope.self_uri is None else scope.self_uri


def _header(ref: HeaderRef, scope: Scope) -> MaybeValue:
    found = header_value(_headers_of(ref, scope), ref.name)
    return MISSING if found is None else found


def _headers_of(ref: HeaderRef, scope: Scope) -> Headers:
    if ref.message == "message":
        return scope.message.headers if scope.message else ()
    exchange = scope.exchange
    if exchange is None:
        return ()
    return exchange.request_headers if ref.message == "request" else exchange.response_headers


def _query(ref: QueryRef, scope: Scope) -> MaybeValue:
    if scope.exchange is None or ref.message != "request":
        return MISSING
    return scope.exchange.query.get(ref.name, MISSING)


def _path(ref: PathRef, scope: Scope) -> MaybeValue:
    if scope.exchange is None or ref.message != "request":
        return MISSING
    return scope.exchange.path.get(ref.name, MISSING)


def _body(ref: BodyRef, scope: Scope) -> MaybeValue:
    body = _content_of(ref, scope)
    return value_at_path(body, ref.path) if ref.path.tokens else body


def _content_of(ref: BodyRef, scope: Scope) -> MaybeValue:
    if ref.message == "message":
        return scope.message.payload if scope.message else MISSING
    exchange = scope.exchange
    if exchange is None:
        return MISSING
    return exchange.response_body if ref.message == "response" else exchange.request_body


def _input(ref: InputRef, scope: Scope) -> MaybeValue:
    return _named_value(ref, scope.inputs)


def _output(ref: OutputRef, scope: Scope) -> MaybeValue:
    return _named_value(ref, scope.outputs)


def _step_output(ref: StepOutputRef, scope: Scope) -> MaybeValue:
    outputs = scope.steps.get(ref.step_id)
    return MISSING if outputs is None else _named_value(ref, outputs)


def _workflow(ref: WorkflowRef, scope: Scope) -> MaybeValue:
    values = scope.workflows.get(ref.workflow_id)
    if values is None:
        return MISSING
    if ref.step_id:
        return _named_value(ref, values.steps.get(ref.step_id, {}))
    return _named_value(ref, values.inputs if ref.field == "inputs" else values.outputs)


def _named_value(ref: NamedRef, values: Mapping[str, Value]) -> MaybeValue:
    # Names may hold dots: the exact key first, then its first segment and a walk.
    found: MaybeValue = values.get(ref.name, MISSING)
    if found is MISSING and ref.walk:
        first, _, _ = ref.name.partition(".")
        found = at_walk(values.get(first, MISSING), ref.walk)
    return value_at_path(found, ref.path) if ref.path.tokens else found


def _source(ref: SourceRef, scope: Scope) -> MaybeValue:
    return scope.sources.get(ref.name, {}).get(ref.reference, MISSING)


def _component(ref: ComponentRef, _: Scope) -> MaybeValue:
    raise EvaluationError(
        f"`{ref.text}` refers to an object of the document, which has no value", ref.text
    )


def _malformed_error(bad: MalformedExpression, _: Scope) -> MaybeValue:
    raise EvaluationError(bad.explanation, bad.text)


def _template(template: Template, scope: Scope) -> str:
    pieces: list[str] = []
    size = 0
    for part in template.parts:
        piece = part if isinstance(part, str) else _embedded_text(part, scope)
        size += len(piece)
        if size > MAX_TEXT:
            grown = f"the text grows beyond {MAX_TEXT:,} characters"
            expressions = (one.text for one in template.parts if not isinstance(one, str))
            raise EvaluationError(grown, next(expressions, ""))
        pieces.append(piece)
    return "".join(pieces)


def _embedded_text(expression: Expression, scope: Scope) -> str:
    value = evaluate(expression, scope)
    if value is MISSING:
        raise missing_value_error(expression)
    return to_text(value)


def _selector(selector: Selector, scope: Scope) -> MaybeValue:
    from arazzo_runner.expression.query.limits import QueryError
    from arazzo_runner.expression.select import select

    context = evaluate(selector.context, scope)
    text = to_text(evaluate(selector.selector, scope))
    try:
        return select(selector.type, text, context, scope.query_seconds)
    except QueryError as problem:
        raise EvaluationError(str(problem), text) from problem


def _object(object_: ObjectTemplate, scope: Scope) -> dict[str, Value]:
    members = ((key, evaluate(member, scope)) for key, member in object_.members)
    return {key: value for key, value in members if value is not MISSING}


def _array(array: ArrayTemplate, scope: Scope) -> list[Value]:
    values = (evaluate(item, scope) for item in array.items)
    return [None if value is MISSING else value for value in values]


_EVALUATORS: Final[dict[type, Callable[[Any, Scope], MaybeValue]]] = {
    Literal: _literal,
    UrlRef: _url,
    MethodRef: _method,
    StatusCodeRef: _status_code,
    SelfRef: _self,
    HeaderRef: _header,
    QueryRef: _query,
    PathRef: _path,
    BodyRef: _body,
    InputRef: _input,
    OutputRef: _output,
    StepOutputRef: _step_output,
    WorkflowRef: _workflow,
    SourceRef: _source,
    ComponentRef: _component,
    MalformedExpression: _malformed_error,
    Template: _template,
    Selector: _selector,
    ObjectTemplate: _object,
    ArrayTemplate: _array,
}
