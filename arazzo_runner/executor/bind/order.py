"""Steps of other workflows that a step's ``dependsOn`` names, and that nothing runs before it.

Arazzo Specification 1.1.0, Step Object, ``dependsOn``: it does not trigger the steps that it names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from arazzo_runner.executor.bind.plan import reachable_workflows
from arazzo_runner.executor.plan import Plan, StepKey, StepPlan, WorkflowKey
from arazzo_runner.text.diagnostic import Diagnostic, error


def never_run_findings(plan: Plan, selected: Sequence[WorkflowKey]) -> Iterator[Diagnostic]:
    """AZ222: steps that depend on a step which no run of the ``selected`` workflows reaches before.

    What a workflow leads to may run before any of its steps; of the selected ones, only those
    that come first do. A plan that is not whole may lack what would run such a step.
    """
    before: set[WorkflowKey] = set()
    known: dict[WorkflowKey, Set[WorkflowKey]] = {}
    for key in selected:
        own = _closure(plan, key)
        before |= own
        for one in own:
            # Another selected workflow may lead to the step, too, and later.
            known[one] = known.get(one, frozenset()) | before
    for key, workflow in plan.workflows.items():
        for step in workflow.steps if key in known else ():
            yield from _of_step(step, known[key])


def _closure(plan: Plan, start: WorkflowKey) -> set[WorkflowKey]:
    seen, todo = set[WorkflowKey](), [start]
    while todo:
        key = todo.pop()
        if key not in seen:
            seen.add(key)
            todo.extend(reachable_workflows(plan.workflows[key]))
    return seen


def _of_step(planned: StepPlan, may_run: Set[WorkflowKey]) -> Iterator[Diagnostic]:
    for key in planned.depends_on:
        if key.workflow_key not in may_run:
            yield _never_run(planned, key)


def _never_run(planned: StepPlan, key: StepKey) -> Diagnostic:
    is_same = key.document == planned.key.document
    names = (one for one in planned.step.depends_on if one.step_id == key.step)
    place = next(
        one.place
        for one in names
        if one.workflow is not None
        and one.workflow.workflow_id == key.workflow
        and (one.workflow.source is None) == is_same
    )
    message = (
        f"`{planned.key.step}` depends on the step `{key.step}` of `{key.workflow}`, which nothing"
        " runs before it"
    )
    way_out = f"let a step before it, or `dependsOn` of the workflow, call `{key.workflow}`"
    return error("AZ222", message, place, "does not run before", way_out)
