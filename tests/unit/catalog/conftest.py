"""Documents over one API description, loaded."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

import arazzo_runner as arazzo

API = """
openapi: 3.0.3
info: {title: Shop, version: 1.0.0}
servers: [{url: https://shop.test}]
paths:
  /orders:
    get:
      operationId: list
      responses:
        "200":
          description: The orders
          content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Order"}}}}
    post:
      operationId: create
      responses:
        "201":
          description: The order
          content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: get
      responses:
        "200":
          description: The order
          content:
            application/json:
              schema: {oneOf: [{$ref: "#/components/schemas/Order"}, {$ref: "#/components/schemas/Gone"}]}
    put: {operationId: replace, responses: {"204": {description: Replaced}}}
    patch: {operationId: change, responses: {"204": {description: Changed}}}
    delete: {operationId: remove, responses: {"204": {description: Gone}}}
  /broken:
    get:
      operationId: broken
      responses:
        "200":
          description: A reference that leads nowhere
          content: {application/json: {schema: {type: object, properties: {a: {$ref: "#/components/schemas/No"}, b: true}}}}
components:
  schemas:
    Order:
      type: object
      required: [id]
      properties:
        id: {type: integer}
        state: {type: string, enum: [open, paid]}
        note: {type: string, nullable: true}
        owner: {$ref: "#/components/schemas/Owner"}
        secret: {type: string, writeOnly: true}
        never: {allOf: [{type: string}, {type: integer}]}
        both: {allOf: [{$ref: "#/components/schemas/Owner"}, {type: object, properties: {since: {type: string}}}]}
        kind: {oneOf: [{type: string}, {type: integer}]}
    Owner:
      type: object
      properties: {name: {type: string}}
    Gone:
      type: object
      properties: {id: {type: string}, state: {type: string, enum: [gone]}}
"""

HEAD = """
arazzo: 1.0.1
info: {title: Shop, version: 1.0.0}
sourceDescriptions: [{name: shop, url: shop.openapi.yaml, type: openapi}]
workflows:
"""

LoadWorkflows: TypeAlias = Callable[[str], arazzo.Description]


@pytest.fixture
def load(tmp_path: Path) -> LoadWorkflows:
    """Loads a document whose ``workflows`` are the text."""
    (tmp_path / "shop.openapi.yaml").write_text(API, encoding="utf-8")
    return lambda text: arazzo.load_text(HEAD + text, base=tmp_path)
