"""Building the request of a step from the current values."""

from __future__ import annotations

from msgspec import Struct

from arazzo_runner.executor.payload import build_payload
from arazzo_runner.executor.plan import OperationCall
from arazzo_runner.expression.evaluate import evaluate_within_bounds
from arazzo_runner.expression.scope import Exchange, Scope
from arazzo_runner.expression.value import MISSING, MaybeValue
from arazzo_runner.openapi.message import HttpRequest
from arazzo_runner.openapi.request.build import build_request


class BuiltCall(Struct, frozen=True):
    """A request ready to send, and the exchange as expressions see it before the answer."""

    request: HttpRequest
    exchange: Exchange
    body: MaybeValue


def build_call(call: OperationCall, scope: Scope, seconds: float) -> BuiltCall:
    """Evaluate the arguments and the payload, and write the request.

    Raises EvaluationError, RequestRefused or BodyError: then nothing may be sent.
    """
    values = [(one.parameter, evaluate_within_bounds(one.value, scope)) for one in call.arguments]
    payload = build_payload(call.body, scope, seconds) if call.body else None
    body = (payload.content_type, payload.content) if payload else None
    request = build_request(call.operation, call.server, values, body, call.authorization)
    exchange = Exchange(
        method=request.method,
        url=request.url,
        request_headers=request.headers,
        query={p.name: value for p, value in values if p.location == "query"},
        path={p.name: value for p, value in values if p.location == "path"},
        request_body=payload.value if payload else MISSING,
    )
    return BuiltCall(request, exchange, exchange.request_body)
