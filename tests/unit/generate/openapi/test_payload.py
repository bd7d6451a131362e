"""Bodies of requests: what they have to have, and what of it is an input."""

from typing import Any

import pytest

TEXT = {"type": "string"}


def post(schema: Any, media: str = "application/json", **more: Any) -> dict[str, Any]:
    body = {"required": True, "content": {media: {"schema": schema, **more}}}
    return {
        "/pay": {
            "post": {
                "operationId": "payNow",
                "requestBody": body,
                "responses": {"200": {"description": ""}},
            }
        }
    }


@pytest.mark.parametrize(
    ("schema", "payload"),
    [
        # A body that is no object.
        ({"type": "string", "example": "hello"}, '"hello"'),
        (TEXT, "$inputs.body"),
        ({"type": "array", "items": TEXT}, ["$inputs.body"]),
        ({"type": "array", "items": {"type": "object", "required": ["a"], "properties": {"a": TEXT}}},
         [{"a": "$inputs.a"}]),
        # Members: of an object without required ones, of objects in objects, in arrays.
        ({"type": "object"}, {}),
        ({"type": "object", "required": ["a"], "properties": {"a": {"type": "object"}}}, {"a": {}}),
        (
            {
                "type": "object",
                "required": ["a"],
                "properties": {"a": {"type": "object", "minProperties": 1, "properties": {"b": TEXT}}},
            },
            {"a": {"b": "$inputs.b"}},
        ),
        ({"type": "object", "required": ["a"]}, {"a": "$inputs.a"}),
        (
            {
                "type": "object",
                "required": ["owner"],
                "properties": {
                    "owner": {"type": "object", "required": ["id"], "properties": {"id": TEXT}}
                },
            },
            {"owner": {"id": "$inputs.ownerId"}},
        ),
        (
            {
                "type": "object",
                "required": ["tags"],
                "properties": {"tags": {"type": "array", "items": {"type": "boolean"}}},
            },
            {"tags": "$inputs.tags"},
        ),
    ],
)  # fmt: skip
def test_bodies(generate: Any, schema: Any, payload: Any) -> None:
    (workflow,) = generate(post(schema)).workflows
    assert workflow.steps[0].payload == payload


@pytest.mark.parametrize("media", ["text/plain", "application/xml", "application/octet-stream"])
def test_other_media_types(generate: Any, media: str) -> None:
    draft = generate(post({"type": "string"}, media))
    assert [one.content_type for each in draft.workflows for one in each.steps] == [media]


@pytest.mark.parametrize(
    ("value", "is_literal"),
    [
        ({"x": [1, None, True]}, True),
        ({"x": "$5"}, False),
        # What nobody would read.
        ({"x": [*range(50)]}, False),
        ({"x": "a" * 300}, False),
    ],
)
def test_values_that_are_documented(generate: Any, value: Any, is_literal: bool) -> None:
    member = {"type": "object", "example": value}
    schema = {"type": "object", "required": ["a"], "properties": {"a": member}}
    (workflow,) = generate(post(schema)).workflows
    assert workflow.steps[0].payload == {"a": value if is_literal else {}}


def test_where_a_body_has_to_be_and_needs_nothing_a_member_is_sent(generate: Any) -> None:
    properties = {
        "id": {**TEXT, "readOnly": True},
        "old": {**TEXT, "deprecated": True},
        "list": {"type": "array", "items": TEXT},
        "size": {"type": "integer", "default": 3},
    }
    (workflow,) = generate(post({"type": "object", "properties": properties})).workflows
    assert workflow.steps[0].payload == {"size": 3}


def test_an_example_of_the_media_type_comes_first(generate: Any) -> None:
    schema = {"type": "object", "required": ["a"], "properties": {"a": {**TEXT, "example": "x"}}}
    (workflow,) = generate(post(schema, example={"a": "y"})).workflows
    assert workflow.steps[0].payload == {"a": "y"}


def test_an_array_of_itself(generate: Any) -> None:
    """A schema may describe arrays of arrays without end."""
    lists: dict[str, Any] = {"type": "array"}
    lists["items"] = {"$ref": "#/paths/~1pay/post/requestBody/content/application~1json/schema"}
    (workflow,) = generate(post(lists)).workflows
    (schema,) = [one.schema for one in workflow.inputs]
    for _ in range(9):
        assert schema["type"] == "array"
        schema = schema["items"]
    assert schema == {}
