"""The order of a workflow's steps where ``dependsOn`` is used.

Arazzo Specification 1.1.0, "Step Dependencies and Execution Order".
"""

from __future__ import annotations

from arazzo_runner.document.model import Step, Workflow
from arazzo_runner.document.rules.order import step_needs


def run_order(workflow: Workflow) -> tuple[Step, ...]:
    """The steps as written; where any has ``dependsOn``, sorted stably by what each needs.

    Needs are ``dependsOn`` and the outputs that a step reads. Steps in a circle keep their order
    (the circle is a finding of its own).
    """
    if not any(step.depends_on for step in workflow.steps):
        return workflow.steps
    known = {step.step_id for step in workflow.steps}
    waiting = {
        step.step_id: step_needs(step).keys() & known - {step.step_id} for step in workflow.steps
    }
    ordered: list[Step] = []
    left = list(workflow.steps)
    while left:
        ready = next((step for step in left if not waiting[step.step_id]), left[0])
        left.remove(ready)
        ordered.append(ready)
        for needs in waiting.values():
            needs.discard(ready.step_id)
    return tuple(ordered)
