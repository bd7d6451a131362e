"""The documentation tools of some documents: their names, schemas and calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from arazzo_runner.portal.documents import OfferedDocuments
from arazzo_runner.portal.find import LIMIT, MOST, find_operations
from arazzo_runner.portal.model import DocumentationTool, ToolResult
from arazzo_runner.portal.operations import OperationList
from arazzo_runner.portal.sandbox import MAX_TEXT, make_sandbox
from arazzo_runner.report.safe_text import escape
from arazzo_runner.text.diagnostic import shorten

_NAME: Final = {"type": "string", "minLength": 1, "maxLength": 500}
_TEXT: Final = {
    "type": "string",
    "maxLength": MAX_TEXT,
    "description": "The Arazzo document, YAML or JSON. Its sourceDescriptions name the sources "
    "that `describe_operation` shows, by name and url; nothing else is read.",
}
_FILES: Final = {
    "type": "object",
    "maxProperties": 10,
    "additionalProperties": {"type": "string", "maxLength": MAX_TEXT},
    "description": "Further texts by the urls that the document has for them, such as an API "
    "description that is not offered.",
}
_WORKFLOW: Final = {**_NAME, "description": "The workflowId"}
_INPUTS: Final = {"type": "object", "description": "The inputs by name; others are generated."}
_LINES: Final = {"type": "array", "items": {"type": "object"}}


def documentation_tools(offered: OfferedDocuments) -> tuple[DocumentationTool, ...]:
    """The tools that show what is offered, and try workflows with it, without a network.

    Nothing is read or indexed before a tool is called. Threads may share them.
    """
    portal = _Portal(offered)
    return (*_reading_tools(portal), *_authoring_tools(portal))


class _Portal:
    """The calls of the tools; what only some of them need is imported by these."""

    def __init__(self, offered: OfferedDocuments) -> None:
        self._listing = OperationList(offered)
        self._sandbox = make_sandbox(offered)

    def find(self, arguments: Mapping[str, Any]) -> ToolResult:
        return find_operations(self._listing, arguments)

    def describe(self, arguments: Mapping[str, Any]) -> ToolResult:
        from arazzo_runner.portal.operation_page import describe_operation

        name = arguments["operation"]
        operation = self._listing.find(name)
        if operation is None:
            message = f"no operation is called `{shorten(name)}`; {self._listing.hint(name)}"
            return ToolResult(escape(message), None, is_error=True)
        return describe_operation(operation, self._sandbox, self._listing.namesakes(operation))

    def read(self, arguments: Mapping[str, Any]) -> ToolResult:
        from arazzo_runner.portal.workflow_page import read_workflow

        return read_workflow(self._sandbox.offered, arguments["workflow_id"])

    def explain(self, arguments: Mapping[str, Any]) -> ToolResult:
        from arazzo_runner.portal.explain import explain_code

        return explain_code(arguments["code"])

    def validate(self, arguments: Mapping[str, Any]) -> ToolResult:
        from arazzo_runner.portal.validate import validate_text

        return validate_text(self._sandbox, arguments)

    def dry_run(self, arguments: Mapping[str, Any]) -> ToolResult:
        from arazzo_runner.portal.run import dry_run

        return dry_run(self._sandbox, arguments)

    def mock_run(self, arguments: Mapping[str, Any]) -> ToolResult:
        from arazzo_runner.portal.run import mock_run

        return mock_run(self._sandbox, arguments)


_FIND: Final = {
    "query": {"type": "string", "maxLength": 1_000, "description": "Words"},
    "tag": _NAME,
    "method": _NAME,
    "path": _NAME,
    "limit": {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT},
}
_OPERATION: Final = {
    **_NAME,
    "description": "operationId, `source.operationId`, or `METHOD /path`",
}


def _reading_tools(portal: _Portal) -> tuple[DocumentationTool, ...]:
    return (
        DocumentationTool(
            "find_operations",
            "Find API operations",
            "Finds operations of the API descriptions by words, the best first. `tag`, `method` "
            "and `path` (a part of it) narrow the list.",
            _object(_FIND),
            _object({"operations": _LINES, "total": {"type": "integer"}}, closed=False),
            portal.find,
        ),
        DocumentationTool(
            "describe_operation",
            "Describe an API operation",
            "All about one operation: parameters, body, responses, security, the request as curl, "
            "and an Arazzo document with a step that calls it.",
            _object({"operation": _OPERATION}, "operation"),
            _object({"operation": {"type": "string"}, "parameters": _LINES}, closed=False),
            portal.describe,
        ),
        DocumentationTool(
            "read_workflow",
            "Read a workflow",
            "The source text of an offered Arazzo workflow, and what its steps call.",
            _object({"workflow_id": _WORKFLOW}, "workflow_id"),
            _object({"workflow_id": {"type": "string"}, "steps": _LINES}, closed=False),
            portal.read,
        ),
        DocumentationTool(
            "explain_code",
            "Explain a diagnostic code",
            "What a code such as AZ304 means, why it matters and how to fix it, with an example.",
            _object({"code": _NAME}, "code"),
            _object({"code": {"type": "string"}, "meaning": {"type": "string"}}, closed=False),
            portal.explain,
        ),
    )


def _authoring_tools(portal: _Portal) -> tuple[DocumentationTool, ...]:
    workflow = {"text": _TEXT, "files": _FILES, "workflow_id": _WORKFLOW, "inputs": _INPUTS}
    return (
        DocumentationTool(
            "validate_document",
            "Validate an Arazzo document",
            "All findings about the text of an Arazzo document and its agreement with the API "
            "descriptions, with their lines and how to fix them. Nothing is sent.",
            _object({"text": _TEXT, "files": _FILES}, "text"),
            _object({"valid": {"type": "boolean"}, "findings": _LINES}, closed=False),
            portal.validate,
        ),
        DocumentationTool(
            "dry_run",
            "Show the requests of a workflow",
            "The requests that a workflow would send, of a `text` or of the offered `workflow_id`, "
            "as far as the inputs alone tell. Nothing is sent.",
            _object(workflow),
            _object({"steps": _LINES}, closed=False),
            portal.dry_run,
        ),
        DocumentationTool(
            "mock_run",
            "Run a workflow against a mock",
            "Runs a workflow, of a `text` or the offered `workflow_id`, against a mock of the API "
            "that generates responses from its description: the verdict, steps and outputs. "
            "Nothing is sent.",
            _object({**workflow, "seed": {"type": "integer", "description": "Other values"}}),
            _object({"status": {"type": "string"}, "workflows": _LINES}, closed=False),
            portal.mock_run,
        ),
    )


def _object(properties: dict[str, Any], *required: str, closed: bool = True) -> dict[str, Any]:
    """The schema of arguments, or of data, in which the required members are those named."""
    return {
        "type": "object",
        "properties": properties,
        **({"required": list(required)} if required else {}),
        **({"additionalProperties": False} if closed else {}),
    }
