"""Binding actions: the step's list, then the workflow's, each with its target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal as Choice
from typing import TypeAlias

from arazzo_runner.document.model import (
    EndAction,
    FailureAction,
    Parameter,
    Reusable,
    SuccessAction,
    WorkflowName,
)
from arazzo_runner.executor.binding import BindContext, find_workflow
from arazzo_runner.executor.plan import InputArgument, PlannedAction, Unit, WorkflowKey
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
