"""AZ117: Selector Objects, and targets of replacements, that can never be evaluated.

Arazzo Specification 1.1.0, Selector Object, Payload Replacement Object. A text that is completed
by expressions is known only when it is evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import assert_never

from arazzo_runner.check.reading import selectors
from arazzo_runner.document.model import (
    ArazzoDocument,
    EndAction,
    Parameter,
    RequestBody,
    Reusable,
    Workflow,
)
from arazzo_runner.expression.ast import DynamicValue, Literal, Selector, SelectorType
from arazzo_runner.expression.query.evaluate import check_query
from arazzo_runner.expression.query.limits import QueryError
from arazzo_runner.expression.select import pointer_tokens
from arazzo_runner.text.diagnostic import Diagnostic, error
from arazzo_runner.text.source import Place


def selector_findings(documents: Iterable[ArazzoDocument]) -> Iterator[Diagnostic]:
    """AZ117 for each selector that does not parse."""
    for document in documents:
        for workflow in document.workflows:
            for value, place in _values(workflow):
                for selector, at in selectors(value, place):
                    yield from _selector_findings(selector, at.at("selector"))
            yield from _targets(workflow)


def _selector_findings(selector: Selector, place: Place) -> Iterator[Diagnostic]:
    if isinstance(selector.selector, Literal):
        text = str(selector.selector.value)
        yield from _parse_findings(text, selector.type, selector.context.text, place)


def _parse_findings(
    text: str, kind: SelectorType, context: str, place: Place
) -> Iterator[Diagnostic]:
    try:
        match kind.language:
            case "jsonpointer":
                pointer_tokens(text)
            case "jsonpath" | "xpath" as language:
                check_query(language, kind.version, text, context)
            case _:
                assert_never(kind.language)
    except QueryError as problem:
        yield error("AZ117", str(problem), place.within(0, len(text)), "", problem.hint)


def _values(workflow: Workflow) -> Iterator[tuple[DynamicValue, Place]]:
    yield from _outputs(workflow.outputs, workflow.place)
    yield from _parameter_values(workflow.parameters)
    for step in workflow.steps:
        yield from _outputs(step.outputs, step.place)
        yield from _parameter_values(step.parameters)
        if step.request_body is not None:
            yield from _of_body(step.request_body)
        for action in (*step.on_success, *step.on_failure):
            if not isinstance(action, EndAction | Reusable):
                yield from _parameter_values(action.parameters)


def _of_body(body: RequestBody) -> Iterator[tuple[DynamicValue, Place]]:
    if body.payload is not None:
        yield body.payload, body.place.at("payload")
    yield from ((one.value, one.place.at("value")) for one in body.replacements)


def _parameter_values(
    parameters: Iterable[Parameter | Reusable],
) -> Iterator[tuple[DynamicValue, Place]]:
    yield from ((one.value, one.place.at("value")) for one in parameters if one.value is not None)


def _targets(workflow: Workflow) -> Iterator[Diagnostic]:
    """The targets of replacements whose language is named."""
    bodies = (step.request_body for step in workflow.steps if step.request_body)
    for one in chain.from_iterable(body.replacements for body in bodies):
        if one.type is not None and isinstance(one.target, Literal):
            place = one.place.at("target")
            yield from _parse_findings(str(one.target.value), one.type, "the payload", place)


def _outputs(
    outputs: tuple[tuple[str, DynamicValue], ...], place: Place
) -> Iterator[tuple[DynamicValue, Place]]:
    for name, value in outputs:
        yield value, place.at("outputs", name)
