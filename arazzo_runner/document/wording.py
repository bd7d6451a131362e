"""Words that the messages about a document share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from arazzo_runner.expression.value import Value
from arazzo_runner.text.diagnostic import shorten


def type_label(value: Value) -> str:
    """What a value is, in the words of a message."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return f"the number {value}"
        case str():
            return "a string"
        case list():
            return "a list"
        case _:
            return "an object"


def join_names(names: Sequence[str], word: Literal["or", "and"] = "or") -> str:
    """Names in backticks, as a sentence lists them."""
    quoted = [f"`{name}`" for name in names]
    return (
        f" {word} ".join((", ".join(quoted[:-1]), quoted[-1]))
        if len(quoted) > 1
        else "".join(quoted)
    )


def type_help(value: Value, wanted: str) -> str | None:
    """The way out where a value is not of the wanted type, if there is a plain one."""
    if value is None:
        return "leave the field out when it has no value"
    if wanted == "a string" and isinstance(value, bool | int | float):
        spelled = str(value).lower() if isinstance(value, bool) else value
        return f'put it in quotes: "{spelled}"'
    if wanted == "a list" and isinstance(value, dict):
        return "begin each item with `- `"
    if wanted == "an object (Criterion Object)" and isinstance(value, str):
        return f"write `condition: {shorten(value)}`"
    if wanted in ("a number", "an integer") and isinstance(value, str):
        return _number_help(value)
    return None


def _number_help(text: str) -> str | None:
    """``"3"`` is a number in quotes, ``5s`` one with its unit."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)", text.strip())
    if found is None:
        return None
    return f"write it without {'its unit' if found[2] else 'quotes'}: {found[1]}"


def field_help(name: str, known: Sequence[str]) -> str:
    """The way out after a field that an object does not have."""
    if name == "$ref":
        return "outside of `inputs`, write `reference: $components.<type>.<name>`"
    return f"its fields are {join_names(known, 'and')}; own ones begin with `x-`"
