"""Every expression of an object, with the place where it stands.

The rules about references walk the model with this; so can anything that asks what a document
reads. Of Reusable Objects only the value that they set is visited.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import TypeAlias, assert_never

from msgspec import Struct

from arazzo_runner.document.model import (
    ArazzoDocument,
    Criterion,
    EndAction,
    FailureAction,
    GotoAction,
    Parameter,
    PayloadReplacement,
    QueryCriterion,
    RequestBody,
    RetryAction,
    Reusable,
    SimpleCriterion,
    Step,
    SuccessAction,
    Workflow,
)
from arazzo_runner.document.values import expression_place
from arazzo_runner.expression.ast import (
    ArrayTemplate,
    DynamicValue,
    Expression,
    Literal,
    ObjectTemplate,
    Selector,
    Template,
)
from arazzo_runner.text.source import Place, Pointer

PlacedExpression: TypeAlias = tuple[Expression, Place]
PlacedValue: TypeAlias = tuple[DynamicValue, Place]
ExpressionOwner: TypeAlias = (
    Workflow
    | Step
    | RequestBody
    | PayloadReplacement
    | Parameter
    | Reusable
    | SuccessAction
    | FailureAction
    | Criterion
)


class WorkflowExpressions(Struct, frozen=True):
    """A workflow and all its expressions: its own, and those of each step, in their order."""

    workflow: Workflow
    own: tuple[PlacedExpression, ...]
    steps: tuple[tuple[PlacedExpression, ...], ...]


def walks(document: ArazzoDocument) -> tuple[WorkflowExpressions, ...]:
    """The expressions of all workflows, walked once: several rules ask for them."""
    if "walks" not in document.memo:
        document.memo["walks"] = tuple(
            WorkflowExpressions(
                one, tuple(_in_workflow(one)), tuple(tuple(_in_step(step)) for step in one.steps)
            )
            for one in document.workflows
        )
    found: tuple[WorkflowExpressions, ...] = document.memo["walks"]
    return found


def step_expressions(document: ArazzoDocument, step: Step) -> tuple[PlacedExpression, ...]:
    """The expressions of one step of a document, by the same walk."""
    if "steps" not in document.memo:
        document.memo["steps"] = {
            one.place.pointer: found
            for walk in walks(document)
            for one, found in zip(walk.workflow.steps, walk.steps, strict=True)
        }
    known: Mapping[Pointer, tuple[PlacedExpression, ...]] = document.memo["steps"]
    return known[step.place.pointer]


def expressions_in(
    thing: ExpressionOwner | Iterable[ExpressionOwner] | None,
) -> Iterator[PlacedExpression]:
    """The expressions of an object, or of several; of a workflow those outside its steps.

    Each place is the part of a string that the expression is.
    """
    match thing:
        case () | None:
            return iter(())
        case SimpleCriterion() | QueryCriterion():
            return _in_criterion(thing)
        case RequestBody() | PayloadReplacement() | Parameter() | Reusable():
            return _in_values(thing)
        case EndAction() | GotoAction() | RetryAction():
            return _in_action(thing)
        case Step():
            return _in_step(thing)
        case Workflow():
            return _in_workflow(thing)
        case _:
            return chain.from_iterable(expressions_in(one) for one in thing)


def values_in(workflow: Workflow) -> Iterator[PlacedValue]:
    """All values of a workflow and its steps that may hold expressions, each with its place."""
    yield from _outputs(workflow)
    yield from _of_parameters(workflow.parameters)
    if workflow.finally_call is not None:
        yield from _of_parameters(workflow.finally_call.parameters)
    yield from _of_actions((*workflow.success_actions, *workflow.failure_actions))
    for step in workflow.steps:
        yield from _outputs(step)
        yield from _of_parameters(step.parameters)
        if step.url is not None:
            yield step.url, step.place.at("x-url")
        if step.correlation_id is not None:
            yield step.correlation_id, step.place.at("correlationId")
        if step.request_body is not None:
            yield from _of_body(step.request_body)
        yield from _of_actions((*step.on_success, *step.on_failure))


def _outputs(owner: Step | Workflow) -> Iterator[PlacedValue]:
    yield from ((value, owner.place.at("outputs", name)) for name, value in owner.outputs)


def _of_parameters(parameters: Iterable[Parameter | Reusable]) -> Iterator[PlacedValue]:
    yield from ((one.value, one.place.at("value")) for one in parameters if one.value is not None)


def _of_actions(
    actions: Iterable[SuccessAction | FailureAction | Reusable],
) -> Iterator[PlacedValue]:
    for one in actions:
        if not isinstance(one, EndAction | Reusable):
            yield from _of_parameters(one.parameters)


def _of_body(body: RequestBody) -> Iterator[PlacedValue]:
    if body.payload is not None:
        yield body.payload, body.place.at("payload")
    yield from ((one.value, one.place.at("value")) for one in body.replacements)


def in_value(value: DynamicValue, place: Place) -> Iterator[PlacedExpression]:
    """The expressions of a value that stands at ``place``."""
    match value:
        case Literal():
            return
        case Expression():
            yield value, expression_place(value, place)
        case Template(parts):
            yield from (
                (one, expression_place(one, place)) for one in parts if isinstance(one, Expression)
            )
        case Selector(context, selector, _):
            yield from in_value(context, place.at("context"))
            yield from in_value(selector, place.at("selector"))
        case ObjectTemplate(members):
            for name, member in members:
                yield from in_value(member, place.at(name))
        case ArrayTemplate(items):
            for index, item in enumerate(items):
                yield from in_value(item, place.at(index))
        case _:
            assert_never(value)


def _in_workflow(workflow: Workflow) -> Iterator[PlacedExpression]:
    yield from expressions_in(workflow.parameters)
    yield from expressions_in(workflow.success_actions)
    yield from expressions_in(workflow.failure_actions)
    if workflow.finally_call is not None:
        yield from expressions_in(workflow.finally_call.parameters)
    yield from _in_outputs(workflow)


def _in_step(step: Step) -> Iterator[PlacedExpression]:
    for parameter in step.parameters:
        yield from _in_values(parameter)
    if step.request_body is not None:
        yield from _in_values(step.request_body)
    yield from in_url(step)
    if step.correlation_id is not None:
        yield from in_value(step.correlation_id, step.place.at("correlationId"))
    for criterion in step.success_criteria:
        yield from _in_criterion(criterion)
    yield from expressions_in(step.on_success)
    yield from expressions_in(step.on_failure)
    yield from _in_outputs(step)


def in_url(step: Step) -> Iterator[PlacedExpression]:
    """The expressions of ``x-url``."""
    if step.url is not None:
        yield from in_value(step.url, step.place.at("x-url"))


def _in_outputs(owner: Step | Workflow) -> Iterator[PlacedExpression]:
    for value, place in _outputs(owner):
        yield from in_value(value, place)


def _in_values(
    owner: RequestBody | PayloadReplacement | Parameter | Reusable,
) -> Iterator[PlacedExpression]:
    match owner:
        case RequestBody(_, payload, replacements, place):
            if payload is not None:
                yield from in_value(payload, place.at("payload"))
            yield from expressions_in(replacements)
        case PayloadReplacement(target, _, value, place):
            yield from in_value(target, place.at("target"))
            yield from in_value(value, place.at("value"))
        case Parameter() | Reusable():
            if owner.value is not None:
                yield from in_value(owner.value, owner.place.at("value"))
        case _:
            assert_never(owner)


def _in_action(action: SuccessAction | FailureAction) -> Iterator[PlacedExpression]:
    yield from expressions_in(action.criteria)
    if not isinstance(action, EndAction):
        yield from expressions_in(action.parameters)


def _in_criterion(criterion: Criterion) -> Iterator[PlacedExpression]:
    match criterion:
        case SimpleCriterion():
            yield from criterion.reads
        case QueryCriterion():
            if criterion.context is not None:
                yield from in_value(criterion.context, criterion.place.at("context"))
            yield from in_value(criterion.condition, criterion.place.at("condition"))
        case _:
            assert_never(criterion)
