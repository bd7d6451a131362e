"""Whatever a description gives as an answer can be read and compared, and its bodies can be sent.

Values are made from the schemas by the mock, which knows nothing of these rules: every finding
about them would be a false one.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from arazzo_runner.http_semantics.media_type import is_json
from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.mock.generate.value import generate_value
from arazzo_runner.openapi.description import ApiDescription, read_description
from arazzo_runner.openapi.lookup import all_operations, find_by_pointer, pointer_of
from arazzo_runner.openapi.model import Operation, Schema
from arazzo_runner.openapi.schema.compile import standalone_schema
from arazzo_runner.text.source import SourceFile, pointer_text

ROOT = Path(__file__).parents[3]
CASES = ROOT / "tests" / "cases" / "validate"
FILES = [
    *sorted((ROOT / "openapi").glob("*.yml")),
    *(
        one
        for one in sorted(CASES.rglob("*.openapi.yaml"))
        if "operationId" in one.read_text("utf-8")
    ),
    *sorted(CASES.rglob("pets.json")),
]
SEEDS = range(6)
# Style, and the one parameter that is a credential.
BESIDE = ("AZ5", "AZ317")
# Expressions hold no braces, conditions no operators within a pointer.
AWKWARD = set("{}()<>=!&|'\"[], ")


def described(path: Path) -> ApiDescription:
    text = path.read_text(encoding="utf-8")
    return read_description(SourceFile(path.name, path.as_uri(), text), yaml.safe_load(text))


def operations(api: ApiDescription) -> Iterator[Operation]:
    for method, path, _ in all_operations(api):
        found = find_by_pointer(api, pointer_of(method, path))
        assert found is not None
        yield found


def made(schema: Schema, operation: Operation, direction: Any, dice: SeededChoice) -> Any:
    return generate_value(standalone_schema(schema, operation.description, direction), dice)


def leaves(value: Any, tokens: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """The scalars in a value, each with the pointer to it."""
    members = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value if isinstance(value, list) else ())
    )
    for name, member in members:
        yield from leaves(member, (*tokens, str(name)))
    if not isinstance(value, dict | list) and tokens:
        yield pointer_text(tokens), value


def literal(value: Any) -> str:
    return (
        f"'{value.replace(chr(39), chr(39) * 2)}'" if isinstance(value, str) else json.dumps(value)
    )


def step(operation: Operation, at: int, dice: SeededChoice) -> dict[str, Any]:
    method, path = operation.method.lower(), operation.path
    parameters = [
        {
            "name": one.name,
            "in": one.location,
            "value": made(one.schema, operation, "request", dice),
        }
        for one in operation.parameters
        if one.required and one.schema is not None
    ]
    found: dict[str, Any] = {
        "stepId": f"s{at}",
        "operationPath": f"{{$sourceDescriptions.api.url}}#{pointer_text(('paths', path, method))}",
        "parameters": parameters,
    }
    bodies = operation.request_body.content if operation.request_body else ()
    for media in bodies[:1]:
        if media.schema is not None:
            payload = made(media.schema, operation, "request", dice)
            if isinstance(payload, str) and is_json(media.name):
                payload = json.dumps(payload)  # a text under a JSON type is JSON text
            found["requestBody"] = {"contentType": media.name, "payload": payload}
    for response in operation.responses:
        if response.status.isdecimal() and 200 <= int(response.status) <= 299:
            found |= reading(operation, response, dice)
            break
    return found


def reading(operation: Operation, response: Any, dice: SeededChoice) -> dict[str, Any]:
    """The criteria and outputs of a step that gets this answer."""
    criteria, outputs = [{"condition": f"$statusCode == {response.status}"}], {}
    for media in response.content:
        if media.schema is None or not is_json(media.name):
            continue
        for pointer, value in leaves(made(media.schema, operation, "response", dice)):
            if not AWKWARD & set(pointer):
                outputs[f"o{len(outputs)}"] = f"$response.body#{pointer}"
                criteria.append({"condition": f"$response.body#{pointer} == {literal(value)}"})
    return {"successCriteria": criteria, "outputs": outputs}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_value_of_a_description_is_refused(diagnose, path):
    api = described(path)
    for seed in SEEDS:
        steps = [step(one, at, SeededChoice(seed, (at,))) for at, one in enumerate(operations(api))]
        document = {
            "arazzo": "1.1.0",
            "info": {"title": "T", "version": "1"},
            "sourceDescriptions": [{"name": "api", "url": "api.yaml", "type": "openapi"}],
            "workflows": [{"workflowId": "w", "steps": steps}],
        }
        found = diagnose(json.dumps(document), api_yaml=path.read_text(encoding="utf-8"))
        lines = [
            f"{one.code} {one.message} {one.place.pointer if one.place else ''}"
            for one in found
            if not one.code.startswith(BESIDE)
        ]
        assert lines == []
