"""Cases of a workflow, each a test of its own: ``x-cases``, and files beside the document.

x-cases:
- id: nobody
inputs: {count: 0}
tags: [slow]

``x-tags`` of a document and its workflows: markers for `-m` and words for `-k`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct

from arazzo_runner.cli.input_text import InputSchemas
from arazzo_runner.cli.run.cases_file import ENDINGS, read_cases
from arazzo_runner.document.model import ArazzoDocument, Workflow
from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.pipeline.load import Description
from arazzo_runner.text.diagnostic import did_you_mean, error
from arazzo_runner.text.source import Place

NEEDING_ARGUMENTS = frozenset({"filterwarnings", "parametrize", "skipif", "usefixtures"})
"""Markers of pytest itself that mean nothing, or break, without arguments."""


def tags_of(document: ArazzoDocument, workflow: Workflow) -> list[str]:
    """The tags of a workflow and of its document, each once. Raises DocumentError."""
    root = Place(document.source)
    own = document.raw["workflows"][workflow.place.pointer[1]]
    found = [*read_tags(document.raw, "x-tags", root), *read_tags(own, "x-tags", workflow.place)]
    return list(dict.fromkeys(found))


def read_tags(owner: Value, key: str, place: Place) -> Iterator[str]:
    """The tags under a key of an object; one may stand alone. Raises DocumentError."""
    stated = owner.get(key, [])
    for index, tag in enumerate(stated if isinstance(stated, list) else [stated]):
        where = place.at(key, index) if isinstance(stated, list) else place.at(key)
        if not isinstance(tag, str) or not tag.strip():
            message = f"`{key}` has to be a list of words"
            raise DocumentError(error("AZ112", message, where, "", "such as `[smoke, slow]`"))
        if tag.startswith("_") or tag in NEEDING_ARGUMENTS:
            message = f"`{tag}` cannot be a tag: pytest uses a marker of that name"
            raise DocumentError(error("AZ113", message, where, "", "choose another word"))
        yield tag.strip()


def add_markers(item: pytest.Item, tags: list[str]) -> None:
    """Put tags on a test as markers, which `--strict-markers` then knows."""
    known = {line.partition(":")[0].strip() for line in item.config.getini("markers")}
    for tag in tags:
        if tag not in known:
            item.config.addinivalue_line("markers", f"{tag}: a tag of Arazzo workflows")
        item.add_marker(tag)


KEY = "x-cases"
_FIELDS = ("id", "inputs", "tags")


class WorkflowCase(Struct, frozen=True):
    """One run of a workflow; ``id`` is empty for the only one of a workflow without cases."""

    id: str
    inputs: dict[str, Value]
    tags: tuple[str, ...]
    place: Place


def cases_of(description: Description, workflow: Workflow, path: Path) -> list[WorkflowCase]:
    """The cases of a workflow, in the document at ``path`` and in files beside it; at least one.

    Raises DocumentError and InputError.
    """
    document = description.entry.document
    names = (f"{_stem(path)}.{workflow.workflow_id}.cases", f"{_stem(path)}.cases")
    schema = description.entry.inputs[workflow.workflow_id]
    known = InputSchemas((schema,), {workflow.workflow_id: schema})
    cases = [*_document_cases(document, workflow), *_file_cases(path, names[0], known)]
    cases = cases or list(_file_cases(path, names[1], known))
    _check_ids(cases)
    return cases or [WorkflowCase("", {}, (), workflow.place)]


def _stem(path: Path) -> str:
    return path.stem.removesuffix(".arazzo")


def _file_cases(document: Path, name: str, known: InputSchemas) -> Iterator[WorkflowCase]:
    for ending in ENDINGS:
        file = document.with_name(name + ending)
        rows = read_cases(file, known) if file.is_file() else ()
        yield from (WorkflowCase(row.id, row.inputs, (), row.place) for row in rows)


def _document_cases(document: ArazzoDocument, workflow: Workflow) -> list[WorkflowCase]:
    stated = document.raw["workflows"][workflow.place.pointer[1]].get(KEY, [])
    place = workflow.place.at(KEY)
    if not isinstance(stated, list):
        raise _case_error(f"`{KEY}` has to be a list", place, "its items look like `inputs: {…}`")
    return [_case(one, index, place.at(index)) for index, one in enumerate(stated)]


def _case(stated: Value, index: int, place: Place) -> WorkflowCase:
    if not isinstance(stated, dict):
        raise _case_error("a case has to be an object", place, "such as `inputs: {name: value}`")
    for key in stated:
        if key not in _FIELDS and not key.startswith("x-"):
            hint = did_you_mean(key, _FIELDS) or "a case has `id`, `inputs` and `tags`"
            found = error("AZ110", f"a case has no field `{key}`", place.at(key).key(), "", hint)
            raise DocumentError(found)
    inputs = stated.get("inputs", {})
    if not isinstance(inputs, dict):
        raise _case_error("`inputs` has to be an object", place.at("inputs"), "names with values")
    case_id = str(stated.get("id", index + 1))
    return WorkflowCase(case_id, inputs, tuple(read_tags(stated, "tags", place)), place)


def _case_error(message: str, place: Place, way_out: str) -> DocumentError:
    return DocumentError(error("AZ112", message, place, "", way_out))


def _check_ids(cases: list[WorkflowCase]) -> None:
    """Two cases of one name could not be told apart. Raises DocumentError."""
    known: set[str] = set()
    for case in cases:
        if case.id in known:
            raise DocumentError(error("AZ115", f"two cases are called `{case.id}`", case.place))
        known.add(case.id)
