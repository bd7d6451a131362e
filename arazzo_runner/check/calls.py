"""Steps that call workflows: the inputs that they give, by what the workflow declares.

Arazzo Specification 1.1.0, Parameter Object: without an `in`, a parameter is an input.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from arazzo_runner.executor.inputs import declared_schemas, schema_parts
from arazzo_runner.executor.plan import InputArgument, Plan, WorkflowCall, WorkflowKey, WorkflowPlan
from arazzo_runner.text.diagnostic import Diagnostic, did_you_mean, error
from arazzo_runner.text.source import Place
from arazzo_runner.text.suggested_fix import rename_to_known


def call_findings(plan: Plan) -> Iterator[Diagnostic]:
    """AZ218: an input that is not declared; AZ219: a required one that is not given."""
    for key, arguments, place in _calls(plan):
        yield from _undeclared_inputs(plan.workflows[key], arguments)
        yield from _missing_inputs(plan.workflows[key], arguments, place)


def _calls(plan: Plan) -> Iterator[tuple[WorkflowKey, tuple[InputArgument, ...], Place]]:
    for workflow in plan.workflows.values():
        for step in workflow.steps:
            if isinstance(step.call, WorkflowCall):
                yield step.call.key, step.call.arguments, step.step.target.place
            for planned in (*step.on_success, *step.on_failure):
                # Without parameters, an action hands on the inputs of the run.
                if isinstance(planned.target, tuple) and planned.arguments:
                    place = planned.action.place.at("workflowId")
                    yield planned.target, planned.arguments, place


def _undeclared_inputs(
    callee: WorkflowPlan, arguments: Iterable[InputArgument]
) -> Iterator[Diagnostic]:
    known = declared_schemas(callee.inputs_schema)
    for argument in arguments:
        if known is None or argument.name in known or argument.level == "workflow":
            continue
        name = callee.workflow.workflow_id
        message = f"the workflow `{name}` has no input `{argument.name}`"
        listed = ", ".join(f"`{one}`" for one in known)
        help_line = did_you_mean(argument.name, known) or (
            f"its inputs: {listed}" if known else "it has no inputs"
        )
        place = argument.place.at("name")
        fix = rename_to_known(place, argument.name, known)
        yield error("AZ218", message, place, "not declared", help_line, fix)


def _missing_inputs(
    callee: WorkflowPlan, arguments: Iterable[InputArgument], place: Place
) -> Iterator[Diagnostic]:
    given = {one.name for one in arguments}
    for name in _required_inputs(callee):
        if name not in given:
            message = f"the workflow `{callee.workflow.workflow_id}` requires the input `{name}`"
            help_line = f"add it to `parameters`: name: {name}, value: …"
            yield error("AZ219", message, place, "not given", help_line)


def _required_inputs(callee: WorkflowPlan) -> Iterator[str]:
    """The inputs that have to be given, since they have no default."""
    schema = callee.inputs_schema
    known = declared_schemas(schema) or {}
    every = schema_parts(schema, schema) if schema is not None else []
    for part in every:
        names = part.get("required")
        given = names if isinstance(names, list) else ()
        for name in (one for one in given if isinstance(one, str)):
            stated = schema_parts(known.get(name), schema)
            if not any("default" in one for one in stated):
                yield name
