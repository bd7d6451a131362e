"""Inputs from the command line: `-i` and `--inputs`, in the types that the workflows declare.

``-i NAME=@FILE``, by the schema of the input::

    type: string, format: binary            the file itself, read when it is sent
    contentMediaType: image/png             likewise
    contentEncoding: base64                 its bytes as Base64 text
    type: array, items: {format: binary}    one file, or several with several flags
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from arazzo_runner.cli.options.profiles import NO_PROFILE, Profile
from arazzo_runner.document.model import WorkflowName
from arazzo_runner.errors import DocumentError, InputError
from arazzo_runner.executor.inputs_schema import InputsSchema
from arazzo_runner.executor.secret_inputs import has_secrets
from arazzo_runner.expression.value import FileBody, Value
from arazzo_runner.openapi.schema.descend import standalone_shape, types_of_shape
from arazzo_runner.openapi.schema.standalone import possible_parts
from arazzo_runner.openapi.schema.walk import (
    definitions_of,
    item_schemas,
    properties_of,
    with_definitions,
)
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.pipeline.load import Description
from arazzo_runner.text.diagnostic import Severity, error, shorten
from arazzo_runner.text.json_reader import build_json
from arazzo_runner.text.limits import DocumentLimits
from arazzo_runner.text.parse import decode
from arazzo_runner.text.source import SourceFile

if TYPE_CHECKING:
    from arazzo_runner.openapi.schema.binary import BinaryForm


def file_kind(schema: Value, root: Value) -> BinaryForm | None:
    """How a file is given to an input of this schema; None: as the text in it."""
    from arazzo_runner.openapi.schema.binary import binary_form

    return binary_form(standalone_shape(schema, root))


def binary_file(name: str, path: str) -> FileBody:
    """The file that the user named for an input. Raises InputError."""
    from arazzo_runner.http.uploads import file_body

    if path == "-":
        message = f"input `{name}`: a file to send cannot be standard input"
        help_ = "write it to a file: a retry may have to send it again"
        raise InputError(error("AZ906", message, help=help_))
    try:
        return file_body(path)
    except (OSError, ValueError) as reason:  # ValueError: a NUL in the path
        words = getattr(reason, "strerror", None) or str(reason)
        message = f"`-i {name}`: `{path}` cannot be read: {words.lower()}"
        help_ = "give the path of a file, from the working directory"
        raise InputError(error("AZ906", message, help=help_)) from None


def base64_text(content: bytes) -> str:
    """The content of a file as Base64 text."""
    return b64encode(content).decode("ascii")


def input_usage_error(
    message: str, help_line: str | None = None, code: str = "AZ906"
) -> InputError:
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
        set_input(inputs, name, values, declared, root)
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


def read_inputs_file(file: str) -> dict[str, Value]:
    """Inputs from a JSON or YAML file, ``-`` for standard input. Raises InputError."""
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
        words = reason.strerror if isinstance(reason, OSError) else str(reason)
        raise input_usage_error(
            f"`{flag}`: `{file}` cannot be read: {(words or 'unknown error').lower()}"
        ) from None


def _assignment(text: str, declared: Mapping[str, Value], root: Value) -> tuple[str, Value]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip(":"):
        raise input_usage_error(f"`-i {shorten(text)}` is not an assignment", _ASSIGNMENTS)
    if name.endswith(":"):
        return name[:-1], _json(name[:-1], value)
    schema = schema_of(name, declared, root)
    if not value.startswith("@"):
        return name, parse_input(name, value, schema, root)
    path = value[1:]
    match file_kind(schema, root):
        case "binary":
            return name, binary_file(name, path)
        case "binaries":
            return name, [binary_file(name, path)]
        case "base64":
            return name, base64_text(_read(path, f"-i {name}"))
        case None:
            return name, parse_input(name, _file_text(name, path), schema, root)


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
        return _data(name, text)
    except ValueError:
        way_out = f"JSON strings need double quotes; `-i {name}=VALUE` takes text without quotes"
        raise input_usage_error(f"input `{name}`: `{shorten(text)}` is not JSON", way_out) from None


def _data(name: str, text: str) -> Value:
    """The value of a JSON text. Raises ValueError for text that is none, InputError for the rest.

    That is what JSON data cannot hold (`NaN`, a key twice) and what is over the limits.
    """
    source = SourceFile(f"-i {name}", text, "input.json")
    try:
        value, doubtful = build_json(source, DocumentLimits())
    except DocumentError as reason:
        raise InputError(*reason.diagnostics) from None
    if doubtful:
        from arazzo_runner.text.value_errors import json_findings

        raise InputError(*json_findings(source, Severity.ERROR))
    return value


def schema_of(name: str, declared: Mapping[str, Value], root: Value) -> Value:
    """The schema of an input, or of a property inside one that is named with dots."""
    if name in declared or "." not in name:
        return declared.get(name)
    head, _, rest = name.partition(".")
    inner = {
        key: one
        for part in possible_parts([declared.get(head)], root)
        for key, one in properties_of(part).items()
    }
    return schema_of(rest, inner, root)


def parse_input(name: str, text: str, schema: Value, root: Value) -> Value:
    """Turn text into the type that a schema declares; text that does not fit is an InputError.

    Without a declared type the text stays a string.
    """
    shape = standalone_shape(schema, root)
    types = types_of_shape(shape)
    if not types or "string" in types or not _KINDS.keys() >= set(types):
        return text  # a type that there is not is told when the workflow is bound
    for kind in types:
        found = _parse_as(name, kind, text, schema, root)
        if found is not _UNFIT:
            return found
    if shape.values is not None:
        return text  # the schema lists what there may be, and its finding will too
    listed = " or ".join(types)
    raise input_usage_error(
        f"input `{name}`: `{shorten(text)}` is not of type {listed}", _WRITE[types[0]], "AZ904"
    )


_UNFIT: Any = object()
_WRITE = {
    "boolean": "write `true` or `false`",
    "null": "write `null`",
    "integer": "write digits only, such as `5`",
    "number": "write a number, such as `0.5`",
    "array": "write the items with commas between them, or JSON",
    "object": 'write JSON, such as `{"key": "value"}`',
}


def _types(schema: Value, root: Value) -> list[str]:
    return types_of_shape(standalone_shape(schema, root))


def _parse_as(name: str, kind: str, text: str, schema: Value, root: Value) -> Value:
    match kind:
        case "boolean":
            return {"true": True, "false": False}.get(text.lower(), _UNFIT)
        case "null":
            return None if text in ("null", "") else _UNFIT
        case "array" if not text.lstrip().startswith("["):
            return _items(name, text, schema, root)
        case _:
            return _parse_json_value(name, kind, text)


def _items(name: str, text: str, schema: Value, root: Value) -> Value:
    """A list without brackets: one item, or several with commas between them."""
    texts = text.split(",") if text else []
    return [
        parse_input(f"{name}[{at}]", one.strip(), _item(schema, root, at), root)
        for at, one in enumerate(texts)
    ]


def _item(schema: Value, root: Value, index: int) -> Value:
    parts = possible_parts([schema], root)
    return next((one for part in parts for one, _ in item_schemas(part, index)), None)


_KINDS: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "null": (),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}


def _parse_json_value(name: str, kind: str, text: str) -> Value:
    try:
        value = _data(name, text)
    except ValueError:
        return _UNFIT
    fits = isinstance(value, _KINDS.get(kind, ())) and not isinstance(value, bool)
    return value if fits else _UNFIT


def set_input(
    inputs: dict[str, Value],
    name: str,
    values: list[Value],
    declared: Mapping[str, Value],
    root: Value,
) -> None:
    """Set an input; several values of an array add up; a dotted name reaches into an object."""
    is_array = "array" in _types(schema_of(name, declared, root), root)
    adds_up = is_array and all(isinstance(one, list) for one in values)
    value = [item for one in values for item in one] if adds_up else values[-1]
    head, dot, rest = name.partition(".")
    if not dot or name in declared or head not in declared:
        inputs[name] = value
        return
    target = inputs
    *way, last = (head, *rest.split("."))
    for key in way:
        target = target.setdefault(key, {})
        if not isinstance(target, dict):
            message = f"`-i {name}=…` sets a part of `{key}`, which is also set as a whole"
            raise input_usage_error(message, "set either the whole object or its parts")
    target[last] = value


class InputSchemas(Struct, frozen=True):
    """The schemas of inputs by name, and the schema that they belong to."""

    schemas: Mapping[str, Value]
    root: Value


def input_schemas_of(description: Description, workflows: Sequence[str]) -> InputSchemas:
    """The inputs of the workflows to run, and those of others that these do not have."""
    known: dict[str, Value] = {}
    definitions: dict[str, Value] = {}
    for schema in reversed(_schemas(description, workflows)):
        known.update(schema.schemas())
        # All schemas of a document have the same name for the same definition.
        definitions.update(definitions_of(schema.value))
    return InputSchemas(known, with_definitions({}, definitions))


def inputs_for(
    description: Description, given: Mapping[str, Any], workflows: Sequence[str]
) -> dict[str, Value]:
    """The inputs of the flags ``-i`` and ``--inputs``, and those of the profile under them.

    Of a profile, which many documents may share, count those that are declared. Raises InputError.
    """
    known = input_schemas_of(description, workflows)
    try:
        typed = read_inputs(given["inputs"], given["inputs_file"], known.schemas, known.root)
    except InputError as reason:
        reason.secrets = tuple(_secret_lines(reason, given, known))
        raise
    profile: Profile = given.get("profile", NO_PROFILE)
    shared = {name: one for name, one in profile.inputs.items() if name in known.schemas}
    return {**shared, **typed}


def _secret_lines(
    reason: InputError, given: Mapping[str, Any], known: InputSchemas
) -> Iterator[str]:
    """What may be a secret of inputs that cannot be read: all of it, line by line."""
    schemas = known.schemas.items()
    names = {
        *given["secrets"],
        *(one for one, schema in schemas if has_secrets(schema, known.root)),
    }
    for text in given["inputs"]:
        name, _, value = text.partition("=")
        if name.rstrip(":").partition(".")[0] in names:
            yield from (value, *value.splitlines())
    for one in reason.diagnostics:
        # Of a file nobody knows which input a line is about.
        if names and one.place is not None and not one.place.source.name.startswith("-i "):
            yield from one.place.source.text.splitlines()


def _schemas(description: Description, names: Sequence[str]) -> list[InputsSchema]:
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
    return list(reached.values())
