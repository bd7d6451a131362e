"""What only follows from something else is not said."""

import pytest
import yaml

HEAD = "arazzo: 1.1.0\ninfo: {title: T, version: '1'}\n"
SHOP = "sourceDescriptions: [{name: shop, url: shop.yaml, type: openapi}]\n"


def codes(found):
    return [one.code for one in found if one.severity.value == "error"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SHOP + "workflows: [{workflowId: w, steps: [{stepId: s}]}]", ["AZ111"]),
        (SHOP + "workflows: [{workflowId: w, steps: [{stepId: s, operationId: lost}]}]", ["AZ204"]),
        (SHOP + "workflows: [{workflowId: w, steps: [{stepId: s, operationId: $sourceDescriptions.shpo.list}]}]", ["AZ203"]),
        (SHOP + "workflows: [{workflowId: w, steps: [{stepId: s, workflowId: lost}]}]", ["AZ207"]),
        (SHOP + "workflows: [{workflowId: w, dependsOn: [lost], steps: [{stepId: s, operationId: list}]}]", ["AZ207"]),
        (SHOP + "workflows: [{workflowId: w, steps: [{stepId: s, operationId: list, onSuccess: [{name: n, type: goto, stepId: lost}]}]}]", ["AZ208"]),
        (SHOP + "workflows: [{workflowId: w, steps: [{stepId: s, operationId: get, parameters: [{name: id, value: 1}]}]}]", ["AZ111"]),
        (SHOP + "workflows: [{workflowId: w, steps: [{stepId: s, operationId: get, parameters: [{reference: $components.parameters.lost}]}]}]", ["AZ209"]),
        (SHOP + "workflows: [{workflowId: w, steps: [{stepId: s, operationId: get, parameters: [{reference: $components.parameters.bad}]}]}]\ncomponents: {parameters: {bad: {name: id, in: pth, value: 1}}}", ["AZ113"]),
        (SHOP + "workflows: [{workflowId: w, parameters: [{name: id, in: pth, value: 1}], steps: [{stepId: s, operationId: get}]}]", ["AZ113"]),
        ("sourceDescriptions: {name: shop}\nworkflows: [{workflowId: w, steps: [{stepId: s, operationId: list}]}]", ["AZ112"]),
        ("sourceDescriptions: [{name: shop, url: lost.yaml, type: openapi}]\nworkflows: [{workflowId: w, steps: [{stepId: s, operationId: list}]}]", ["AZ201"]),
        ("sourceDescriptions: [{name: shop, url: lost.yaml}, {name: other, url: shop.yaml}]\nworkflows: [{workflowId: w, steps: [{stepId: s, operationId: $sourceDescriptions.shop.list}, {stepId: t, operationId: $sourceDescriptions.other.lost}]}]", ["AZ201", "AZ204"]),
        ("sourceDescriptions: [{name: flows, url: lost.yaml, type: arazzo}, {name: shop, url: shop.yaml}]\nworkflows: [{workflowId: w, steps: [{stepId: s, operationId: list, onSuccess: [{name: n, type: goto, workflowId: $sourceDescriptions.flows.v}]}]}]", ["AZ201"]),
        ("sourceDescriptions: [{name: shop, url: lost.yaml}]\nworkflows: [{workflowId: w, steps: [{stepId: s, operationId: list, onSuccess: [{name: n, type: end}], onFailure: [{name: n, type: goto, stepId: s}]}]}]", ["AZ201"]),
        ("sourceDescriptions: [{name: flows, url: flows.yaml, type: arazzo}]\nworkflows: [{workflowId: w, steps: [{stepId: s, workflowId: $sourceDescriptions.flows.v}]}]", ["AZ108"]),
        ("sourceDescriptions: [{name: shop, url: broken.yaml, type: openapi}]\nworkflows: [{workflowId: w, steps: [{stepId: s, operationId: list}]}]", ["AZ202"]),
    ],
)  # fmt: skip
def test_only_causes_are_errors(diagnose, text, expected):
    found = diagnose(HEAD + text, flows_yaml="arazzo: 3.0.0", broken_yaml="{openapi: 9.0.0}")
    assert codes(found) == expected


def test_steps_of_asyncapi_are_valid(diagnose):
    events = "{asyncapi: 3.0.0, info: {title: T, version: '1'}, channels: {c: {address: c}}, operations: {go: {action: receive, channel: {$ref: '#/channels/c'}}}}"
    text = (
        HEAD
        + "sourceDescriptions: [{name: events, url: events.yaml, type: asyncapi}]\nworkflows: [{workflowId: w, steps: [{stepId: s, operationId: $sourceDescriptions.events.go, action: send}]}]"
    )
    found = diagnose(text, events_yaml=events)
    assert codes(found) == []


def test_a_document_that_is_none(diagnose):
    assert codes(diagnose("{openapi: 3.0.0}")) == ["AZ107"]
    assert codes(diagnose("[")) == ["AZ103"]


def test_a_document_that_is_not_there(diagnose):
    assert codes(diagnose("", doc_yaml=None)) == ["AZ101"]


CRITERIA = """workflows:
- workflowId: w
  inputs: {type: object, properties: {name: {type: string}}}
  steps:
  - stepId: s
    operationId: get
    parameters: [{name: id, in: path, value: $inputs.name#/x}]
    successCriteria: [FIRST, {condition: $statusCode == 200 || 201}]
"""


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("{condition: $statusCode == 200}", {"AZ310", "AZ306"}),
        ("{condition: $statusCode == 200, note: x}", {"AZ110", "AZ310", "AZ306"}),
        ("{condition: '200', note: x}", {"AZ110", "AZ310", "AZ306"}),
        # The condition may be meant as a pattern, and so nothing is said of it.
        ("{condition: '200', typ: regex}", {"AZ110", "AZ310", "AZ306"}),
        ("{type: simple}", {"AZ111", "AZ310", "AZ306"}),
    ],
)
def test_what_is_said_of_one_criterion_hides_nothing_of_others(diagnose, first, expected):
    found = diagnose(HEAD + SHOP + CRITERIA.replace("FIRST", first))
    assert {one.code for one in found} == expected
    constant = [one.place.pointer[5] for one in found if one.code == "AZ306"]
    assert constant == ([0, 1] if "note" in first and "'200'" in first else [1])


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("onFailure: [{name: r, type: end}]", ["action", "criterion"]),
        ("onFailure: [{name: r, type: retri}]", ["criterion"]),
        ("onFailure: [{type: end}]", ["criterion"]),
        ("onSuccess: [{name: r, type: ennd}]", ["criterion"]),
        ("successCriteria: [{type: simple}, {condition: $response.body#/criterion == 1}]", []),
    ],
)
def test_an_action_that_cannot_be_read_hides_nothing_of_the_criteria(diagnose, action, expected):
    """An action is decided when the criteria have been judged; its own reads depend on it."""
    key, _, value = action.partition(": ")
    step = yaml.safe_load("{stepId: s, operationId: list}")
    step["successCriteria"] = [{"condition": "$response.body#/0/criterion == 1"}]
    step["onSuccess"] = [{"name": "n", "type": "end", "criteria": [{"condition": "$response.body#/0/action == 1"}]}]  # fmt: skip
    step[key] = yaml.safe_load(value) + (step[key] if key == "onSuccess" else [])
    workflows = yaml.safe_dump({"workflows": [{"workflowId": "w", "steps": [step]}]}, width=10_000)
    found = [one.message for one in diagnose(HEAD + SHOP + workflows) if one.code == "AZ310"]
    assert [one.partition("no `")[2].rstrip("`") for one in found] == expected
