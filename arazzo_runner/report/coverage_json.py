"""Coverage as it stands in the report."""

from __future__ import annotations

from arazzo_runner.expression.value import Value
from arazzo_runner.report.branches import ActionBranch, StepBranches, WorkflowBranches
from arazzo_runner.report.coverage import Coverage, StatusCoverage
from arazzo_runner.report.mask import Masker
from arazzo_runner.report.spelling import operation_json


def coverage_json(coverage: Coverage, masker: Masker) -> dict[str, Value]:
    """Its counts, and below them each operation and workflow."""
    return {
        "operations": {"exercised": coverage.exercised, "total": coverage.total},
        "statuses": {"exercised": coverage.statuses_exercised, "total": coverage.statuses_total},
        "branches": {"taken": coverage.branches_taken, "total": coverage.branches_total},
        "unexercised": [operation_json(name) for name in coverage.unexercised],
        "by_operation": [_statuses(one) for one in coverage.statuses],
        "by_workflow": [_workflow(one, masker) for one in coverage.workflows],
    }


def _statuses(one: StatusCoverage) -> dict[str, Value]:
    return {
        **operation_json(one.operation),
        "exercised": list(one.exercised),
        "unexercised": list(one.unexercised),
        "undocumented": list(one.undocumented),
    }


def _workflow(one: WorkflowBranches, masker: Masker) -> dict[str, Value]:
    return {
        "workflow_id": masker.text(one.workflow_id),
        "runs": one.runs,
        "steps": [_step(step, masker) for step in one.steps],
        "actions": [_action(action, masker) for action in one.actions],
    }


def _step(one: StepBranches, masker: Masker) -> dict[str, Value]:
    criteria = [
        {
            "kind": criterion.kind,
            "condition": masker.text(criterion.condition),
            "context": None if criterion.context is None else masker.text(criterion.context),
            "held": criterion.held,
            "unheld": criterion.unheld,
        }
        for criterion in one.criteria
    ]
    return {
        "step_id": masker.text(one.step_id),
        "visits": one.visits,
        "criteria": criteria,
        "actions": [_action(action, masker) for action in one.actions],
    }


def _action(one: ActionBranch, masker: Masker) -> dict[str, Value]:
    return {
        "name": masker.text(one.name),
        "type": one.type,
        "after": one.after,
        "target": None if one.target is None else masker.text(one.target),
        "taken": one.taken,
    }
