"""Words in conditions that are names of the document."""

import pytest
import yaml

DOCUMENT = """
arazzo: 1.1.0
info: {title: T, version: "1"}
sourceDescriptions: [{name: shop, url: shop.yaml, type: openapi}]
workflows:
- workflowId: w
  inputs: {type: object, properties: {state: {type: string}, twice: {}}}
  successActions: []
  steps:
  - {stepId: first, operationId: list, outputs: {total: $response.header.X-Total, twice: $statusCode}}
  - {stepId: second, operationId: list, outputs: {sum: $statusCode, other: $statusCode}}
  - {stepId: third, operationId: list, outputs: {other: $statusCode}}
"""


def fixes(diagnose, change):
    """The text and the safety of each fix of a malformed condition, and its help."""
    document = yaml.safe_load(DOCUMENT)
    change(document)
    found = diagnose(yaml.safe_dump(document, sort_keys=False, width=10_000))
    bad = [one for one in found if one.code == "AZ118"]
    return [(one.fix and (one.fix.edits[0].text, one.fix.is_safe), one.help) for one in bad]


@pytest.mark.parametrize(
    ("step", "word", "meant"),
    [
        (1, "state", "$inputs.state"),
        (1, "inputs.state", "$inputs.state"),
        (1, "total", "$steps.first.outputs.total"),
        (1, "outputs.total", "$steps.first.outputs.total"),
        (1, "first.total", "$steps.first.outputs.total"),
        (1, "first.outputs.total", "$steps.first.outputs.total"),
        (1, "steps.first.outputs.total", "$steps.first.outputs.total"),
        (2, "other", None),  # of two steps
        (1, "twice", None),  # an input and an output
        (0, "sum", "'sum'"),  # of a later step
        (1, "paid", "'paid'"),
    ],
)
def test_a_word_that_is_a_name(diagnose, step, word, meant):
    def change(document):
        criteria = [{"condition": f"$response.body#/0/state == {word}"}]
        document["workflows"][0]["steps"][step]["successCriteria"] = criteria

    [(fix, help_line)] = fixes(diagnose, change)
    assert fix == (meant and (f"$response.body#/0/state == {meant}", meant.startswith("'")))
    assert ("to read a value, write" in help_line) is not (meant or "").startswith("'")


@pytest.mark.parametrize("owner", ["workflow", "component"])
def test_actions_of_workflows_and_components(diagnose, owner):
    action = {"name": "a", "type": "end", "criteria": [{"condition": "$statusCode == sum"}]}

    def change(document):
        workflow = document["workflows"][0]
        if owner == "workflow":
            workflow["successActions"] = [action]
        else:
            document["components"] = {"successActions": {"a": action}}
            workflow["successActions"] = [{"reference": "$components.successActions.a"}]

    [(fix, help_line)] = fixes(diagnose, change)
    assert fix == ("$statusCode == $steps.second.outputs.sum", False)
    assert "`$steps.second.outputs.sum`" in help_line


def test_other_fields_and_queries_stay_as_they_are(diagnose):
    def change(document):
        criteria = [
            {"context": "state", "type": "regex", "condition": "a"},
            {"context": "$response.body", "type": "jsonpath", "condition": "state"},
        ]
        document["workflows"][0]["steps"][1]["successCriteria"] = criteria

    assert all(fix is None or "$inputs" not in fix[0] for fix, _ in fixes(diagnose, change))


@pytest.mark.parametrize(
    ("broken", "word", "meant"),
    [
        ({"steps": []}, "total", "$steps.first.outputs.total"),  # without a workflowId
        (1, "state", "$inputs.state"),
        (1, "sum", "'sum'"),  # of a later step
    ],
)
def test_the_names_of_a_workflow_behind_one_that_is_broken(diagnose, broken, word, meant):
    def change(document):
        criteria = [{"condition": f"$response.body#/0/state == {word}"}]
        document["workflows"][0]["steps"][1 if word == "total" else 0]["successCriteria"] = criteria
        document["workflows"].insert(0, broken)

    assert [fix and fix[0] for fix, _ in fixes(diagnose, change)] == [
        f"$response.body#/0/state == {meant}"
    ]


@pytest.mark.parametrize("place", ["successCriteria", "failureActions"])
def test_no_name_is_known_in_a_workflow_that_is_broken(diagnose, place):
    def change(document):
        workflow = document["workflows"][0]
        del workflow["workflowId"]
        criteria = [{"condition": "$response.body#/0/state == state"}]
        if place == "successCriteria":
            workflow["steps"][0]["successCriteria"] = criteria
        else:
            workflow["failureActions"] = [{"name": "e", "type": "end", "criteria": criteria}]

    assert [fix and fix[0] for fix, _ in fixes(diagnose, change)] == [
        "$response.body#/0/state == 'state'"
    ]
