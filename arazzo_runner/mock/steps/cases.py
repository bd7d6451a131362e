"""Cases: a step that is to get a documented error, or an example by its name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from arazzo_runner.document.model import ArazzoDocument
from arazzo_runner.executor.plan import OperationCall, Plan
from arazzo_runner.openapi.model import Operation
from arazzo_runner.openapi.response.contract import documented_statuses, response_for
from arazzo_runner.text.diagnostic import Diagnostic, did_you_mean, error


def case_findings(
    plan: Plan, cases: Mapping[str, str], others: Collection[str] = ()
) -> Iterator[Diagnostic]:
    """Errors about cases of steps there are not, and of what their operations do not document.

    ``others`` are steps of workflows that this plan does not run.
    """
    operations = dict(_operations(plan))
    for name, case in cases.items():
        shown = f"`--mock-case {name}={case}`"
        named = [one for key, one in operations.items() if name in (key, key.partition("/")[2])]
        if not named and name in others:
            continue
        if not named:
            steps = [*operations, *(key.partition("/")[2] for key in operations)]
            hint = did_you_mean(name, steps) or f"its steps: {_list_text(operations)}"
            yield error("AZ906", f"{shown}: no step `{name}` calls an operation", help=hint)
        elif not any(is_documented(one, case) for one in named):
            label = f"`{named[0].method} {named[0].path}`"
            message = f"{shown}: {label} documents no status and no example `{case}`"
            yield error(
                "AZ906", message, help=f"documented: {_list_text(documented_cases(named[0]))}"
            )


def step_names(documents: Iterable[ArazzoDocument]) -> set[str]:
    """How cases name the steps of documents, by themselves and with their workflow."""
    steps = (
        (workflow.workflow_id, step.step_id)
        for document in documents
        for workflow in document.workflows
        for step in workflow.steps
    )
    return {name for workflow, step in steps for name in (step, f"{workflow}/{step}")}


def _list_text(names: Mapping[str, object] | list[str]) -> str:
    return ", ".join(f"`{one}`" for one in names) or "none"


def _operations(plan: Plan) -> Iterator[tuple[str, Operation]]:
    for workflow in plan.workflows.values():
        for planned in workflow.steps:
            if isinstance(planned.call, OperationCall):
                name = f"{workflow.workflow.workflow_id}/{planned.step.step_id}"
                yield name, planned.call.operation


def is_documented(operation: Operation, case: str) -> bool:
    """Whether an operation documents a status, or an example of this name."""
    if is_status(case):
        return response_for(operation, int(case)) is not None
    return case in _example_names(operation)


def is_status(case: str) -> bool:
    """Whether a case is a status code."""
    return len(case) == len("200") and case.isdecimal()


def documented_cases(operation: Operation) -> list[str]:
    """All that a case of an operation can be."""
    return [*documented_statuses(operation), *_example_names(operation)]


def _example_names(operation: Operation) -> list[str]:
    names = (
        name
        for response in operation.responses
        for media in response.content
        for name in media.example_names
    )
    return list(dict.fromkeys(name for name in names if name))
