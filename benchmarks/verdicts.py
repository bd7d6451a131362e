"""Small documents, and how a run of each ends by the specification, over `server.py`."""

import json
from pathlib import Path
from typing import Any

from documents import DESCRIPTION

Steps = list[dict[str, Any]]


def _item(step_id: str, *conditions: str | dict[str, Any], **more: Any) -> dict[str, Any]:
    """A step that gets the item 7."""
    criteria = [one if isinstance(one, dict) else {"condition": one} for one in conditions]
    return {
        "stepId": step_id,
        "operationId": "getItem",
        "parameters": [{"name": "id", "in": "path", "value": 7}],
        **({"successCriteria": criteria} if criteria else {}),
        **more,
    }


def _query(kind: str, condition: str, pointer: str = "") -> dict[str, Any]:
    return {"context": f"$response.body{pointer}", "type": kind, "condition": condition}


def _turn(retries: int) -> dict[str, Any]:
    """A step that passes at every third request."""
    again = {"name": "again", "type": "retry", "retryAfter": 0, "retryLimit": retries}
    return {
        "stepId": "turn",
        "operationId": "turn",
        "parameters": [{"name": "of", "in": "path", "value": 3}],
        "successCriteria": [{"condition": "$response.body#/last == true"}],
        "onFailure": [again],
    }


def _goto(step_id: str) -> dict[str, Any]:
    return {"onSuccess": [{"name": "on", "type": "goto", "stepId": step_id}]}


_END = {"onSuccess": [{"name": "done", "type": "end"}]}
_ID = {"outputs": {"id": "$response.body#/id"}}
_FALSE = "$statusCode == 404"
_CALLED: Steps = [_item("one", **_ID)]

CASES: dict[str, tuple[bool, dict[str, Steps]]] = {
    "a criterion that is true": (True, {"w": [_item("a", "$response.body#/id == 7")]}),
    "a criterion that is false": (False, {"w": [_item("a", _FALSE)]}),
    "no criteria: the status decides": (True, {"w": [_item("a")]}),
    "one criterion of two is false": (False, {"w": [_item("a", "$statusCode == 200", _FALSE)]}),
    "strings are compared without case": (
        True,
        {"w": [_item("a", "$response.body#/name == 'ITEM'")]},
    ),
    "and, or, not, parentheses": (
        True,
        {"w": [_item("a", "($statusCode == 200 || $statusCode == 201) && !($statusCode > 300)")]},
    ),
    "JSONPath that selects something": (
        True,
        {"w": [_item("a", _query("jsonpath", "$[?(@ == 7)]"))]},
    ),
    "JSONPath that selects nothing": (
        False,
        {"w": [_item("a", _query("jsonpath", "$[?(@ == 8)]"))]},
    ),
    "a regular expression": (True, {"w": [_item("a", _query("regex", "^it.m$", "#/name"))]}),
    "an output of an earlier step": (
        True,
        {"w": [_item("a", **_ID), _item("b", "$steps.a.outputs.id == 7")]},
    ),
    "retries, until it passes": (True, {"w": [_turn(5)]}),
    "a failed step ends the workflow": (False, {"w": [_item("a", _FALSE), _item("b")]}),
    "goto passes over a step": (
        True,
        {"w": [_item("a", **_goto("c")), _item("b", _FALSE), _item("c")]},
    ),
    "end leaves the rest out": (True, {"w": [_item("a", **_END), _item("b", _FALSE)]}),
    "a workflow within a workflow": (
        True,
        {
            "w": [
                {"stepId": "call", "workflowId": "called", "outputs": {"id": "$outputs.id"}},
                _item("a", "$steps.call.outputs.id == 7"),
            ],
            "called": _CALLED,
        },
    ),
    "one that fails within a workflow": (
        False,
        {"w": [{"stepId": "call", "workflowId": "called"}], "called": [_item("one", _FALSE)]},
    ),
}
"""By what it is about: whether the run passes, and the steps of the workflows, the first to run."""


def write_cases(folder: Path, url: str) -> list[tuple[str, bool, Path]]:
    """A document for each case in a folder, with whether a run of its workflow `w` passes."""
    text = json.dumps(DESCRIPTION | {"servers": [{"url": url}]})
    (folder / "items.json").write_text(text)
    return [
        (name, passes, _write(folder / f"case{number}.arazzo.json", name, workflows))
        for number, (name, (passes, workflows)) in enumerate(CASES.items())
    ]


def _write(path: Path, title: str, workflows: dict[str, Steps]) -> Path:
    outputs = {"called": {"outputs": {"id": "$steps.one.outputs.id"}}}
    content = {
        "arazzo": "1.0.1",
        "info": {"title": title, "version": "1.0.0"},
        "sourceDescriptions": [{"name": "items", "url": "items.json", "type": "openapi"}],
        "workflows": [
            {"workflowId": name, "steps": steps, **outputs.get(name, {})}
            for name, steps in workflows.items()
        ],
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    return path
