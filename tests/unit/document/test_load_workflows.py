import pytest

from arazzo_runner.expression.ast import Literal as Constant


@pytest.mark.parametrize(
    ("pointer", "value", "expected"),
    [
        ("/workflows/-", 1, "error AZ112 /workflows/2: an item of `workflows` must be an object (Workflow Object), and is the number 1"),
        ("/workflows/-", {"steps": [{"stepId": "s", "operationId": "o"}]}, "error AZ111 /workflows/2: the field `workflowId` of the Workflow Object is missing"),
        ("/workflows/-", {"workflowId": "x"}, "error AZ111 /workflows/2: the field `steps` of the Workflow Object is missing"),
        ("/workflows/-", {"workflowId": "x", "steps": []}, "warning AZ113 /workflows/2/steps: a workflow without steps does nothing"),
        ("/workflows/0/workflowId", "a b", "hint AZ122 /workflows/0/workflowId: `a b` has characters that the specification advises against in a `workflowId`"),
        ("/workflows/1/workflowId", "w", "error AZ115 /workflows/1/workflowId: there are two workflows `w`"),
        ("/workflows/0/inputs", [], "error AZ112 /workflows/0/inputs: `inputs` must be a JSON Schema (an object), and is a list"),
        ("/workflows/0/dependsOn", "v", "error AZ112 /workflows/0/dependsOn: `dependsOn` must be a list, and is a string"),
        ("/workflows/0/dependsOn", [1], "error AZ112 /workflows/0/dependsOn/0: an item of `dependsOn` must be a string, and is the number 1"),
        ("/workflows/0/outputs", {"a/b": "$inputs.id"}, "error AZ113 /workflows/0/outputs/a~1b@key: `a/b` cannot be a name in `outputs`: names hold letters, digits, `.`, `-` and `_` alone"),
        ("/workflows/0/outputs", [], "error AZ112 /workflows/0/outputs: `outputs` must be an object, and is a list"),
        ("/components", [], "error AZ112 /components: `components` must be an object (Components Object), and is a list"),
        ("/components/schemas", {}, "error AZ110 /components/schemas@key: `schemas` is not a field of the Components Object"),
        ("/components/inputs", {"a b": {}}, "error AZ113 /components/inputs/a b@key: `a b` cannot be a name in `inputs`: names hold letters, digits, `.`, `-` and `_` alone"),
        ("/components/inputs", {"a": 1}, "error AZ112 /components/inputs/a: `a` must be a JSON Schema (an object), and is the number 1"),
        ("/components/parameters", {"a": {"name": "a"}}, "error AZ111 /components/parameters/a: the field `value` of the Parameter Object is missing"),
        ("/components/successActions", {"a": {"name": "a", "type": "goto", "stepId": "s", "critera": []}}, "error AZ110 /components/successActions/a/critera@key: `critera` is not a field of the Success Action Object"),
        ("/components/failureActions", {"a": {"name": "a", "type": "retri"}}, "error AZ113 /components/failureActions/a/type: `type` cannot be `retri`"),
    ],
)  # fmt: skip
def test_workflows_and_components(judge, pointer, value, expected):
    assert expected in judge({pointer: value}).lines


def test_the_whole_of_a_workflow(judge):
    judged = judge({
        "/workflows/0/summary": "S",
        "/workflows/0/description": "D",
        "/workflows/0/inputs": True,
        "/workflows/0/dependsOn": ["v", "$sourceDescriptions.api.other"],
        "/workflows/0/outputs": {"a.b-c_1": "$steps.one.outputs.x"},
        "/workflows/0/parameters": [{"name": "p", "in": "query", "value": {"a": 1}}],
    })  # fmt: skip
    assert judged.entries == ()
    workflow = judged.workflow
    assert (workflow.summary, workflow.description, workflow.inputs) == ("S", "D", True)
    assert [(one.workflow_id, one.source) for one in workflow.depends_on] == [
        ("v", None),
        ("other", "api"),
    ]
    assert workflow.parameters[0].value == Constant({"a": 1})
    assert [name for name, _ in workflow.outputs] == ["a.b-c_1"]


def test_components_are_kept_by_name(judge):
    judged = judge({
        "/components/inputs": {"i": {"type": "object"}, "j": False},
        "/components/parameters": {"p": {"name": "p", "value": 1}},
        "/components/successActions": {"s": {"name": "s", "type": "end"}},
        "/components/failureActions": {"f": {"name": "f", "type": "end"}},
    })  # fmt: skip
    components = judged.resolved.components
    assert judged.entries == ()
    assert components.inputs == {"i": {"type": "object"}, "j": False}
    assert [*components.parameters, *components.success_actions, *components.failure_actions] == [
        "p",
        "s",
        "f",
    ]
