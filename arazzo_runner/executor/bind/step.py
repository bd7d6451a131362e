"""A step bound: its operation or workflow, parameters, body, and each action with its target.

Actions are the step's, then the workflow's. Arazzo Specification 1.1.0, Step Object and Parameter
Object.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal as Choice
from typing import TypeAlias

from arazzo_runner.document.model import (
    ChannelByPath,
    EndAction,
    FailureAction,
    OperationById,
    OperationByPath,
    Parameter,
    Reusable,
    Step,
    SuccessAction,
    Workflow,
    WorkflowName,
)
from arazzo_runner.errors import DocumentError
from arazzo_runner.executor.bind.operation import (
    BindContext,
    SourceOperation,
    find_by_operation_id,
    find_by_operation_path,
    find_workflow,
)
from arazzo_runner.executor.bind.request import bind_operation_call
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.plan import (
    InputArgument,
    OperationCall,
    PlannedAction,
    Unit,
    WorkflowCall,
    WorkflowKey,
)
from arazzo_runner.text.diagnostic import did_you_mean, error
from arazzo_runner.text.suggested_fix import rename_to_known

StepAction: TypeAlias = SuccessAction | FailureAction


def bind_actions(
    of_step: Iterable[StepAction | Reusable],
    of_workflow: Iterable[StepAction | Reusable],
    unit: Unit,
    positions: Mapping[str, int],
    binding: BindContext,
) -> tuple[PlannedAction, ...]:
    """The candidates in the order they are tried.

    The workflow's actions without those whose name the step has redefined ("can be overridden at
    the step level but cannot be removed there"). Reusable Objects have been resolved before.
    """
    own = [one for one in of_step if not isinstance(one, Reusable)]
    names = {action.name for action in own}
    inherited = [
        one for one in of_workflow if not isinstance(one, Reusable) and one.name not in names
    ]
    return (
        *(_bind_action(action, "step", unit, positions, binding) for action in own),
        *(_bind_action(action, "workflow", unit, positions, binding) for action in inherited),
    )


def _bind_action(
    action: StepAction,
    level: Choice["step", "workflow"],
    unit: Unit,
    positions: Mapping[str, int],
    binding: BindContext,
) -> PlannedAction:
    if isinstance(action, EndAction):
        return PlannedAction(action, level)
    target = _bind_target(action.target, action, unit, positions, binding)
    return PlannedAction(action, level, target, input_arguments(action.parameters, "step"))


def _bind_target(
    target: str | WorkflowName | None,
    action: StepAction,
    unit: Unit,
    positions: Mapping[str, int],
    binding: BindContext,
) -> int | WorkflowKey | None:
    if target is None:
        return None
    if isinstance(target, WorkflowName):
        return find_workflow(target, unit, binding)
    if target in positions:
        return positions[target]
    place = action.place.at("stepId")
    message = f"no step of this workflow is called `{target}`"
    help_line = did_you_mean(target, positions)
    fix = rename_to_known(place, target, positions)
    binding.report(error("AZ208", message, place, "unknown stepId", help_line, fix))
    return None


def input_arguments(
    parameters: Iterable[Parameter | Reusable], level: Choice["step", "workflow"]
) -> tuple[InputArgument, ...]:
    """Parameters as inputs of a workflow."""
    return tuple(
        InputArgument(one.name, one.value, level, one.place)
        for one in parameters
        if not isinstance(one, Reusable)
    )


def bind_call(
    step: Step, workflow: Workflow, unit: Unit, binding: BindContext
) -> OperationCall | WorkflowCall | ChannelCall | None:
    """What a step calls; None when it could not be bound, which has been reported."""
    if isinstance(step.target, WorkflowName):
        return _bind_workflow_call(step, step.target, workflow, unit, binding)
    try:
        return _bind_described_call(step, step.target, workflow, unit, binding)
    except DocumentError as reason:
        for finding in reason.diagnostics:
            binding.report(finding)
        return None


def _bind_described_call(
    step: Step,
    target: OperationById | OperationByPath | ChannelByPath,
    workflow: Workflow,
    unit: Unit,
    binding: BindContext,
) -> OperationCall | ChannelCall | None:
    """Raises DocumentError where a description is broken at what the step names."""
    if isinstance(target, ChannelByPath) or _may_have_channel(step, target, unit):
        from arazzo_runner.executor.bind.channel import bind_channel_call, names_channel

        if isinstance(target, ChannelByPath) or names_channel(target, unit):
            return bind_channel_call(step, target, workflow, unit, binding)
    found = _find_operation(target, unit, binding)
    if found is None:
        return None
    source, operation = found
    return bind_operation_call(step, source, operation, workflow, binding)


def _may_have_channel(step: Step, target: OperationById | OperationByPath, unit: Unit) -> bool:
    """Whether it is worth looking for an operation where those on channels are."""
    if unit.async_apis or step.action is not None:
        return True
    if isinstance(target, OperationByPath):
        return target.pointer[:1] == ("webhooks",) or "callbacks" in target.pointer
    return any("webhooks" in one.raw for one in unit.apis.values())


def _find_operation(
    target: OperationById | OperationByPath, unit: Unit, binding: BindContext
) -> SourceOperation | None:
    if isinstance(target, OperationById):
        return find_by_operation_id(target, unit, binding)
    return find_by_operation_path(target, unit, binding)


def _bind_workflow_call(
    step: Step, name: WorkflowName, workflow: Workflow, unit: Unit, binding: BindContext
) -> WorkflowCall | None:
    key = find_workflow(name, unit, binding)
    if key is None:
        return None
    own = input_arguments(step.parameters, "step")
    named = {argument.name for argument in own}
    inherited = input_arguments(workflow.parameters, "workflow")
    return WorkflowCall(key, (*(one for one in inherited if one.name not in named), *own))
