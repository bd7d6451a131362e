"""Requests that the mock does not take, said as a problem of RFC 9457."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from msgspec import Struct

from arazzo_runner.expression.value import MISSING, Value
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.text.source import Pointer, pointer_text


class Problem(Struct, frozen=True):
    """Why a request was refused: ``detail`` is a sentence.

    ``parameter`` is (name, location) of a parameter at fault, ``pointer`` into the request body.
    """

    status: int
    detail: str
    parameter: tuple[str, str] | None = None
    pointer: Pointer | None = None


class ProblemError(Exception):
    """The mock refuses a request; ``value`` is what was read of the part at fault, if anything."""

    value: Any = MISSING

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def problem_members(problem: Problem) -> dict[str, Value]:
    """The members of the problem's JSON object (RFC 9457, section 3)."""
    found: dict[str, Value] = {
        "type": "about:blank",
        "title": _phrase(problem.status),
        "status": problem.status,
        "detail": problem.detail,
    }
    if problem.parameter:
        name, location = problem.parameter
        found["parameter"] = {"name": name, "in": location}
    if problem.pointer is not None:
        found["pointer"] = pointer_text(problem.pointer)
    return found


def _phrase(status: int) -> str:
    """The phrase of a status; of one that HTTP does not name that of its class (RFC 9110, 15)."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return HTTPStatus(status // 100 * 100).phrase


def problem_response(problem: Problem) -> HttpResponse:
    """The problem as an answer; halves of surrogate pairs, of what a client sent, are escaped."""
    text = json.dumps(problem_members(problem), ensure_ascii=False)
    body = text.encode("utf-8", "backslashreplace")
    headers = (("Content-Type", "application/problem+json"),)
    return HttpResponse(problem.status, headers, body)
