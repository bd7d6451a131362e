"""The names of a document that its workflows, steps, inputs and source descriptions have.

A document that is being written may be wrong anywhere: what cannot be read has no names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from arazzo_runner.errors import DocumentError
from arazzo_runner.openapi.schema.walk import properties_of
from arazzo_runner.text.diagnostic import Severity
from arazzo_runner.text.limits import DocumentLimits
from arazzo_runner.text.parse import decode, parse

_LIMITS: Final = DocumentLimits()
_METHODS: Final = frozenset(
    {"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"}
)


class WorkflowNames(NamedTuple):
    """``inputs`` are the schemas of a workflow's inputs by name."""

    workflow_id: str
    summary: str
    steps: Mapping[str, str]
    inputs: Mapping[str, Mapping[str, Any]]


class DocumentNames(NamedTuple):
    """The names of a document, each with its description."""

    workflows: tuple[WorkflowNames, ...] = ()
    sources: Mapping[str, str] = {}

    def of(self, workflow_ids: Collection[str]) -> DocumentNames:
        """The names of these workflows; without any, those of all."""
        chosen = tuple(one for one in self.workflows if one.workflow_id in workflow_ids)
        return self._replace(workflows=chosen or self.workflows)


def read_names(name: str) -> DocumentNames:
    """The names of the document at a path, of a file alone: no pipe, folder or URL."""
    return _document_names(_read_object(name))


def operation_names(name: str) -> Iterator[tuple[str, str]]:
    """The operations of the API description at a path, as ``--only`` names them, with summaries."""
    for path, item in _object(_read_object(name).get("paths")).items():
        for method, operation in _object(item).items():
            if method in _METHODS:
                node = _object(operation)
                own = node.get("operationId")
                key = f"{method.upper()} {path}"
                yield own if isinstance(own, str) else key, _text(node.get("summary"))


def _read_object(name: str) -> dict[str, Any]:
    try:
        path = Path(name).expanduser()
        if not path.is_file() or path.stat().st_size > _LIMITS.max_bytes:
            return {}
        source = decode(path.read_bytes(), name, "")
        return _object(parse(source, _LIMITS, Severity.WARNING).value)
    except (DocumentError, OSError, RuntimeError, ValueError):
        return {}


def _document_names(document: Mapping[str, Any]) -> DocumentNames:
    components = _object(_object(document.get("components")).get("inputs"))
    workflows = (
        WorkflowNames(
            workflow_id,
            _text(one.get("summary")),
            {
                step_id: _text(step.get("description"))
                for step_id, step in _items_by_name(one.get("steps"), "stepId")
            },
            _inputs(_object(one.get("inputs")), components),
        )
        for workflow_id, one in _items_by_name(document.get("workflows"), "workflowId")
    )
    sources = _items_by_name(document.get("sourceDescriptions"), "name")
    return DocumentNames(tuple(workflows), {name: _text(one.get("url")) for name, one in sources})


def _inputs(
    schema: dict[str, Any], components: Mapping[str, Any]
) -> Mapping[str, Mapping[str, Any]]:
    reference = schema.get("$ref")
    if isinstance(reference, str):
        schema = _object(components.get(reference.removeprefix("#/components/inputs/")))
    return {name: _object(one) for name, one in properties_of(schema).items()}


def _items_by_name(listed: Any, key: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The objects of a list that have a name."""
    for one in listed if isinstance(listed, list) else ():
        name = _object(one).get(key)
        if isinstance(name, str):
            yield name, one


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""
