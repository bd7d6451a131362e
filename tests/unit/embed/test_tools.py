"""Workflows as tools: what a model gets to see, and what a call gives back."""

import asyncio
import json
from pathlib import Path

import pytest

import arazzo_runner as arazzo

API = {
    "openapi": "3.1.0",
    "info": {"title": "Vault", "version": "1"},
    "servers": [{"url": "https://vault.test"}],
    "paths": {
        "/keys": {
            "post": {
                "operationId": "open",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"type": "object"}}},
                },
                "responses": {
                    "201": {
                        "description": "",
                        "content": {
                            "application/json": {
                                "schema": {"type": "object"},
                                "example": {"said": "top-secret-word", "id": 7},
                            }
                        },
                    }
                },
            }
        }
    },
}
DOCUMENT = """
arazzo: 1.0.1
info: {title: Vault, version: 1.0.0}
sourceDescriptions: [{name: vault, url: vault.json, type: openapi}]
workflows:
- workflowId: open vault
  summary: Open the vault.
  description: With a word and a name.
  inputs:
    type: object
    required: [word, name]
    properties: {word: {type: string, format: password}, name: {type: string}, place: {type: string}}
  steps:
    - stepId: open
      operationId: open
      requestBody: {contentType: application/json, payload: {word: $inputs.word, name: $inputs.name}}
      successCriteria: [{condition: $statusCode == 201}]
      outputs: {said: $response.body#/said, id: $response.body#/id}
  outputs: {said: $steps.open.outputs.said, id: $steps.open.outputs.id}
- workflowId: fails
  steps:
    - stepId: open
      operationId: open
      requestBody: {contentType: application/json, payload: {}}
      successCriteria: [{condition: $statusCode == 409}]
- workflowId: cannot
  steps: [{stepId: a, operationId: lost}]
"""
SECRETS = {"word": "top-secret-word"}


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    (tmp_path / "vault.json").write_text(json.dumps(API), encoding="utf-8")
    path = tmp_path / "vault.arazzo.yaml"
    path.write_text(DOCUMENT, encoding="utf-8")
    return path


def test_workflows_that_can_run_are_tools(vault: Path) -> None:
    opens, fails = arazzo.tools(vault, inputs={**SECRETS, "other": 1}, mock=True)
    assert (opens.name, fails.name) == ("open_vault", "fails")
    assert opens.description == "Open the vault.\n\nWith a word and a name."
    assert fails.description == "fails"
    assert opens.schema == {
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string"}, "place": {"type": "string"}},
    }
    assert opens.info.secret_inputs == ("word",)
    assert repr(opens) == "Tool(open_vault)"


def test_secret_inputs_are_in_no_schema_though_they_are_not_set(vault: Path) -> None:
    [tool] = arazzo.tools(vault, "open vault", mock=True)
    assert "word" not in json.dumps(tool.schema)


def test_a_call_gives_masked_outputs_and_run_the_values(vault: Path) -> None:
    [tool] = arazzo.tools(vault, ["open vault"], inputs=SECRETS, mock=True)
    assert tool(name="Ann") == {"said": "***", "id": 7}
    assert tool({"name": "Ann", "word": "of the model"}) == {"said": "***", "id": 7}
    assert tool.run({"name": "Ann"}).outputs == {"said": "top-secret-word", "id": 7}
    assert asyncio.run(tool.arun({"name": "Ann"})).passed


def test_a_call_that_fails_raises_what_a_model_can_read(vault: Path) -> None:
    opens, fails = arazzo.tools(arazzo.load(vault), inputs=SECRETS, mock=True)
    with pytest.raises(arazzo.InputError, match="the required input `name` is missing"):
        opens()
    with pytest.raises(arazzo.WorkflowFailed, match=r"\$statusCode == 409, got 201"):
        fails()
    [generous] = arazzo.tools(vault, "open vault", mock=True, mock_inputs="on")
    assert generous()


def test_what_is_not_there(vault: Path) -> None:
    with pytest.raises(arazzo.UsageError, match="is called `opens`"):
        arazzo.tools(vault, "opens")
    with pytest.raises(arazzo.UsageError):
        arazzo.tools(vault.with_name("lost.yaml"))
    [cannot] = arazzo.tools(vault, "cannot")
    with pytest.raises(arazzo.DocumentError, match="no operation is called `lost`"):
        cannot()
