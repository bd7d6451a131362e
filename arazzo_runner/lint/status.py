"""Conditions about the status that can never hold, or always do, by the documented responses."""

from __future__ import annotations

from collections.abc import Iterator

from arazzo_runner.document.model import Criterion, QueryCriterion, SimpleCriterion
from arazzo_runner.expression.ast import Constant
from arazzo_runner.expression.common_mistakes import (
    empty_array,
    is_filter_for_empty,
    status_comparison,
)
from arazzo_runner.lint.context import StepContext
from arazzo_runner.lint.partial_evaluation import ConditionParts, joint_verdicts
from arazzo_runner.lint.responses import (
    ResponseOutcome,
    is_documented,
    required_constants,
    status_constants,
    status_of,
)
from arazzo_runner.openapi.response.contract import documented_statuses
from arazzo_runner.text.diagnostic import Diagnostic, Severity, error, warning
from arazzo_runner.text.source import Place
from arazzo_runner.text.suggested_fix import Fix, change_text


def undocumented_status_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ304: a success criterion that no documented status fulfils."""
    if not view.outcomes:
        return
    for criterion, parts in _criteria(view):
        holds_unanswered = parts.verdicts.of(None)
        if parts.asks_status and _can_hold(criterion, parts) and not holds_unanswered:
            yield from _criterion_findings(view, criterion, parts)
    if not view.step.criteria and not view.passing:
        yield warning(
            "AZ304",
            f"the step succeeds on a 2xx status, and {view.operation_label} documents none",
            view.step.step.place.at("stepId"),
            _documented_statuses(view),
            "name the expected status in `successCriteria`",
        )


def _criteria(view: StepContext) -> Iterator[tuple[Criterion, ConditionParts]]:
    return zip(view.step.criteria, view.criteria, strict=True)


def _criterion_findings(
    view: StepContext, criterion: Criterion, parts: ConditionParts
) -> Iterator[Diagnostic]:
    holding = [one for one in view.outcomes if parts.verdicts.of(one.status) is not False]
    if not holding:
        yield _unmet_finding(view, criterion, parts)
        return
    if (success := _default_alone(view, criterion, parts, holding)) is not None:
        yield success
        return
    for operator, constant in status_constants(parts):
        status = status_of(constant)
        if operator == "==" and status is not None and not is_documented(view.operation, status):
            message = f"{view.operation_label} does not document the status {status}"
            place = _place(criterion, constant)
            yield Diagnostic("AZ304", Severity.HINT, message, place, _documented_statuses(view))


def _unmet_finding(view: StepContext, criterion: Criterion, parts: ConditionParts) -> Diagnostic:
    asked = required_constants(parts)
    if len(asked) == 1 and status_of(asked[0]) is not None:
        what = f"never returns the status {status_of(asked[0])}"
        place = _place(criterion, asked[0])
    else:
        what = "never returns a status for which this is true"
        place = criterion.place.at("condition")
    # Not all failures are documented (Responses Object): then it may hold, and nothing helps.
    is_failure = parts.verdicts.can_be_failure
    severity = Severity.WARNING if is_failure or _is_incomplete(view) else Severity.ERROR
    message = f"{view.operation_label} {what}"
    if is_failure:
        message = message.replace("never returns", "does not document")
    help_line = None if is_failure else _way_out(view)
    fix = _other_success(view, asked[0], place) if len(asked) == 1 else None
    return Diagnostic(
        "AZ304", severity, message, place, _documented_statuses(view), help_line, (), fix
    )


def _default_alone(
    view: StepContext,
    criterion: Criterion,
    parts: ConditionParts,
    holding: list[ResponseOutcome],
) -> Diagnostic | None:
    """The finding about a success that only `default` stands for, beside those documented."""
    documented = [one.status for one in view.outcomes if one.response.status[:1] == "2"]
    asked = required_constants(parts)
    status = status_of(asked[0]) if len(asked) == 1 else None
    by_default = all(one.response.status == "default" for one in holding)
    if not by_default or not documented or status is None or not 200 <= status <= 299:
        return None
    listed = ", ".join(str(one) for one in dict.fromkeys(documented))
    message = f"{view.operation_label} documents {listed}; {status} would be its `default`"
    place = _place(criterion, asked[0])
    fix = change_text(place, listed) if len(documented) == 1 else None
    help_line = f"write `$statusCode == {listed}`" if fix else None
    return warning("AZ304", message, place, _documented_statuses(view), help_line, fix)


def _way_out(view: StepContext) -> str | None:
    success = _only_success(view)
    return f"write `$statusCode == {success}`" if success else None


def _only_success(view: StepContext) -> int | None:
    """The success that the operation documents by itself, where it is the only one."""
    successes = [one.status for one in view.outcomes if one.response.status[:1] == "2"]
    return successes[0] if len(successes) == 1 else None


def _other_success(view: StepContext, asked: Constant, place: Place) -> Fix | None:
    """One success for another: a step that asks for a failure means a failure."""
    status, success = status_of(asked), _only_success(view)
    if status is None or not 200 <= status <= 299 or success is None:
        return None
    return change_text(place, str(success))


def _documented_statuses(view: StepContext) -> str:
    statuses = documented_statuses(view.operation)
    return f"documented: {', '.join(statuses[:8])}" + (" and more" if len(statuses) > 8 else "")


def _is_incomplete(view: StepContext) -> bool:
    """A description without any success does not list all that there is."""
    return all(one.status >= 400 for one in view.outcomes)


def _place(criterion: Criterion, constant: Constant) -> Place:
    place = criterion.place.at("condition")
    return place.within(constant.start, constant.start + len(constant.text))


def _can_hold(criterion: Criterion, parts: ConditionParts) -> bool:
    """Whether a criterion holds for any status, or for a request without an answer."""
    return not _asks_for_empty(criterion) and not parts.verdicts.never_holds


def _asks_for_empty(criterion: Criterion) -> bool:
    is_jsonpath = isinstance(criterion, QueryCriterion) and criterion.kind == "jsonpath"
    return is_jsonpath and is_filter_for_empty(criterion.text)


_COMPARING = "compare something of the response, such as `$statusCode == 200`"


def constant_criterion_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ306: a success criterion that holds whatever comes."""
    for criterion, parts in _criteria(view):
        if parts.verdicts.always_holds:
            place = criterion.place.at("condition")
            message = "this condition is always true, so it checks nothing"
            meant = _meant(criterion)
            help_line = f"write `{meant}`" if meant else _COMPARING
            fix = change_text(place, meant) if meant else None
            yield warning("AZ306", message, place, "", help_line, fix)
            continue
        for operator, constant in status_constants(parts):
            status = status_of(constant)
            if operator == "!=" and view.outcomes and status is not None:
                yield from _excluded_statuses(view, status, _place(criterion, constant))


def _meant(criterion: Criterion) -> str | None:
    """The condition that a status alone stands for."""
    match criterion:
        case SimpleCriterion(condition=Constant(value=value)):
            return status_comparison(value)
        case _:
            return None


def _excluded_statuses(view: StepContext, status: int, place: Place) -> Iterator[Diagnostic]:
    if not is_documented(view.operation, status):
        message = f"this is always true: {view.operation_label} documents no status {status}"
        way_out = "remove it, or compare with a status that is documented"
        yield Diagnostic(
            "AZ306", Severity.HINT, message, place, _documented_statuses(view), way_out
        )


def unmet_criteria_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ307: success criteria that hold for no status at all, alone or together."""
    impossible = [(one, parts) for one, parts in _criteria(view) if not _can_hold(one, parts)]
    for criterion, parts in impossible:
        message = "this condition is never true"
        help_line = _never_help(criterion, parts)
        yield error("AZ307", message, criterion.place.at("condition"), "", help_line)
    if impossible or not joint_verdicts(view.criteria).never_holds:
        return
    message = "these criteria exclude each other: no status meets all of them"
    place = view.step.step.place.at("successCriteria").key()
    yield error(
        "AZ307", message, place, "", "all criteria have to pass; join alternatives with `||`"
    )


def _never_help(criterion: Criterion, parts: ConditionParts) -> str | None:
    if isinstance(criterion, QueryCriterion) and _asks_for_empty(criterion):
        context = criterion.context.text if criterion.context else "$response.body"
        return empty_array(criterion.text, context)
    for _, constant in status_constants(parts):
        if status_of(constant) is None:
            return "a status is a number from 100 to 599"
    return None
