"""Where a step stands when it runs: its workflow, the scope, the run, and how deep."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Protocol

from msgspec import Struct

from arazzo_runner.executor.ledger import RunState
from arazzo_runner.executor.plan import WorkflowKey, WorkflowPlan
from arazzo_runner.executor.result import WorkflowResult
from arazzo_runner.expression.scope import Scope
from arazzo_runner.expression.value import Value


class CallWorkflow(Protocol):
    """Runs a workflow to its end; ``executor/workflow.py`` hands itself to the steps as this."""

    def __call__(
        self, key: WorkflowKey, inputs: Mapping[str, Value], ledger: RunState, depth: int
    ) -> Awaitable[WorkflowResult]:
        """Run the workflow ``key`` at ``depth``."""
        ...


class WorkflowState(Struct, frozen=True):
    """One workflow in progress; ``steps`` is its scope's mapping, growing as steps finish."""

    plan: WorkflowPlan
    scope: Scope
    steps: dict[str, Mapping[str, Value]]
    inputs: Mapping[str, Value]
    ledger: RunState
    depth: int
    call_workflow: CallWorkflow
