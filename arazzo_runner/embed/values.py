"""Inputs from a program: JSON values, whatever Python types they come in."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from pathlib import PurePath
from typing import Any

from arazzo_runner.errors import UsageError
from arazzo_runner.expression.value import Value
from arazzo_runner.text.diagnostic import error


def read_inputs(given: Mapping[str, Any] | None) -> dict[str, Value]:
    """The inputs as values of their own, which the caller cannot change any more.

    Tuples become lists; bytes are bodies and parts of bodies, paths are files to send as such.
    Raises TypeError for what is no JSON, UsageError for a file that cannot be read.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise TypeError(f"`inputs` is a {type(given).__name__}, and not a mapping of names")
    return {str(name): _value(value, f"the input `{name}`") for name, value in given.items()}


def _value(value: Any, what: str) -> Value:
    match value:
        case None | bool():
            return value
        case str():
            return str.__str__(value)
        case int():
            return int(value)
        case float() if isfinite(value):
            return float(value)
        case bytes() | bytearray():
            return bytes(value)
        case PurePath():
            return _file(value, what)
        case list() | tuple():
            return [_value(one, f"{what}, item {index}") for index, one in enumerate(value)]
        case Mapping():
            return _members(value, what)
        case _:
            raise TypeError(f"{what} is {_type_label(value)}, which is no JSON value")


def _file(path: PurePath, what: str) -> Value:
    from arazzo_runner.http.uploads import file_body

    try:
        return file_body(str(path))
    except OSError as reason:
        words = (reason.strerror or "it fails").lower()
        raise UsageError(error("AZ906", f"{what}: `{path}` cannot be read: {words}")) from None


def _members(value: Mapping[Any, Any], what: str) -> Value:
    for name in value:
        if not isinstance(name, str):
            raise TypeError(f"{what} has the key {name!r}, and keys of JSON are strings")
    return {str(name): _value(one, f"{what}, `{name}`") for name, one in value.items()}


def _type_label(value: object) -> str:
    return str(value) if isinstance(value, float) else f"a {type(value).__name__}"
