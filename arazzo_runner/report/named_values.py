"""Inputs and outputs by name: a line each, and what is longer a line a member."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from arazzo_runner.expression.value import Value
from arazzo_runner.report.body import to_json_data
from arazzo_runner.report.look import TextStyle

MEMBERS = 20
"""So many members of a long array or object are shown."""

TEXT_LIMIT = 1_000
"""A text among the outputs of a workflow is shown up to this length, in characters."""


def value_lines(values: Mapping[str, Value], look: TextStyle) -> list[str]:
    """``name = value``, a line each, the values in JSON and cut to the line."""
    return [_line(name, value, look) for name, value in values.items()]


def _line(name: str, value: Value, look: TextStyle) -> str:
    shown = look.shown.text(name)
    return f"{shown} = {look.shown.value(value, max(look.room - len(shown) - 3, 20))}"


def output_lines(outputs: Mapping[str, Value], look: TextStyle) -> list[str]:
    """The outputs of a workflow: what a line cannot hold is spread, a line a member.

    With ``-vv`` they are whole.
    """
    if look.verbosity == "bodies":
        return [line for name, value in outputs.items() for line in _whole_value(name, value, look)]
    return [line for name, value in outputs.items() for line in _spread_value(name, value, look)]


def _whole_value(name: str, value: Value, look: TextStyle) -> list[str]:
    masked = to_json_data(look.shown.masker.value(value))
    lines = json.dumps(masked, indent=2, ensure_ascii=False).split("\n")
    shown = [look.shown.text(line) for line in lines]
    return [f"{look.shown.text(name)} = {shown[0]}", *shown[1:]]


def _spread_value(name: str, value: Value, look: TextStyle) -> list[str]:
    line = _line(name, value, look)
    # A JSON spelling ends in a quote, a bracket or a word: an ellipsis means that it was cut.
    if not line.endswith(look.marks.cut):
        return [line]
    first = f"{look.shown.text(name)} = "
    match value:
        case list():
            return [f"{first}[", *_members(_items(value, look), len(value), look), "]"]
        case dict():
            return [f"{first}{{", *_members(_entries(value, look), len(value), look), "}"]
        case _:
            return [first + look.shown.value(value, TEXT_LIMIT)]


def _items(items: list[Value], look: TextStyle) -> Iterator[str]:
    return (look.shown.value(item, look.room) for item in items)


def _entries(members: dict[str, Value], look: TextStyle) -> Iterator[str]:
    for name, value in members.items():
        key = look.shown.value(name, look.room)
        yield f"{key}: {look.shown.value(value, max(look.room - len(key) - 2, 20))}"


def _members(shown: Iterator[str], count: int, look: TextStyle) -> Iterator[str]:
    for _, line in zip(range(MEMBERS), shown, strict=False):
        yield f"  {line}"
    if count > MEMBERS:
        yield f"  {look.marks.cut} and {count - MEMBERS:,} more"
