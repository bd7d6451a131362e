"""All rules run over a plan, for `validate` and `run`; and the inputs that steps give to workflows.

Arazzo Specification 1.1.0, Parameter Object: without an `in`, a parameter is an input.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import Final

from msgspec.structs import replace

from arazzo_runner.document.model import ArazzoDocument
from arazzo_runner.executor.inputs import extension_hint
from arazzo_runner.executor.plan import (
    InputArgument,
    Plan,
    StepPlan,
    WorkflowCall,
    WorkflowKey,
    WorkflowPlan,
)
from arazzo_runner.expression.query.limits import QueryAllowance
from arazzo_runner.lint.cascades import Causes, independent_findings
from arazzo_runner.lint.context import StepContext, step_contexts
from arazzo_runner.lint.control_flow import retry_limit_findings
from arazzo_runner.lint.extensions.vendor import foreign_findings
from arazzo_runner.lint.queries import query_findings, selector_findings, unchecked_findings
from arazzo_runner.lint.registry import AGREEMENT, SHAPE
from arazzo_runner.lint.suppress import Silence
from arazzo_runner.text.diagnostic import Diagnostic, Severity, as_warning, did_you_mean, error
from arazzo_runner.text.source import Place, Pointer
from arazzo_runner.text.suggested_fix import rename_to_known


def call_findings(plan: Plan) -> Iterator[Diagnostic]:
    """AZ218: an input that is not declared; AZ219: a required one that is not given."""
    for key, arguments, place in _calls(plan):
        yield from _undeclared_inputs(plan.workflows[key], arguments)
        yield from _missing_inputs(plan.workflows[key], arguments, place)


def _calls(plan: Plan) -> Iterator[tuple[WorkflowKey, tuple[InputArgument, ...], Place]]:
    for workflow in plan.workflows.values():
        last, written = workflow.finally_call, workflow.workflow.finally_call
        if last is not None and written is not None:
            yield last.key, last.arguments, written.target.place
        for step in workflow.steps:
            if isinstance(step.call, WorkflowCall):
                yield step.call.key, step.call.arguments, step.step.target.place
            for planned in (*step.on_success, *step.on_failure):
                # Without parameters, an action hands on the inputs of the run.
                if isinstance(planned.target, WorkflowKey) and planned.arguments:
                    place = planned.action.place.at("workflowId")
                    yield planned.target, planned.arguments, place


def _undeclared_inputs(
    callee: WorkflowPlan, arguments: Iterable[InputArgument]
) -> Iterator[Diagnostic]:
    known = callee.inputs_schema.declarations or {}
    for argument in arguments:
        if callee.inputs_schema.accepts(argument.name) or argument.level == "workflow":
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
    schema, workflow = callee.inputs_schema, callee.workflow.workflow_id
    required = tuple(schema.required())
    for name in dict.fromkeys((*required, *schema.generated)):
        if name in given or schema.has_default(name):
            continue
        message = f"the workflow `{workflow}` requires the input `{name}`"
        help_line = f"add it to `parameters`: name: {name}, value: …"
        if hint := extension_hint(schema, [name]):
            help_line += f"; {hint}"
        found = replace(error("AZ219", message, place, "missing", help_line), subject=name)
        if name not in required:
            message = f"the workflow `{workflow}` runs without its input `{name}`"
            found = replace(as_warning(found), message=message)
        yield found


_WORKFLOW_DEPTH: Final = 2
_STEP_DEPTH: Final = 4
"""``/workflows/0/steps/0``"""
_OF_REQUESTS: Final = frozenset({"AZ305", "AZ312", "AZ313", "AZ314", "AZ315", "AZ316"})


def plan_findings(plan: Plan) -> Iterator[Diagnostic]:
    """All findings about the steps of a plan, by the descriptions of what they call."""
    yield from call_findings(plan)
    for view in step_contexts(plan):
        yield from step_findings(view)
        view.memo.clear()  # a workflow may have thousands of steps


def step_findings(view: StepContext) -> Iterator[Diagnostic]:
    """All findings about a step by the description of what it calls, wherever their places are."""
    if view.message is not None:
        from arazzo_runner.lint.channels.messages import channel_findings

        yield from channel_findings(view, view.message)
        return
    found = (one for rule in AGREEMENT.values() for one in rule(view))
    if view.step.step.sends_invalid:
        yield from (_for_run(one) if _is_error(one) else one for one in found)
    else:
        yield from found


def _is_error(found: Diagnostic) -> bool:
    return found.severity is Severity.ERROR and found.code.startswith("AZ3")


def run_warnings(plan: Plan, max_retries: int) -> list[Diagnostic]:
    """What documents say of the workflows in a plan that a run is better told before, as warnings.

    Queries and selectors that can never be evaluated, ways that lead nowhere, and retries beyond
    the limit of the run.
    """
    planned = {one.workflow.place for one in plan.workflows.values()}
    units = list({id(one.unit): one.unit for one in plan.workflows.values()}.values())
    # What is found in others is not said: they are not looked at.
    documents = [_with_workflows(one.document, planned) for one in units]
    flow = [rule for code, rule in SHAPE.items() if code.startswith("AZ4")]
    found = chain(
        query_findings(documents),
        selector_findings(documents),
        foreign_findings(units, planned),
        retry_limit_findings(plan, max_retries),
        *(rule(document) for document in documents for rule in flow),
    )
    told = (one for one in found if one.severity is not Severity.HINT and one.place is not None)
    return [_for_run(one) for one in told if _is_in(one.place, planned)]


def _with_workflows(document: ArazzoDocument, planned: Collection[Place]) -> ArazzoDocument:
    """A document with these workflows of its own alone."""
    workflows = tuple(one for one in document.workflows if one.place in planned)
    return replace(document, workflows=workflows, memo={})


def _is_in(place: Place | None, planned: Collection[Place]) -> bool:
    """Whether a place is in one of these workflows, or in what a document's workflows share."""
    if place is None or place.pointer[:1] != ("workflows",):
        return True
    return Place(place.source, place.pointer[:_WORKFLOW_DEPTH]) in planned


def judged_plan(
    plan: Plan,
    max_retries: int,
    silence: Silence,
    causes: Callable[[Iterable[Diagnostic]], Causes],
    clock: Callable[[], float],
) -> tuple[Plan, list[Diagnostic]]:
    """What :func:`plan_with_findings` gives, and the :func:`run_warnings`, within one time.

    ``causes`` says what other findings follow from, ``clock`` the seconds that the thread has
    computed. The queries for which there was no time are a warning.
    """
    allowance = QueryAllowance(clock)
    flow = allowance.apply(partial(run_warnings, plan, max_retries))
    known = causes(flow)
    judged, found = allowance.apply(partial(plan_with_findings, plan, silence, known))
    return judged, [*found, *flow, *map(as_warning, unchecked_findings(allowance))]


def plan_with_findings(
    plan: Plan, silence: Silence, known: Causes
) -> tuple[Plan, list[Diagnostic]]:
    """The plan whose steps bear what contradicts their descriptions, and all of that as warnings.

    What follows from something ``known`` is not among it. A run goes on: descriptions are often
    behind their servers. A step of which a finding about its request is silenced sends that on
    purpose.
    """
    independent = independent_findings(plan_findings(plan), known)
    every = [_for_run(one) for one in independent if one.severity is not Severity.HINT]
    heard = silence.without(dict.fromkeys(every))
    if not every:
        return plan, []
    told = _by_step(one for one in heard if one.code.startswith("AZ3"))
    silenced = _by_step(one for one in every if one.code in _OF_REQUESTS and one not in heard)
    workflows = {
        key: _workflow_with_findings(one, told, silenced) for key, one in plan.workflows.items()
    }
    return replace(plan, workflows=workflows, memo={}), heard


def _by_step(found: Iterable[Diagnostic]) -> dict[Pointer, list[Diagnostic]]:
    by_step: dict[Pointer, list[Diagnostic]] = {}
    for one in found:
        pointer = one.place.pointer if one.place else ()
        by_step.setdefault(pointer[:_STEP_DEPTH], []).append(one)
    return by_step


def _for_run(found: Diagnostic) -> Diagnostic:
    return replace(found, severity=Severity.WARNING)


def _workflow_with_findings(
    workflow: WorkflowPlan,
    told: dict[Pointer, list[Diagnostic]],
    silenced: dict[Pointer, list[Diagnostic]],
) -> WorkflowPlan:
    steps = tuple(_step_with_findings(one, told, silenced) for one in workflow.steps)
    return replace(workflow, steps=steps)


def _step_with_findings(
    planned: StepPlan,
    told: dict[Pointer, list[Diagnostic]],
    silenced: dict[Pointer, list[Diagnostic]],
) -> StepPlan:
    if _of_the_step(planned, silenced):
        planned = replace(planned, step=replace(planned.step, sends_invalid=True))
    own = _of_the_step(planned, told)
    return replace(planned, findings=own) if own else planned


def _of_the_step(
    planned: StepPlan, by_step: dict[Pointer, list[Diagnostic]]
) -> tuple[Diagnostic, ...]:
    home = planned.step.place
    near = by_step.get(home.pointer, ())
    return tuple(one for one in near if one.place and one.place.source is home.source)
