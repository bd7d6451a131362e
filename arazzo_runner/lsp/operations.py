"""The operations that a document can call, by the names it has for them."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from arazzo_runner.errors import DocumentError
from arazzo_runner.executor.plan import Unit
from arazzo_runner.openapi.lookup import (
    OperationEntry,
    build_operation,
    find_by_id,
    find_by_pointer,
    operation_entries,
    pointer_of,
)
from arazzo_runner.openapi.model import ApiDescription, Operation
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import pointer_text

_QUALIFIED = lazy_pattern(r"\$sourceDescriptions\.(?P<source>[\w-]+)\.(?P<name>.+)")
_PATH = lazy_pattern(r"\{\$sourceDescriptions\.(?P<source>[\w-]+)\.url\}#(?P<pointer>/.*)")


class KnownOperation(Struct, frozen=True):
    """An operation of a source, not yet built: how a step names it, and in a few words."""

    source: str
    api: ApiDescription
    entry: OperationEntry

    @property
    def operation_id(self) -> str | None:
        """Its operationId."""
        found = self.entry.node.get("operationId")
        return found if isinstance(found, str) else None

    @property
    def title(self) -> str:
        """Its method and path."""
        return f"{self.entry.method} {self.entry.path}"

    @property
    def path(self) -> str:
        """The ``operationPath`` that names it."""
        pointer = pointer_text(pointer_of(self.entry.method, self.entry.path))
        return f"{{$sourceDescriptions.{self.source}.url}}#{pointer}"

    def text(self, name: str) -> str:
        """A field of the Operation Object that is a string, else nothing."""
        found = self.entry.node.get(name)
        return found.strip() if isinstance(found, str) else ""

    def build(self) -> Operation | None:
        """The operation itself; None where its description is broken there."""
        try:
            return build_operation(self.api, self.entry)
        except DocumentError:
            return None


def known_operations(unit: Unit) -> Iterator[KnownOperation]:
    """The operations of all sources, in their order."""
    for source, api in unit.apis.items():
        for entry in operation_entries(api):
            yield KnownOperation(source, api, entry)


def qualified_name(name: str) -> tuple[str, str] | None:
    """The source and the id in ``$sourceDescriptions.<source>.<id>``; None for other names."""
    found = _QUALIFIED.fullmatch(name)
    return (found["source"], found["name"]) if found else None


def operation_by_id(unit: Unit, name: str) -> tuple[str, Operation] | None:
    """The source and the operation that an ``operationId`` of a step names."""
    qualified = qualified_name(name)
    for source, api in unit.apis.items():
        if qualified is not None and source != qualified[0]:
            continue
        try:
            found = find_by_id(api, qualified[1] if qualified else name)
        except DocumentError:
            continue
        if found is not None:
            return source, found
    return None


def operation_by_path(unit: Unit, text: str) -> tuple[str, Operation] | None:
    """The source and the operation that an ``operationPath`` names."""
    named = _PATH.fullmatch(text)
    api = unit.apis.get(named["source"]) if named else None
    if named is None or api is None:
        return None
    tokens = (one.replace("~1", "/").replace("~0", "~") for one in named["pointer"][1:].split("/"))
    try:
        found = find_by_pointer(api, tuple(tokens))
    except DocumentError:
        return None
    return (named["source"], found) if found is not None else None


def operation_of_step(unit: Unit, step: object) -> tuple[str, Operation] | None:
    """The source and the operation that the data of a step names."""
    if not isinstance(step, dict):
        return None
    if isinstance(step.get("operationId"), str):
        return operation_by_id(unit, step["operationId"])
    path = step.get("operationPath")
    return operation_by_path(unit, path) if isinstance(path, str) else None
