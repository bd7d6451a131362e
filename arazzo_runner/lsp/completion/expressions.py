"""What may follow in a runtime expression: names, members of values by their schemas.

Arazzo 1.1.0, "Runtime Expressions".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from msgspec import Struct

from arazzo_runner.expression.ast import BodyRef, Expression, HeaderRef
from arazzo_runner.expression.parse import parse_expression
from arazzo_runner.lint.context import StepContext
from arazzo_runner.lint.schemas import expression_shape
from arazzo_runner.lsp.draft import Draft, mapping, outputs_of, steps_of, text_of
from arazzo_runner.lsp.operations import known_operations, operation_of_step
from arazzo_runner.lsp.schema_text import description_of, members_of, types_text
from arazzo_runner.lsp.workspace.analysis import Analysis
from arazzo_runner.openapi.model import Operation
from arazzo_runner.openapi.schema.descend import (
    DescentFailure,
    SchemaShape,
    descend,
    shape_of,
    standalone_shape,
)
from arazzo_runner.openapi.schema.shape import schemas_of
from arazzo_runner.text.pattern import lazy_pattern

_START: Final = lazy_pattern(r"\$[A-Za-z]*(?:[.#/\[][^\s{}()=!<>&|,;'\"]*)?\Z")


class Suggestion(Struct, frozen=True):
    """What can stand at the cursor; ``text`` is written, ``goes_on`` tells that more follows."""

    text: str
    detail: str = ""
    description: str = ""
    goes_on: bool = False


def expression_start(prefix: str) -> int | None:
    """Where the expression begins that a text ends with; None where it ends with none."""
    found = _START.search(prefix)
    return found.start() if found else None


class ExpressionScope(Struct, frozen=True):
    """Where an expression stands: in a draft, with the last readable analysis beside it."""

    draft: Draft
    analysis: Analysis | None

    @property
    def view(self) -> StepContext | None:
        """The view of the step, where it was bound."""
        if self.analysis is None:
            return None
        return self.analysis.context(self.draft.workflow_id, self.draft.step_id)

    @property
    def any_view(self) -> StepContext | None:
        """That of the step, or of any step of the workflow: what all of them know alike."""
        if self.view is not None or self.analysis is None:
            return self.view
        ids = (text_of(one, "stepId") for one in steps_of(self.draft.workflow))
        views = (self.analysis.context(self.draft.workflow_id, one) for one in ids)
        return next((one for one in views if one is not None), None)

    @property
    def operation(self) -> Operation | None:
        """The operation that the step calls, by what is written now."""
        if self.analysis is None or not self.analysis.units:
            return None
        found = operation_of_step(self.analysis.entry, self.draft.step)
        return found[1] if found else None

    def shape(self, text: str) -> SchemaShape | None:
        """What is known of the value of an expression."""
        expression, _ = parse_expression(text)
        is_of_step = isinstance(expression, BodyRef | HeaderRef)
        view = self.view if is_of_step else self.any_view
        found = expression_shape(expression, view, view.answers) if view else None
        return found or self._response_shape(expression)

    def _response_shape(self, expression: Expression) -> SchemaShape | None:
        """What the operation documents for its first success, where the step is not bound."""
        operation = self.operation
        if not isinstance(expression, BodyRef) or expression.message != "response":
            return None
        for response in operation.responses if operation else ():
            for media in response.content if response.status.startswith("2") else ():
                assert operation is not None  # who has its responses has it
                schemas = schemas_of(operation.description)
                found = descend(shape_of(schemas, media.schema), expression.path.tokens)
                return None if isinstance(found, DescentFailure) else found
        return None


def suggestions(scope: ExpressionScope, text: str) -> Iterator[Suggestion]:
    """What may follow the beginning of an expression, as whole expressions."""
    head, mark, _ = _split_pointer(text)
    if mark:
        yield from _members(scope, head, mark)
        return
    *parts, _ = text.split(".")
    begun = "".join(f"{one}." for one in parts)
    for one in _names(scope, parts):
        yield Suggestion(begun + one.text, one.detail, one.description, one.goes_on)


def _split_pointer(text: str) -> tuple[str, str, str]:
    """An expression up to its last ``/``, that with the ``#`` before it, and what is behind it."""
    if "#" not in text:
        return text, "", ""
    before, _, last = text.rpartition("/")
    if "#" not in before:
        head, _, _ = text.partition("#")
        return head, f"{head}#/", last
    return before, f"{before}/", last


def _members(scope: ExpressionScope, head: str, begun: str) -> Iterator[Suggestion]:
    shape = scope.shape(head.removesuffix("#"))
    for name, member in members_of(shape) if shape else ():
        escaped = name.replace("~", "~0").replace("/", "~1")
        yield Suggestion(begun + escaped, types_text(member), description_of(member))


def _names(scope: ExpressionScope, parts: list[str]) -> Iterator[Suggestion]:
    draft = scope.draft
    match parts:
        case []:
            yield from _roots(draft)
        case ["$inputs"]:
            yield from _inputs(draft.inputs_of(draft.workflow))
        case ["$outputs"]:
            yield from _outputs(outputs_of(draft.workflow), scope, "$outputs.")
        case ["$steps", *rest]:
            yield from _in_steps(scope, rest)
        case ["$workflows", *rest]:
            yield from _in_workflows(scope, rest)
        case ["$sourceDescriptions", *rest]:
            yield from _in_sources(scope, rest)
        case ["$components", *rest]:
            yield from _in_components(draft, rest)
        case ["$request" | "$response" | "$message" as root, *rest]:
            yield from _in_message(scope, root, rest)


def _in_steps(scope: ExpressionScope, rest: list[str]) -> Iterator[Suggestion]:
    match rest:
        case []:
            yield from _steps(scope.draft.workflow)
        case [_]:
            yield Suggestion("outputs.", goes_on=True)
        case [step_id, "outputs"]:
            yield from _step_outputs(scope, scope.draft.workflow, step_id)


_ROOTS: Final = (
    ("$inputs.", "an input of the workflow", False),
    ("$steps.", "an output of a step", False),
    ("$response.", "the response of this step", True),
    ("$statusCode", "the status of the response", True),
    ("$request.", "the request of this step", True),
    ("$message.", "the message of this step", True),
    ("$method", "the method of the request", True),
    ("$url", "the URL of the request", True),
    ("$outputs.", "an output of this workflow", False),
    ("$workflows.", "an input or output of another workflow", False),
    ("$sourceDescriptions.", "a source description", False),
    ("$components.", "a component", False),
    ("$self", "the URI of this document", False),
)


def _roots(draft: Draft) -> Iterator[Suggestion]:
    for text, detail, is_of_step in _ROOTS:
        if not is_of_step or draft.step is not None or draft.pointer[:1] == ("components",):
            yield Suggestion(text, detail, goes_on=text.endswith("."))


def _inputs(schemas: dict[str, Any]) -> Iterator[Suggestion]:
    for name, schema in schemas.items():
        shape = standalone_shape(schema, schema)
        yield Suggestion(name, types_text(shape), description_of(shape))


def _steps(workflow: dict[str, Any] | None) -> Iterator[Suggestion]:
    for one in steps_of(workflow):
        calls = text_of(one, "operationId") or text_of(one, "workflowId")
        yield Suggestion(
            f"{one['stepId']}.outputs.", calls, text_of(one, "description"), goes_on=True
        )


def _outputs(
    outputs: Iterable[str], scope: ExpressionScope | None, begun: str
) -> Iterator[Suggestion]:
    for name in outputs:
        shape = scope.shape(begun + name) if scope else None
        types, description = (types_text(shape), description_of(shape)) if shape else ("", "")
        yield Suggestion(name, types, description)


def _step_outputs(
    scope: ExpressionScope, workflow: dict[str, Any] | None, step_id: str
) -> Iterator[Suggestion]:
    """The outputs of a step; of one that calls a workflow, those of that workflow besides."""
    step = next((one for one in steps_of(workflow) if one["stepId"] == step_id), None)
    called = scope.draft.workflow_of(text_of(step, "workflowId"))
    names = dict.fromkeys((*outputs_of(step), *outputs_of(called)))
    is_here = workflow is scope.draft.workflow
    yield from _outputs(names, scope if is_here else None, f"$steps.{step_id}.outputs.")


def _in_workflows(scope: ExpressionScope, rest: list[str]) -> Iterator[Suggestion]:
    draft = scope.draft
    match rest:
        case []:
            for one in draft.workflows():
                yield Suggestion(f"{one['workflowId']}.", text_of(one, "summary"), goes_on=True)
        case [_]:
            for word in ("outputs.", "inputs.", "steps."):
                yield Suggestion(word, goes_on=True)
        case [workflow_id, "inputs"]:
            yield from _inputs(draft.inputs_of(draft.workflow_of(workflow_id)))
        case [workflow_id, "outputs"]:
            yield from _outputs(outputs_of(draft.workflow_of(workflow_id)), None, "")
        case [workflow_id, "steps"]:
            yield from _steps(draft.workflow_of(workflow_id))
        case [workflow_id, "steps", step_id, "outputs"]:
            yield from _step_outputs(scope, draft.workflow_of(workflow_id), step_id)


def _in_sources(scope: ExpressionScope, rest: list[str]) -> Iterator[Suggestion]:
    match rest:
        case []:
            for one in scope.draft.sources():
                detail = text_of(one, "type")
                yield Suggestion(f"{one['name']}.", detail, text_of(one, "url"), goes_on=True)
        case [name]:
            yield Suggestion("url", "where it is")
            yield from _source_members(scope, name)


def _source_members(scope: ExpressionScope, name: str) -> Iterator[Suggestion]:
    if scope.analysis is None or not scope.analysis.units:
        return
    unit = scope.analysis.entry
    for one in known_operations(unit):
        if one.source == name and one.operation_id:
            yield Suggestion(one.operation_id, one.title, one.text("summary"))
    if name in unit.documents:
        for workflow in scope.analysis.units[unit.documents[name]].document.workflows:
            yield Suggestion(workflow.workflow_id, "workflow", workflow.summary or "")


def _in_components(draft: Draft, rest: list[str]) -> Iterator[Suggestion]:
    match rest:
        case []:
            for kind in ("parameters", "successActions", "failureActions"):
                yield Suggestion(f"{kind}.", goes_on=True)
        case [kind]:
            for name in mapping(draft.at("components", kind)):
                yield Suggestion(name, "component")


_PARTS: Final = {
    "$message": ("payload", "header."),
    "$response": ("body", "header."),
    "$request": ("body", "header.", "query.", "path."),
}
"""What follows the root of an expression about a message."""


def _in_message(scope: ExpressionScope, root: str, rest: list[str]) -> Iterator[Suggestion]:
    operation = scope.operation
    match root, rest:
        case _, []:
            for word in _PARTS[root]:
                yield Suggestion(word, goes_on=word.endswith("."))
        case "$response", ["header"]:
            for response in operation.responses if operation else ():
                for header in response.headers:
                    yield Suggestion(header.name, f"header of {response.status}")
        case "$request", [location]:
            for parameter in operation.parameters if operation else ():
                if parameter.location == location:
                    yield Suggestion(parameter.name, f"{location} parameter")
