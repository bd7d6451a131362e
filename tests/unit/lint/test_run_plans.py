"""The plan of a run bears what contradicts the descriptions, each step its own."""

from arazzo_runner.executor.plan import WorkflowKey
from arazzo_runner.pipeline.load import LoadLimits, load_from
from arazzo_runner.pipeline.run import RunConfig, plan_run
from unit.lint.conftest import HEAD, SHOP, access_to

STEP = "{stepId: s, operationId: list, successCriteria: [{condition: $statusCode == %s}]}"
OTHER = HEAD + f"workflows: [{{workflowId: theirs, steps: [{STEP % 418}]}}]"
ENTRY = (
    HEAD.replace("[{name: shop", "[{name: other, url: other.yaml, type: arazzo}, {name: shop")
    + f"""
workflows:
- workflowId: ours
  steps:
  - {STEP.replace("list,", "$sourceDescriptions.shop.list,") % 200}
  - {{stepId: call, workflowId: $sourceDescriptions.other.theirs}}
"""
)


def test_a_finding_is_of_the_step_in_its_own_document() -> None:
    access = access_to({"doc.yaml": ENTRY, "other.yaml": OTHER, "shop.yaml": SHOP})
    description = load_from(access, "doc.yaml", {}, LoadLimits())
    selected = [WorkflowKey(description.entry.document.base_uri, "ours")]
    planned = plan_run(description, selected, RunConfig(needs_credentials=False))
    # Both steps are the first of the first workflow in their documents: the same JSON Pointer.
    findings = {
        workflow.workflow.workflow_id: [one.code for one in workflow.steps[0].findings]
        for workflow in planned.plan.workflows.values()
    }
    assert findings == {"ours": [], "theirs": ["AZ304"]}
