"""Arazzo documents of any length, over an API description of one operation."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

INTEGER, TEXT = {"type": "integer"}, {"type": "string"}


def _get(operation_id: str, parameter: str, properties: dict[str, Any]) -> dict[str, Any]:
    """A path item with a GET of one number in its path, and an object for an answer."""
    schema = {"type": "object", "required": list(properties), "properties": properties}
    answer = {"description": "It", "content": {"application/json": {"schema": schema}}}
    number = {
        "name": parameter,
        "in": "path",
        "required": True,
        "schema": {"type": "integer"},
    }
    return {
        "get": {
            "operationId": operation_id,
            "parameters": [number],
            "responses": {"200": answer},
        }
    }


DESCRIPTION = {
    "openapi": "3.0.3",
    "info": {"title": "Items", "version": "1.0.0"},
    "servers": [{"url": "http://127.0.0.1"}],
    "paths": {
        "/items/{id}": _get("getItem", "id", {"id": INTEGER, "name": TEXT}),
        "/turns/{of}": _get("turn", "of", {"last": {"type": "boolean"}}),
        "/texts/{size}": _get("getText", "size", {"text": TEXT}),
        "/lists/{size}": _get("getList", "size", {"list": {"type": "array", "items": TEXT}}),
        "/echo": {
            "post": {
                "operationId": "echo",
                "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
                "responses": {"200": {"description": "What was sent"}},
            }
        },
    },
}


def write_document(folder: Path, steps: int, step: Callable[[int], dict[str, Any]]) -> Path:
    """A workflow of so many steps, each made by `step` from its number."""
    return write_workflows(folder, 1, steps, step)


def write_workflows(
    folder: Path, workflows: int, steps: int, step: Callable[[int], dict[str, Any]]
) -> Path:
    """So many workflows of so many steps, each made by `step` from its number."""
    (folder / "items.json").write_text(json.dumps(DESCRIPTION))
    content = {
        "arazzo": "1.0.1",
        "info": {"title": f"{workflows} workflows of {steps} steps", "version": "1.0.0"},
        "sourceDescriptions": [{"name": "items", "url": "items.json", "type": "openapi"}],
        "workflows": [
            {"workflowId": f"w{one}", "steps": [step(number) for number in range(steps)]}
            for one in range(workflows)
        ],
    }
    path = folder / f"{workflows}-{steps}-{step.__name__}.arazzo.json"
    path.write_text(json.dumps(content))
    return path


def get_item(number: int) -> dict[str, Any]:
    """A GET that is judged as the hand-written loop judges it."""
    return {
        "stepId": f"s{number}",
        "operationId": "getItem",
        "parameters": [{"name": "id", "in": "path", "value": number}],
        "successCriteria": [
            {"condition": "$statusCode == 200"},
            {"condition": f"$response.body#/id == {number}"},
        ],
        "outputs": {"id": "$response.body#/id"},
    }


def get_item_after_another(number: int) -> dict[str, Any]:
    """A GET that looks at an output of the step before it, too."""
    step = get_item(number)
    if number:
        step["successCriteria"].append({"condition": f"$steps.s{number - 1}.outputs.id < {number}"})
    return step


def turns(rounds: int) -> Callable[[int], dict[str, Any]]:
    """A step that goes to itself, so many times in all."""

    def step(_number: int) -> dict[str, Any]:
        again = {"name": "again", "type": "goto", "stepId": "turn"}
        return {
            "stepId": "turn",
            "operationId": "turn",
            "parameters": [{"name": "of", "in": "path", "value": rounds}],
            "successCriteria": [{"condition": "$statusCode == 200"}],
            "onSuccess": [again | {"criteria": [{"condition": "$response.body#/last == false"}]}],
        }

    step.__name__ = f"turns{rounds}"
    return step


def passing_on(size: int) -> Callable[[int], dict[str, Any]]:
    """A step that gets a text of so many bytes, and after it steps that pass that text on."""

    def step(number: int) -> dict[str, Any]:
        if number:
            text = f"$steps.s{number - 1}.outputs.text"
            return get_item(number) | {"outputs": {"text": text}}
        return {
            "stepId": "s0",
            "operationId": "getText",
            "parameters": [{"name": "size", "in": "path", "value": size}],
            "outputs": {"text": "$response.body#/text"},
        }

    step.__name__ = f"passing{size}"
    return step


def get_text(size: int) -> Callable[[int], dict[str, Any]]:
    """A GET of a text of so many bytes."""

    def step(number: int) -> dict[str, Any]:
        return {
            "stepId": f"s{number}",
            "operationId": "getText",
            "parameters": [{"name": "size", "in": "path", "value": size}],
            "successCriteria": [{"condition": "$statusCode == 200"}],
        }

    step.__name__ = f"texts{size}"
    return step


def get_list(size: int) -> Callable[[int], dict[str, Any]]:
    """A GET of a list of texts, together of so many bytes, that is an output, too."""

    def step(number: int) -> dict[str, Any]:
        return {
            "stepId": f"s{number}",
            "operationId": "getList",
            "parameters": [{"name": "size", "in": "path", "value": size}],
            "outputs": {"list": "$response.body#/list"},
        }

    step.__name__ = f"lists{size}"
    return step


def echo(size: int) -> Callable[[int], dict[str, Any]]:
    """A step that gets a text of so many bytes, and steps that send it on and get it back."""

    def step(number: int) -> dict[str, Any]:
        if not number:
            return passing_on(size)(0)
        return {
            "stepId": f"s{number}",
            "operationId": "echo",
            "requestBody": {"payload": {"text": f"$steps.s{number - 1}.outputs.text"}},
            "outputs": {"text": "$response.body#/text"},
        }

    step.__name__ = f"echo{size}"
    return step
