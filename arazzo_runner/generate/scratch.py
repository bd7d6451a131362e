"""A document to begin with, where there is nothing to write workflows from."""

from __future__ import annotations

from typing import Final

SCRATCH: Final = """\
# Workflows of an API: requests in order, each with what the ones before it have returned.
# Replace the names of this example by those of your API, then check and try the document:
#   arazzo validate FILE      against the API description
#   arazzo run FILE --mock    without a server
#   arazzo run FILE           against the server of the API description
arazzo: 1.0.1
info:
  title: My workflows
  version: 1.0.0
sourceDescriptions:
# The OpenAPI description of the API: a path from this file, or a URL.
- name: api
  url: openapi.yaml
  type: openapi
workflows:
- workflowId: create-and-read-item
  summary: Create an item and read it.
  # What whoever runs the workflow gives it: `arazzo run FILE -i name=Rex`.
  inputs:
    type: object
    required:
    - name
    properties:
      name:
        type: string
        description: Name of the item.
  steps:
  - stepId: createItem
    description: Create an item.
    # An operation of the API description, by its operationId.
    operationId: createItem
    requestBody:
      contentType: application/json
      payload:
        name: $inputs.name
    # The step passes when all of these are true.
    successCriteria:
    - condition: $statusCode == 201
    # What later steps need of the response.
    outputs:
      itemId: $response.body#/id
  - stepId: fetchItem
    description: Read the item that was created.
    operationId: fetchItem
    parameters:
    - name: itemId
      in: path
      value: $steps.createItem.outputs.itemId
    successCriteria:
    - condition: $statusCode == 200
    - condition: $response.body#/name == $inputs.name
    outputs:
      name: $response.body#/name
  # What the workflow gives to whoever runs it.
  outputs:
    itemId: $steps.createItem.outputs.itemId
    name: $steps.fetchItem.outputs.name
"""
