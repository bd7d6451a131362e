"""A shop's API description and a workflow of it; calls of the tools."""

from collections.abc import Callable
from typing import Any

from arazzo_runner.portal.documents import OfferedDocuments
from arazzo_runner.portal.model import ToolResult
from arazzo_runner.portal.tools import documentation_tools

SHOP = """
openapi: 3.1.0
info: {title: Shop, version: '1'}
servers: [{url: https://shop.example/v1}]
security: [{token: []}]
tags: [{name: Orders}]
paths:
  /orders:
    post:
      operationId: createOrder
      summary: Create an order
      description: Places an order for an article that is in stock.
      tags: [Orders]
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: '#/components/schemas/NewOrder'}
            example: {article: pen}
      responses:
        '201':
          description: The order
          headers: {Location: {schema: {type: string}}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}
        '409':
          description: Out of stock
          content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}
    get:
      operationId: listOrders
      summary: List all orders
      tags: [Orders]
      deprecated: true
      parameters:
        - $ref: '#/components/parameters/PageSize'
      responses: {'200': {description: The orders}}
  /orders/{orderId}:
    parameters:
      - {name: orderId, in: path, required: true, example: o-1, description: Its id, schema: {type: string}}
    get:
      operationId: getOrder
      summary: Read an order
      tags: [Orders]
      responses:
        '200':
          description: The order
          content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}
    delete:
      summary: Cancel an order
      security: []
      responses: {'204': {description: It is gone}}
components:
  parameters:
    PageSize: {name: pageSize, in: query, schema: {type: integer, maximum: 100}}
  schemas:
    NewOrder:
      type: object
      additionalProperties: false
      required: [article]
      properties: {article: {type: string}, amount: {type: integer}}
    Order:
      type: object
      required: [id, status]
      properties:
        id: {type: string}
        status: {type: string, enum: [open, paid, sent]}
        parts: {type: array, items: {$ref: '#/components/schemas/Order'}}
  securitySchemes:
    token: {type: http, scheme: bearer}
"""

FLOW = """arazzo: 1.0.1
info: {title: Orders, version: 1.0.0}
sourceDescriptions:
  - {name: shop, url: shop.openapi.yaml, type: openapi}
workflows:
  - workflowId: order
    summary: Order an article
    inputs:
      type: object
      required: [article, pin]
      properties: {article: {type: string}, pin: {type: string, format: password}}
    steps:
      - stepId: create
        description: Place the order
        operationId: createOrder
        parameters: [{name: X-Pin, in: header, value: $inputs.pin}]
        requestBody: {contentType: application/json, payload: {article: $inputs.article}}
        successCriteria: [{condition: $statusCode == 201}]
        outputs: {id: $response.body#/id}
      - stepId: read
        operationId: getOrder
        parameters: [{name: orderId, in: path, value: $steps.create.outputs.id}]
        successCriteria: [{condition: $statusCode == 200}]
    outputs: {id: $steps.create.outputs.id, pin: $inputs.pin}
  - workflowId: order-twice
    steps:
      - stepId: first
        workflowId: order
        parameters: [{name: article, value: pen}, {name: pin, value: '1234'}]
  - workflowId: impossible
    steps: [{stepId: pay, operationId: payOrder}]
"""

Offer = Callable[..., OfferedDocuments]
Call = Callable[..., ToolResult]


def caller(offered: OfferedDocuments) -> Call:
    """Calls the tools of some documents by their names, with keyword arguments."""
    known = {one.name: one for one in documentation_tools(offered)}

    def call(name: str, **arguments: Any) -> ToolResult:
        return known[name].call(arguments)

    return call
