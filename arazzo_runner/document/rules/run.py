"""All rules that need no API description, run over a document: names must resolve in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from arazzo_runner.document.model import (
    ArazzoDocument,
    ChannelByPath,
    EndAction,
    FailureAction,
    OperationById,
    OperationByPath,
    Reusable,
    Step,
    StepName,
    StepTarget,
    SuccessAction,
    Workflow,
    WorkflowName,
)
from arazzo_runner.document.rules.expressions import walks
from arazzo_runner.document.rules.names import (
    DocumentNames,
    check_source,
    check_step,
    check_workflow,
    names_of,
)
from arazzo_runner.document.rules.order import dependency_findings
from arazzo_runner.document.rules.reads import read_findings
from arazzo_runner.document.rules.timing import early_read_findings, missing_message_findings
from arazzo_runner.text.diagnostic import Diagnostic


def name_findings(document: ArazzoDocument) -> tuple[Diagnostic, ...]:
    """All findings about names in a resolved document.

    Unknown sources (AZ203), workflows (AZ207) and steps (AZ208); outputs (AZ211)
    that are read and not declared; outputs read too early (AZ212); circles (AZ213);
    messages (AZ220) and workflows (AZ221) that are read where there are none yet.
    """
    names, walked = names_of(document), walks(document)
    found = [
        *(one for workflow in document.workflows for one in _in_workflow(workflow, names)),
        *read_findings(document, names, walked),
        *dependency_findings(document, walked),
        *missing_message_findings(walked),
        *early_read_findings(walked),
    ]
    # A component that is used in several lists is judged in each, and said once.
    return tuple(dict.fromkeys(found))


def _in_workflow(workflow: Workflow, names: DocumentNames) -> Iterator[Diagnostic]:
    for name in workflow.depends_on:
        yield from _workflow_name(name, names)
    if workflow.finally_call is not None:
        yield from _workflow_name(workflow.finally_call.target, names)
    for action in (*workflow.success_actions, *workflow.failure_actions):
        yield from _action(action, workflow.workflow_id, names)
    for step in workflow.steps:
        yield from _step(step, workflow.workflow_id, names)


def _step(step: Step, workflow_id: str, names: DocumentNames) -> Iterator[Diagnostic]:
    yield from _target(step.target, names)
    for name in step.depends_on:
        yield from _step_name(name, workflow_id, names)
    for action in (*step.on_success, *step.on_failure):
        yield from _action(action, workflow_id, names)


def _target(target: StepTarget, names: DocumentNames) -> Iterator[Diagnostic]:
    match target:
        case WorkflowName():
            yield from _workflow_name(target, names)
        case OperationById() | OperationByPath() | ChannelByPath():
            if target.source is not None:
                yield from check_source(target.source, target.place, names)
        case _:
            assert_never(target)


def _workflow_name(name: WorkflowName, names: DocumentNames) -> Iterator[Diagnostic]:
    if name.source is not None:
        yield from check_source(name.source, name.place, names)
    elif not names.documents:
        # Else binding says what the documents that are named have: it is their workflow, perhaps.
        yield from check_workflow(name.workflow_id, name.place, names)


def _step_name(name: StepName, workflow_id: str, names: DocumentNames) -> Iterator[Diagnostic]:
    owner = name.workflow
    if owner is not None:
        yield from _workflow_name(owner, names)
    if owner is None or (owner.source is None and owner.workflow_id in names.steps):
        local = workflow_id if owner is None else owner.workflow_id
        yield from check_step(name.step_id, name.place, local, names)


def _action(
    action: SuccessAction | FailureAction | Reusable, workflow_id: str, names: DocumentNames
) -> Iterator[Diagnostic]:
    if isinstance(action, EndAction | Reusable):
        return
    match action.target:
        case None:
            return
        case WorkflowName():
            yield from _workflow_name(action.target, names)
        case str(step_id):
            yield from check_step(step_id, action.place.at("stepId"), workflow_id, names)
        case _:
            assert_never(action.target)
