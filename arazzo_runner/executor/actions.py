"""Which action follows an attempt, and how long a retry waits.

Arazzo Specification 1.1.0, Success Action Object and Failure Action Object.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias, assert_never

from msgspec import Struct

from arazzo_runner.document.model import EndAction, GotoAction, RetryAction
from arazzo_runner.executor.criteria import judge_until_unmet
from arazzo_runner.executor.plan import PlannedAction
from arazzo_runner.executor.result import ActionTaken, ConsideredAction
from arazzo_runner.expression.scope import Scope
from arazzo_runner.http_semantics.date import parse_http_date
from arazzo_runner.http_semantics.headers import Headers, header_value
from arazzo_runner.http_semantics.integers import parse_digits

RetryCounts: TypeAlias = Mapping[int, int]
"""How often each retry action (by its position among the candidates) was used on this visit."""


class Decision(Struct, frozen=True):
    """The action that applies, and its position among the candidates."""

    position: int
    planned: PlannedAction


def choose_action(
    candidates: tuple[PlannedAction, ...], scope: Scope, used: RetryCounts, seconds: float
) -> tuple[Decision | None, tuple[ConsideredAction, ...]]:
    """The first candidate whose criteria all hold and whose retries are not used up.

    Beside it those that were judged; an action without criteria holds.
    """
    considered: list[ConsideredAction] = []
    for position, planned in enumerate(candidates):
        one = _consider(planned, used.get(position, 0), scope, seconds)
        if one.criteria or one.reason:
            considered.append(one)
        if one.holds:
            return Decision(position, planned), tuple(considered)
    return None, tuple(considered)


def _consider(planned: PlannedAction, count: int, scope: Scope, seconds: float) -> ConsideredAction:
    action = planned.action
    if isinstance(action, RetryAction) and count >= _retry_limit(action):
        limit = _retry_limit(action)
        reason = f"its {'one retry is' if limit == 1 else f'{limit} retries are'} used up"
        return ConsideredAction(action.name, planned.level, holds=False, criteria=(), reason=reason)
    criteria = judge_until_unmet(action.criteria, scope, seconds)
    holds = all(one.passed for one in criteria)
    return ConsideredAction(action.name, planned.level, holds, criteria)


def _retry_limit(action: RetryAction) -> int:
    # Failure Action Object: without retryLimit, a single retry.
    return 1 if action.retry_limit is None else action.retry_limit


def describe_action(planned: PlannedAction, target: str | None) -> ActionTaken:
    """What the report says of an ``end`` or ``goto``."""
    if isinstance(planned.action, EndAction):
        return ActionTaken(planned.action.name, "end", planned.level, target)
    return ActionTaken(planned.action.name, "goto", planned.level, target)


def describe_retry(planned: PlannedAction, wait: Wait) -> ActionTaken:
    """What the report says of a ``retry``, with its wait."""
    assert isinstance(planned.action, RetryAction)
    name = target_name(planned)
    return ActionTaken(
        planned.action.name, "retry", planned.level, name, wait.seconds, wait.cut_from
    )


def target_name(planned: PlannedAction) -> str | None:
    """The stepId or workflowId that an action names, as the document writes it."""
    match planned.action:
        case EndAction():
            return None
        case GotoAction(target=target) | RetryAction(target=target):
            return target if isinstance(target, str) or target is None else target.workflow_id
        case _:
            assert_never(planned.action)


class Wait(Struct, frozen=True):
    """Seconds to wait; ``cut_from`` is what was asked for, where ``--max-wait`` cut it."""

    seconds: float
    cut_from: float | None = None


def retry_wait(action: RetryAction, headers: Headers, now: float, longest: float) -> Wait:
    """The wait before a retry: ``Retry-After`` of the response overrules ``retryAfter``."""
    asked = retry_after(headers, now)
    seconds = action.retry_after if asked is None else asked
    return Wait(seconds) if seconds <= longest else Wait(longest, seconds)


def retry_after(headers: Headers, now: float) -> float | None:
    """The seconds that a ``Retry-After`` header asks for (RFC 9110, section 10.2.3), or None.

    A date counts from the response's own ``Date``, else from ``now`` (seconds since 1970).
    """
    text = (header_value(headers, "Retry-After") or "").strip()
    if not text:
        return None
    if (seconds := parse_digits(text)) is not None:
        return float(seconds)
    moment = _moment(text)
    if moment is None:
        return None
    sent = _moment(header_value(headers, "Date") or "")
    return max(0.0, moment - (now if sent is None else sent))


def _moment(date: str) -> float | None:
    moment = parse_http_date(date)
    return None if moment is None else moment.timestamp()
