"""Queries that can never be evaluated: AZ117 and malformed regex, JSONPath and XPath; AZ123, AZ318.

Arazzo Specification 1.1.0, "Evaluation Errors": in a run such a criterion fails. Selector Objects
and targets of replacements (Payload Replacement Object) are queries too. Here the text is parsed
without a value; a text that is completed by expressions is known only when it is evaluated.

AZ318: a JSONPath that begins with a filter, where the root is an object. RFC 9535, section 2.3.5: a
filter looks at the members of the root, never at the root itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import Final, assert_never

from arazzo_runner.document.model import (
    ArazzoDocument,
    Criterion,
    QueryCriterion,
    Reusable,
    Workflow,
)
from arazzo_runner.document.rules.expressions import values_in
from arazzo_runner.expression.ast import (
    Literal,
    MalformedExpression,
    Selector,
    SelectorType,
)
from arazzo_runner.expression.common_mistakes import (
    length_as_function,
    pattern_without_slashes,
    portable_filter,
    simple_condition,
)
from arazzo_runner.expression.condition import operands, parse_condition
from arazzo_runner.expression.query.evaluate import check_query
from arazzo_runner.expression.query.limits import (
    MAX_CHECK_SECONDS,
    QueryAllowance,
    QueryError,
    checked_query,
)
from arazzo_runner.expression.query.regex import compile_regex
from arazzo_runner.expression.select import pointer_tokens
from arazzo_runner.lint.context import StepContext
from arazzo_runner.lint.reads import selectors
from arazzo_runner.lint.schemas import expression_shape
from arazzo_runner.openapi.schema.descend import SchemaShape, names_of
from arazzo_runner.text.diagnostic import Diagnostic, error, shorten, warning
from arazzo_runner.text.source import Place
from arazzo_runner.text.suggested_fix import Edit, Fix, change_text, replace_text


def within_query_time(
    clock: Callable[[], float], work: Callable[[], list[Diagnostic]]
) -> list[Diagnostic]:
    """The findings of this work, with AZ109 where the time for queries was over before its end.

    ``clock`` gives the seconds that the thread has computed.
    """
    allowance = QueryAllowance(clock)
    found = allowance.apply(work)
    return [*found, *unchecked_findings(allowance)]


def unchecked_findings(allowance: QueryAllowance) -> Iterator[Diagnostic]:
    """AZ109 where there were queries for which the time was over."""
    unchecked = [*allowance.unchecked.values()]
    if not unchecked:
        return
    count = f"{len(unchecked):,} of them" if len(unchecked) > 1 else "one of them"
    message = (
        "to check the queries of the document (regular expressions, JSONPaths, XPaths) takes "
        f"longer than {MAX_CHECK_SECONDS:g} s; not checked: {count}, from here on"
    )
    help_line = "make them simpler, or divide the workflows among several documents"
    yield error("AZ109", message, unchecked[0], "not checked", help_line)


def query_findings(documents: Iterable[ArazzoDocument]) -> Iterator[Diagnostic]:
    """AZ118 for each query of a criterion that does not parse."""
    workflows = chain.from_iterable(document.workflows for document in documents)
    for criterion in chain.from_iterable(map(_criteria, workflows)):
        if isinstance(criterion, QueryCriterion):
            if criterion.kind == "regex":
                yield from _slash_findings(criterion.text, criterion.place.at("condition"))
            if isinstance(criterion.condition, Literal):
                yield from _criterion_findings(criterion)


def _slash_findings(pattern: str, place: Place) -> Iterator[Diagnostic]:
    """AZ123 for a pattern between slashes, with flags behind them, as other languages write it."""
    meant = pattern_without_slashes(pattern)
    if meant is not None:
        shown = shorten(" ".join(pattern.split()))
        message = f"`{shown}` is written as in other languages: here its slashes are a part of it"
        help_line = f"write `{meant}`; flags stand in front: `(?i)` ignores case"
        yield warning("AZ123", message, place, "", help_line, change_text(place, meant))


def _criterion_findings(criterion: QueryCriterion) -> Iterator[Diagnostic]:
    context = criterion.context.text if criterion.context else "$response.body"
    kind, version, text = criterion.kind, criterion.version, criterion.text
    try:
        checked_query(
            criterion.place.at("condition"), partial(check_query, kind, version, text, context)
        )
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


def selector_findings(documents: Iterable[ArazzoDocument]) -> Iterator[Diagnostic]:
    """AZ117 for each selector that does not parse."""
    for document in documents:
        for workflow in document.workflows:
            for value, place in values_in(workflow):
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
            case "regex":
                checked_query(place, partial(compile_regex, text))
                yield from _slash_findings(text, place)
            case "jsonpath" | "xpath" as language:
                checked_query(place, partial(check_query, language, kind.version, text, context))
            case _:
                assert_never(kind.language)
    except QueryError as problem:
        yield error("AZ117", str(problem), place.within(0, len(text)), "", problem.hint)


def _targets(workflow: Workflow) -> Iterator[Diagnostic]:
    """The targets of replacements whose language is named."""
    bodies = (step.request_body for step in workflow.steps if step.request_body)
    for one in chain.from_iterable(body.replacements for body in bodies):
        if one.type is not None and isinstance(one.target, Literal):
            place = one.place.at("target")
            yield from _parse_findings(str(one.target.value), one.type, "the payload", place)


_OBJECT: Final = frozenset({"object"})


def root_filter_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ318, where the schema says that the root is an object with members of its own."""
    for criterion in view.step.criteria:
        if not isinstance(criterion, QueryCriterion) or criterion.kind != "jsonpath":
            continue
        portable = portable_filter(criterion.text)
        shape = (
            expression_shape(criterion.context, view, view.answers) if criterion.context else None
        )
        if portable is not None and shape is not None and _is_record(shape):
            message = "this filter tests the members of an object, never the object itself"
            help_line = f"to filter on the object itself, write `{portable}`"
            place = criterion.place.at("condition")
            yield warning("AZ318", message, place, "", help_line, change_text(place, portable))


def _is_record(shape: SchemaShape) -> bool:
    is_named = any(names_of(one) for one in shape.alternatives or ())
    return is_named and shape.kinds == _OBJECT
