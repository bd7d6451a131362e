"""What is wrong with a draft, and with which of its steps."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from arazzo_runner.generate.draft import (
    Draft,
    DraftCleanup,
    DraftInput,
    DraftParameter,
    DraftSource,
    DraftStep,
    DraftWorkflow,
)
from arazzo_runner.generate.verify import DraftReader, draft_faults
from arazzo_runner.pipeline.load import LoadLimits
from arazzo_runner.retrieve.access import RetrieveSettings, document_access

ITEM = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
PATHS: dict[str, Any] = {
    "/things": {
        "get": {
            "operationId": "list",
            "responses": {
                "200": {
                    "description": "",
                    "content": {"application/json": {"schema": {"type": "array", "items": ITEM}}},
                }
            },
        }
    },
    "/things/{id}": {
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
        "delete": {"operationId": "drop", "responses": {"204": {"description": ""}}},
    },
}  # fmt: skip
LIST = DraftStep("list", "", operation_id="list", outputs=(("id", "$response.body#/0/id"),))


def drop(value: str, **more: Any) -> DraftStep:
    return DraftStep(
        "drop", "", operation_id="drop", parameters=(DraftParameter("id", "path", value),), **more
    )


def workflow(name: str, *steps: DraftStep, **more: Any) -> DraftWorkflow:
    outputs = (("id", "$steps.list.outputs.id"),) if LIST in steps else ()
    return DraftWorkflow(name, "", "", more.pop("inputs", ()), steps, outputs, **more)


ID = (DraftInput("id", {"type": "string"}),)
GIVEN = DraftCleanup("clean", (("id", "$steps.list.outputs.id"),))


@pytest.mark.parametrize(
    ("workflows", "faults"),
    [
        ([workflow("w", LIST)], []),
        # More steps than a run makes by default.
        ([workflow(f"w{number}", LIST) for number in range(1_001)], []),
        ([workflow("w", LIST, drop("$steps.list.outputs.id"))], []),
        (
            [workflow("w", LIST, drop("$inputs.none"))],
            [("w", "drop", "AZ")],
        ),
        (
            [workflow("w", LIST, drop("$steps.list.outputs.id"), LIST.__class__(
                "again", "", operation_id="drop",
                parameters=(DraftParameter("id", "path", "$steps.list.outputs.id"),),
            ))],
            [("w", "again", "the mock returned 404: ")],
        ),
        (
            [workflow("w", DraftStep("list", "", operation_id="list",
                                     criteria=("$response.body#/0/id == 'never'", "1 == 1")))],
            [("w", "list", "AZ")],
        ),
        # What a workflow needs at its end is to blame on the workflow.
        ([workflow("w", LIST, cleanup=GIVEN), workflow("clean", drop("$inputs.id"), inputs=ID)], []),
        (
            [
                workflow("w", LIST, drop("$steps.list.outputs.id"), cleanup=GIVEN),
                workflow("clean", drop("$inputs.id"), inputs=ID),
            ],
            [("w", "", "the mock returned 404: ")],
        ),
        # An input that cannot be generated keeps the others from nothing.
        (
            [
                workflow("w", LIST),
                workflow("x", drop("$inputs.id"), inputs=(
                    DraftInput("id", {"type": "string", "pattern": "^(?!a)a$"}),
                )),
            ],
            [("x", "", "AZ902: ")],
        ),
        (
            [
                workflow("x", drop("$inputs.id"), inputs=(
                    DraftInput("id", {"type": "string", "pattern": "^(?!a)a$"}),
                )),
            ],
            [("x", "", "AZ902: ")],
        ),
    ],
)  # fmt: skip
def test_faults(
    tmp_path: Path, workflows: list[DraftWorkflow], faults: list[tuple[str, str, str]]
) -> None:
    info = {"title": "Things", "version": "1"}
    servers = [{"url": "https://things.example.com"}]
    api = {"openapi": "3.1.0", "info": info, "servers": servers, "paths": PATHS}
    (tmp_path / "api.yaml").write_text(yaml.safe_dump(api), encoding="utf-8")
    uri = (tmp_path / "out.arazzo.yaml").as_uri()
    reader = DraftReader(document_access(RetrieveSettings()), uri, LoadLimits())
    draft = Draft("Things", "", "", (DraftSource("api", "api.yaml"),), tuple(workflows))
    found = draft_faults(draft, reader)
    assert [(one.workflow_id, one.step_id) for one in found] == [one[:2] for one in faults]
    for one, (_, _, reason) in zip(found, faults, strict=True):
        assert one.reason.startswith(reason)
