"""Documented errors: their own form, with what went wrong told in a text of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from arazzo_runner.expression.value import Value
from arazzo_runner.mock.generate.flatten import NoExample
from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.mock.http import to_response
from arazzo_runner.mock.problem import Problem, problem_members, problem_response
from arazzo_runner.mock.resources import normalized_name
from arazzo_runner.mock.response import status_response
from arazzo_runner.mock.steps.expectations import StepExpectation
from arazzo_runner.mock.steps.flow import Tokens
from arazzo_runner.mock.template_store import ResponseTemplates
from arazzo_runner.mock.templates import ResponseTemplate
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.openapi.model import Operation

REASONS: Final = (
    "detail", "message", "errormessage", "errordescription", "description", "reason", "msg",
    "error", "details", "title", "text",
)  # fmt: skip
"""Members that say what went wrong, the likeliest first."""
STATUSES: Final = ("status", "statuscode", "code", "httpstatus", "errorcode")
MAX_DEPTH: Final = 3
REFUSALS: Final = (400, 422)
"""What servers return for requests that are not as documented: which of them, a step may know."""


def refusal_response(
    operation: Operation,
    problem: Problem,
    expected: StepExpectation,
    frames: ResponseTemplates,
    dice: SeededChoice,
) -> HttpResponse:
    """The documented response with the reason in it, else a problem (RFC 9457)."""
    asked = [one for one in expected.statuses() if one in REFUSALS] if expected.criteria else []
    if problem.status in REFUSALS and asked and problem.status not in asked:
        problem = replace(problem, status=asked[0])
    answer = status_response(operation, problem.status)
    if answer is None:
        return _undocumented_refusal(operation, problem, expected)
    if answer.media is None:
        return problem_response(problem)
    answer = replace(answer, status=problem.status)
    frame = frames.of_response(answer)
    try:
        base = frame.base(dice.at(str(problem.status)))
        body = with_reason(frame, base, problem)
        return to_response(answer, body, operation, None, dice)
    except NoExample:
        return problem_response(problem)


def _undocumented_refusal(
    operation: Operation, problem: Problem, expected: StepExpectation
) -> HttpResponse:
    """The problem; where the step names its status, with a note that it is not documented."""
    response = problem_response(problem)
    if not expected.names(problem.status):
        return response
    label = f"`{operation.title}`"
    note = f"the mock returns {problem.status}, as the step expects: {label} does not document it"
    return replace(response, notes=(note,))


def with_reason(frame: ResponseTemplate, body: Value, problem: Problem) -> Value:
    """A documented error that says why a request was refused, in the text member for it."""
    body = with_status(frame, body, problem.status)
    if isinstance(body, dict):
        for name, value in problem_members(problem).items():
            if (name in body or name in frame.members) and name != "type":
                body = _replace_if_valid(frame, body, (name,), value)
    texts = [way for way, value in _scalars(body) if isinstance(value, str)]
    ranked = sorted(texts, key=_rank)
    for way in ranked:
        changed = _replace_if_valid(frame, body, way, problem.detail)
        if changed is not body:
            return changed
    return _replace_if_valid(frame, body, (), problem.detail) if isinstance(body, str) else body


def with_status(frame: ResponseTemplate, body: Value, status: int) -> Value:
    """A documented error that says its own status where it has a number for it."""
    for way, value in _scalars(body):
        name = normalized_name(str(way[-1])) if way else ""
        if isinstance(value, int) and not isinstance(value, bool) and name in STATUSES:
            body = _replace_if_valid(frame, body, way, status)
    return body


def _rank(way: Tokens) -> tuple[int, int]:
    name = normalized_name(str(way[-1])) if way else ""
    return (REASONS.index(name) if name in REASONS else len(REASONS), len(way))


def _scalars(value: Value, way: Tokens = ()) -> Iterator[tuple[Tokens, Value]]:
    if len(way) > MAX_DEPTH:
        return
    match value:
        case dict():
            for name, one in value.items():
                yield from _scalars(one, (*way, name))
        case list():
            for index, one in enumerate(value[:1]):
                yield from _scalars(one, (*way, index))
        case _:
            yield way, value


def _replace_if_valid(frame: ResponseTemplate, body: Value, way: Tokens, value: Value) -> Value:
    """The body with another value at the end of the way, if that is valid."""
    changed = _with(body, way, value)
    return changed if frame.fits(changed) else body


def _with(body: Value, way: Tokens, value: Value) -> Value:
    if not way:
        return value
    token, *rest = way
    if isinstance(body, list):
        items = list(body)
        items[int(token)] = _with(items[int(token)], tuple(rest), value)
        return items
    return {**body, token: _with(body.get(token), tuple(rest), value)}
