"""Every place where a step reads something, with the responses that it can be reading then.

AZ311: response headers that are read and not documented. AZ319: parts of the request that are read
and not sent; Arazzo Specification 1.1.0, "Runtime Expressions": request parameters must be declared
by the operation, or they cannot be evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from arazzo_runner.document.model import Criterion, QueryCriterion
from arazzo_runner.document.rules.expressions import expressions_in, in_value
from arazzo_runner.expression.ast import (
    ArrayTemplate,
    BodyRef,
    DynamicValue,
    Expression,
    HeaderRef,
    Literal,
    ObjectTemplate,
    PathRef,
    QueryRef,
    Selector,
)
from arazzo_runner.expression.query.jsonpath_prefix import leading_tokens
from arazzo_runner.lint.context import StepContext
from arazzo_runner.lint.parameters import credential_carriers, parameter_key
from arazzo_runner.lint.responses import ResponseOutcome
from arazzo_runner.openapi.model import Location
from arazzo_runner.openapi.schema.descend import PathToken
from arazzo_runner.text.diagnostic import Diagnostic, did_you_mean, warning
from arazzo_runner.text.source import Place
from arazzo_runner.text.suggested_fix import guess_known


class ExpressionRead(Struct, frozen=True):
    """An expression, where it stands, and the outcomes with which it is evaluated.

    ``also`` are the outcomes of a step that failed, after which outputs are evaluated too.
    ``query`` are the tokens that a JSONPath or JSON Pointer applied to the value begins with.
    """

    expression: Expression
    place: Place
    when: tuple[ResponseOutcome, ...] = ()
    also: tuple[ResponseOutcome, ...] = ()
    query: tuple[PathToken, ...] = ()


def reads_of(view: StepContext) -> tuple[ExpressionRead, ...]:
    """All that a step reads, in the order of the document's fields."""
    return view.cached(("reads",), lambda: tuple(_find_reads(view)))


def _find_reads(view: StepContext) -> Iterator[ExpressionRead]:
    step = view.step.step
    for bearer in (step.parameters, step.request_body):
        yield from (ExpressionRead(one, place) for one, place in expressions_in(bearer))
    if step.url is not None:
        yield from _in_value(step.url, step.place.at("x-url"))
    yield from _in_criteria(step.success_criteria, view.answers)
    for actions, when in (
        (view.step.on_success, view.answers),
        (view.step.on_failure, view.outcomes),
    ):
        for planned in actions:
            if planned.level == "step":
                yield from _in_criteria(planned.action.criteria, when)
    for name, value in step.outputs:
        place = step.place.at("outputs", name)
        yield from _in_value(value, place, view.answers, view.outcomes)


def _in_criteria(
    criteria: Iterable[Criterion], when: tuple[ResponseOutcome, ...]
) -> Iterator[ExpressionRead]:
    for criterion in criteria:
        yield from (ExpressionRead(one, place, when) for one, place in expressions_in(criterion))
        yield from _query(criterion, when)


def _query(criterion: Criterion, when: tuple[ResponseOutcome, ...]) -> Iterator[ExpressionRead]:
    match criterion:
        case QueryCriterion(kind="jsonpath", context=Expression() as context):
            tokens = leading_tokens(criterion.text)
            if tokens:
                yield ExpressionRead(context, criterion.place.at("condition"), when, (), tokens)
        case _:
            return


def _in_value(
    value: DynamicValue,
    place: Place,
    when: tuple[ResponseOutcome, ...] = (),
    also: tuple[ResponseOutcome, ...] = (),
) -> Iterator[ExpressionRead]:
    for one, at in in_value(value, place):
        yield ExpressionRead(one, at, when, also)
    for selector, at in selectors(value, place):
        tokens = selector_tokens(selector)
        if tokens:
            yield ExpressionRead(selector.context, at.at("selector"), when, also, tokens)


def selectors(value: DynamicValue, place: Place) -> Iterator[tuple[Selector, Place]]:
    """The Selector Objects in a value."""
    match value:
        case Selector():
            yield value, place
        case ObjectTemplate(members):
            for name, member in members:
                yield from selectors(member, place.at(name))
        case ArrayTemplate(items):
            for index, item in enumerate(items):
                yield from selectors(item, place.at(index))
        case _:
            return


def selector_tokens(selector: Selector) -> tuple[PathToken, ...]:
    """The tokens that a selector begins with; none where its text is not known or not JSON's."""
    if not isinstance(selector.selector, Literal):
        return ()
    text = str(selector.selector.value)
    match selector.type.language:
        case "jsonpath":
            return leading_tokens(text)
        case "jsonpointer":
            pointer = text.removeprefix("#")
            tokens = pointer.split("/")[1:]
            return tuple(one.replace("~1", "/").replace("~0", "~") for one in tokens)
        case _:
            return ()


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
    message = f"`{expression.text}` never has a value: the request is sent without {what}"
    return warning("AZ319", message, place, "not sent", help)


# What servers and those between send without anybody documenting it (RFC 9110, 6265, 8288).
_COMMON_RESPONSE_HEADERS: Final = frozenset(
    {
        "accept-ranges", "age", "allow", "cache-control", "connection", "content-disposition",
        "content-encoding", "content-language", "content-length", "content-location",
        "content-range", "content-type", "date", "etag", "expires", "last-modified", "link",
        "location", "pragma", "retry-after", "server", "set-cookie", "strict-transport-security",
        "transfer-encoding", "vary", "via", "www-authenticate", "x-correlation-id", "x-request-id",
    }
)  # fmt: skip


def header_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ311, where the responses document headers at all."""
    for read in reads_of(view):
        match read.expression:
            case HeaderRef(message="response", name=name) if (
                name.lower() not in _COMMON_RESPONSE_HEADERS
            ):
                documented = _documented_headers(read.also or read.when)
            case _:
                continue
        if documented and name.lower() not in (one.lower() for one in documented):
            message = f"{view.operation_label} documents no response header `{name}`"
            listed = ", ".join(f"`{one}`" for one in documented)
            help_line = did_you_mean(name, documented) or f"documented: {listed}"
            fix = guess_known(read.place, name, documented)
            yield warning("AZ311", message, read.place, "not documented", help_line, fix)


def _documented_headers(when: Iterable[ResponseOutcome]) -> list[str]:
    names = (header.name for one in when for header in one.response.headers)
    return list(dict.fromkeys(names))
