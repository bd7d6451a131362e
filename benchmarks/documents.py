"""Arazzo documents of any length, over an API description of one operation."""

import json
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


def write_document(folder: Path, steps: int) -> Path:
    """A workflow of so many GET steps; from the second on, each reads the one before it."""
    (folder / "items.json").write_text(json.dumps(DESCRIPTION))
    content = {
        "arazzo": "1.0.1",
        "info": {"title": f"{steps} steps", "version": "1.0.0"},
        "sourceDescriptions": [{"name": "items", "url": "items.json", "type": "openapi"}],
        "workflows": [
            {"workflowId": "many", "steps": [get_item(number) for number in range(steps)]}
        ],
    }
    path = folder / f"{steps}-steps.arazzo.json"
    path.write_text(json.dumps(content))
    return path


def get_item(number: int) -> dict[str, Any]:
    criteria = [
        {"condition": "$statusCode == 200"},
        {"condition": f"$response.body#/id == {number}"},
    ]
    if number:
        criteria.append({"condition": f"$steps.s{number - 1}.outputs.id < {number}"})
    return {
        "stepId": f"s{number}",
        "operationId": "getItem",
        "parameters": [{"name": "id", "in": "path", "value": number}],
        "successCriteria": criteria,
        "outputs": {"id": "$response.body#/id"},
    }
