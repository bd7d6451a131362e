"""Queries that can never be evaluated: regex, JSONPath and XPath that are none.

Arazzo Specification 1.1.0, "Evaluation Errors": in a run such a criterion fails. Here its text is
parsed without a value; a text that is completed by expressions is known only when it is evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from arazzo_runner.document.model import (
    ArazzoDocument,
    Criterion,
    QueryCriterion,
    Reusable,
    Workflow,
)
from arazzo_runner.expression.ast import Literal, MalformedExpression
from arazzo_runner.expression.common_mistakes import length_as_function, simple_condition
from arazzo_runner.expression.condition import operands, parse_condition
from arazzo_runner.expression.query.evaluate import check_query
from arazzo_runner.expression.query.limits import QueryError
from arazzo_runner.text.diagnostic import Diagnostic, error
from arazzo_runner.text.suggested_fix import Edit, Fix, replace_text


def query_findings(documents: Iterable[ArazzoDocument]) -> Iterator[Diagnostic]:
    """AZ118 for each query of a criterion that does not parse."""
    workflows = chain.from_iterable(document.workflows for document in documents)
    for criterion in chain.from_iterable(map(_criteria, workflows)):
        if isinstance(criterion, QueryCriterion) and isinstance(criterion.condition, Literal):
            yield from _criterion_findings(criterion)


def _criterion_findings(criterion: QueryCriterion) -> Iterator[Diagnostic]:
    context = criterion.context.text if criterion.context else "$response.body"
    try:
        check_query(criterion.kind, criterion.version, criterion.text, context)
    except QueryError as problem:
        place = criterion.place.at("condition").within(0, len(criterion.text))
        yield error("AZ118", str(problem), place, "", problem.hint, _as_simple(criterion, context))


def _as_simple(criterion: QueryCriterion, context: str) -> Fix | None:
    """A comparison in the clothing of a query, as the simple condition that it is."""
    place = criterion.place
    bare = (Edit(place.at("type"), None), Edit(place.at("context"), None))
    if _is_simple_condition(criterion.text):
        return Fix(bare, is_safe=True)
    if criterion.kind != "jsonpath":
        return None
    if simple := simple_condition(criterion.text, context):
        written = Edit(place.at("condition"), simple)
        return Fix((written, *bare), is_safe=True) if _is_simple_condition(simple) else None
    portable = length_as_function(criterion.text)
    return replace_text(place.at("condition"), portable) if portable else None


def _is_simple_condition(text: str) -> bool:
    """Whether a text is a simple condition about something that is read."""
    parsed = parse_condition(text)[0]
    return not isinstance(parsed, MalformedExpression) and bool(operands(parsed))


def _criteria(workflow: Workflow) -> Iterator[Criterion]:
    actions = [*workflow.success_actions, *workflow.failure_actions]
    for step in workflow.steps:
        yield from step.success_criteria
        actions += (*step.on_success, *step.on_failure)
    for action in actions:
        if not isinstance(action, Reusable):
            yield from action.criteria
