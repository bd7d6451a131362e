"""Bodies and parameters that fit, where the fitting has something to think about."""

import pytest
import yaml


def create(payload):
    step = {"stepId": "s", "operationId": "create", "requestBody": {"payload": payload}}
    return yaml.safe_dump([step])


SHOP = """
openapi: 3.0.3
info: {title: Shop, version: 1.0.0}
paths:
  /orders:
    post:
      operationId: create
      requestBody:
        content:
          application/json:
            schema:
              anyOf:
                - {type: array, items: {type: integer}}
                - {type: object, properties: {pair: {type: array, items: false}, note: {type: string}}}
                - {type: string}
      responses: {"201": {description: Made}}
"""


@pytest.mark.parametrize(
    ("payload", "count"),
    [
        ([1], 0),
        (["a"], 1),
        ({"pair": [1]}, 1),
        ({"note": "a"}, 0),
        ({"note": {"a": 1}}, 1),
    ],
)
def test_values_within_alternatives(found, payload, count):
    assert len(found(create(payload), "AZ313", "AZ314", "AZ315", "AZ316", shop=SHOP)) == count


TUPLE = SHOP.replace("anyOf:", "allOf:").replace(
    "- {type: array, items: {type: integer}}",
    "- {properties: {pair: {prefixItems: [{type: integer}], items: false}}}",
)


def test_what_an_array_cannot_have_is_for_the_server_to_say(found):
    assert (
        found(create({"pair": [1, 2]}), "AZ31", shop=TUPLE.replace("- {type: string}\n", "")) == []
    )


def test_what_an_object_without_properties_takes(found):
    closed = "- {type: object, additionalProperties: false}"
    shop = SHOP.replace("- {type: array, items: {type: integer}}", closed)
    shop = "\n".join(line for line in shop.split("\n") if "pair" not in line)
    assert found(create({}), "AZ31", shop=shop) == []
    assert found(create({"a": 1}), "AZ31", shop=shop) == [
        "AZ314 error `a`: the request body of `create` accepts no property `a`"
    ]
