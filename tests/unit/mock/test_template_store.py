"""What the runs of a description share, and what each makes of it for itself."""

import json

import pytest

from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.mock.response import example_response
from arazzo_runner.mock.template_store import ResponseTemplates
from arazzo_runner.openapi.lookup import find_by_pointer
from arazzo_runner.worlds.mock import MockWorld

API = """
openapi: 3.1.0
info: {title: shop, version: '1'}
paths:
  /pets:
    get:
      responses: {'200': {description: '', content: {application/json: {schema: {
        type: object, properties: {pets: {type: array, items: {$ref: '#/components/schemas/Pet'}},
        next: {type: string}}}}}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
      responses: {'201': {description: '', content: {application/json: {schema: {
        type: object, properties: {result: {$ref: '#/components/schemas/Pet'}}}}}}}
  /pets/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string, pattern: '^p[0-9]+$'}}]
    get: &one
      responses: {'200': {description: '', content: {application/json: {schema: {
        $ref: '#/components/schemas/Pet'}}}}}
    delete: *one
components:
  schemas:
    Pet: {type: object, required: [name], properties: {
      id: {type: string}, name: {type: string}, status: {type: string, enum: [new, sold]},
      kind: {oneOf: [{type: integer}, {type: string}]}, mate: {$ref: '#/components/schemas/Pet'}}}
"""
CALLS = [
    ("GET", "/pets", None),
    ("POST", "/pets", {"id": "p7", "name": "Rex"}),
    ("POST", "/pets", {"name": "Tom"}),
    ("GET", "/pets/p7", None),
    ("GET", "/pets/p8", None),
    ("DELETE", "/pets/p7", None),
    ("GET", "/pets", None),
]


def answers(client, calls):
    found = [client.json(*call) for call in calls]
    assert {status for status, _ in found} <= {200, 201}
    return found


@pytest.mark.parametrize("before", [CALLS, CALLS[::-1], CALLS[4:5] * 3])
def test_runs_before_change_no_answer(client, before):
    alone, after = client(API, 3), client(API, 3)
    for method, path, value in before:
        after.send(method, path, json.dumps(value).encode() if value else b"", "application/json")
    after.world = MockWorld({"api": after.description}, 3)
    assert answers(after, CALLS) == answers(alone, CALLS)


def test_frames_are_compiled_once_and_used_apart(client):
    description = client(API).description
    operation = find_by_pointer(description, ("paths", "/pets", "post"))
    compiled = {}
    first, second = ResponseTemplates(compiled), ResponseTemplates(compiled)
    one, other = first.of(operation), second.of(operation)
    assert one is first.of(operation)
    assert one is not other
    assert one.part("result") is not other.part("result")
    assert one.part("result").schema is other.part("result").schema
    assert one.without_examples() is not other.without_examples()
    assert one.without_examples().fits == other.without_examples().fits
    # How deep values are made, and what a list begins with, is found out by each for itself.
    one.memo.depths[0] = 1
    one.page(SeededChoice(1))
    assert (other.memo.depths, second.of(operation).renewed().memo.depths) == ({}, {})
    assert other.page(SeededChoice(2)) != one.page(SeededChoice(2))


EXAMPLES = """
openapi: 3.1.0
info: {title: a, version: '1'}
paths:
  /a:
    get:
      responses:
        2XX: {description: '', content: {application/json: {examples: {x: {value: wide}}}}}
        '200': {description: '', content: {application/json: {examples: {x: {value: exact}}}}}
"""


def test_one_key_with_two_examples(client):
    operation = find_by_pointer(client(EXAMPLES).description, ("paths", "/a", "get"))
    wide, exact = example_response(operation, "x"), example_response(operation, "x", 200)
    assert wide.key == exact.key
    compiled = {}
    for answer, value in ((wide, "wide"), (exact, "exact"), (wide, "wide")):
        frame = ResponseTemplates(compiled).of_response(answer)
        assert frame.base(SeededChoice(0)) == value


def test_a_schema_by_itself():
    compiled = {}
    for schema in ({"const": 1}, {"const": 2}, {"const": 2}):
        frame = ResponseTemplates(compiled).schema(("id",), schema)
        assert frame.base(SeededChoice(0)) == schema["const"]
