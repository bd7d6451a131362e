"""A document over one API description, both as YAML in the test, and what is found about them."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from arazzo_runner.document.retrieval import DocumentAccess, RetrievedDocument, RetrieveError
from arazzo_runner.errors import UsageError
from arazzo_runner.pipeline.load import SharedCache
from arazzo_runner.pipeline.validate import ValidateOptions, validate
from arazzo_runner.text.diagnostic import Diagnostic, error
from arazzo_runner.text.positions import locate_place

SHOP = """
openapi: 3.0.3
info: {title: Shop, version: 1.0.0}
paths:
  /orders:
    get:
      operationId: list
      parameters:
        - {name: state, in: query, schema: {type: string, enum: [open, paid]}}
        - {name: limit, in: query, schema: {type: integer}}
        - {name: X-Tenant, in: header, schema: {type: string}}
      responses:
        "200":
          description: The orders
          headers: {X-Total: {schema: {type: integer}}}
          content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Order"}}}}
    post:
      operationId: create
      security: [{key: []}]
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/New"}}}
      responses:
        "201":
          description: The order
          content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}
        "400":
          description: What is wrong
          content: {application/json: {schema: {type: object, additionalProperties: false, properties: {problem: {type: string}}}}}
  /orders/{id}:
    get:
      operationId: get
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses:
        "200":
          description: The order
          content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}
        "404": {description: None}
    delete:
      operationId: remove
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses:
        "204": {description: Gone}
        default: {description: Anything else}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Api-Key}}
  schemas:
    Order:
      type: object
      additionalProperties: false
      required: [id]
      properties:
        id: {type: integer, readOnly: true}
        state: {type: string, nullable: true, enum: [open, paid]}
        paid: {type: boolean}
        notes: {type: object, properties: {text: {type: string}}}
        lines: {type: array, items: {type: object, properties: {sku: {type: string}}}}
    New:
      type: object
      required: [sku, count]
      properties: {sku: {type: string}, count: {type: integer}, note: {type: string, nullable: true}}
"""
HEAD = """
arazzo: 1.1.0
info: {title: T, version: "1"}
sourceDescriptions: [{name: shop, url: shop.yaml, type: openapi}]
"""

Found = Callable[..., list[str]]
Diagnose = Callable[..., tuple[Diagnostic, ...]]


@pytest.fixture
def diagnose() -> Diagnose:
    """The findings about a document; ``files`` are further ones by name, None: not there."""

    def diagnose(document: str, **files: str | None) -> tuple[Diagnostic, ...]:
        texts: dict[str, str | None] = {"shop.yaml": SHOP, "doc.yaml": document}
        texts |= {name.replace("_", "."): text for name, text in files.items()}
        return validate(access_to(texts), "doc.yaml", ValidateOptions(), SharedCache())

    return diagnose


@pytest.fixture
def found(diagnose: Diagnose) -> Found:
    """The findings as lines, those of some codes: ``AZ304 error `200`: …``.

    The document is given as its workflows, or as the steps of the only one.
    """

    def find(text: str, *codes: str, shop: str = SHOP) -> list[str]:
        every = diagnose(whole(text), shop_yaml=shop)
        return [line_of(one) for one in every if one.code.startswith(codes or "AZ")]

    return find


def whole(text: str) -> str:
    """The document of some steps or workflows."""
    content: Any = yaml.safe_load(text)
    if isinstance(content, list) and "stepId" in content[0]:
        content = [{"workflowId": "w", "steps": content}]
    if isinstance(content, list):
        content = {"workflows": content}
    return HEAD + yaml.safe_dump(content, sort_keys=False, width=10_000)


def line_of(one: Diagnostic) -> str:
    where = f" `{pointed(one)}`" if one.place else ""
    return f"{one.code} {one.severity.value}{where}: {one.message}"


def pointed(one: Diagnostic) -> str:
    """The text that a finding is about, its first line."""
    assert one.place is not None
    span = locate_place(one.place)
    line = one.place.source.text.split("\n")[span.line - 1]
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    return line[span.column - 1 : end].replace("''", "'")


def access_to(texts: dict[str, str | None]) -> DocumentAccess:
    """Documents from memory."""

    def read(uri: str) -> RetrievedDocument:
        name = uri.rpartition("/")[2]
        text = texts.get(name)
        if text is None:
            raise RetrieveError(f"there is no file `{name}`")
        return RetrievedDocument(text.encode(), name, f"file:///{name}")

    def named(location: str) -> RetrievedDocument:
        try:
            return read(location)
        except RetrieveError as reason:
            raise UsageError(error("AZ101", reason.message)) from None

    return DocumentAccess(lambda _: read, named, lambda _: None)
