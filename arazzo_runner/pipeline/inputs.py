"""The inputs of a run: what is wrong with them, and what of them is secret."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from arazzo_runner.executor.inputs import InputProblem
from arazzo_runner.executor.inputs_schema import InputValue
from arazzo_runner.executor.plan import (
    OperationCall,
    Plan,
    WorkflowKey,
    WorkflowPlan,
)
from arazzo_runner.executor.secret_inputs import scalars, secret_inputs
from arazzo_runner.expression.value import Value
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.diagnostic import Diagnostic, error
from arazzo_runner.text.source import Place

_INPUT_CODES = {"missing": "AZ902", "undeclared": "AZ903", "invalid": "AZ904"}


def input_error(plan: Plan, key: WorkflowKey, problem: InputProblem, masker: Masker) -> Diagnostic:
    """What is wrong with an input as a finding: AZ902, AZ903 or AZ904."""
    workflow = plan.workflows[key].workflow
    message = f"workflow `{workflow.workflow_id}`: {masker.text(problem.message)}"
    place = _place_of_input(plan.workflows[key], problem.name)
    return error(_INPUT_CODES[problem.kind], message, place, "", problem.hint)


def missing_inputs(
    plan: Plan, problems: Iterable[tuple[WorkflowKey, InputProblem]]
) -> dict[str, InputValue]:
    """What the schemas say of required inputs that are missing."""
    found: dict[str, InputValue] = {}
    for key, problem in problems:
        if problem.kind == "missing" and problem.name is not None:
            schema = plan.workflows[key].inputs_schema
            found.setdefault(problem.name, schema.whole.member(problem.name))
    return found


def _place_of_input(plan: WorkflowPlan, name: str | None) -> Place:
    """Where an input is declared, or the `inputs` of the workflow."""
    workflow = plan.workflow
    declared = plan.inputs_schema.stated.get(name or "")
    if declared is not None:
        return declared.place.key()
    is_there = workflow.inputs is not None
    return workflow.place.at("inputs").key() if is_there else workflow.place.at("workflowId")


def input_secrets(plan: Plan, inputs: Mapping[str, Value]) -> tuple[str, ...]:
    """The values to mask: credentials in use, and inputs that are secret."""
    found: list[str] = []
    for workflow in plan.workflows.values():
        own = _inputs_of(plan, workflow.key, inputs)
        found.extend(secret_inputs(workflow.inputs_schema, own))
        for slot in plan.secret.inputs.get(workflow.key, ()):
            found.extend(scalars(slot.pick(own)) if slot.is_named else ())
        for call in (step.call for step in workflow.steps):
            if isinstance(call, OperationCall):
                found.extend(call.authorization.secrets)
    return tuple(dict.fromkeys(found))


def flowing_inputs(plan: Plan, inputs: Mapping[str, Value]) -> Iterator[str]:
    """The inputs that go where credentials do."""
    for key in plan.selected:
        slots = plan.secret.inputs.get(key, ())
        own = _inputs_of(plan, key, inputs) if slots else {}
        for slot in slots:
            yield from scalars(slot.pick(own))


def _inputs_of(plan: Plan, key: WorkflowKey, inputs: Mapping[str, Value]) -> Mapping[str, Value]:
    """All inputs with those of the workflow alone, and its defaults."""
    own = plan.own_inputs.get(key, {})
    return plan.workflows[key].inputs_schema.with_defaults({**inputs, **own})
