"""``x-cases`` of a workflow: the inputs of several runs, each a test of its own.

x-cases:
- id: nobody
inputs: {count: 0}
tags: [slow]
"""

from __future__ import annotations

from msgspec import Struct

from arazzo_runner.document.model import ArazzoDocument, Workflow
from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.testing.tags import read_tags
from arazzo_runner.text.diagnostic import did_you_mean, error
from arazzo_runner.text.source import Place

KEY = "x-cases"
_FIELDS = ("id", "inputs", "tags")


class Case(Struct, frozen=True):
    """One run of a workflow; ``id`` is empty for the only one of a workflow without cases."""

    id: str
    inputs: dict[str, Value]
    tags: tuple[str, ...]
    place: Place


def cases_of(document: ArazzoDocument, workflow: Workflow) -> list[Case]:
    """The cases that the document gives a workflow; none where it gives none.

    Raises DocumentError.
    """
    stated = document.raw["workflows"][workflow.place.pointer[1]].get(KEY, [])
    place = workflow.place.at(KEY)
    if not isinstance(stated, list):
        raise _wrong(f"`{KEY}` has to be a list", place, "its items look like `inputs: {…}`")
    return [_case(one, index, place.at(index)) for index, one in enumerate(stated)]


def _case(stated: Value, index: int, place: Place) -> Case:
    if not isinstance(stated, dict):
        raise _wrong("a case has to be an object", place, "such as `inputs: {name: value}`")
    for key in stated:
        if key not in _FIELDS and not key.startswith("x-"):
            hint = did_you_mean(key, _FIELDS) or "a case has `id`, `inputs` and `tags`"
            found = error("AZ110", f"a case has no field `{key}`", place.at(key).key(), "", hint)
            raise DocumentError(found)
    inputs = stated.get("inputs", {})
    if not isinstance(inputs, dict):
        raise _wrong("`inputs` has to be an object", place.at("inputs"), "names with values")
    case_id = str(stated.get("id", index))
    return Case(case_id, inputs, tuple(read_tags(stated, "tags", place)), place)


def _wrong(message: str, place: Place, way_out: str) -> DocumentError:
    return DocumentError(error("AZ112", message, place, "", way_out))


def check_ids(cases: list[Case]) -> None:
    """Two cases of one name could not be told apart. Raises DocumentError."""
    known: set[str] = set()
    for case in cases:
        if case.id in known:
            raise DocumentError(error("AZ115", f"two cases are called `{case.id}`", case.place))
        known.add(case.id)
