"""Schemas of JSON Schema 2020-12 that values which were seen fit, and others of their kind.

A member is required if all objects have it. No value stands in a schema.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from arazzo_runner.expression.value import Value
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import Pointer

MemberStates: TypeAlias = Mapping[Pointer, tuple[Value, ...]]

_DEPTH: Final = 24
_ITEMS: Final = 100
_MEMBERS: Final = 300
_FORMATS: Final = (
    ("date-time", lazy_pattern(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")),
    ("date", lazy_pattern(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")),
    ("uuid", lazy_pattern(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")),
    ("email", lazy_pattern(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")),
    ("uri", lazy_pattern(r"https?://[A-Za-z0-9.-]+(:\d+)?(/[^\s\"<>\\^`{|}]*)?")),
)


def infer_schema(values: Sequence[Value], states: MemberStates | None = None) -> dict[str, Value]:
    """The schema of samples; ``{}``, which allows anything, where there are none.

    ``states`` are the values between which members change, by their places.
    """
    placed = {_pattern(place): one for place, one in (states or {}).items()}
    return _schema(values, (), placed)


def _pattern(place: Pointer) -> Pointer:
    """A place for all items of an array."""
    return tuple(0 if isinstance(one, int) else one for one in place)


def _schema(values: Sequence[Value], at: Pointer, states: MemberStates) -> dict[str, Value]:
    if len(at) > _DEPTH:
        return {}
    types = list(dict.fromkeys(map(_type, values)))
    if "number" in types and "integer" in types:
        types.remove("integer")
    schema: dict[str, Value] = {}
    if types != ["null"] and types:  # what null stands for was not seen
        schema["type"] = types[0] if len(types) == 1 else types
    objects = [one for one in values if isinstance(one, dict)]
    arrays = [one for one in values if isinstance(one, list)]
    texts = [one for one in values if isinstance(one, str)]
    if objects:
        schema |= _object(objects, at, states)
    if arrays:
        items = [one for array in arrays for one in array[:_ITEMS]][: _ITEMS * 4]
        schema["items"] = _schema(items, (*at, 0), states)
    if texts and (name := _format(texts)):
        schema["format"] = name
    return {**schema, "enum": list(states[at])} if at in states and texts else schema


def _type(value: Value) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _object(
    objects: Sequence[dict[str, Value]], at: Pointer, states: MemberStates
) -> dict[str, Value]:
    names = list(dict.fromkeys(name for one in objects for name in one))
    if len(names) > _MEMBERS:  # a map, whose names are data
        values = [value for one in objects for value in one.values()][: _ITEMS * 4]
        return {"additionalProperties": _schema(values, (*at, ""), states)}
    required: list[Value] = [name for name in names if all(name in one for one in objects)]
    properties: dict[str, Value] = {
        name: _schema([one[name] for one in objects if name in one], (*at, name), states)
        for name in names
    }
    schema: dict[str, Value] = {"required": required} if required else {}
    return {**schema, "properties": properties} if properties else schema


def _format(texts: Iterable[str]) -> str | None:
    kept = [*texts]
    return next((name for name, form in _FORMATS if all(form.fullmatch(one) for one in kept)), None)


def text_schema(texts: Sequence[str]) -> dict[str, Value]:
    """The schema of a parameter, by the texts that were sent for it."""
    if all(_INTEGER.fullmatch(one) for one in texts):
        return {"type": "integer"}
    if all(one in ("true", "false") for one in texts):
        return {"type": "boolean"}
    return infer_schema(list(texts)) if texts else {"type": "string"}


# Such an integer is spelled again as it was sent.
_INTEGER: Final = lazy_pattern(r"0|-?[1-9][0-9]{0,14}")
