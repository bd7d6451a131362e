"""A result or event with its secrets masked: of many runs, each has its own, and a report has all.

One masker that knows the secrets of a thousand runs would take a thousand times as long.
"""

from __future__ import annotations

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
from arazzo_runner.openapi.message import HttpRequest, HttpResponse, WireExchange
from arazzo_runner.openapi.response.contract import CheckResult
from arazzo_runner.report.mask import NO_MASK, Masker

T = TypeVar("T")

# What holds something from outside; documents and places are left as they are.
_MASKED_TYPES: Final = frozenset(
    {ActionTaken, Attempt, CheckResult, ConsideredAction, CriterionResult, WireExchange, HttpRequest,
     HttpResponse, OperandValue, RunResult, StepError, StepResult, TransportFailure,
     WorkflowResult, *get_args(Event)}
)  # fmt: skip
_DATA: Final = frozenset({"body", "inputs", "outputs", "sent_body", "value"})
_WORDS: Final = frozenset({"code", "fault", "kind", "level", "method", "severity", "type"})
"""Fields of words that are ours, also where a secret is such a word."""


def mask_value(told: T, masker: Masker) -> T:
    """The same with every secret masked."""
    return told if masker is NO_MASK else _mask_value(told, masker)


def _mask_value(told: Any, masker: Masker) -> Any:
    match told:
        case Enum():
            return told
        case str():
            return masker.text(told)
        case tuple():
            items = tuple(_mask_value(one, masker) for one in told)
            return told if all(map(_is_type, items, told)) else items
        case Struct() if type(told) in _MASKED_TYPES:
            return _struct(told, masker)
        case _:
            return told


def _struct(told: Struct, masker: Masker) -> Struct:
    changed: dict[str, Any] = {}
    for name in told.__struct_fields__:
        before = getattr(told, name)
        after = _field(name, before, masker)
        if after is not before:
            changed[name] = after
    return replace(told, **changed) if changed else told


def _field(name: str, value: Any, masker: Masker) -> Any:
    if name in _WORDS:
        return value
    return masker.value(value) if name in _DATA else _mask_value(value, masker)


def _is_type(one: object, other: object) -> bool:
    return one is other
