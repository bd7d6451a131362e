"""Whatever stands anywhere in a document, reading it ends with findings, never with a crash."""

from copy import deepcopy

import pytest

RICH = {
    "arazzo": "1.1.0",
    "$self": "https://example.com/t.yaml",
    "info": {"title": "T", "version": "1", "summary": "S", "description": "D"},
    "sourceDescriptions": [{"name": "api", "url": "./api.yaml", "type": "openapi"}],
    "workflows": [
        {
            "workflowId": "w",
            "inputs": {"allOf": [{"$ref": "#/components/inputs/i"}], "properties": {"id": {}}},
            "dependsOn": ["v"],
            "parameters": [{"reference": "$components.parameters.p", "value": "$inputs.id"}],
            "successActions": [{"reference": "$components.successActions.s"}],
            "failureActions": [{"name": "f", "type": "retry", "retryAfter": 1, "retryLimit": 2}],
            "outputs": {"o": "$steps.one.outputs.x"},
            "steps": [
                {
                    "stepId": "one",
                    "operationId": "$sourceDescriptions.api.a",
                    "requestBody": {
                        "contentType": "application/json",
                        "payload": {"a": ["{$inputs.id}"]},
                        "replacements": [{"target": "/a", "value": 1, "targetSelectorType": "jsonpointer"}],
                    },
                    "successCriteria": [
                        {"condition": "$statusCode == 200"},
                        {"condition": "a", "type": {"type": "xpath", "version": "xpath-10"}, "context": "$url"},
                    ],
                    "onSuccess": [{"name": "g", "type": "goto", "stepId": "two", "criteria": []}],
                    "outputs": {"x": {"context": "$url", "selector": "/a", "type": "jsonpointer"}},
                },
                {"stepId": "two", "workflowId": "v", "dependsOn": ["one"], "timeout": 1},
                {"stepId": "three", "operationPath": "{$sourceDescriptions.api.url}#/paths/~1a/get"},
                {"stepId": "four", "channelPath": "{$sourceDescriptions.api.url}#/channels/a", "action": "receive", "correlationId": "c"},
            ],
        },
        {"workflowId": "v", "steps": [{"stepId": "only", "operationId": "c"}]},
    ],
    "components": {
        "inputs": {"i": {"type": "object"}},
        "parameters": {"p": {"name": "p", "in": "query", "value": 1}},
        "successActions": {"s": {"name": "s", "type": "goto", "workflowId": "v", "parameters": [{"name": "id", "value": 1}]}},
        "failureActions": {"f": {"name": "f", "type": "end"}},
    },
}  # fmt: skip
ODD = [None, True, -1, 1.5, "", "x", "$", "$inputs.", "{$inputs.", "a#b", [], [None], {}, {"a": 1}]


def ways(value, way=()):
    if way:
        yield way
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for token, one in items:
        yield from ways(one, (*way, token))


def replaced(way, new):
    value = deepcopy(RICH)
    target = value
    for token in way[:-1]:
        target = target[token]
    target[way[-1]] = new
    return value


def is_explained(judged):
    """Whether nothing is missing in the model, or an error says why."""
    return judged.loaded.complete or any(one.severity.value == "error" for one in judged.entries)


def test_the_rich_document_is_valid(judge_value):
    assert judge_value(RICH).entries == ()


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_anything_anywhere(judge_value, odd):
    for way in ways(RICH):
        assert is_explained(judge_value(replaced(way, odd)))


def test_anything_missing_anywhere(judge_value):
    for way in ways(RICH):
        value = replaced(way, None)
        target = value
        for token in way[:-1]:
            target = target[token]
        del target[way[-1]]
        assert is_explained(judge_value(value))
