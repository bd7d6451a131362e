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
from arazzo_runner.expression.ast import Literal
from arazzo_runner.expression.budget import QueryError
from arazzo_runner.expression.query import check_query
from arazzo_runner.text.diagnostic import Diagnostic, error


def query_findings(documents: Iterable[ArazzoDocument]) -> Iterator[Diagnostic]:
    """AZ118 for each query of a criterion that does not parse."""
    workflows = chain.from_iterable(document.workflows for document in documents)
    for criterion in chain.from_iterable(map(_criteria, workflows)):
        if isinstance(criterion, QueryCriterion) and isinstance(criterion.condition, Literal):
            yield from _judged(criterion)


def _judged(criterion: QueryCriterion) -> Iterator[Diagnostic]:
    context = criterion.context.text if criterion.context else "$response.body"
    try:
        check_query(criterion.kind, criterion.version, criterion.text, context)
    except QueryError as problem:
        place = criterion.place.at("condition").within(0, len(criterion.text))
        yield error("AZ118", str(problem), place, "", problem.hint)


def _criteria(workflow: Workflow) -> Iterator[Criterion]:
    actions = [*workflow.success_actions, *workflow.failure_actions]
    for step in workflow.steps:
        yield from step.success_criteria
        actions += (*step.on_success, *step.on_failure)
    for action in actions:
        if not isinstance(action, Reusable):
            yield from action.criteria
