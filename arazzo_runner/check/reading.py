"""Every place where a step reads something, with the answers that it can be reading then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from arazzo_runner.check.outcomes import ResponseOutcome
from arazzo_runner.check.view import StepContext
from arazzo_runner.document.model import Criterion, QueryCriterion
from arazzo_runner.document.rules.expressions import expressions_in, in_value
from arazzo_runner.expression.ast import (
    ArrayTemplate,
    DynamicValue,
    Expression,
    Literal,
    ObjectTemplate,
    Selector,
)
from arazzo_runner.expression.query.jsonpath_prefix import leading_tokens
from arazzo_runner.openapi.schema.descend import PathToken
from arazzo_runner.text.source import Place


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
    yield from _in_criteria(step.success_criteria, view.answers)
    for actions, when in (
        (view.step.on_success, view.answers),
        (view.step.on_failure, view.outcomes),
    ):
        for planned in actions:
            if planned.level == "step":
                yield from _in_criteria(planned.action.criteria, when)
    for name, value in step.outputs:
        yield from _in_output(value, step.place.at("outputs", name), view)


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


def _in_output(value: DynamicValue, place: Place, view: StepContext) -> Iterator[ExpressionRead]:
    for one, at in in_value(value, place):
        yield ExpressionRead(one, at, view.answers, view.outcomes)
    for selector, at in selectors(value, place):
        tokens = selector_tokens(selector)
        if tokens:
            place = at.at("selector")
            yield ExpressionRead(selector.context, place, view.answers, view.outcomes, tokens)


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
