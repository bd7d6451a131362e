"""AZ319: parts of the request that are read and not sent.

Arazzo Specification 1.1.0, "Runtime Expressions": request parameters must be declared by the
operation, or they cannot be evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from arazzo_runner.check.parameters import credential_carriers, parameter_key
from arazzo_runner.check.view import StepContext
from arazzo_runner.expression.ast import BodyRef, Expression, HeaderRef, PathRef, QueryRef
from arazzo_runner.openapi.model import Location
from arazzo_runner.text.diagnostic import Diagnostic, did_you_mean, warning
from arazzo_runner.text.source import Place

# What clients add by themselves.
_COMMON_REQUEST_HEADERS: Final = frozenset(
    {
        "accept", "accept-encoding", "connection", "content-length", "content-type", "host",
        "user-agent",
    }
)  # fmt: skip


def unsent_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ319, where neither the step gives it nor the operation has it."""
    for expression, place in view.expressions:
        match expression:
            case BodyRef(message="request") if view.call.body is None:
                yield _unsent_finding(expression, "a request body", place, None)
            case HeaderRef(message="request", name=name) if (
                name.lower() not in _COMMON_REQUEST_HEADERS
            ):
                yield from _parameter(view, expression, "header", name, place)
            case QueryRef(name=name):
                yield from _parameter(view, expression, "query", name, place)
            case PathRef(name=name):
                yield from _parameter(view, expression, "path", name, place)
            case _:
                pass


def _parameter(
    view: StepContext, expression: Expression, location: Location, name: str, place: Place
) -> Iterator[Diagnostic]:
    given = [one.parameter for one in view.call.arguments]
    if location == "query" and any(one.location == "querystring" for one in given):
        return  # the whole query, which may hold it
    parameters = [one for one in (*given, *view.operation.parameters) if one.location == location]
    known = {parameter_key(location, one.name) for one in parameters} | credential_carriers(
        view.operation
    )
    if parameter_key(location, name) not in known:
        names = dict.fromkeys(one.name for one in parameters)
        yield _unsent_finding(
            expression, f"a {location} parameter `{name}`", place, did_you_mean(name, names)
        )


def _unsent_finding(
    expression: Expression, what: str, place: Place, help: str | None
) -> Diagnostic:
    message = f"`{expression.text}` never has a value: the request goes without {what}"
    return warning("AZ319", message, place, "not sent", help)
