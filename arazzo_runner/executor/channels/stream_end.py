"""When an event stream is enough: with the first event that the criteria of its step accept."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from arazzo_runner.document.model import Criterion, QueryCriterion, SimpleCriterion
from arazzo_runner.executor.criteria import judge_until_unmet
from arazzo_runner.expression.ast import BodyRef, Expression
from arazzo_runner.expression.scope import Scope
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.text.diagnostic import SafeRepr


class StreamEnd(SafeRepr, frozen=True):
    """Criteria, and the scope that they are judged in but for the response.

    ``seconds`` bounds each query.
    """

    criteria: tuple[Criterion, ...]
    scope: Scope
    seconds: float

    def brief(self) -> str:
        """How many criteria there are."""
        return f"{len(self.criteria)} criteria"

    def passes(self, head: HttpResponse, events: list[Value]) -> bool:
        """Whether all criteria pass with the events that have come."""
        assert self.scope.exchange is not None
        exchange = replace(
            self.scope.exchange,
            status=head.status,
            response_headers=head.headers,
            response_body=events,
        )
        scope = replace(self.scope, exchange=exchange)
        results = judge_until_unmet(self.criteria, scope, self.seconds)
        return all(one.passed for one in results)


def stream_end(criteria: tuple[Criterion, ...], scope: Scope, seconds: float) -> StreamEnd | None:
    """The end of an event stream; None where no criterion reads the body: then all of it counts."""
    return StreamEnd(criteria, scope, seconds) if any(map(_reads_events, criteria)) else None


def _reads_events(criterion: Criterion) -> bool:
    match criterion:
        case SimpleCriterion(reads=reads):
            return any(_is_response_body(expression) for expression, _ in reads)
        case QueryCriterion(context=context):
            return context is not None and _is_response_body(context)
        case _:
            assert_never(criterion)


def _is_response_body(expression: Expression) -> bool:
    return isinstance(expression, BodyRef) and expression.message == "response"
