"""Completion: what may stand at the cursor, by the schema of documents, its names, and its APIs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from lsprotocol import types
from msgspec import Struct

from arazzo_runner.fix.spelling import can_be_plain
from arazzo_runner.http_semantics.media_type import is_json
from arazzo_runner.lsp.completion.cursor import Cursor, cursor_at
from arazzo_runner.lsp.completion.expressions import (
    ExpressionScope,
    Suggestion,
    expression_start,
    suggestions,
)
from arazzo_runner.lsp.draft import Draft, differs_in_value, draft_data, steps_of, text_of
from arazzo_runner.lsp.fields import Field, field_at, fields_of
from arazzo_runner.lsp.operations import known_operations
from arazzo_runner.lsp.schema_text import description_of, members_of, types_text
from arazzo_runner.lsp.workspace.analysis import Analysis
from arazzo_runner.lsp.workspace.line_index import LineIndex
from arazzo_runner.openapi.model import Operation
from arazzo_runner.openapi.schema.descend import DescentFailure, descend, shape_of
from arazzo_runner.openapi.schema.shape import schemas_of
from arazzo_runner.text.outline import is_json_start
from arazzo_runner.text.source import Pointer

TRIGGERS: Final = ("$", ".", "/", "#", '"', "'")
"""Characters behind which an editor asks by itself."""

Kind = types.CompletionItemKind


class Completion(Struct, frozen=True):
    """One request: the cursor, the document as it is being written, the last readable analysis."""

    index: LineIndex
    offset: int
    cursor: Cursor
    draft: Draft
    analysis: Analysis | None

    @property
    def scope(self) -> ExpressionScope:
        """Where expressions at the cursor stand."""
        return ExpressionScope(self.draft, self.analysis)

    @property
    def operation(self) -> Operation | None:
        """The operation of the step."""
        return self.scope.operation


def completion(
    index: LineIndex, offset: int, name: str, analysis: Analysis | None
) -> list[types.CompletionItem]:
    """What may stand at an offset of a text; ``name`` is that of its file."""
    cursor = cursor_at(index, offset)
    draft = Draft(_data(index, offset, name, cursor, analysis), cursor.pointer)
    request = Completion(index, offset, cursor, draft, analysis)
    return list(_keys(request) if cursor.is_key else _values(request))


def _data(
    index: LineIndex, offset: int, name: str, cursor: Cursor, analysis: Analysis | None
) -> Any:
    """The data of the document; that of the last readable version where no more was typed since.

    To parse a long text takes longer than all else here, and a validation runs at the same time.
    """
    if analysis is None:
        return draft_data(index, offset, name, None)
    text, last = analysis.text.text, analysis.data
    if text == index.text:
        return last
    is_value = not cursor.is_key and bool(cursor.pointer)
    if is_value and differs_in_value(index, cursor.start, cursor.pointer, text, last):
        return last
    return draft_data(index, offset, name, last)


# --- keys -----------------------------------------------------------------------------------------


def _keys(request: Completion) -> Iterator[types.CompletionItem]:
    pointer = request.cursor.pointer
    value = request.draft.at(*pointer)
    present = set(value) if isinstance(value, dict) else set()
    present.discard(request.cursor.prefix)
    for field in fields_of(pointer).values():
        if field.name not in present:
            yield _key_item(request, field)
    for one in _payload_members(request):
        if one.text not in present:
            yield _item(request, one, Kind.Property, f"{one.text}: ")


def _key_item(request: Completion, field: Field) -> types.CompletionItem:
    detail = "required" if field.is_required else " or ".join(sorted(field.types))
    holds_more = field.types and field.types <= {"object", "array"}
    written = f"{field.name}:" if holds_more else f"{field.name}: "
    suggestion = Suggestion(field.name, detail, field.description)
    item = _item(request, suggestion, Kind.Property, written)
    item.sort_text = f"{0 if field.is_required else 1}{field.name}"
    return item


def _payload_members(request: Completion) -> Iterator[Suggestion]:
    """The members of a JSON body, by the schema of the operation's request."""
    match request.cursor.pointer:
        case ("workflows", _, "steps", _, "requestBody", "payload", *tokens):
            operation = request.operation
        case _:
            return
    body = operation.request_body if operation else None
    for media in body.content if operation and body else ():
        if is_json(media.name) and operation:
            shape = descend(shape_of(schemas_of(operation.description), media.schema), tokens)
            if not isinstance(shape, DescentFailure):
                for name, member in members_of(shape):
                    yield Suggestion(name, types_text(member), description_of(member))
            return


# --- values ---------------------------------------------------------------------------------------


def _values(request: Completion) -> Iterator[types.CompletionItem]:
    start = expression_start(request.cursor.prefix)
    named = list(_named_values(request))
    for kind, one in named:
        yield _item(request, one, kind)
    if start is not None and not (named and start == 0 and request.cursor.prefix == "$"):
        yield from _expressions(request, start)
    elif _takes_expression(request.cursor.pointer) and not request.cursor.prefix:
        yield from _expressions(request, 0)


def _takes_expression(pointer: Pointer) -> bool:
    """Whether a value may be an expression: outputs, values of parameters, payloads, criteria."""
    return any(
        one in ("outputs", "value", "payload", "context", "condition", "correlationId")
        for one in pointer
    )


def _expressions(request: Completion, start: int) -> Iterator[types.CompletionItem]:
    begun = request.cursor.prefix[start:]
    for one in suggestions(request.scope, begun):
        yield _item(request, one, Kind.Reference if one.goes_on else Kind.Variable, start=start)


def _named_values(request: Completion) -> Iterator[tuple[types.CompletionItemKind, Suggestion]]:
    match request.cursor.pointer:
        case (*_, "operationId"):
            yield from ((Kind.Function, one) for one in _operation_ids(request))
        case (*_, "operationPath"):
            yield from ((Kind.Function, one) for one in _operation_paths(request))
        case ("workflows", _, "steps", _, "dependsOn", _) | (*_, "stepId") if _is_reference(
            request
        ):
            yield from ((Kind.Method, one) for one in _step_ids(request))
        case (*_, "dependsOn", _) | (*_, "workflowId") if _is_reference(request):
            yield from ((Kind.Module, one) for one in _workflow_ids(request))
        case (*_, "reference"):
            yield from ((Kind.Reference, one) for one in _components(request))
        case ("workflows", _, "steps", _, "parameters", _, "name"):
            yield from ((Kind.Field, one) for one in _parameter_names(request))
        case (*_, "requestBody", "contentType"):
            yield from ((Kind.Value, one) for one in _content_types(request))
        case (*_, "condition"):
            yield from ((Kind.Snippet, one) for one in _conditions(request))
        case _:
            field = field_at(request.cursor.pointer)
            values = field.values if field else ()
            # Those of expressions are examples.
            listed = (one for one in values if not one.startswith("$"))
            yield from ((Kind.EnumMember, Suggestion(one)) for one in listed)


def _is_reference(request: Completion) -> bool:
    """Whether an id names something: that of a workflow or step itself is made up."""
    pointer = request.cursor.pointer
    is_own = len(pointer) == 3 or (len(pointer) == 5 and pointer[-1] == "stepId")
    return not is_own or pointer[-2:-1] == ("dependsOn",)


def _operation_ids(request: Completion) -> Iterator[Suggestion]:
    """All operationIds; with the name of their source where several sources have operations."""
    if request.analysis is None:
        return
    unit = request.analysis.entry
    for one in known_operations(unit):
        name = one.operation_id
        if name is not None:
            text = f"$sourceDescriptions.{one.source}.{name}" if len(unit.apis) > 1 else name
            yield Suggestion(text, one.title, one.text("summary") or one.text("description"))


def _operation_paths(request: Completion) -> Iterator[Suggestion]:
    for one in known_operations(request.analysis.entry) if request.analysis else ():
        yield Suggestion(one.path, one.operation_id or "", one.text("summary"))


def _step_ids(request: Completion) -> Iterator[Suggestion]:
    for one in steps_of(request.draft.workflow):
        calls = text_of(one, "operationId") or text_of(one, "workflowId")
        yield Suggestion(one["stepId"], calls, text_of(one, "description"))


def _workflow_ids(request: Completion) -> Iterator[Suggestion]:
    for one in request.draft.workflows():
        yield Suggestion(one["workflowId"], text_of(one, "summary"), text_of(one, "description"))
    if request.analysis is None:
        return
    for source, uri in request.analysis.entry.documents.items():
        for workflow in request.analysis.units[uri].document.workflows:
            text = f"$sourceDescriptions.{source}.{workflow.workflow_id}"
            yield Suggestion(text, workflow.summary or "", workflow.description or "")


_SECTIONS: Final = {
    "parameters": "parameters",
    "onSuccess": "successActions",
    "successActions": "successActions",
    "onFailure": "failureActions",
    "failureActions": "failureActions",
}


def _components(request: Completion) -> Iterator[Suggestion]:
    lists = [one for one in request.cursor.pointer if one in _SECTIONS]
    section = _SECTIONS[str(lists[-1])] if lists else ""
    found: Any = request.draft.at("components", section)
    for name in found if isinstance(found, dict) else ():
        yield Suggestion(f"$components.{section}.{name}", "component")


def _parameter_names(request: Completion) -> Iterator[Suggestion]:
    called = request.draft.workflow_of(text_of(request.draft.step, "workflowId"))
    for name in request.draft.inputs_of(called):
        yield Suggestion(name, "input")
    operation = request.operation
    if operation is None:
        return
    for one in operation.parameters:
        shape = shape_of(schemas_of(operation.description), one.schema)
        detail = f"{one.location}, {'required' if one.required else 'optional'}"
        yield Suggestion(one.name, detail, description_of(shape))


def _content_types(request: Completion) -> Iterator[Suggestion]:
    operation = request.operation
    body = operation.request_body if operation else None
    for media in body.content if body else ():
        yield Suggestion(media.name)


def _conditions(request: Completion) -> Iterator[Suggestion]:
    """Comparisons of the status with those that the operation documents."""
    if not "$statusCode".startswith(request.cursor.prefix):
        return
    operation = request.operation
    for response in operation.responses if operation else ():
        if response.status.isdigit():
            text = f"$statusCode == {response.status}"
            yield Suggestion(text, description=response.description)


# --- items ----------------------------------------------------------------------------------------


def _item(
    request: Completion,
    suggestion: Suggestion,
    kind: types.CompletionItemKind,
    written: str | None = None,
    start: int = 0,
) -> types.CompletionItem:
    """The item that writes a suggestion in place of what is there of it."""
    cursor = request.cursor
    begin = cursor.start + start
    text = _spelling(request, suggestion.text if written is None else written, start)
    documentation = types.MarkupContent(types.MarkupKind.Markdown, suggestion.description)
    return types.CompletionItem(
        label=suggestion.text,
        kind=kind,
        detail=suggestion.detail or None,
        documentation=documentation if suggestion.description else None,
        filter_text=suggestion.text,
        text_edit=types.TextEdit(request.index.range(begin, max(cursor.end, request.offset)), text),
    )


def _spelling(request: Completion, text: str, start: int) -> str:
    """A text in quotes where it needs them, and has none yet."""
    cursor = request.cursor
    if cursor.is_key and cursor.quote:
        return text.rstrip(": ")
    if is_json_start(request.index.text) and not cursor.quote:
        return _in_json(text, is_key=cursor.is_key)
    if cursor.quote or cursor.is_key or start or can_be_plain(text, in_flow=False):
        return text
    return "'" + text.replace("'", "''") + "'"


def _in_json(text: str, *, is_key: bool) -> str:
    name = text.rstrip(": ") if is_key else text
    return f'"{name}": ' if is_key else f'"{name}"'
