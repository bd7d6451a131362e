"""How the scope of a workflow grows: inputs at the start, an exchange per attempt, outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from arazzo_runner.executor.plan import Unit, WorkflowKey, WorkflowPlan
from arazzo_runner.executor.run_state import RunState
from arazzo_runner.expression.ast import DynamicValue
from arazzo_runner.expression.evaluate import EvaluationError, evaluate
from arazzo_runner.expression.scope import Scope, WorkflowValues
from arazzo_runner.expression.value import MISSING, Value


def start_scope(
    plan: WorkflowPlan, inputs: Mapping[str, Value], steps: Mapping[str, Mapping[str, Value]],
    ledger: RunState,
) -> Scope:  # fmt: skip
    """The scope of a workflow that begins; ``steps`` is where its outputs will appear."""
    document = plan.unit.document
    return Scope(
        inputs=inputs,
        steps=steps,
        workflows=VisibleWorkflows(plan.unit, ledger),
        self_uri=document.base_uri if document.self_uri else None,
        sources=plan.unit.fields,
        query_seconds=ledger.settings.limits.query_seconds,
    )


class VisibleWorkflows(Mapping[str, WorkflowValues]):
    """``$workflows`` of a document: the latest run of each workflow within this run.

    Its own workflows come first, then those of the documents that it names, in their order.
    ``called`` is the workflow that a step has just called.
    """

    __slots__ = ("_called", "_ledger", "_uris")

    def __init__(
        self, unit: Unit, ledger: RunState, called: Mapping[str, WorkflowValues] | None = None
    ) -> None:
        self._uris = (unit.document.base_uri, *unit.documents.values())
        self._ledger = ledger
        self._called = called or {}

    def __getitem__(self, workflow_id: str) -> WorkflowValues:
        if workflow_id in self._called:
            return self._called[workflow_id]
        for uri in self._uris:
            found = self._ledger.values.get(WorkflowKey(uri, workflow_id))
            if found is not None:
                return found
        raise KeyError(workflow_id)

    def __iter__(self) -> Iterator[str]:
        seen = {key.workflow for key in self._ledger.values if key.document in self._uris}
        return iter(seen | self._called.keys())

    def __len__(self) -> int:
        return sum(1 for _ in iter(self))


def evaluate_outputs(
    outputs: tuple[tuple[str, DynamicValue], ...], scope: Scope
) -> tuple[dict[str, Value], str | None]:
    """Outputs with null for what is missing, and what went wrong with the first that failed."""
    found: dict[str, Value] = {}
    problem: str | None = None
    for name, dynamic in outputs:
        try:
            value = evaluate(dynamic, scope)
        except EvaluationError as error:
            value, problem = None, problem or f"output `{name}`: {error}"
        found[name] = None if value is MISSING else value
    return found, problem
