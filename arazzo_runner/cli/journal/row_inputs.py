"""The rows of a run as its journal keeps them: inputs without secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from arazzo_runner.expression.value import Value
from arazzo_runner.journal.model import RowRecord
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.recording.body import files_from_json, files_to_json, parse_json
from arazzo_runner.recording.run import all_inputs
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.json_write import write_json


def row_record(number: int, name: str, prepared: pipeline.PreparedRun) -> RowRecord:
    """A row with its inputs; those that hold a secret are not among them."""
    kept, _ = split_secrets(prepared)
    return RowRecord(number, name, write_json(files_to_json(kept)).encode())


def split_secrets(prepared: pipeline.PreparedRun) -> tuple[dict[str, Value], list[str]]:
    """The inputs that may be kept, and the names of the others.

    Of those for one workflow, ``WORKFLOW.NAME``.
    """
    masker = prepared.masker()
    own = {key.workflow for key in prepared.plan.own_inputs}
    kept: dict[str, Value] = {}
    names: list[str] = []
    for name, value in all_inputs(prepared).items():
        if name in own and isinstance(value, dict):
            members = {one: part for one, part in value.items() if not _is_secret(part, masker)}
            names += (f"{name}.{one}" for one in value if one not in members)
            kept[name] = members
        elif _is_secret(value, masker):
            names.append(name)
        else:
            kept[name] = value
    return kept, names


def _is_secret(value: Value, masker: Masker) -> bool:
    return bool(masker.value(value) != value)


def read_inputs(record: RowRecord) -> dict[str, Value]:
    """The inputs that a journal has of a row. Raises ValueError."""
    read = files_from_json(parse_json(record.inputs.decode()))
    if not isinstance(read, dict):
        raise ValueError("the inputs of a row are an object")  # noqa: TRY004 - of foreign text
    return read


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
