"""What a run keeps of bodies for its reports: the oldest are given up when they become too many.

A run of a thousand steps may get a thousand bodies, each within its limit. One form of each is
kept, its bytes, and counted. Outputs are no part of this, since later steps read them; those of an
attempt that was repeated are: nothing reads them any more. Equal ones are kept once: a text that is
passed through a thousand steps comes back in a thousand responses.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import force_setattr, replace

from arazzo_runner.executor.result import Attempt, OperandValue, StepMessage, StepResult
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.expression.value import Value, value_size
from arazzo_runner.openapi.message import HttpRequest, HttpResponse, OmittedBody, WireExchange
from arazzo_runner.openapi.request.multipart import size_of

OMITTED_VALUE: Final = "value not kept"
"""What stands in place of the value of an operand that was given up."""

_LARGE: Final = 4096
"""A smaller operand or output is not worth looking at, in bytes."""


class _Held(Struct, frozen=True):
    """What one attempt holds: messages with bodies, large operands and outputs, and their size."""

    size: int
    messages: tuple[HttpRequest | HttpResponse | StepMessage, ...]
    operands: tuple[OperandValue, ...]
    outputs: dict[str, Value]
    large: tuple[str, ...]


class BodyBudget:
    """Counts the bodies of attempts in bytes, and takes those of the oldest away over ``limit``.

    The newest attempt keeps its own, whatever their size. Messages are the run's own, as
    :func:`copy_outcome` makes them: those of a world lose nothing.
    """

    __slots__ = ("_held", "_limit", "_outputs", "_total")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held: deque[_Held] = deque()
        self._outputs: dict[str | bytes, Value] = {}
        self._total = 0

    def keep(self, attempt: Attempt) -> None:
        """Count an attempt, and give up older ones for it."""
        held = _measure(attempt, self._limit)
        if not held.size:
            return
        self._held.append(held)
        self._total += held.size
        while self._total > self._limit and len(self._held) > 1:
            self._give_up(self._held.popleft())

    def _give_up(self, held: _Held) -> None:
        self._total -= held.size
        for message in held.messages:
            force_setattr(message, "body", OmittedBody(size_of(message.body)))
        for operand in held.operands:
            force_setattr(operand, "value", OMITTED_VALUE)
        held.outputs.update(dict.fromkeys(held.large, OMITTED_VALUE))

    def keep_all(self, steps: Iterable[StepResult]) -> None:
        """Count what further runs have left: their reports are written together."""
        for step in steps:
            for attempt in step.attempts:
                self.keep(attempt)

    def share(self, outputs: dict[str, Value]) -> dict[str, Value]:
        """The outputs, each large one the very same value as an equal one before it."""
        return {name: self._share_value(value) for name, value in outputs.items()}

    def _share_value(self, value: Value) -> Value:
        if isinstance(value, str):
            return value if len(value) < _LARGE else self._outputs.setdefault(value, value)
        if not isinstance(value, dict | list):
            return value
        try:
            data = msgspec.msgpack.encode(value)
        except (TypeError, ValueError, OverflowError, RecursionError):
            # A number with a spelling of its own, or a large one.
            return value
        return value if len(data) < _LARGE else self._outputs.setdefault(_digest(data), value)


def _digest(data: bytes) -> bytes:
    from hashlib import sha256

    return sha256(data).digest()


def _measure(attempt: Attempt, limit: int) -> _Held:
    sizes: dict[int, int] = {}
    messages = tuple(one for one in _messages(attempt) if one.body)
    for one in messages:
        sizes[id(one.body)] = len(one.body)
    operands = tuple(_large_operands(attempt, sizes, limit))
    large = tuple(_large_outputs(attempt, sizes, limit))
    return _Held(sum(sizes.values()), messages, operands, attempt.outputs, large)


def _messages(attempt: Attempt) -> Iterator[HttpRequest | HttpResponse | StepMessage]:
    if attempt.request is not None:
        yield attempt.request
    if attempt.response is not None:
        yield attempt.response
    if attempt.message is not None:
        yield attempt.message
    for one in attempt.exchanges:
        yield one.request
        if one.response is not None:
            yield one.response


def _large_operands(attempt: Attempt, sizes: dict[int, int], limit: int) -> Iterator[OperandValue]:
    judged = [*attempt.criteria, *(one for each in attempt.considered for one in each.criteria)]
    for operand in (one for criterion in judged for one in criterion.operands):
        if isinstance(operand.value, str | bytes | dict | list):
            size = value_size(operand.value, limit)
            if size >= _LARGE:
                sizes[id(operand.value)] = size
                yield operand


def _large_outputs(attempt: Attempt, sizes: dict[int, int], limit: int) -> Iterator[str]:
    for name, value in attempt.outputs.items():
        size = value_size(value, limit)
        if size >= _LARGE:
            sizes[id(value)] = size
            yield name


def copy_outcome(outcome: HttpResponse | TransportFailure) -> HttpResponse | TransportFailure:
    """What came of a request, with messages that are the run's own: a world may keep its."""
    request = outcome.request and replace(outcome.request)
    exchanges = tuple(map(_copy_exchange, outcome.exchanges))
    return replace(outcome, request=request, exchanges=exchanges)


def _copy_exchange(exchange: WireExchange) -> WireExchange:
    response = exchange.response and replace(exchange.response)
    return replace(exchange, request=replace(exchange.request), response=response)
