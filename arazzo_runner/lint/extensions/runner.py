"""The extensions of this runner: another one passes over them."""

from __future__ import annotations

from collections.abc import Iterator

from arazzo_runner.document.model import ArazzoDocument, Workflow
from arazzo_runner.document.rules.expressions import values_in
from arazzo_runner.lint.reads import selectors
from arazzo_runner.openapi.schema.walk import properties_of
from arazzo_runner.text.diagnostic import Diagnostic, Severity
from arazzo_runner.text.positions import locate_place
from arazzo_runner.text.source import Place


def extension_findings(document: ArazzoDocument) -> Iterator[Diagnostic]:
    """AZ507: the first extension of a document, of a run or of tests by pytest."""
    found = [
        *_of_tests(document),
        *_of_inputs(document),
        *(one for each in document.workflows for one in _in_workflow(each)),
    ]
    if found:
        name, place = min(found, key=lambda one: _line_and_column(one[1]))
        message = f"{name} is an extension of this runner, which others ignore"
        way_out = "`# arazzo: ignore[AZ507]` in this line says that it is meant"
        yield Diagnostic("AZ507", Severity.HINT, message, place, "said once a document", way_out)


def _line_and_column(place: Place) -> tuple[int, int]:
    span = locate_place(place)
    return span.line, span.column


def _of_tests(document: ArazzoDocument) -> Iterator[tuple[str, Place]]:
    """What pytest reads: tags of the document, and tags and cases of its workflows."""
    if "x-tags" in document.raw:
        yield "`x-tags`", Place(document.source, ("x-tags",), "key")
    for workflow in document.workflows:
        written = document.raw["workflows"][workflow.place.pointer[1]]
        for name in ("x-cases", "x-tags"):
            if name in written:
                yield f"`{name}`", workflow.place.at(name).key()


def _of_inputs(document: ArazzoDocument) -> Iterator[tuple[str, Place]]:
    """``x-generate`` and ``x-webhook`` of inputs, in workflows and components."""
    root = Place(document.source)
    held = [(one.inputs, one.place.at("inputs")) for one in document.workflows]
    shared = document.components.inputs
    held += [(one, root.at("components", "inputs", name)) for name, one in shared.items()]
    for schema, place in held:
        for name, one in properties_of(schema).items() if isinstance(schema, dict) else ():
            for extension in ("x-generate", "x-webhook"):
                if isinstance(one, dict) and extension in one:
                    yield f"`{extension}`", place.at("properties", name, extension).key()


def _in_workflow(workflow: Workflow) -> Iterator[tuple[str, Place]]:
    if workflow.finally_call is not None:
        yield "`x-finally`", workflow.finally_call.place.key()
    for step in workflow.steps:
        if step.url is not None:
            yield "`x-url`", step.place.at("x-url").key()
        if step.sends_invalid:
            yield "`x-send-invalid`", step.place.at("x-send-invalid").key()
        if step.credentials:
            yield "`x-credentials`", step.place.at("x-credentials").key()
    yield from _regex_selectors(workflow)


def _regex_selectors(workflow: Workflow) -> Iterator[tuple[str, Place]]:
    for value, place in values_in(workflow):
        for selector, at in selectors(value, place):
            if selector.type.language == "regex":
                yield "a Selector Object of `type: regex`", at.at("type")
