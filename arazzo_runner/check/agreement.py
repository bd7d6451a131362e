"""The findings about a plan's agreement with the API descriptions, for `validate` and `run`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Final

from msgspec.structs import replace

from arazzo_runner.check.calls import call_findings
from arazzo_runner.check.queries import query_findings
from arazzo_runner.check.rules import AGREEMENT, SHAPE
from arazzo_runner.check.selectors import selector_findings
from arazzo_runner.check.view import StepContext, step_contexts
from arazzo_runner.executor.plan import Plan, StepPlan, WorkflowPlan
from arazzo_runner.text.diagnostic import Diagnostic, Severity
from arazzo_runner.text.source import Place, Pointer

_WORKFLOW_DEPTH: Final = 2
_STEP_DEPTH: Final = 4
"""``/workflows/0/steps/0``"""


def plan_findings(plan: Plan) -> Iterator[Diagnostic]:
    """All findings about the steps of a plan, by the descriptions of what they call."""
    yield from call_findings(plan)
    for view in step_contexts(plan):
        yield from _of_step(view)
        view.memo.clear()  # a workflow may have thousands of steps


def _of_step(view: StepContext) -> Iterator[Diagnostic]:
    for rule in AGREEMENT.values():
        yield from rule(view)


def run_warnings(plan: Plan) -> list[Diagnostic]:
    """What documents say of the workflows in a plan that a run is better told before, as warnings.

    Queries and selectors that can never be evaluated, and ways that lead nowhere.
    """
    planned = {one.workflow.place for one in plan.workflows.values()}
    documents = list({id(one.unit): one.unit.document for one in plan.workflows.values()}.values())
    flow = [rule for code, rule in SHAPE.items() if code.startswith("AZ4")]
    found = chain(
        query_findings(documents),
        selector_findings(documents),
        *(rule(document) for document in documents for rule in flow),
    )
    told = (one for one in found if one.severity is not Severity.HINT and one.place is not None)
    return [_for_run(one) for one in told if _workflow(one.place) in planned]


def _workflow(place: Place | None) -> Place | None:
    """The workflow that a place is in."""
    return place and Place(place.source, place.pointer[:_WORKFLOW_DEPTH])


def plan_with_findings(plan: Plan) -> tuple[Plan, list[Diagnostic]]:
    """The plan whose steps bear what contradicts their descriptions, and all of that as warnings.

    A run goes on: descriptions are often behind their servers.
    """
    found = [_for_run(one) for one in plan_findings(plan) if one.severity is not Severity.HINT]
    found = list(dict.fromkeys(found))
    if not found:
        return plan, []
    by_step: dict[Pointer, list[Diagnostic]] = {}
    for one in found:
        if one.place is not None and one.code.startswith("AZ3"):
            by_step.setdefault(one.place.pointer[:_STEP_DEPTH], []).append(one)
    workflows = {key: _workflow_with_findings(one, by_step) for key, one in plan.workflows.items()}
    return replace(plan, workflows=workflows), found


def _for_run(found: Diagnostic) -> Diagnostic:
    return replace(found, severity=Severity.WARNING)


def _workflow_with_findings(
    workflow: WorkflowPlan, by_step: dict[Pointer, list[Diagnostic]]
) -> WorkflowPlan:
    steps = tuple(_step_with_findings(one, by_step) for one in workflow.steps)
    return replace(workflow, steps=steps)


def _step_with_findings(step: StepPlan, by_step: dict[Pointer, list[Diagnostic]]) -> StepPlan:
    home = step.step.place
    near = by_step.get(home.pointer, ())
    own = tuple(one for one in near if one.place and one.place.source is home.source)
    return replace(step, findings=own) if own else step
