"""The lines of one visit of a step, its request and response among them.

Bodies are a line each, with ``-v`` headers too, with ``-vv`` all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import assert_never
from urllib.parse import parse_qsl

from msgspec.structs import replace

from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.result import (
    ActionTaken,
    Attempt,
    ConsideredAction,
    CriterionResult,
    Status,
    StepMessage,
    StepResult,
)
from arazzo_runner.expression.value import Value
from arazzo_runner.http_semantics.headers import Headers
from arazzo_runner.http_semantics.media_type import FORM, MULTIPART, is_json
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.model import Operation
from arazzo_runner.report.body import decode_text, form_parts, media_type
from arazzo_runner.report.checks import Folded, fold_findings, placed_sentence
from arazzo_runner.report.response import redirect_lines
from arazzo_runner.report.safe_text import duration_text
from arazzo_runner.report.terminal.style import LABEL, TextStyle, value_lines
from arazzo_runner.text.json_write import INDENTED, write_json
from arazzo_runner.text.number import parse_number
from arazzo_runner.text.pattern import lazy_pattern

_LINE_END = lazy_pattern(r"\r?\n")


def request_lines(request: HttpRequest, look: TextStyle) -> list[str]:
    """The request: its URL, its header fields where asked for, and its body."""
    url = look.shown.text(request.url)
    if look.verbosity == "normal":
        return [url, *body_lines(request.body, request.headers, look)]
    first = f"{look.shown.text(request.method)} {url}"
    return [first, *_message_lines(request.body, request.headers, look)]


def response_lines(response: HttpResponse, look: TextStyle) -> list[str]:
    """The response: header fields where asked for, and its body."""
    if look.verbosity == "normal":
        return body_lines(response.body, response.headers, look)
    first = f"{look.shown.text(response.http_version)} {response.status}"
    return [first, *_message_lines(response.body, response.headers, look)]


def _message_lines(octets: bytes, headers: Headers, look: TextStyle) -> list[str]:
    fields = [
        f"{look.shown.text(name)}: {look.shown.text(value)}"
        for name, value in look.shown.masker.headers(headers)
    ]
    body = body_lines(octets, headers, look)
    return [*fields, "", *body] if body else fields


def body_lines(octets: bytes, headers: Headers, look: TextStyle) -> list[str]:
    """A body: whole with ``-vv``, else abbreviated to a line; nothing for an empty one."""
    if not octets:
        return []
    match look.verbosity:
        case "bodies":
            return _whole_body(octets, headers, look)
        case "normal" | "verbose" | "quiet":
            return [_abbreviate(octets, headers, look)]
        case _:
            assert_never(look.verbosity)


def _abbreviate(octets: bytes, headers: Headers, look: TextStyle) -> str:
    # As many octets as can matter to the line; the rest of a large body is not even decoded.
    enough = 4 * (4 * look.room + look.shown.masker.margin + 1)
    text = decode_text(octets[:enough], headers, cut=len(octets) > enough)
    if text is None:
        return _describe_body(octets, headers, look)
    if media_type(headers) == FORM:
        text = _form(look.shown.masker.clip(text, 4 * look.room + 1))
    elif media_type(headers) == MULTIPART:
        text = form_parts(look.shown.masker.clip(text, enough)) or text
    return look.shown.line(text, look.room)


def _form(text: str) -> str:
    """Form fields as they were before percent-encoding; the text must be masked already."""
    fields = parse_qsl(text, keep_blank_values=True)
    return "  ".join(f"{name}={value}" for name, value in fields)


def _describe_body(octets: bytes, headers: Headers, look: TextStyle) -> str:
    kind = look.shown.text(media_type(headers)) or "no content type"
    return f"({len(octets):,} bytes, {kind})"


def _whole_body(octets: bytes, headers: Headers, look: TextStyle) -> list[str]:
    text = decode_text(octets, headers)
    if text is None:
        return [_describe_body(octets, headers, look)]
    masked = look.shown.masker.text(text)
    if is_json(media_type(headers)):
        masked = _indent_json(masked)
    return [look.shown.text(line) for line in _LINE_END.split(masked)]


def _indent_json(text: str) -> str:
    """JSON spread over lines, or the text as it is when it is no JSON."""
    try:
        return write_json(json.loads(text, parse_float=parse_number), INDENTED)
    except (ValueError, RecursionError):
        return text


def step_head(result: StepResult, look: TextStyle) -> str:
    """One line: mark, stepId, method and path, status, time."""
    tries = len(result.attempts)
    again = f" (attempt {tries})" if tries > 1 else ""
    deed = _step_action(result, look)
    time = look.style.paint(look.style.dim, duration_text(result.duration))
    mark = status_mark(result.status, look)
    return f"{mark} {_name(result.step_id, look)}  {deed}{again}  {time}"


def _name(step_id: str, look: TextStyle) -> str:
    return look.style.paint(look.style.bold, look.shown.text(step_id))


def _step_action(result: StepResult, look: TextStyle) -> str:
    """What the step did: its operation and the answer, or the workflow that it called."""
    if result.workflow:
        called = look.shown.text(result.workflow.workflow_id)
        return f"workflow `{called}` {look.marks.arrow} {result.workflow.status.value}"
    if result.status is Status.SKIPPED:
        what = look.shown.text(result.operation.title) if result.operation else ""
        return f"{what} {look.marks.arrow} skipped" if what else "skipped"
    if result.channel is not None:
        return channel_text(result.channel, result.attempts[-1:], look)
    if result.operation is None:
        return "not started"
    return _exchange_text(result.operation, result.attempts[-1] if result.attempts else None, look)


def _exchange_text(operation: Operation, attempt: Attempt | None, look: TextStyle) -> str:
    target = look.shown.text(operation.title)
    return f"{target} {look.marks.arrow} {_answer(attempt)}"


def channel_text(channel: ChannelCall, attempts: Sequence[Attempt], look: TextStyle) -> str:
    """What a step did on a channel, and what came of it."""
    done = {"send": "sent", "receive": "received"}[channel.action]
    is_received = channel.action == "receive"  # and may be unreadable all the same
    is_done = any(one.message is not None and (is_received or not one.error) for one in attempts)
    name = look.shown.text(channel.channel.name)
    return f"{channel.action} `{name}` {look.marks.arrow} {done if is_done else f'not {done}'}"


def message_lines(message: StepMessage, look: TextStyle) -> list[str]:
    """A message: its address, its headers where asked for, and its payload."""
    first = look.shown.text(message.address)
    headers = message.headers
    if message.content_type is not None:
        headers = (("Content-Type", message.content_type), *headers)
    if look.verbosity == "normal":
        return [first, *body_lines(message.body, headers, look)]
    return [first, *_message_lines(message.body, headers, look)]


def _answer(attempt: Attempt | None) -> str:
    if attempt is None or attempt.request is None:
        return "not sent"
    return str(attempt.response.status) if attempt.response else "no response"


def status_mark(status: Status, look: TextStyle) -> str:
    """The sign for a status in its colour."""
    style, marks = look.style, look.marks
    match status:
        case Status.PASSED:
            return style.paint(style.good, marks.passed)
        case Status.FAILED | Status.ERROR:
            return style.paint(style.bad, marks.failed)
        case Status.SKIPPED:
            return style.paint(style.dim, marks.skipped)
        case _:
            assert_never(status)


def step_details(result: StepResult, look: TextStyle) -> list[str]:
    """The lines below the head: sent, got, criteria, warnings, outputs, actions."""
    if not result.attempts:
        return []
    attempt = result.attempts[-1]
    is_explained = result.status in (Status.FAILED, Status.ERROR)
    return [
        *_exchange(attempt, look, response_lines if not is_explained else _failed_response_lines),
        *(line for one in attempt.criteria if _is_news(one) for line in _criterion(one, look)),
        *warning_lines(attempt, look),
        *note_lines(attempt, look),
        *look.label_lines("out", value_lines(result.outputs, look)),
        *_considered(attempt, look),
        *(_action(attempt.action, look) if attempt.action else ()),
    ]


def _failed_response_lines(response: HttpResponse, look: TextStyle) -> list[str]:
    """The response of a step that failed: the block about the failure has its body."""
    if look.verbosity == "bodies":
        return response_lines(response, look)
    return response_lines(replace(response, body=b""), look)


def _exchange(
    attempt: Attempt,
    look: TextStyle,
    got_lines: Callable[[HttpResponse, TextStyle], list[str]] = response_lines,
) -> list[str]:
    if attempt.message is not None:
        label = "sent" if attempt.message.direction == "send" else "got"
        return look.label_lines(label, message_lines(attempt.message, look))
    sent = request_lines(attempt.request, look) if attempt.request else []
    got = got_lines(attempt.response, look) if attempt.response else []
    return [
        *look.label_lines("sent", sent),
        *look.label_lines("redir", list(redirect_lines(attempt, look))),
        *look.label_lines("got", got),
    ]


def _is_news(criterion: CriterionResult) -> bool:
    """Whether the head has not said it: that a called workflow passed is in there."""
    return not (criterion.kind == "implicit" and criterion.passed and not _is_status(criterion))


def _criterion(criterion: CriterionResult, look: TextStyle) -> list[str]:
    """The criterion behind its verdict; with ``-v`` also what its expressions were.

    Of one that does not hold, the block about the failure shows that.
    """
    style, marks = look.style, look.marks
    text = _condition(criterion, look)
    if not criterion.passed:
        return [style.paint(style.bad, marks.failed.ljust(LABEL)) + text]
    first = style.paint(style.good, marks.passed.ljust(LABEL)) + text
    if look.verbosity == "normal":
        return [first]
    return [first, *(" " * (LABEL + 2) + _operand(one.expression, one.value, look)
                     for one in criterion.operands)]  # fmt: skip


def _condition(criterion: CriterionResult, look: TextStyle) -> str:
    text = look.shown.line(criterion.condition, 4 * look.width)
    match criterion.kind:
        case "simple":
            return text
        case "implicit":
            return f"{text}  (no `successCriteria`)" if _is_status(criterion) else text
        case kind:
            return f"{text}  ({kind} on {look.shown.text(criterion.context or '')})"


def _is_status(criterion: CriterionResult) -> bool:
    return any(one.expression == "$statusCode" for one in criterion.operands)


def _operand(expression: str, value: Value, look: TextStyle) -> str:
    masked = look.shown.masker.operand(expression, value)
    return f"{look.shown.text(expression)} is {look.shown.typed_text(masked, look.room)}"


def warning_lines(attempt: Attempt, look: TextStyle) -> list[str]:
    """A line for each contract check that did not hold and only warns, equal ones in one."""
    warned = [one for one in attempt.checks if one.severity == "warn"]
    if look.verbosity == "bodies":
        return [_warning(Folded(one, 1), look) for one in warned if not one.passed]
    return [_warning(one, look) for one in fold_findings(warned)]


def note_lines(attempt: Attempt, look: TextStyle) -> list[str]:
    """What the mock says of its response or message, and that a request was sent twice."""
    return look.label_lines(
        "note", [look.shown.line(one, 2 * look.width) for one in attempt.world_notes]
    )


def _warning(found: Folded, look: TextStyle) -> str:
    return _check(found, look.style.warn, "warn", look)


def _check(found: Folded, style: str, label: str, look: TextStyle) -> str:
    more = f" (and {found.times - 1:,} more like it)" if found.times > 1 else ""
    text = look.shown.line(placed_sentence(found.check), 2 * look.width) + more
    return look.style.paint(style, label.ljust(LABEL)) + text


def _action(action: ActionTaken, look: TextStyle) -> list[str]:
    name, target = look.shown.text(action.name), look.shown.text(action.target or "")
    match action.type:
        case "end":
            return look.label_lines("then", [f"end, by action `{name}`"])
        case "goto":
            return look.label_lines("then", [f"go to `{target}`, by action `{name}`"])
        case "retry":
            # A last attempt has none, unless the run was stopped before the wait.
            return look.label_lines("then", [f"retry, by action `{name}`, was not made"])
        case _:
            assert_never(action.type)


def retry_lines(
    step_id: str, operation: Operation | None, attempt: Attempt, number: int, look: TextStyle
) -> tuple[str, list[str]]:
    """The head and the lines of a failed attempt that will be repeated.

    ``number`` counts from 1. Without ``-v``: only what did not hold, and the wait.
    """
    mark = look.style.paint(look.style.warn, look.marks.retry)
    deed = f"  {_exchange_text(operation, attempt, look)}" if operation else ""
    unmet = [_failed_criterion(one, look) for one in attempt.criteria if not one.passed]
    return f"{mark} {_name(step_id, look)}{deed} (attempt {number})", [
        *(_exchange(attempt, look) if look.verbosity != "normal" else ()),
        *unmet,
        *(
            look.label_lines("why", [look.shown.text(attempt.error.message)])
            if attempt.error
            else ()
        ),
        *_unmet_checks(attempt, look),
        *_attempt_outputs(attempt, look),
        *_considered(attempt, look),
        *(look.label_lines("then", [_wait(attempt.action, look)]) if attempt.action else ()),
    ]


def _unmet_checks(attempt: Attempt, look: TextStyle) -> list[str]:
    """The contract checks by which the attempt failed, equal ones in one."""
    folded = fold_findings(one for one in attempt.checks if one.severity == "error")
    return [_check(one, look.style.bad, look.marks.failed, look) for one in folded]


def _attempt_outputs(attempt: Attempt, look: TextStyle) -> list[str]:
    if look.verbosity == "normal":
        return []
    return look.label_lines("out", value_lines(attempt.outputs, look))


def _failed_criterion(criterion: CriterionResult, look: TextStyle) -> str:
    """A criterion that does not hold, and what its expressions were, in one line."""
    line = look.style.paint(look.style.bad, look.marks.failed.ljust(LABEL))
    return line + _condition(criterion, look) + _why(criterion, look)


def _why(criterion: CriterionResult, look: TextStyle) -> str:
    """What the expressions of a criterion were, or why it could not be judged, in brackets."""
    if criterion.error:
        return f"  ({look.shown.text(criterion.error)})"
    masked = (look.shown.masker.operand(one.expression, one.value) for one in criterion.operands)
    values = ", ".join(look.shown.typed_text(value, 60) for value in masked)
    return f"  ({values})" if values else ""


def _considered(attempt: Attempt, look: TextStyle) -> list[str]:
    """With ``-vv``: the actions that were judged, and of each what does not hold."""
    if look.verbosity != "bodies":
        return []
    return look.label_lines("acts", [_consideration(one, look) for one in attempt.considered])


def _consideration(action: ConsideredAction, look: TextStyle) -> str:
    level = " of the workflow" if action.level == "workflow" else ""
    mark = look.marks.passed if action.holds else look.marks.failed
    line = f"`{look.shown.text(action.name)}`{level} {mark}"
    if action.reason:
        return f"{line} {look.shown.text(action.reason)}"
    unmet = (one for one in action.criteria if not one.passed)
    return line + "".join(f" {_condition(one, look)}{_why(one, look)}" for one in unmet)


def _wait(action: ActionTaken, look: TextStyle) -> str:
    cut = (
        f", shortened from {duration_text(action.cut_from)} by `--max-wait`"
        if action.cut_from
        else ""
    )
    before = f", after `{look.shown.text(action.target)}`" if action.target else ""
    wait = f" in {duration_text(action.wait)}" if action.wait else ""
    return f"retry{wait}{cut}{before}, by action `{look.shown.text(action.name)}`"
