"""Giving inputs to a workflow: from a step, an action, or the run itself."""

from __future__ import annotations

from collections.abc import Mapping

from arazzo_runner.executor.inputs import apply_defaults, declared_schemas, find_problems
from arazzo_runner.executor.plan import InputArgument, WorkflowPlan
from arazzo_runner.executor.result import Status, StepError, WorkflowResult
from arazzo_runner.expression.evaluate import EvaluationError, evaluate_within_bounds
from arazzo_runner.expression.scope import Scope
from arazzo_runner.expression.value import MISSING, Value
from arazzo_runner.text.source import Place


class CallInputError(Exception):
    """The inputs do not fit the workflow that they are given to; ``hint`` is the way out."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


def not_started_result(callee: WorkflowPlan, reason: CallInputError) -> WorkflowResult:
    """The result of a workflow whose inputs were refused."""
    workflow = callee.workflow
    error = refused_inputs_error(reason, workflow.place)
    return WorkflowResult(
        workflow.workflow_id, Status.FAILED, {}, {}, 0.0, (), None, error, workflow.place
    )


def refused_inputs_error(reason: CallInputError, place: Place) -> StepError:
    """What is said at ``place`` of inputs that do not fit: nothing was sent."""
    return StepError("inputs-refused", str(reason), reason.hint, "request", place)


def inputs_for_call(
    callee: WorkflowPlan, arguments: tuple[InputArgument, ...], scope: Scope
) -> dict[str, Value]:
    """The inputs of a workflow called with these arguments, defaults filled in and validated.

    What has no value is left out; what the callee does not declare is left out when it came from
    the workflow level. Raises CallInputError.
    """
    known = declared_schemas(callee.inputs_schema)
    given: dict[str, Value] = {}
    for argument in arguments:
        if argument.level == "workflow" and known is not None and argument.name not in known:
            continue
        value = _evaluate_argument(argument, scope)
        if value is not MISSING:
            given[argument.name] = value
    return check_inputs(callee, given)


def _evaluate_argument(argument: InputArgument, scope: Scope) -> Value:
    try:
        return evaluate_within_bounds(argument.value, scope)
    except EvaluationError as reason:
        raise CallInputError(f"input `{argument.name}`: {reason}") from reason


def inherit_inputs(callee: WorkflowPlan, run_inputs: Mapping[str, Value]) -> dict[str, Value]:
    """The inputs of a workflow that is gone to without parameters.

    Its schema's defaults and the inputs of the same name. Raises CallInputError.
    """
    return check_inputs(callee, relevant_inputs(callee, run_inputs))


def relevant_inputs(callee: WorkflowPlan, inputs: Mapping[str, Value]) -> dict[str, Value]:
    """Those inputs that the workflow declares; all of them where it is open."""
    known = declared_schemas(callee.inputs_schema)
    return {name: value for name, value in inputs.items() if known is None or name in known}


def check_inputs(callee: WorkflowPlan, given: Mapping[str, Value]) -> dict[str, Value]:
    """The inputs with defaults, held against the schema. Raises CallInputError."""
    inputs = apply_defaults(callee.inputs_schema, given)
    found = find_problems(callee.inputs_schema, inputs)
    if found:
        listed = "; ".join(problem.message for problem in found)
        # Of the hints only this one is not about the command line.
        hint = next((one.hint for one in found if one.kind == "undeclared"), None)
        message = f"workflow `{callee.workflow.workflow_id}` cannot start: {listed}"
        raise CallInputError(message, hint)
    return inputs
