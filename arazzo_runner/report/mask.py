"""Results and events with every secret masked.

Of many runs, each has its own masker, and a report has all, since one masker that knows the secrets
of a thousand runs would take a thousand times as long.
"""

from __future__ import annotations

import sys
from enum import Enum
from typing import Any, Final, TypeVar, get_args

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.executor.events import Event
from arazzo_runner.executor.result import (
    ActionTaken,
    Attempt,
    ConsideredAction,
    CriterionResult,
    OperandValue,
    RunResult,
    StepError,
    StepResult,
    WorkflowResult,
)
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.http_semantics.media_type import is_json
from arazzo_runner.openapi.message import HttpRequest, HttpResponse, WireExchange
from arazzo_runner.openapi.response.body import decode_body
from arazzo_runner.openapi.response.contract import CheckResult
from arazzo_runner.report.secrets import NO_MASK, Masker
from arazzo_runner.text.json_write import write_json

T = TypeVar("T")

# What holds something from outside; documents and places are left as they are.
_MASKED_TYPES: Final = frozenset(
    {ActionTaken, Attempt, CheckResult, ConsideredAction, CriterionResult, WireExchange,
    HttpRequest,
     HttpResponse, OperandValue, RunResult, StepError, StepResult, TransportFailure,
     WorkflowResult, *get_args(Event)}
)  # fmt: skip
_DATA: Final = frozenset({"inputs", "outputs", "value"})
_WORDS: Final = frozenset({"code", "fault", "kind", "level", "method", "severity", "type"})
"""Fields of words that are ours, also where a secret is such a word."""


def mask_value(value: T, masker: Masker) -> T:
    """The same with every secret masked."""
    return value if masker is NO_MASK else _mask_value(value, masker)


def _mask_value(told: Any, masker: Masker) -> Any:
    match told:
        case Enum():
            return told
        case str():
            return masker.text(told)
        case tuple():
            items = tuple(_mask_value(one, masker) for one in told)
            return told if all(map(_is_same, items, told)) else items
        case Struct() if type(told) in _MASKED_TYPES:
            return _struct(told, masker)
        case _:
            return told


def _struct(told: Struct, masker: Masker) -> Struct:
    changed: dict[str, Any] = {}
    for name in told.__struct_fields__:
        before = getattr(told, name)
        if name == "body" and isinstance(told, HttpRequest | HttpResponse):
            after = _body(told, masker)
        else:
            after = _field(name, before, masker)
        if after is not before:
            changed[name] = after
    return replace(told, **changed) if changed else told


def _field(name: str, value: Any, masker: Masker) -> Any:
    if name in _WORDS:
        return value
    return masker.value(value) if name in _DATA else _mask_value(value, masker)


def _body(message: HttpRequest | HttpResponse, masker: Masker) -> bytes:
    """A body; JSON stays JSON, also where a number is masked."""
    masked: bytes = masker.value(message.body)
    kind = message.header("Content-Type")
    if kind is None or not is_json(kind):
        return masked
    try:
        value = decode_body(kind, message.body, sys.maxsize)
        shown = masker.value(value)
        return masked if shown is value else write_json(shown).encode()
    except (ValueError, RecursionError):
        return masked


def _is_same(one: object, other: object) -> bool:
    return one is other
