"""Arazzo documents of any length, over an API description of one operation."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

DESCRIPTION = {
    "openapi": "3.0.3",
    "info": {"title": "Items", "version": "1.0.0"},
    "servers": [{"url": "http://127.0.0.1"}],
    "paths": {
        "/items/{id}": {
            "get": {
                "operationId": "getItem",
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
                ],
                "responses": {
                    "200": {
                        "description": "An item",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "required": ["id"],
                                    "properties": {
                                        "id": {"type": "integer"},
                                        "name": {"type": "string"},
                                    },
                                }
                            }
                        },
                    }
                },
            }
        }
    },
}


def write_document(folder: Path, steps: int, step: Callable[[int], dict[str, Any]]) -> Path:
    """A workflow of so many steps, each made by `step` from its number."""
    (folder / "items.json").write_text(json.dumps(DESCRIPTION))
    content = {
        "arazzo": "1.0.1",
        "info": {"title": f"{steps} steps", "version": "1.0.0"},
        "sourceDescriptions": [{"name": "items", "url": "items.json", "type": "openapi"}],
        "workflows": [{"workflowId": "many", "steps": [step(number) for number in range(steps)]}],
    }
    path = folder / f"{steps}-{step.__name__}.arazzo.json"
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
