"""Inputs that are read, by what the workflow declares.

Arazzo Specification 1.1.0, "Runtime Expressions" and Workflow Object, ``inputs``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from arazzo_runner.document.rules.expressions import walks
from arazzo_runner.document.rules.reads import ExpressionNames, expression_names
from arazzo_runner.executor.plan import Unit
from arazzo_runner.expression.ast import InputRef, WorkflowRef
from arazzo_runner.text.diagnostic import Diagnostic, Severity, did_you_mean
from arazzo_runner.text.source import Place
from arazzo_runner.text.suggested_fix import rename_to_known


def input_findings(unit: Unit) -> Iterator[Diagnostic]:
    """AZ210: an input that is read and not declared; references of inputs that are broken."""
    for schema in unit.inputs.values():
        yield from schema.findings
    names = {
        workflow_id: expression_names(schema.stated) for workflow_id, schema in unit.inputs.items()
    }
    for walk in walks(unit.document):
        for found, place in chain(walk.own, *walk.steps):
            if isinstance(found, InputRef):
                yield from _undeclared_input(found, place, walk.workflow.workflow_id, unit, names)
            elif isinstance(found, WorkflowRef) and found.field == "inputs":
                yield from _undeclared_input(found, place, found.workflow_id, unit, names)


def _undeclared_input(
    found: InputRef | WorkflowRef,
    place: Place,
    workflow_id: str,
    unit: Unit,
    names: Mapping[str, ExpressionNames],
) -> Iterator[Diagnostic]:
    declared = names.get(workflow_id)
    if declared is None or declared.has(found):
        return
    schema = unit.inputs[workflow_id]
    first = found.name.partition(".")[0]
    if schema.is_open and not (schema.refuses(found.name) and schema.refuses(first)):
        return
    severity = Severity.ERROR if schema.closed else Severity.WARNING
    written = declared.unreadable_in(found.text)
    if written is not None:
        message = f"the workflow `{workflow_id}` declares `{written}`, which no expression can read"
        help_line = "rename it: names in expressions hold letters, digits, `.`, `-` and `_` alone"
        yield Diagnostic("AZ210", severity, message, place, "never has a value", help_line)
        return
    yield Diagnostic(
        "AZ210",
        severity,
        f"the workflow `{workflow_id}` declares no input `{found.name}`",
        place,
        "never has a value",
        did_you_mean(found.name, declared.readable) or "declare it in `inputs.properties`",
        fix=rename_to_known(place, found.name, declared.readable),
    )
