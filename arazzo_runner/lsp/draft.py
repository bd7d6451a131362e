"""The data of a document while it is written, and the names in it, as far as it can be read.

Where a text does not parse, it is read without the line of the cursor; where that does not help,
the last readable version stands in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from arazzo_runner.errors import DocumentError
from arazzo_runner.lsp.workspace.line_index import LineIndex
from arazzo_runner.openapi.schema.walk import properties_of
from arazzo_runner.text.diagnostic import Severity
from arazzo_runner.text.limits import DocumentLimits
from arazzo_runner.text.parse import parse
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import Pointer, SourceFile

_CONTENT = lazy_pattern(r"(?P<open>[ \t]*(?:- +)*)\S.*")


def draft_data(index: LineIndex, offset: int, name: str, last: Any) -> Any:
    """The plain data of a text whose cursor is at an offset; ``last`` where it cannot be read."""
    if not index.text.strip():
        return {}
    row = index.line_of(offset)
    start, end = index.line_start(row), index.line_end(row)
    opened = _CONTENT.match(index.text[start:end])
    kept = opened["open"] if opened else ""
    without = index.text[:start] + kept.rstrip(" ") + index.text[end:]
    for text in (index.text, without, index.text[:start] + index.text[end:]):
        try:
            found = parse(SourceFile(name, text, ""), DocumentLimits(), Severity.WARNING).value
        except DocumentError:
            continue
        if isinstance(found, dict):
            return found
    return last


def differs_in_value(index: LineIndex, start: int, pointer: Pointer, text: str, data: Any) -> bool:
    """Whether a text differs from another one in a value alone, which ``data`` need not have.

    The value stands behind its key in a block, from the offset ``start`` on, at ``pointer``. Or the
    line is blank in the other ``text``, and ``data``, that of it, has the object for the key.
    """
    row = index.line_of(start)
    first, last = index.line_start(row), index.line_end(row)
    key = index.text[first:start].rstrip(" \"'")
    rest = len(index.text) - last
    end = len(text) - rest
    if not key.endswith(":") or "{" in key or "[" in key or end < first:
        return False
    if text[:first] != index.text[:first] or text[end:] != index.text[last:]:
        return False
    line = text[first:end]
    if "\n" in line:
        return False
    is_new_key = not line.strip() and not key.lstrip().startswith("-")
    return line.startswith(key) or (is_new_key and isinstance(value_at(data, pointer[:-1]), dict))


def value_at(data: Any, pointer: Pointer) -> Any:
    """The value at a pointer; None where there is none."""
    for token in pointer:
        if isinstance(data, dict):
            data = data.get(str(token))
        elif isinstance(data, list) and isinstance(token, int) and token < len(data):
            data = data[token]
        else:
            return None
    return data


class Draft(Struct, frozen=True):
    """A document that is being written, seen from a pointer in it."""

    data: Any
    pointer: Pointer

    def at(self, *pointer: str | int) -> Any:
        """The value at a pointer; None where there is none."""
        return value_at(self.data, pointer)

    @property
    def workflow(self) -> dict[str, Any] | None:
        """The workflow that the pointer is in."""
        if len(self.pointer) < 2 or self.pointer[0] != "workflows":
            return None
        found = self.at(*self.pointer[:2])
        return found if isinstance(found, dict) else None

    @property
    def step(self) -> dict[str, Any] | None:
        """The step that the pointer is in."""
        if len(self.pointer) < 4 or self.pointer[2] != "steps":
            return None
        found = self.at(*self.pointer[:4])
        return found if isinstance(found, dict) else None

    @property
    def workflow_id(self) -> str:
        """The id of the workflow that the pointer is in."""
        return text_of(self.workflow, "workflowId")

    @property
    def step_id(self) -> str:
        """The id of the step that the pointer is in."""
        return text_of(self.step, "stepId")

    def workflows(self) -> Iterator[dict[str, Any]]:
        """All workflows that have an id."""
        return objects(self.at("workflows"), "workflowId")

    def workflow_of(self, workflow_id: str) -> dict[str, Any] | None:
        """The workflow of an id."""
        return next((one for one in self.workflows() if one["workflowId"] == workflow_id), None)

    def sources(self) -> Iterator[dict[str, Any]]:
        """All source descriptions that have a name."""
        return objects(self.at("sourceDescriptions"), "name")

    def inputs_of(self, workflow: dict[str, Any] | None) -> dict[str, Any]:
        """The schemas of a workflow's inputs by name; a reference to a component is followed."""
        schema = (workflow or {}).get("inputs")
        found: dict[str, Any] = {}
        for _ in range(8):  # a reference may lead to another one
            if not isinstance(schema, dict):
                break
            found |= properties_of(schema)
            reference = schema.get("$ref")
            if not isinstance(reference, str) or not reference.startswith("#/components/inputs/"):
                break
            schema = self.at("components", "inputs", reference.rpartition("/")[2])
        return found


def objects(value: Any, name: str) -> Iterator[dict[str, Any]]:
    """The objects of a list that have a string of this name."""
    for one in value if isinstance(value, list) else ():
        if isinstance(one, dict) and isinstance(one.get(name), str):
            yield one


def steps_of(workflow: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    """The steps of a workflow that have an id."""
    return objects((workflow or {}).get("steps"), "stepId")


def outputs_of(owner: dict[str, Any] | None) -> dict[str, Any]:
    """The outputs of a workflow or step by name."""
    return mapping((owner or {}).get("outputs"))


def mapping(value: Any) -> dict[str, Any]:
    """The value itself where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def text_of(holder: Any, name: str) -> str:
    """The string of a member; empty where there is none."""
    value = holder.get(name) if isinstance(holder, dict) else None
    return value if isinstance(value, str) else ""
