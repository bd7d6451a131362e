"""Selectors and the targets of replacements that do not parse (AZ117)."""

import pytest
import yaml

POINTER = {"context": "$inputs.a", "selector": "a", "type": "jsonpointer"}
PATH = {"context": "$inputs.a", "selector": "$[", "type": "jsonpath"}
XPATH = {
    "context": "$inputs.a",
    "selector": "/a[",
    "type": {"type": "xpath", "version": "xpath-10"},
}
GOOD = {"context": "$inputs.a", "selector": "/{$inputs.a}", "type": "jsonpointer"}


def step(**more: object) -> dict[str, object]:
    return {"stepId": "a", "operationId": "create", **more}


def given(value: object) -> list[dict[str, object]]:
    return [{"name": "p", "in": "query", "value": value}]


@pytest.mark.parametrize(
    ("workflow", "said"),
    [
        ({"outputs": {"x": POINTER}}, ["`a` is not a JSON Pointer: Location must start with /"]),
        ({"parameters": given(PATH)}, ["the JSONPath is invalid: unbalanced brackets, line 1, column 2"]),
        ({"steps": [step(outputs={"x": POINTER})]}, ["`a` is not a JSON Pointer: Location must start with /"]),
        ({"steps": [step(parameters=given(POINTER))]}, ["`a` is not a JSON Pointer: Location must start with /"]),
        ({"steps": [step(parameters=given(GOOD))]}, []),
        ({"steps": [step(requestBody={"payload": {"sku": [PATH]}})]}, ["the JSONPath is invalid: unbalanced brackets, line 1, column 2"]),
        ({"steps": [step(requestBody={"replacements": [{"target": "/a", "value": POINTER}]})]}, ["`a` is not a JSON Pointer: Location must start with /"]),
        ({"steps": [step(requestBody={"replacements": [{"target": "$[", "targetSelectorType": "jsonpath", "value": 1}]})]}, ["the JSONPath is invalid: unbalanced brackets, line 1, column 2"]),
        ({"steps": [step(requestBody={"replacements": [{"target": "$.{$inputs.a}[", "targetSelectorType": "jsonpath", "value": 1}]})]}, []),
        ({"steps": [step(onSuccess=[{"name": "g", "type": "goto", "workflowId": "w", "parameters": [{"name": "a", "value": POINTER}]}])]}, ["`a` is not a JSON Pointer: Location must start with /"]),
        ({"steps": [step(onSuccess=[{"name": "g", "type": "end"}])]}, []),
    ],
)  # fmt: skip
def test_what_does_not_parse(found, workflow, said):
    inputs = {"type": "object", "properties": {"a": {}}}
    document = {"workflows": [{"workflowId": "w", "inputs": inputs, "steps": [step()], **workflow}]}
    assert [line.partition("`: ")[2] for line in found(yaml.safe_dump(document), "AZ117")] == said


def test_an_xpath_of_a_version(found):
    text = yaml.safe_dump([step(outputs={"x": XPATH})])
    assert [line[:12] for line in found(text, "AZ117")] == ["AZ117 error "]


def test_slashes_and_flags_of_other_languages(found):
    body = {"context": "$response.body#/0/state", "type": "regex"}
    text = yaml.safe_dump([{
        "stepId": "a", "operationId": "list",
        "successCriteria": [{**body, "condition": one} for one in ("/^op/i", "^op", "/{$inputs.a}$/")],
        "outputs": {"o": {**body, "selector": "/^(op)/"}, "p": {**body, "selector": "/op/"}},
    }])  # fmt: skip
    said = "is written as in other languages: here its slashes are a part of it"
    assert sorted(found(text, "AZ123")) == [
        f"AZ123 warning `/^(op)/`: `/^(op)/` {said}",
        f"AZ123 warning `/^op/i`: `/^op/i` {said}",
        f"AZ123 warning `/{{$inputs.a}}$/`: `/{{$inputs.a}}$/` {said}",
    ]
