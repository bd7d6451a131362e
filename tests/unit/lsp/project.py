"""An Arazzo document with its API description, and analyses of its texts without a server."""

from pathlib import Path

from arazzo_runner.lsp.workspace.analysis import Analysis, analyse
from arazzo_runner.lsp.workspace.line_index import LineIndex
from arazzo_runner.lsp.workspace.texts import OpenText
from arazzo_runner.pipeline.fix import ValidateSettings
from arazzo_runner.pipeline.load import SharedCache
from arazzo_runner.pipeline.validate import ValidateOptions
from arazzo_runner.retrieve.access import RetrieveSettings, document_access

API = """\
openapi: 3.1.0
info: {title: Pets, version: '1'}
servers: [{url: 'http://127.0.0.1:1'}]
paths:
  /pets:
    get:
      operationId: listPets
      summary: All pets
      parameters:
      - {name: limit, in: query, description: How many., schema: {type: integer}}
      responses:
        '200':
          description: The pets
          headers: {X-Total: {schema: {type: integer}}}
          content:
            application/json:
              schema:
                type: object
                required: [items]
                properties:
                  items: {type: array, items: {$ref: '#/components/schemas/Pet'}}
                  next: {type: string, description: The next page.}
              example: {items: [{id: 7, name: Rex}], next: p2}
        '404': {description: None}
    post:
      operationId: createPet
      requestBody:
        content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}
      responses:
        '201':
          description: Created
          content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}
components:
  schemas:
    Pet:
      type: object
      required: [name]
      properties:
        id: {type: integer, description: The number of the pet., examples: [7]}
        name: {type: string}
        kind: {type: string, enum: [dog, cat]}
"""
DOCUMENT = """\
arazzo: 1.0.1
info: {title: Pets, version: '1'}
sourceDescriptions:
- {name: pets, url: api.yaml, type: openapi}
workflows:
- workflowId: buy
  summary: Buys a pet
  inputs:
    type: object
    required: [name]
    properties:
      name: {type: string, description: What it is called.}
  steps:
  - stepId: list
    description: Looks for pets
    operationId: listPets
    successCriteria:
    - condition: $statusCode == 200
    outputs:
      first: $response.body#/items/0/id
  - stepId: create
    operationId: createPet
    requestBody:
      contentType: application/json
      payload:
        name: $inputs.name
        id: $steps.list.outputs.first
    onSuccess:
    - {name: again, type: goto, stepId: list, criteria: [{condition: $response.body#/kind == 'cat'}]}
    outputs:
      id: $response.body#/id
  outputs:
    id: $steps.create.outputs.id
- workflowId: twice
  inputs:
    type: object
    properties:
      name: {type: string}
  steps:
  - stepId: call
    workflowId: buy
    parameters:
    - {name: name, value: $inputs.name}
  outputs:
    id: $steps.call.outputs.id
"""
NAME = "pets.arazzo.yaml"


def write_project(folder: Path) -> Path:
    (folder / "api.yaml").write_text(API, encoding="utf-8")
    (folder / NAME).write_text(DOCUMENT, encoding="utf-8")
    return folder


def analysis_of(folder: Path, text: str = DOCUMENT, name: str = NAME) -> Analysis:
    """The analysis of a text that stands in the folder of the project."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    opened = OpenText(path.as_uri(), path.as_uri(), 1, text)
    setting = ValidateSettings(
        document_access(RetrieveSettings()), ValidateOptions(), SharedCache(), ()
    )
    return analyse(opened, LineIndex(text), setting, lambda: None)
