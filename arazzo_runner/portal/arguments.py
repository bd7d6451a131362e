"""What is wrong with the arguments of a tool, in words that a model can correct them by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from arazzo_runner.executor.inputs import compile_inputs
from arazzo_runner.openapi.schema.walk import properties_of
from arazzo_runner.text.diagnostic import did_you_mean, shorten

_LONGEST: Final = 200


def argument_problems(name: str, schema: dict[str, Any], arguments: object) -> str:
    """All that is wrong with the arguments of the tool of this name; empty when they fit."""
    if not isinstance(arguments, Mapping):
        kind = type(arguments).__name__
        return f"`{name}` takes an object of arguments, and not a {kind}\n{_usage(schema)}"
    lines = list(_problems(schema, arguments))
    return "\n".join([*lines, _usage(schema)]) if lines else ""


def _problems(schema: dict[str, Any], arguments: Mapping[str, Any]) -> Iterator[str]:
    known = properties_of(schema)
    for one in arguments:
        if one not in known:
            hint = did_you_mean(one, known) if isinstance(one, str) else None
            yield f"no argument is called `{shorten(str(one))}`" + (f"; {hint}" if hint else "")
    declared = {one: value for one, value in arguments.items() if one in known}
    try:
        failures = list(compile_inputs(schema).iter_errors(declared))
    except (TypeError, ValueError, OverflowError, RecursionError) as reason:
        yield f"the arguments are no JSON value: {shorten(str(reason), _LONGEST)}"
        return
    for one in failures:
        yield _explain_failure(one)


def _explain_failure(failure: Any) -> str:
    path = ".".join(map(str, failure.instance_path))
    if failure.kind.name == "required":
        return f"the argument `{failure.kind.property}` is missing"
    return f"the argument `{path}`: {_shorten_message(failure.message)}"


def _shorten_message(message: str) -> str:
    """A message that begins with a value, which may be long."""
    return message if len(message) <= _LONGEST else f"{message[: _LONGEST // 2]}…{message[-100:]}"


def _usage(schema: dict[str, Any]) -> str:
    required = schema.get("required", ())
    listed = (
        f"`{name}`" + (" (required)" if name in required else "") for name in properties_of(schema)
    )
    return f"help: the arguments are {', '.join(listed)}"
