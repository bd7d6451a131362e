"""The request of a step, from its plan and the scope, and the exchange as expressions see it."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from arazzo_runner.executor.payload.resolve import build_payload
from arazzo_runner.executor.payload.text import FormText, form_pairs
from arazzo_runner.executor.plan import Argument, OperationCall
from arazzo_runner.expression.ast import Expression, InputRef, StepOutputRef
from arazzo_runner.expression.ast import Literal as Constant
from arazzo_runner.expression.evaluate import evaluate, evaluate_within_bounds
from arazzo_runner.expression.scope import Exchange, Scope
from arazzo_runner.expression.value import MISSING, MaybeValue
from arazzo_runner.openapi.message import HttpRequest
from arazzo_runner.openapi.request.build import build_request
from arazzo_runner.openapi.request.encoding import json_text
from arazzo_runner.openapi.request.form import encode_pairs
from arazzo_runner.openapi.request.link import Link, resolve_link
from arazzo_runner.openapi.security.schemes import Authorization, credential_carrier, parameter_key


class BuiltCall(Struct, frozen=True):
    """A request ready to send, and the exchange as expressions see it before the answer."""

    request: HttpRequest
    exchange: Exchange
    body: MaybeValue
    authorization: Authorization


def build_call(
    call: OperationCall, scope: Scope, seconds: float, origins: Collection[str] = ()
) -> BuiltCall:
    """Evaluate the arguments and the payload, and write the request.

    ``origins`` are those that an ``x-url`` may lead to beside the server's: no credential goes
    there, nor what the workflow passes in place of one. Raises EvaluationError, RequestRefused or
    BodyError: then nothing may be sent.
    """
    values = [(one.parameter, _value(one, scope)) for one in call.arguments]
    link, authorization = _link(call, scope, origins), call.authorization
    if link is not None and link.is_elsewhere:
        authorization = Authorization()
        secret = {credential_carrier(one) for one in call.operation.description.schemes.values()}
        values = [one for one in values if parameter_key(one[0]) not in secret]
    payload = build_payload(call.body, scope, seconds) if call.body else None
    body = (payload.content_type, payload.content) if payload else None
    request = build_request(
        call.operation, call.server, values, body, authorization, link, requires=not call.is_free
    )
    exchange = Exchange(
        method=request.method,
        url=request.url,
        request_headers=request.headers,
        query={p.name: value for p, value in values if p.location == "query"},
        path={p.name: value for p, value in values if p.location == "path"},
        request_body=payload.value if payload else MISSING,
    )
    return BuiltCall(request, exchange, exchange.request_body, authorization)


def _link(call: OperationCall, scope: Scope, origins: Collection[str]) -> Link | None:
    """Where ``x-url`` leads; where it has no value, the request goes to its operation."""
    if call.url is None:
        return None
    value = evaluate_within_bounds(call.url, scope)
    if value is MISSING or value is None:
        return None
    return resolve_link(call.server, value, origins)


def _value(argument: Argument, scope: Scope) -> MaybeValue:
    text = argument.text
    if text is None or isinstance(argument.value, Constant):
        return evaluate_within_bounds(argument.value, scope)
    if isinstance(text, FormText):
        return encode_pairs(form_pairs(text, scope)).decode("ascii")
    from arazzo_runner.executor.payload.json_template import json_value

    return json_text(json_value(text.tree, scope))


def empty_value_hint(argument: Argument, scope: Scope) -> str | None:
    """Why a parameter has no value, by the expression that gives it; None where it has one."""
    expression = argument.value
    if not isinstance(expression, Expression):
        return None
    value = evaluate(expression, scope)
    if value not in (MISSING, None, ""):
        return None
    what = "has no value" if value is MISSING else "is null" if value is None else "is empty"
    why = f"`{expression.text}` {what}"
    if isinstance(expression, StepOutputRef):
        return f"{why}: see the outputs of the step `{expression.step_id}` above"
    if isinstance(expression, InputRef) and value != "":
        return f"{why}: pass the input `{expression.name}`"
    return why
