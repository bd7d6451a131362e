"""Text that was typed for an input, turned into a value of the type that the workflows declare.

``-i NAME=@FILE``, by the schema of the input::

    type: string, format: binary            the file itself, read when it is sent
    contentMediaType: image/png             likewise
    contentEncoding: base64                 its bytes as Base64 text
    type: array, items: {format: binary}    one file, or several with several flags
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from arazzo_runner.errors import DocumentError, InputError, system_words
from arazzo_runner.executor.inputs_schema import InputsSchema, InputValue
from arazzo_runner.executor.secret_inputs import has_secrets
from arazzo_runner.expression.value import FileBody, Value
from arazzo_runner.openapi.schema.descend import types_of_shape
from arazzo_runner.text.diagnostic import Severity, error, shorten
from arazzo_runner.text.json_reader import build_json
from arazzo_runner.text.limits import DocumentLimits
from arazzo_runner.text.source import SourceFile

if TYPE_CHECKING:
    from arazzo_runner.openapi.schema.binary import BinaryForm


def input_usage_error(
    message: str, help_line: str | None = None, code: str = "AZ906"
) -> InputError:
    """An error about what was typed."""
    return InputError(error(code, message, None, "", help_line))


# --- names ----------------------------------------------------------------------------------------


class InputTarget(Struct, frozen=True):
    """Where a value goes: the input, then members inside; ``value`` is what is said of it there.

    None: nobody says anything of it.
    """

    path: tuple[str, ...]
    value: InputValue | None = None


class InputSchemas(Struct, frozen=True):
    """What the workflows say of their inputs, those that run first, also by workflowId."""

    schemas: tuple[InputsSchema, ...]
    by_workflow: Mapping[str, InputsSchema] = {}

    def target(self, name: str) -> InputTarget:
        """What a name means: an input, with dots a member of an object, or that of a workflow."""
        for schema in self.schemas:
            target = _target(schema, name)
            if len(target.path) > 1 or (target.value and target.value.is_stated):
                return target
        return self._workflow_target(name) or InputTarget((name,))

    def _workflow_target(self, name: str) -> InputTarget | None:
        """The input of one workflow alone that ``WORKFLOW.NAME`` means."""
        for workflow_id, schema in self.by_workflow.items():
            own = name.removeprefix(f"{workflow_id}.")
            if own not in ("", name):
                target = _target(schema, own)
                return InputTarget((workflow_id, *target.path), target.value)
        return None

    @property
    def tables(self) -> frozenset[str]:
        """The workflows whose names stand for objects of inputs for them alone."""
        return frozenset(one for one in self.by_workflow if not self.states(one))

    def takes(self, name: str) -> bool:
        """Whether an input of this name, or a table for one workflow, is of use to any of them."""
        head, *members = self.target(name).path
        if members and head in self.tables:
            return self.by_workflow[head].accepts(members[0])
        is_open = any(one.is_open for one in self.schemas)
        return is_open or head in self.by_workflow or self.declares(head)

    def states(self, name: str) -> bool:
        """Whether there is an input of this very name."""
        return any(name in one.stated for one in self.schemas)

    def has_secrets(self, name: str | None = None) -> bool:
        """Whether an input may hold a secret; without a name, whether any may."""
        wholes = [one.whole for one in self.schemas]
        return any(has_secrets(one if name is None else one.member(name)) for one in wholes)

    def declares(self, name: str) -> bool:
        """Whether any of the workflows says something of an input of this name."""
        return any(one.whole.member(name).is_stated for one in self.schemas)


def _target(schema: InputsSchema, name: str) -> InputTarget:
    whole = schema.whole
    inner = _member_target(whole, name)
    assert inner.value is not None
    # A pattern, or whatever is said of further names, is as well about the name with its dots.
    if len(inner.path) == 1 or whole.names(inner.path[0]) or inner.value.is_stated:
        return inner
    return InputTarget((name,), whole.member(name))


def _member_target(value: InputValue, name: str) -> InputTarget:
    path: list[str] = []
    while "." in name and not value.names(name):
        head, _, name = name.partition(".")
        value = value.member(head)
        path.append(head)
    return InputTarget((*path, name), value.member(name))


def set_input(inputs: dict[str, Value], target: InputTarget, values: list[Value]) -> None:
    """Set an input, or a member inside it; several values of an array add up."""
    is_array = "array" in _types(target.value)
    adds_up = is_array and all(isinstance(one, list) for one in values)
    value = [item for one in values for item in one] if adds_up else values[-1]
    owner = inputs
    *way, last = target.path
    for key in way:
        owner = owner.setdefault(key, {})
        if not isinstance(owner, dict):
            name = ".".join(target.path)
            message = f"`-i {name}=…` sets a part of `{key}`, which is also set as a whole"
            raise input_usage_error(message, "set either the whole object or its parts")
    owner[last] = value


# --- types ----------------------------------------------------------------------------------------

_UNFIT: Any = object()
_WAYS_OUT: Final = {
    "boolean": "write `true` or `false`",
    "integer": "write digits only, such as `5`",
    "number": "write a number, such as `0.5`",
    "object": 'write JSON, such as `{"key": "value"}`',
    "array": "write the items with commas between them, or JSON",
    "null": "write `null`",
}
"""By type, in the order in which they are tried: without brackets any text may be an array."""


def _types(value: InputValue | None) -> list[str]:
    """The types that an input can have; none where any is possible."""
    return [] if value is None else types_of_shape(value.shape())


def parse_input(name: str, text: str, value: InputValue | None) -> Value:
    """Turn text into the type that a schema declares; text that does not fit is an InputError.

    Where a string is possible too, or nothing is said of the type, the text stays a string.
    """
    types = _types(value)
    if value is None or not types or "string" in types:
        return text
    if "null" in types and text == "null":
        return None
    for kind in (one for one in _WAYS_OUT if one in types):
        found = _parse_as(name, kind, text, value)
        if found is not _UNFIT:
            return found
    if not types_of_shape(value.sure_shape()):
        return text  # only a branch says so: whether it applies is judged with all inputs
    if value.shape().values is not None:
        return text  # the schema lists what there may be, and its finding will too
    message = f"input `{name}`: `{shorten(text)}` is not of type {' or '.join(types)}"
    raise input_usage_error(message, _WAYS_OUT[types[0]], "AZ904")


def _parse_as(name: str, kind: str, text: str, value: InputValue) -> Value:
    match kind:
        case "boolean":
            return {"true": True, "false": False}.get(text.lower(), _UNFIT)
        case "null":
            return None if text == "" else _UNFIT
        case "array" if not text.lstrip().startswith("["):
            return _items(name, text, value)
        case _:
            return _parse_json_value(name, kind, text)


def _items(name: str, text: str, value: InputValue) -> list[Value]:
    """A list without brackets: one item, or several with commas between them."""
    texts = text.split(",") if text else []
    return [
        parse_input(f"{name}[{at}]", one.strip(), value.item(at)) for at, one in enumerate(texts)
    ]


_PYTHON_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}


def _parse_json_value(name: str, kind: str, text: str) -> Value:
    try:
        value = json_data(name, text)
    except ValueError:
        return _UNFIT
    fits = isinstance(value, _PYTHON_TYPES[kind]) and not isinstance(value, bool)
    return value if fits else _UNFIT


def json_data(name: str, text: str) -> Value:
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


# --- files ----------------------------------------------------------------------------------------


def file_kind(value: InputValue | None) -> BinaryForm | None:
    """How a file is given to an input; None: as the text in it."""
    from arazzo_runner.openapi.schema.binary import binary_form

    return None if value is None else binary_form(value.shape())


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
        message = f"`-i {name}`: `{path}` cannot be read: {system_words(reason)}"
        help_ = "give the path of a file, from the working directory"
        raise InputError(error("AZ906", message, help=help_)) from None


def base64_text(content: bytes) -> str:
    """The content of a file as Base64 text."""
    return b64encode(content).decode("ascii")
