"""Inputs from the command line: text becomes the type that the workflow declares."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from arazzo_runner.errors import InputError
from arazzo_runner.executor.inputs import parts
from arazzo_runner.expression.value import Value
from arazzo_runner.text.diagnostic import error


def usage(message: str, help_line: str | None = None, code: str = "AZ906") -> InputError:
    """An error about what was typed."""
    return InputError(error(code, message, None, "", help_line))


def read_inputs(
    assignments: Iterable[str], file: str | None, declared: Mapping[str, Value], root: Value
) -> dict[str, Value]:
    """The inputs: those of ``--inputs FILE``, then each ``-i``, which wins.

    ``declared`` are the input schemas by name, ``root`` the schema they belong to (for ``$ref``).
    Raises InputError.
    """
    inputs = read_inputs_file(file) if file else {}
    given: dict[str, list[Value]] = {}
    for assignment in assignments:
        name, value = _assignment(assignment, declared, root)
        given.setdefault(name, []).append(value)
    for name, values in given.items():
        _put(inputs, name, values, declared, root)
    return inputs


def read_inputs_file(file: str) -> dict[str, Value]:
    """Inputs from a JSON or YAML file, ``-`` for standard input."""
    from arazzo_runner.text.diagnostic import Severity
    from arazzo_runner.text.yaml import DocumentLimits, decode, parse

    data = _read(file, "--inputs")
    value = parse(decode(data, file, file), DocumentLimits(), Severity.ERROR).value
    if not isinstance(value, dict):
        raise usage(f"`{file}` holds no object; inputs are names with values")
    return value


def _read(file: str, flag: str) -> bytes:
    import sys

    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as reason:
        raise usage(f"`{flag}`: `{file}` cannot be read: {reason.strerror}") from reason


def _assignment(text: str, declared: Mapping[str, Value], root: Value) -> tuple[str, Value]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip(":"):
        raise usage(
            f"`-i {text}` is no assignment",
            "write `-i NAME=VALUE`, `-i NAME=@FILE` or `-i NAME:=JSON`",
        )
    if name.endswith(":"):
        return name[:-1], _json(name[:-1], value)
    if value.startswith("@"):
        value = _read(value[1:], f"-i {name}").decode("utf-8", "surrogateescape")
    return name, typed(name, value, _schema_of(name, declared, root), root)


def _json(name: str, text: str) -> Value:
    try:
        return json.loads(text)
    except ValueError as reason:
        raise usage(f"input `{name}`: `{text}` is not JSON: {reason}") from reason


def _schema_of(name: str, declared: Mapping[str, Value], root: Value) -> Value:
    """The schema of an input, or of a property inside one that is named with dots."""
    if name in declared or "." not in name:
        return declared.get(name)
    head, _, rest = name.partition(".")
    inner = {
        key: one
        for part in parts(declared.get(head), root)
        for key, one in part.get("properties", {}).items()
    }
    return _schema_of(rest, inner, root)


def typed(name: str, text: str, schema: Value, root: Value) -> Value:
    """Turn text into the type that a schema declares; text that does not fit is an InputError.

    Without a declared type the text stays a string.
    """
    types = _types(schema, root)
    if not types or "string" in types:
        return text
    for kind in types:
        found = _as(kind, text, schema, root)
        if found is not _UNFIT:
            return found
    listed = " or ".join(types)
    raise usage(f"input `{name}`: `{text}` is no {listed}", None, "AZ904")


_UNFIT: Any = object()


def _types(schema: Value, root: Value) -> list[str]:
    for part in parts(schema, root):
        stated = part.get("type")
        if stated is not None:
            return [stated] if isinstance(stated, str) else list(stated)
    return []


def _as(kind: str, text: str, schema: Value, root: Value) -> Value:
    match kind:
        case "boolean":
            return {"true": True, "false": False}.get(text.lower(), _UNFIT)
        case "null":
            return None if text in ("null", "") else _UNFIT
        case "array" if not text.lstrip().startswith("["):
            return _items(text, schema, root)
        case _:
            return _parsed(kind, text)


def _items(text: str, schema: Value, root: Value) -> Value:
    """A list without brackets: one item, or several with commas between them."""
    items = next((part["items"] for part in parts(schema, root) if "items" in part), None)
    return [typed("[]", item.strip(), items, root) for item in text.split(",")] if text else []


_KINDS: dict[str, tuple[type, ...]] = {
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}


def _parsed(kind: str, text: str) -> Value:
    try:
        value = json.loads(text)
    except ValueError:
        return _UNFIT
    fits = isinstance(value, _KINDS.get(kind, ())) and not isinstance(value, bool)
    return value if fits else _UNFIT


def _put(
    inputs: dict[str, Value],
    name: str,
    values: list[Value],
    declared: Mapping[str, Value],
    root: Value,
) -> None:
    """Set an input; several values of an array add up; a dotted name reaches into an object."""
    is_array = "array" in _types(_schema_of(name, declared, root), root)
    value = [item for one in values for item in one] if is_array else values[-1]
    head, dot, rest = name.partition(".")
    if not dot or name in declared or head not in declared:
        inputs[name] = value
        return
    target = inputs.setdefault(head, {})
    *way, last = rest.split(".")
    for key in way:
        target = target.setdefault(key, {})
    target[last] = value
