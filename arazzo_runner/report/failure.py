"""Why a step failed, for people: what was judged, what it was, and how to see it again.

What a contract check found is a sentence with its place in the body and in the description.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlsplit

from msgspec.structs import replace

from arazzo_runner.executor.result import (
    Attempt,
    CriterionResult,
    OperandValue,
    RunResult,
    Status,
    StepError,
    StepResult,
    WorkflowResult,
)
from arazzo_runner.expression.value import MaybeValue
from arazzo_runner.openapi.model import Operation, Response
from arazzo_runner.openapi.response.contract import CheckResult, response_for
from arazzo_runner.report.base_path import base_path_hint
from arazzo_runner.report.body import media_type
from arazzo_runner.report.checks import check_sentence, placed_sentence
from arazzo_runner.report.curl import repeat_line
from arazzo_runner.report.diagnostics.carets import Caret, Gutter, caret_lines
from arazzo_runner.report.response import redirect_lines, response_hints, response_summary
from arazzo_runner.report.secrets import Masker
from arazzo_runner.report.terminal.style import TextStyle, plain_look
from arazzo_runner.report.traversal import has_replay_failure
from arazzo_runner.text.positions import locate_place, position
from arazzo_runner.text.source import Place

VALUE_LIMIT = 200

PROBLEM_LIMIT = 1_000
"""What a server says of its refusal is shown up to this length, in characters."""


def likeness_of_failure(attempt: Attempt) -> object:
    """What equal failures to reach a server have in common; None where there is a response."""
    if attempt.response or not (attempt.request and attempt.error) or attempt.criteria:
        return None
    return attempt.error.code, attempt.error.message, urlsplit(attempt.request.url)[:2]


def explain_failure(step: StepResult, masker: Masker) -> str:
    """The text about a step that did not pass; where it called a workflow, about that first.

    Several lines without a final line break; secrets masked, no colours.
    """
    return "\n".join(_whole_step(step, plain_look(masker)))


def explain_workflow(workflow: WorkflowResult, masker: Masker) -> str:
    """The text about a workflow that did not pass: its own error, or the step that ended it."""
    return "\n".join(_whole_workflow(workflow, plain_look(masker)))


def explain_run(result: RunResult, masker: Masker) -> str:
    """The text about every workflow that did not pass, with empty lines between; else empty.

    One that went to another workflow failed there, and is left out.
    """
    return "\n".join(run_failure_lines(result, plain_look(masker)))


def run_failure_lines(result: RunResult, look: TextStyle) -> list[str]:
    """The same in lines, as they look elsewhere."""
    failed = (one for one in result.workflows if one.status in (Status.FAILED, Status.ERROR))
    told = (["", *_whole_workflow(one, look)] for one in failed if not _is_followed(one))
    return [line for lines in told for line in lines][1:]


def _is_followed(workflow: WorkflowResult) -> bool:
    return workflow.ended_by is not None and workflow.ended_by.type == "goto"


def _whole_workflow(workflow: WorkflowResult, look: TextStyle) -> list[str]:
    *earlier, ended = workflow.steps or (None,)
    lines = [
        line
        for one in earlier
        if one and has_replay_failure(one)
        for line in _whole_step(one, look)
    ]
    lines += _whole_step(ended, look) if ended and ended.status is not Status.PASSED else []
    if workflow.error and not _is_reported_within(workflow.error, ended):
        lines += workflow_error_lines(workflow.workflow_id, workflow.error, look)
    if lines:
        return lines
    target = workflow.ended_by.target if workflow.ended_by and _is_followed(workflow) else None
    where = f" in `{target}`, where it continued" if target else ""
    sentence = f"workflow `{workflow.workflow_id}`: {workflow.status.value}{where}"
    return [_first_line(sentence, look)]


def _is_reported_within(error: StepError, step: StepResult | None) -> bool:
    """Whether a step has told this error already: a limit ends every workflow in progress."""
    if step is None:
        return False
    called = step.workflow.error if step.workflow else None
    return error == called or any(attempt.error == error for attempt in step.attempts[-1:])


def _whole_step(step: StepResult, look: TextStyle) -> list[str]:
    called = step.workflow
    inner = _whole_workflow(called, look) if called and called.status is not Status.PASSED else []
    return [*inner, *step_failure_lines(step, look), *_warnings(step, look)]


def _warnings(step: StepResult, look: TextStyle) -> Iterator[str]:
    """What else the API description says of the last response; the console has it elsewhere."""
    for check in (check for attempt in step.attempts[-1:] for check in attempt.checks):
        if not check.passed and check.severity == "warn":
            yield f"warning: {look.shown.text(placed_sentence(check))}"


def workflow_error_lines(workflow_id: str, error: StepError, look: TextStyle) -> list[str]:
    """The error that ended a workflow where no step did: a limit, a prerequisite."""
    return _error_lines(error, f"workflow `{workflow_id}`", look)


def step_failure_lines(step: StepResult, look: TextStyle) -> list[str]:
    """The block about the last attempt of a step, without what a called workflow has to say."""
    if not step.attempts:
        return []
    from arazzo_runner.report.criterion_hints import criterion_hints

    attempt = step.attempts[-1]
    tries = len(step.attempts)
    subject = f"{step.step_id} (attempt {tries})" if tries > 1 else step.step_id
    lines: list[str] = []
    for criterion in attempt.criteria:
        if not criterion.passed:
            lines += _criterion_lines(criterion, subject, look)
            lines += (_help(hint, look)[0] for hint in criterion_hints(criterion, attempt))
    for check in attempt.checks:
        if not check.passed and check.severity == "error":
            lines += _check_lines(check, subject, attempt, look)
    if attempt.error:
        lines += _error_lines(attempt.error, subject, look)
    return [*lines, *_predicted_lines(step, look), *_circumstances(step, attempt, look)]


# --- what failed ----------------------------------------------------------------------------------


def _criterion_lines(criterion: CriterionResult, subject: str, look: TextStyle) -> list[str]:
    lines = [_first_line(f"{subject}: {_fact(criterion, look)}", look)]
    if criterion.place:
        marks = list(_marks(criterion, look))
        lines.append(_arrow(criterion.place.within(marks[0].start, marks[0].end), look))
        lines += _condition_lines(criterion.condition, criterion.place, marks, look)
    lines += (
        f"value: {look.shown.text(one.expression)} is {_typed_value(one, look)}"
        for one in criterion.operands
        if criterion.place and not _is_written_in(one, criterion)
    )
    return [*lines, *_help(criterion.hint, look)]


FACT_LIMIT: Final = 100
"""A condition in a first line is shown up to this length, in characters; a value half of it."""


def _fact(criterion: CriterionResult, look: TextStyle) -> str:
    """What was judged and what it was: ``$statusCode == 201, got 422``."""
    if not criterion.place:
        return _implicit_fact(criterion)
    stated = look.shown.line(criterion.condition, FACT_LIMIT)
    if criterion.context:
        stated += f" ({criterion.kind} on {look.shown.line(criterion.context, FACT_LIMIT)})"
    if criterion.error:
        return f"{stated} cannot be evaluated: {criterion.error}"
    values = [
        (one.expression, look.shown.value(_masked_operand(one, look), FACT_LIMIT // 2))
        for one in criterion.operands
    ]
    if len(values) == 1:
        return f"{stated}, got {values[0][1]}"
    listed = ", ".join(f"{name} = {value}" for name, value in values)
    return f"{stated}, got {listed}" if listed else f"{stated} is false"


def _implicit_fact(criterion: CriterionResult) -> str:
    """The criterion that no document states: a 2xx status, or that the called workflow passed."""
    operand = next(iter(criterion.operands), None)
    if operand is None:
        return f"`{criterion.condition}` failed"
    if operand.expression == "$statusCode":
        return f"a 2xx status (no `successCriteria`), got {operand.value}"
    return f"the called workflow `{operand.expression}` ended with status `{operand.value}`"


def _condition_lines(
    condition: str, place: Place, marks: Sequence[Caret], look: TextStyle
) -> Iterator[str]:
    """The lines of a condition that have marks, by offsets in all of it, in a frame."""
    numbers = [locate_place(place.within(one.start, one.end)).line for one in marks]
    gutter = Gutter(len(str(max(numbers))), look.style)
    yield gutter.text()
    start = 0
    for line in condition.split("\n"):
        here = [index for index, one in enumerate(marks) if 0 <= one.start - start <= len(line)]
        carets = [
            replace(marks[index], start=marks[index].start - start, end=marks[index].end - start)
            for index in here
        ]
        if here:
            yield from caret_lines(line, numbers[here[0]], carets, gutter, look.shown.masker)
        start += len(line) + 1
    yield gutter.text()


def _marks(criterion: CriterionResult, look: TextStyle) -> Iterator[Caret]:
    """Each operand below its expression; a query as a whole, since no part of it is to blame."""
    for one in criterion.operands:
        if _is_written_in(one, criterion):
            yield _mark(one.start, one.expression, _typed_value(one, look), look)
    if not any(_is_written_in(one, criterion) for one in criterion.operands):
        words = "" if criterion.error else _QUERY_VERDICTS[criterion.kind]
        yield _mark(0, criterion.condition.partition("\n")[0], words, look)


def _mark(start: int, text: str, words: str, look: TextStyle) -> Caret:
    return Caret(start, start + len(text), words, look.style.bad)


_QUERY_VERDICTS = {
    "simple": "",
    "implicit": "",
    "regex": "no match",
    "jsonpath": "selects nothing",
    "xpath": "is not true",
}


def _is_written_in(operand: OperandValue, criterion: CriterionResult) -> bool:
    """Whether the operand is written in the condition; a query's context stands beside it."""
    return criterion.condition.startswith(operand.expression, operand.start)


def _typed_value(operand: OperandValue, look: TextStyle) -> str:
    return look.shown.typed_text(_masked_operand(operand, look), VALUE_LIMIT)


def _masked_operand(operand: OperandValue, look: TextStyle) -> MaybeValue:
    return look.shown.masker.operand(operand.expression, operand.value)


def _check_lines(check: CheckResult, subject: str, attempt: Attempt, look: TextStyle) -> list[str]:
    verdict = check_sentence(check)
    if check.kind != "duration":  # that is between the user and the server
        judged = "response" if attempt.message is None else "message"
        verdict = f"the {judged} does not match the API description: {verdict}"
    lines = [_first_line(f"{subject}: {verdict}", look)]
    return [*lines, _arrow(check.place, look)] if check.place else lines


def _error_lines(error: StepError, subject: str, look: TextStyle) -> list[str]:
    lines = [_first_line(f"{subject}: {error.message}", look)]
    if error.place:
        lines.append(_arrow(error.place, look))
    lines += (f"  {look.shown.text(one)}" for one in error.details)
    return [*lines, *_help(error.hint, look)]


def _first_line(sentence: str, look: TextStyle) -> str:
    return f"{look.style.paint(look.style.bad, 'error')}: {look.shown.text(sentence)}"


def _help(hint: str | None, look: TextStyle) -> list[str]:
    return [f"help: {look.shown.text(hint)}"] if hint else []


def _arrow(place: Place, look: TextStyle) -> str:
    width = len(str(locate_place(place).line))
    return f"{' ' * width}{look.style.paint(look.style.dim, '-->')} {_position(place, look)}"


def _position(place: Place, look: TextStyle) -> str:
    return look.shown.text(position(place))


def _predicted_lines(step: StepResult, look: TextStyle) -> Iterator[str]:
    """What contradicted the API description before anything was sent."""
    for one in step.findings:
        way_out = f"; {one.help}" if one.help else ""
        yield f"validation: [{one.code}] {look.shown.text(one.message + way_out)}"


# --- what surrounds it ----------------------------------------------------------------------------


def _circumstances(step: StepResult, attempt: Attempt, look: TextStyle) -> Iterator[str]:
    """The request, what the API description says of the answer, and how to repeat it."""
    if attempt.request is None:
        return
    yield look.shown.text(f"request: {attempt.request.method} {attempt.request.url}")
    yield from (f"redirect: {line}" for line in redirect_lines(attempt, look))
    yield from response_summary(attempt, look)
    yield from _problem(attempt, look)
    if attempt.response and step.operation and _is_about_status(attempt, step.operation):
        yield f"API description: {_documented_text(step.operation, attempt.response.status, look)}"
    yield from _help(base_path_hint(step.operation, attempt), look)
    yield from (line for hint in response_hints(attempt, look) for line in _help(hint, look))
    label = "repeat (set SERVER first)" if attempt.in_process else "repeat"
    yield f"{label}: {repeat_line(attempt, attempt.request, look.shown.masker)}"


def _problem(attempt: Attempt, look: TextStyle) -> Iterator[str]:
    """What the server says itself of why it refuses (RFC 9457, section 3.1)."""
    if attempt.response is None or not isinstance(attempt.body, dict):
        return
    if media_type(attempt.response.headers) != "application/problem+json":
        return
    words = [attempt.body.get(name) for name in ("title", "detail")]
    said = ": ".join(one for one in words if isinstance(one, str) and one.strip())
    if said:
        yield f"problem: {look.shown.line(said, PROBLEM_LIMIT)}"


def _is_about_status(attempt: Attempt, operation: Operation) -> bool:
    """Whether the status failed: in a criterion, or as none that the description has."""
    assert attempt.response
    if response_for(operation, attempt.response.status) is None:
        return True
    failed = (one for one in attempt.criteria if not one.passed)
    return any(operand.expression == "$statusCode" for one in failed for operand in one.operands)


def _documented_text(operation: Operation, status: int, look: TextStyle) -> str:
    name = look.shown.text(operation.name)
    statuses = [look.shown.text(response.status) for response in operation.responses]
    if not statuses:
        return f"`{name}` documents no response"
    entry = response_for(operation, status)
    place = entry.place if entry else operation.place
    listed = f"only {statuses[0]}" if len(statuses) == 1 else _join_names(statuses)
    return (
        f"`{name}` documents {listed}, {_received_text(status, entry)} ({_position(place, look)})"
    )


def _received_text(status: int, entry: Response | None) -> str:
    if entry is None:
        return f"not {status}"
    if entry.status == str(status):
        return f"and {status} was returned"
    return f"and {status} is covered by {entry.status}"


def _join_names(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"
