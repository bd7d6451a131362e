"""Reads of what is not there yet: messages before they are received, workflows before they ran.

Arazzo Specification 1.1.0, "Runtime Expressions": `$request`, `$response` and their like are those
of the step that stands around them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from arazzo_runner.document.model import OperationById, Step, WorkflowName
from arazzo_runner.document.rules.expressions import (
    PlacedExpression,
    WorkflowExpressions,
    expressions_in,
    in_url,
    in_value,
)
from arazzo_runner.document.rules.reads import named_workflows
from arazzo_runner.expression.ast import (
    BodyRef,
    Expression,
    HeaderRef,
    MethodRef,
    OutputRef,
    PathRef,
    QueryRef,
    StatusCodeRef,
    UrlRef,
    WorkflowRef,
)
from arazzo_runner.text.diagnostic import Diagnostic, Severity, warning
from arazzo_runner.text.source import Place

_OF_MESSAGES: Final = (BodyRef, HeaderRef, MethodRef, PathRef, QueryRef, StatusCodeRef, UrlRef)
_AS_OUTPUT: Final = (
    "declare an output in the step that receives it, and read `$steps.<stepId>.outputs.<name>`"
)


def missing_message_findings(walked: Iterable[WorkflowExpressions]) -> Iterator[Diagnostic]:
    """AZ220: a part of a request or response is read where there is none."""
    for walk in walked:
        workflow = walk.workflow
        for name, value in workflow.outputs:
            found = in_value(value, workflow.place.at("outputs", name))
            yield from _no_message(
                found, "the outputs of a workflow belong to no message", _AS_OUTPUT
            )
        yield from _no_message(
            expressions_in(workflow.parameters), _order_help("a step"), _AS_OUTPUT
        )
        for step, expressions in zip(workflow.steps, walk.steps, strict=True):
            yield from _of_step(step, expressions)


def _of_step(step: Step, expressions: Iterable[PlacedExpression]) -> Iterator[Diagnostic]:
    before = chain(expressions_in(step.parameters), expressions_in(step.request_body), in_url(step))
    yield from _no_message(before, _order_help(f"`{step.step_id}`"), _AS_OUTPUT)
    if step.target == OperationById("", None, step.place):
        return  # what it calls could not be read
    if not isinstance(step.target, WorkflowName):
        yield from _no_outputs(step, expressions)
    else:
        called = step.target.workflow_id
        after = (step.success_criteria, step.on_success, step.on_failure)
        found = chain.from_iterable(expressions_in(things) for things in after)
        values = (in_value(one, step.place.at("outputs", name)) for name, one in step.outputs)
        why = f"the step `{step.step_id}` calls a workflow, which has no request or response"
        way_out = (
            f"its values are `$workflows.{called}.outputs.<name>`; it fails when the workflow fails"
        )
        yield from _no_message(chain(found, *values), why, way_out)


def _no_outputs(step: Step, expressions: Iterable[PlacedExpression]) -> Iterator[Diagnostic]:
    for expression, place in expressions:
        if isinstance(expression, OutputRef):
            why = f"the step `{step.step_id}` calls no workflow, and `$outputs` needs one"
            way_out = "a part of the response is `$response.body#/…`"
            yield _no_value(expression, place, why, way_out)


def _order_help(step: str) -> str:
    return f"the request of {step} is built from it, so there is no message yet"


def _no_message(found: Iterable[PlacedExpression], why: str, way_out: str) -> Iterator[Diagnostic]:
    for expression, place in found:
        if isinstance(expression, _OF_MESSAGES):
            yield _no_value(expression, place, why, way_out)


def _no_value(expression: Expression, place: Place, why: str, way_out: str) -> Diagnostic:
    message = f"`{expression.text}` never has a value here: {why}"
    return warning("AZ220", message, place, "nothing to read", way_out)


def early_read_findings(walked: Sequence[WorkflowExpressions]) -> Iterator[Diagnostic]:
    """AZ221: the values of a workflow are read, and nothing makes it run before.

    Workflows run in the order of the document, those that others call, go to or wait for aside. So
    one that stands earlier has values, but not where the reading one is run by itself.
    """
    order = [one.workflow.workflow_id for one in walked]
    named = {one.workflow.workflow_id: [*named_workflows(one.workflow)] for one in walked}
    others = {one.workflow_id: one for names in named.values() for one in names}
    last = {name: at for at, name in enumerate(order)}
    for at, walk in enumerate(walked):
        if order[at] in others:
            continue
        before = {order[at]} | _prior_workflows(order[at], named)
        for expression, place in chain(walk.own, *walk.steps):
            if isinstance(expression, WorkflowRef) and expression.workflow_id not in before:
                name = expression.workflow_id
                if name in named or name in others:
                    own = None if name in named else others[name].source
                    is_later = name not in others and last.get(name, -1) > at
                    yield _not_run(expression, place, own, is_later=is_later)


def _prior_workflows(start: str, named: Mapping[str, Sequence[WorkflowName]]) -> set[str]:
    """The workflows that one calls, goes to, retries with or waits for, and they in turn."""
    found: set[str] = set()
    todo = [start]
    while todo:
        for one in named.get(todo.pop(), ()):
            if one.workflow_id not in found:
                found.add(one.workflow_id)
                todo += [one.workflow_id] if one.source is None else []
    return found


def _not_run(
    expression: WorkflowRef, place: Place, source: str | None, *, is_later: bool
) -> Diagnostic:
    other = expression.workflow_id
    spelled = f"$sourceDescriptions.{source}.{other}" if source else other
    way_out = f"add `dependsOn: [{spelled}]` to the workflow, or a step that calls it"
    if is_later:
        message = f"`{expression.text}` never has a value here: `{other}` runs later"
        return warning("AZ221", message, place, "not run yet", way_out)
    message = f"`{expression.text}` has a value only where `{other}` happens to run before"
    return Diagnostic(
        "AZ221", Severity.HINT, message, place, f"nothing here runs `{other}`", way_out
    )
