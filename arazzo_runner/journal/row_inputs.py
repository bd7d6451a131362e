"""The rows of a run as its journal keeps them: inputs without secrets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from arazzo_runner.expression.value import FileBody, Value
from arazzo_runner.journal.model import RowRecord
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.recording.body import files_from_json, files_to_json, parse_json
from arazzo_runner.recording.run import all_inputs
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.json_write import write_json


def row_record(number: int, name: str, prepared: pipeline.PreparedRun) -> RowRecord:
    """A row with its inputs; those that hold a secret are not among them."""
    kept, _ = split_secrets(prepared)
    return RowRecord(number, name, write_json(files_to_json(_with_files(kept, _absolute))).encode())


def _with_files(value: Value, change: Callable[[FileBody], Value]) -> Value:
    """The value with something in place of each file."""
    match value:
        case FileBody():
            return change(value)
        case dict():
            return {name: _with_files(one, change) for name, one in value.items()}
        case list():
            return [_with_files(one, change) for one in value]
        case _:
            return value


def _absolute(file: FileBody) -> FileBody:
    """A file by a path that is right from every folder."""
    return FileBody(str(Path(file.path).resolve()), file.name, file.size, file.media_type)


def _opened(file: FileBody) -> FileBody:
    """A file as it is now, with a mark of its own."""
    from arazzo_runner.http.uploads import file_body

    try:
        return file_body(file.path)
    except OSError as reason:
        words = (reason.strerror or str(reason)).lower()
        raise FileNotReadError(f"`{file.path}` cannot be read: {words}") from None


def split_secrets(prepared: pipeline.PreparedRun) -> tuple[dict[str, Value], list[str]]:
    """The inputs that may be kept, and the names of the others.

    Of those for one workflow, ``WORKFLOW.NAME``.
    """
    masker = prepared.masker()
    own = {key.workflow for key in prepared.plan.own_inputs}
    kept: dict[str, Value] = {}
    names: list[str] = []
    for name, value in all_inputs(prepared).items():
        if name in prepared.plan.generated and _is_secret(value, masker):
            continue  # it is generated again, by the seed
        if name in own and isinstance(value, dict):
            members = {one: part for one, part in value.items() if not _is_secret(part, masker)}
            names += (f"{name}.{one}" for one in value if one not in members)
            kept[name] = members
        elif _is_secret(value, masker):
            names.append(name)
        else:
            kept[name] = value
    return kept, names


def differing_secrets(rows: Sequence[pipeline.PreparedRun]) -> dict[str, list[int]]:
    """Secret inputs that are not the same in all rows, each with the rows that have none."""
    found: dict[str, dict[int, Value]] = {}
    for number, prepared in enumerate(rows):
        inputs = all_inputs(prepared)
        for name in split_secrets(prepared)[1]:
            workflow, _, member = name.partition(".")
            own = inputs[workflow] if name not in inputs else {member: inputs[name]}
            of_row = found.setdefault(name, {})
            of_row[number] = own[member] if isinstance(own, dict) else None
    return {
        name: [number for number in range(len(rows)) if number not in values]
        for name, values in found.items()
        if len(values) < len(rows) or any(one != values[0] for one in values.values())
    }


def _is_secret(value: Value, masker: Masker) -> bool:
    return bool(masker.value(value) != _with_files(value, lambda file: file.label))


def read_inputs(record: RowRecord) -> dict[str, Value]:
    """The inputs that a journal has of a row. Raises ValueError and FileNotReadError."""
    read = _with_files(files_from_json(parse_json(record.inputs.decode())), _opened)
    if not isinstance(read, dict):
        raise ValueError("the inputs of a row are an object")  # noqa: TRY004 - of foreign text
    return read


class FileNotReadError(Exception):
    """A file of an input is not there any more; ``str()`` says which and why."""


def joined_inputs(kept: Mapping[str, Value], typed: Mapping[str, Value]) -> dict[str, Value]:
    """What the journal has, and what was typed again; members of one workflow's join."""
    joined = dict(kept)
    for name, value in typed.items():
        before = joined.get(name)
        if isinstance(before, dict) and isinstance(value, dict):
            joined[name] = {**before, **value}
        else:
            joined[name] = value
    return joined


def changed_inputs(kept: Mapping[str, Value], typed: Mapping[str, Value]) -> list[str]:
    """The names of the inputs that were typed with another value than the journal has.

    Of an object, such as the inputs for one workflow, its members count.
    """
    before, now = _members(kept), _members(typed)
    return [name for name, value in now.items() if name in before and before[name] != value]


def _members(inputs: Mapping[str, Value]) -> dict[str, Value]:
    members: dict[str, Value] = {}
    for name, value in inputs.items():
        if isinstance(value, dict):
            members |= {f"{name}.{one}": part for one, part in value.items()}
        else:
            members[name] = value
    return members


def missing_inputs(left_out: Sequence[str], inputs: Mapping[str, Value]) -> list[str]:
    """The names of secret inputs that were not typed again."""
    missing: list[str] = []
    for name in left_out:
        workflow, dot, member = name.partition(".")
        own = inputs.get(workflow)
        has_own = bool(dot) and isinstance(own, dict) and member in own
        if name not in inputs and not has_own:
            missing.append(name)
    return missing
