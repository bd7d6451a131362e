"""A request that was sent until something had ended: which member says so."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from arazzo_runner.expression.value import Value
from arazzo_runner.generate.draft import DraftRetry
from arazzo_runner.generate.traffic.calls import TrafficCall
from arazzo_runner.generate.traffic.selection import CallGroup
from arazzo_runner.generate.traffic.values import leaves
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import Pointer, pointer_text

_SECONDS: Final = 5
_LEAST: Final = 10
_DEEPEST: Final = 4
_WORD: Final = lazy_pattern(r"[A-Za-z][A-Za-z _-]{1,39}")
_STATES: Final = frozenset(
    {"status", "state", "phase", "stage", "done", "ready", "complete", "completed"}
)


class Poll(Struct, frozen=True):
    """The criteria of a step that is retried, and its retry; ``member`` is what is waited for.

    ``place`` is where it stands in the body, ``values`` are all that it had; empty for the status.
    """

    member: str
    criteria: tuple[str, ...]
    retry: DraftRetry
    place: Pointer = ()
    values: tuple[Value, ...] = ()


def poll_of(group: CallGroup) -> Poll | None:
    """What repeated requests waited for, None where their responses do not say."""
    *before, last = group.attempts
    if not before:
        return None
    statuses = {one.response.status for one in before}
    limit = max(_LEAST, 2 * len(before))
    if last.response.status not in statuses:
        waiting = " || ".join(f"$statusCode == {one}" for one in sorted(statuses))
        retry = DraftRetry("notYet", _SECONDS, limit, (waiting,))
        return Poll("the status", (), retry)
    return _state_poll(before, last, limit)


def _state_poll(before: list[TrafficCall], last: TrafficCall, limit: int) -> Poll | None:
    scalars = [_states(one) for one in before]
    candidates = [
        (place, value)
        for place, value in _states(last).items()
        if all(place in one and one[place] != value for one in scalars)
    ]
    if not candidates:
        return None
    place, value = min(candidates, key=_unlikeliness)
    name = next((str(one) for one in reversed(place) if isinstance(one, str)), "state")
    pointer = f"$response.body#{pointer_text(place)}"
    earlier = [*dict.fromkeys(one[place] for one in scalars)]
    waiting = " || ".join(f"{pointer} == {_literal(one)}" for one in earlier)
    status = f"$statusCode == {last.response.status}"
    retry = DraftRetry("stillAtWork", _SECONDS, limit, (status, waiting))
    criteria = (f"{pointer} == {_literal(value)}",)
    return Poll(f"`{name}`", criteria, retry, place, (*earlier, value))


def _states(call: TrafficCall) -> dict[Pointer, Value]:
    """The values near the top that can be states: words and booleans."""
    return {
        place: value
        for place, value in leaves(call.response_value())
        if 0 < len(place) <= _DEEPEST
        and (isinstance(value, bool) or (isinstance(value, str) and _WORD.fullmatch(value)))
    }


def _unlikeliness(candidate: tuple[Pointer, Value]) -> tuple[bool, int, bool]:
    place, value = candidate
    name = str(place[-1]).lower()
    return name not in _STATES, len(place), isinstance(value, bool)


def _literal(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}'"
