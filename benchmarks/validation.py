"""A thousand documents of ten steps against ten API descriptions of 1 MB, written on the fly."""

import json
from pathlib import Path
from typing import Any

import yaml

DESCRIPTION_BYTES = 1_000_000


class Plain(yaml.CSafeDumper):
    """Writes what occurs twice twice, as people do."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def write_descriptions(folder: Path, count: int) -> None:
    """So many descriptions, each of about 1 MB of YAML; with a form of JSON beside it for size."""
    for number in range(count):
        operations = 0
        paths: dict[str, Any] = {}
        schemas: dict[str, Any] = {}
        size = 0
        while size < DESCRIPTION_BYTES:
            path, schema = _resource(operations)
            paths |= path
            schemas |= schema
            size += len(yaml.dump([path, schema], Dumper=Plain))
            operations += 1
        description = {
            "openapi": "3.0.3",
            "info": {"title": f"API {number}", "version": "1.0.0"},
            "servers": [{"url": "https://api.example.com"}],
            "paths": paths,
            "components": {"schemas": schemas},
        }
        text = yaml.dump(description, Dumper=Plain, sort_keys=False)
        (folder / f"api{number}.openapi.yaml").write_text(text)


def _resource(number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """A path with two operations, and the schemas of what they exchange."""
    name = f"thing{number}"
    reference = {"$ref": f"#/components/schemas/{name}"}
    properties = {
        f"field{at}": {"type": "string", "description": f"The field {at} of {name}"}
        for at in range(20)
    }
    content = {"application/json": {"schema": reference}}
    parameter = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    path = {
        f"/{name}/{{id}}": {
            "get": {
                "operationId": f"get_{name}",
                "parameters": [parameter],
                "responses": {"200": {"description": "It", "content": content}},
            },
            "post": {
                "operationId": f"update_{name}",
                "parameters": [parameter],
                "requestBody": {"required": True, "content": content},
                "responses": {"201": {"description": "It", "content": content}},
            },
        }
    }
    schema = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "string"}, "state": {"enum": ["on", "off"]}, **properties},
    }
    return path, {name: schema}


def write_documents(folder: Path, count: int, descriptions: int) -> None:
    """So many documents of ten steps each; every tenth expects a status that is not documented."""
    for number in range(count):
        steps = [_step(number, at) for at in range(10)]
        if number % 10 == 0:
            steps[1]["successCriteria"][0]["condition"] = "$statusCode == 200"
        document = {
            "arazzo": "1.0.1",
            "info": {"title": f"Document {number}", "version": "1.0.0"},
            "sourceDescriptions": [
                {
                    "name": "api",
                    "url": f"api{number % descriptions}.openapi.yaml",
                    "type": "openapi",
                }
            ],
            "workflows": [
                {
                    "workflowId": "main",
                    "inputs": {"type": "object", "properties": {"id": {"type": "string"}}},
                    "steps": steps,
                }
            ],
        }
        text = yaml.dump(document, Dumper=Plain, sort_keys=False)
        (folder / f"document{number}.arazzo.yaml").write_text(text)


def _step(document: int, at: int) -> dict[str, Any]:
    thing = f"thing{(document * 7 + at) % 300}"
    identifier = "$inputs.id" if at == 0 else f"$steps.step{at - 1}.outputs.id"
    step: dict[str, Any] = {
        "stepId": f"step{at}",
        "operationId": f"get_{thing}" if at % 2 == 0 else f"update_{thing}",
        "parameters": [{"name": "id", "in": "path", "value": identifier}],
    }
    if at % 2:
        step["requestBody"] = {
            "contentType": "application/json",
            "payload": {"id": identifier, "state": "on", "field1": "text"},
        }
    status = 200 if at % 2 == 0 else 201
    step["successCriteria"] = [
        {"condition": f"$statusCode == {status}"},
        {"condition": "$response.body#/state == 'on'"},
    ]
    step["outputs"] = {"id": "$response.body#/id"}
    return step


if __name__ == "__main__":
    import sys

    target = Path(sys.argv[1])
    target.mkdir(exist_ok=True)
    write_descriptions(target, 10)
    write_documents(target, int(sys.argv[2]), 10)
    print(json.dumps({"bytes": sum(one.stat().st_size for one in target.glob("api*"))}))
