"""A small project for pytest to run in: an API description, a document, applications."""

from pathlib import Path

import pytest

OPENAPI = """
openapi: 3.1.0
info: {title: Pets, version: 1.0.0}
paths:
  /pets:
    post:
      operationId: addPet
      requestBody:
        content:
          application/json:
            schema: {type: object, properties: {name: {type: string}}}
      responses:
        "201":
          description: added
          content:
            application/json:
              schema:
                type: object
                properties: {id: {type: integer}, name: {type: string}}
              example: {id: 7, name: Rex}
  /pets/{id}:
    get:
      operationId: readPet
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses:
        "200":
          description: found
          content:
            application/json:
              schema: {type: object, properties: {name: {type: string}}}
              example: {name: Rex}
        "404": {description: unknown}
"""

PETS = """\
arazzo: 1.0.1
info: {title: Pets, version: 1.0.0}
x-tags: [pets]
sourceDescriptions:
  - {name: api, url: pets.openapi.yaml, type: openapi}
workflows:
  - workflowId: addPet
    x-tags: [smoke]
    inputs:
      type: object
      properties: {name: {type: string, default: Rex}, id: {type: integer}}
    steps:
      - stepId: add
        operationId: addPet
        requestBody: {contentType: application/json, payload: {name: $inputs.name}}
        successCriteria: [{condition: $statusCode == 201}]
        outputs: {id: $response.body#/id}
      - stepId: read
        operationId: readPet
        parameters: [{name: id, in: path, value: $steps.add.outputs.id}]
        successCriteria:
          - condition: $statusCode == 200
          - condition: $response.body#/name == $inputs.name
    outputs: {id: $steps.add.outputs.id}
  - workflowId: missPet
    steps:
      - stepId: read
        operationId: readPet
        parameters: [{name: id, in: path, value: 404}]
        successCriteria: [{condition: $statusCode == 404}, {condition: $response.header.content-type != null}]
"""


WITHOUT = ("-p", "no:hypothesispytest")
"""It imports much at the end of every run."""


class Project:
    """The folder that pytest runs in, with ways to fill it."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.path = pytester.path

    def write(self, name: str, text: str) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def run(self, *arguments: str) -> pytest.RunResult:
        return self.pytester.runpytest_inprocess(*WITHOUT, "-p", "no:asyncio", *arguments)

    def run_apart(self, *arguments: str) -> pytest.RunResult:
        """Run in a process of its own."""
        return self.pytester.runpytest_subprocess(*WITHOUT, "-p", "no:asyncio", *arguments)

    def run_awaiting(self, mode: str, *arguments: str) -> pytest.RunResult:
        """Run with pytest-asyncio, which says at every start what will change."""
        silent = ("-W", "ignore::pytest.PytestDeprecationWarning")
        return self.pytester.runpytest_subprocess(
            *WITHOUT, *silent, f"--asyncio-mode={mode}", *arguments
        )

    def lines(self, *arguments: str) -> str:
        return self.run(*arguments).stdout.str()
