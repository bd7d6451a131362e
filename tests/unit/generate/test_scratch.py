"""The document to begin with works as soon as there is an API for it."""

from pathlib import Path

import arazzo_runner as arazzo
from arazzo_runner.generate.scratch import SCRATCH

API = """\
openapi: 3.1.0
info: {title: Items, version: '1'}
servers: [{url: https://items.example.com}]
paths:
  /items:
    post:
      operationId: createItem
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses:
        '201': {description: The item, content: {application/json: {schema: {$ref: '#/components/schemas/Item'}}}}
  /items/{itemId}:
    get:
      operationId: fetchItem
      parameters: [{name: itemId, in: path, required: true, schema: {type: string}}]
      responses:
        '200': {description: The item, content: {application/json: {schema: {$ref: '#/components/schemas/Item'}}}}
components:
  schemas:
    Item: {type: object, properties: {id: {type: string}, name: {type: string}}}
"""


def test_it_is_valid_and_passes(tmp_path: Path) -> None:
    (tmp_path / "openapi.yaml").write_text(API, encoding="utf-8")
    document = tmp_path / "first.arazzo.yaml"
    document.write_text(SCRATCH, encoding="utf-8")
    assert arazzo.validate(document) == []
    assert arazzo.run(document, inputs={"name": "Rex"}, mock=True).passed
