"""``$workflows`` as a mapping, and what a ledger keeps."""

import pytest

from arazzo_runner.executor.plan import Clock, Plan, Settings, WorkflowKey
from arazzo_runner.executor.run_state import RunState
from arazzo_runner.executor.scope import VisibleWorkflows
from arazzo_runner.expression.scope import WorkflowValues

VALUES = WorkflowValues({"in": 1}, {"out": 2})


@pytest.fixture
def ledger():
    clock = Clock(lambda: 0.0, lambda: 0.0)
    return RunState(Plan(()), {}, None, Settings(), clock, lambda _event: None, lambda: False)


def test_workflows_are_a_mapping(ledger, load):
    unit = load("- {workflowId: w, steps: [{stepId: a, operationId: listThings}]}").entry
    uri = unit.document.base_uri
    ledger.values.update(
        {WorkflowKey(uri, "w"): VALUES, WorkflowKey("file:///elsewhere", "x"): VALUES}
    )
    seen = VisibleWorkflows(unit, ledger, {"called": VALUES})
    assert (sorted(seen), len(seen)) == (["called", "w"], 2)
    assert (seen["w"], seen["called"], seen.get("x")) == (VALUES, VALUES, None)


def test_outputs_stay_until_a_workflow_ends_again(ledger):
    key = WorkflowKey("file:///w", "w")
    ledger.begin(key, {"in": 0})
    assert ledger.values[key] == WorkflowValues({"in": 0}, {})
    ledger.values[key] = VALUES
    ledger.begin(key, {"in": 3})
    assert ledger.values[key] == WorkflowValues({"in": 3}, {"out": 2})


def test_the_first_reason_ends_a_run(ledger):
    ledger.stop("max-steps", "first", None, None)
    ledger.stop("cancelled", "second", None, None)
    assert ledger.stopped.message == "first"
