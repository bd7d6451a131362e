"""The extensions of this runner: another one passes over them."""

from __future__ import annotations

from collections.abc import Iterator

from arazzo_runner.document.model import ArazzoDocument, Step, Workflow
from arazzo_runner.expression.ast import DynamicValue, Selector
from arazzo_runner.text.diagnostic import Diagnostic, Severity
from arazzo_runner.text.source import Place


def extension_findings(document: ArazzoDocument) -> Iterator[Diagnostic]:
    """AZ507: the first extension of a document that changes what its workflows do."""
    found = next((one for each in document.workflows for one in _in_workflow(each)), None)
    if found is not None:
        name, place = found
        message = f"{name} is an extension of this runner, which others ignore"
        way_out = "`# arazzo: ignore[AZ507]` in this line says that it is meant"
        yield Diagnostic("AZ507", Severity.HINT, message, place, "said once a document", way_out)


def _in_workflow(workflow: Workflow) -> Iterator[tuple[str, Place]]:
    if workflow.finally_call is not None:
        yield "`x-finally`", workflow.finally_call.place.key()
    yield from _regex_outputs(workflow)
    for step in workflow.steps:
        if step.url is not None:
            yield "`x-url`", step.place.at("x-url").key()
        if step.sends_invalid:
            yield "`x-send-invalid`", step.place.at("x-send-invalid").key()
        if step.credentials:
            yield "`x-credentials`", step.place.at("x-credentials").key()
        yield from _regex_outputs(step)


def _regex_outputs(owner: Workflow | Step) -> Iterator[tuple[str, Place]]:
    values: list[tuple[DynamicValue, Place]] = [
        (value, owner.place.at("outputs", name)) for name, value in owner.outputs
    ]
    values += ((one.value, one.place.at("value")) for one in owner.parameters if one.value)
    for value, place in values:
        if isinstance(value, Selector) and value.type.language == "regex":
            yield "a Selector Object of `type: regex`", place.at("type")
