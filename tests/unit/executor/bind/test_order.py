"""Steps of other workflows that nothing runs before what depends on them."""

import pytest

from arazzo_runner.executor.bind.operation import BindContext
from arazzo_runner.executor.bind.order import never_run_findings
from arazzo_runner.executor.bind.plan import bind, needs_other_workflows
from arazzo_runner.executor.plan import WorkflowKey
from arazzo_runner.text.positions import text_of

OTHER = """
arazzo: 1.1.0
info: {title: Other, version: '1'}
sourceDescriptions: [{name: api, url: api.yaml, type: openapi}]
workflows: [{workflowId: lib, steps: [{stepId: a, operationId: listThings}]}]
"""
FLOW = """
arazzo: 1.1.0
info: {title: Flow, version: '1'}
sourceDescriptions:
- {name: api, url: api.yaml, type: openapi}
- {name: other, url: other.yaml, type: arazzo}
workflows:
- workflowId: w
  MORE
  steps:
  - {stepId: first, CALL}
  - {stepId: b, operationId: listThings, dependsOn: [first, NAME]}
- {workflowId: lib, steps: [{stepId: a, operationId: listThings}]}
- {workflowId: use, steps: [{stepId: u, workflowId: lib}]}
- {workflowId: outer, steps: [{stepId: o, workflowId: w}]}
"""
HERE, THERE = "$workflows.lib.steps.a", "$sourceDescriptions.other.lib.steps.a"
PLAIN, CALLS = "operationId: listThings", "workflowId: lib"
PREREQUISITE = "dependsOn: [lib]"


@pytest.mark.parametrize(
    ("selected", "name", "call", "more", "told"),
    [
        (["w"], HERE, PLAIN, "", True),
        (["w", "use"], HERE, PLAIN, "", True),
        (["use", "w"], HERE, PLAIN, "", False),
        (["w"], HERE, CALLS, "", False),
        (["w"], HERE, PLAIN, PREREQUISITE, False),
        (["w"], HERE, CALLS, PREREQUISITE, False),  # it is reached twice
        (["w"], HERE, "workflowId: use", PREREQUISITE, False),  # by two ways
        (["w", "use", "outer"], HERE, PLAIN, "", False),  # `outer` runs it again, after `use`
        (["outer"], HERE, PLAIN, "", True),
        (["use", "w"], THERE, PLAIN, "", True),  # of the same name, in another document
        (["w"], THERE, "workflowId: $sourceDescriptions.other.lib", "", False),
        (["use"], HERE, PLAIN, "", False),  # nothing runs what depends
    ],
)
def test_what_runs_before(examine, selected, name, call, more, told):
    text = FLOW.replace("NAME", name).replace("CALL", call).replace("MORE", more or "summary: x")
    units = examine(text, other=OTHER).units
    keys = [WorkflowKey(next(iter(units)), one) for one in selected]
    binding = BindContext(units)
    found = list(never_run_findings(bind(binding, keys), keys))
    assert list(binding.findings) == []
    assert [(one.code, text_of(one.place)) for one in found] == ([("AZ222", name)] if told else [])


@pytest.mark.parametrize(("name", "needs"), [(HERE, True), (THERE, True), ("first", False)])
def test_what_needs_other_workflows(examine, name, needs):
    text = FLOW.replace("first, NAME", name).replace("CALL", PLAIN).replace("MORE", "summary: x")
    units = examine(text, other=OTHER).units
    assert (
        needs_other_workflows(bind(BindContext(units), [WorkflowKey(next(iter(units)), "w")]))
        is needs
    )
