"""AZ117: Selector Objects whose selector can never be evaluated.

Arazzo Specification 1.1.0, Selector Object. A text that is completed by expressions is known only
when it is evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from arazzo_runner.check.reading import selectors
from arazzo_runner.document.model import ArazzoDocument, Parameter, Workflow
from arazzo_runner.expression.ast import Dynamic, Literal, Selector
from arazzo_runner.expression.budget import QueryError
from arazzo_runner.expression.query import check_query
from arazzo_runner.expression.select import pointer_tokens
from arazzo_runner.text.diagnostic import Diagnostic, error
from arazzo_runner.text.source import Place


def selector_findings(documents: Iterable[ArazzoDocument]) -> Iterator[Diagnostic]:
    """AZ117 for each selector that does not parse."""
    for document in documents:
        for workflow in document.workflows:
            for value, place in _values(workflow):
                for selector, at in selectors(value, place):
                    yield from _judged(selector, at.at("selector"))


def _judged(selector: Selector, place: Place) -> Iterator[Diagnostic]:
    if not isinstance(selector.selector, Literal):
        return
    text = str(selector.selector.value)
    try:
        match selector.type.language:
            case "jsonpointer":
                pointer_tokens(text)
            case "jsonpath" | "xpath" as language:
                check_query(language, selector.type.version, text, selector.context.text)
    except QueryError as problem:
        yield error("AZ117", str(problem), place.within(0, len(text)), "", problem.hint)


def _values(workflow: Workflow) -> Iterator[tuple[Dynamic, Place]]:
    yield from _outputs(workflow.outputs, workflow.place)
    for step in workflow.steps:
        yield from _outputs(step.outputs, step.place)
        body = step.request_body
        if body is not None and body.payload is not None:
            yield body.payload, body.place.at("payload")
        for one in step.parameters:
            if isinstance(one, Parameter):
                yield one.value, one.place.at("value")


def _outputs(
    outputs: tuple[tuple[str, Dynamic], ...], place: Place
) -> Iterator[tuple[Dynamic, Place]]:
    for name, value in outputs:
        yield value, place.at("outputs", name)
