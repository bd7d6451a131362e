"""Documented errors: their own form, with what went wrong told in a text of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from arazzo_runner.expression.value import Value
from arazzo_runner.mock.problem import Problem, problem_members
from arazzo_runner.mock.resources import normalized_name
from arazzo_runner.mock.steps.flow import Tokens
from arazzo_runner.mock.templates import ResponseTemplate

REASONS: Final = (
    "detail", "message", "errormessage", "errordescription", "description", "reason", "msg",
    "error", "details", "title", "text",
)  # fmt: skip
"""Members that say what went wrong, the likeliest first."""
STATUSES: Final = ("status", "statuscode", "code", "httpstatus", "errorcode")
MAX_DEPTH: Final = 3


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
