"""Inputs from the command line: `-i` and `--inputs`, with those of a profile under them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any, Final

from arazzo_runner.cli.input_text import (
    InputSchemas,
    base64_text,
    binary_file,
    file_kind,
    input_usage_error,
    json_data,
    parse_input,
    set_input,
)
from arazzo_runner.cli.options.profiles import NO_PROFILE, Profile
from arazzo_runner.document.model import WorkflowName
from arazzo_runner.errors import DocumentError, InputError, system_words
from arazzo_runner.executor.inputs_schema import InputsSchema, InputValue
from arazzo_runner.expression.value import Value
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.pipeline.load import Description
from arazzo_runner.text.diagnostic import Severity, shorten
from arazzo_runner.text.limits import DocumentLimits
from arazzo_runner.text.parse import decode


def read_inputs(
    assignments: Iterable[str], file: str | Mapping[str, Value] | None, known: InputSchemas
) -> dict[str, Value]:
    """The inputs: those of ``--inputs FILE``, then each ``-i``, which wins. Raises InputError.

    A file that was read for several documents is here as what is in it.
    """
    inputs = read_inputs_file(file) if file else {}
    given: dict[str, list[Value]] = {}
    for assignment in assignments:
        name, value = _assignment(assignment, known)
        given.setdefault(name, []).append(value)
    for name, values in given.items():
        set_input(inputs, known.target(name), values)
    return inputs


def check_stdin(document: str, file: str | None, assignments: Iterable[str]) -> None:
    """Raise InputError where two things are to be read from standard input."""
    takers = [
        *(["the document"] if document == "-" else []),
        *(["`--inputs -`"] if file == "-" else []),
        *(f"`-i {shorten(one)}`" for one in assignments if one.partition("=")[2] == "@-"),
    ]
    if len(takers) > 1:
        listed = " and ".join(takers)
        raise input_usage_error(f"standard input cannot be {listed}", "write one of them to a file")


def read_inputs_file(file: str | Mapping[str, Value]) -> dict[str, Value]:
    """Inputs from a JSON or YAML file, ``-`` for standard input. Raises InputError."""
    if isinstance(file, Mapping):
        return deepcopy(dict(file))
    from arazzo_runner.text.parse import parse

    try:
        source = decode(_read(file, "--inputs"), "<stdin>" if file == "-" else file, file)
        parsed = parse(source, DocumentLimits(), Severity.ERROR)
    except DocumentError as reason:
        raise InputError(*reason.diagnostics) from None
    if parsed.diagnostics:
        raise InputError(*parsed.diagnostics)
    if not isinstance(parsed.value, dict):
        message = f"`--inputs {file}` is not an object"
        raise input_usage_error(message, "inputs are names with values, such as `name: value`")
    return parsed.value


def _read(file: str, flag: str) -> bytes:
    import sys

    from arazzo_runner.retrieve.pipe import read_file

    try:
        return sys.stdin.buffer.read() if file == "-" else read_file(file)
    except (OSError, ValueError) as reason:  # ValueError: a NUL in the path
        raise input_usage_error(
            f"`{flag}`: `{file}` cannot be read: {system_words(reason)}"
        ) from None


def _assignment(text: str, known: InputSchemas) -> tuple[str, Value]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip(":"):
        raise input_usage_error(f"`-i {shorten(text)}` is not an assignment", _ASSIGNMENTS)
    if name.endswith(":"):
        return name[:-1], _json(name[:-1], value)
    stated = known.target(name).value
    if not value.startswith("@"):
        return name, parse_input(name, value, stated)
    path = value[1:]
    match file_kind(stated):
        case "binary":
            return name, binary_file(name, path)
        case "binaries":
            return name, [binary_file(name, path)]
        case "base64":
            return name, base64_text(_read(path, f"-i {name}"))
        case None:
            return name, parse_input(name, _file_text(name, path), stated)


_ASSIGNMENTS = "write `-i NAME=VALUE`, `-i NAME=@FILE` or `-i NAME:=JSON`"


def _file_text(name: str, file: str) -> str:
    try:
        return decode(_read(file, f"-i {name}"), file, file).text
    except DocumentError:
        message = f"input `{name}`: `{file}` is not UTF-8, and an input is text"
        raise input_usage_error(
            message, "to send the file's bytes, declare the input with `format: binary`"
        ) from None


def _json(name: str, text: str) -> Value:
    try:
        return json_data(name, text)
    except ValueError:
        way_out = f"JSON strings need double quotes; `-i {name}=VALUE` takes text without quotes"
        raise input_usage_error(f"input `{name}`: `{shorten(text)}` is not JSON", way_out) from None


def input_schemas_of(description: Description, workflows: Sequence[str]) -> InputSchemas:
    """What the workflows to run say of their inputs, and those that these lead to."""
    schemas = _schemas(description, workflows)
    return InputSchemas(tuple(schemas.values()), schemas)


def inputs_for(
    description: Description, given: Mapping[str, Any], workflows: Sequence[str]
) -> dict[str, Value]:
    """The inputs of the flags ``-i`` and ``--inputs``, and those of the profile under them.

    Of a profile, which many documents may share, count those that are declared. Raises InputError.
    """
    known = input_schemas_of(description, workflows)
    try:
        typed = read_inputs(given["inputs"], given["inputs_file"], known)
    except InputError as reason:
        reason.secrets = tuple(_secret_lines(reason, given, known))
        raise
    profile: Profile = given.get("profile", NO_PROFILE)
    shared = {name: one for name, one in profile.inputs.items() if known.takes(name)}
    variables = _read_variables(_variables(given), known)
    return _joined(_joined(shared, variables, known), typed, known)


def _joined(
    lower: Mapping[str, Value], upper: Mapping[str, Value], known: InputSchemas
) -> dict[str, Value]:
    """Both, ``upper`` winning; of what is for one workflow alone, input by input.

    What ``upper`` gives to all workflows is also for those that ``lower`` gives it to alone.
    """
    joined: dict[str, Any] = dict(lower)
    for name in known.tables:
        table = lower.get(name)
        if isinstance(table, dict):
            joined[name] = {key: one for key, one in table.items() if key not in upper}
    for name, value in upper.items():
        below = joined.get(name) if name in known.tables else None
        if isinstance(below, dict) and isinstance(value, dict):
            joined[name] = {**below, **value}
        else:
            joined[name] = value
    return joined


INPUT_VARIABLE: Final = "ARAZZO_INPUT_"
"""What the environment variables of inputs begin with."""


def _variables(given: Mapping[str, Any]) -> dict[str, str]:
    """All variables; the environment wins over ``--env-file``."""
    import os

    return {**(given.get("env_file") or {}), **os.environ}


def _read_variables(variables: Mapping[str, str], known: InputSchemas) -> dict[str, Value]:
    """``ARAZZO_INPUT_NAME`` and ``ARAZZO_INPUT_WORKFLOW_NAME``, as the inputs are declared.

    Capital letters, with `_` for all that is no letter or digit. A variable of an input that no
    workflow declares is for others. Raises InputError.
    """
    found: dict[str, Value] = {}
    names = dict.fromkeys(name for schema in known.schemas for name in schema.stated)
    own = [f"{one}.{name}" for one, each in known.by_workflow.items() for name in each.stated]
    for name in (*names, *own):
        text = variables.get(f"{INPUT_VARIABLE}{_identifier(name)}")
        if text is not None:
            target = known.target(name)
            set_input(found, target, [_variable_value(name, text, target.value, known)])
    return found


def input_variable(workflow_id: str, name: str) -> str:
    """The environment variable of an input of one workflow; of all, where none is named."""
    whole = f"{workflow_id}.{name}" if workflow_id else name
    return f"{INPUT_VARIABLE}{_identifier(whole)}"


def _variable_value(name: str, text: str, stated: InputValue | None, known: InputSchemas) -> Value:
    try:
        return parse_input(name, text, stated)
    except InputError as reason:
        if known.has_secrets(name):
            reason.secrets = (text,)
        raise


def _identifier(name: str) -> str:
    return re.sub(r"\W", "_", name, flags=re.ASCII).upper()


def typed_names(given: Mapping[str, Any]) -> list[str]:
    """The names of the inputs that ``-i`` and ``--inputs`` set. Raises InputError."""
    names = [text.partition("=")[0].rstrip(":") for text in given["inputs"]]
    file = given["inputs_file"]
    return [*(read_inputs_file(file) if file else ()), *names]


def _secret_lines(
    reason: InputError, given: Mapping[str, Any], known: InputSchemas
) -> Iterator[str]:
    """What may be a secret of inputs that cannot be read: all of it, line by line."""
    for text in given["inputs"]:
        name, _, value = text.partition("=")
        name = name.rstrip(":")
        head = known.target(name).path[0]
        if head in given["secrets"] or known.has_secrets(head):
            yield from (value, *value.splitlines())
    may_be = bool(given["secrets"]) or known.has_secrets()
    for one in reason.diagnostics:
        # Of a file nobody knows which input a line is about.
        if may_be and one.place is not None and not one.place.source.name.startswith("-i "):
            yield from one.place.source.text.splitlines()


def _schemas(description: Description, names: Sequence[str]) -> dict[str, InputsSchema]:
    """The schemas of the inputs: of the workflows to run, then of those that these lead to."""
    from arazzo_runner.lint.cascades import targets_of

    declared = description.entry.inputs
    workflows = {one.workflow_id: one for one in description.entry.document.workflows}
    todo = [one.workflow for one in pipeline.select_workflows(description, names)]
    reached: dict[str, InputsSchema] = {}
    while todo:
        name = todo.pop(0)
        if name in declared and name not in reached:
            reached[name] = declared[name]
            todo += (
                one.workflow_id
                for one in targets_of(workflows[name])
                if isinstance(one, WorkflowName) and one.source is None
            )
    return reached
