"""Where the id of a resource is: Link Objects first, then names of members."""

from typing import Any

import pytest

PARAMETER = {"name": "thingId", "in": "path", "required": True, "schema": {"type": "string"}}
BODY = {"type": "object", "properties": {"id": {"type": "string"}, "ref": {"type": "string"}}}
BY_REF = {"parameters": {"thingId": "$response.body#/ref"}}


def content(schema: Any) -> dict[str, Any]:
    return {"description": "", "content": {"application/json": {"schema": schema}}}


def things(created: Any, *, lists: Any = None, responses: Any = None) -> dict[str, Any]:
    collection = {"post": {"operationId": "make", "responses": {"201": created}}}
    if lists is not None:
        collection = {"get": {"responses": {"200": content(lists)}}}
    read = {"operationId": "read", "responses": responses or {"200": content(BODY)}}
    return {"/things": collection, "/things/{thingId}": {"parameters": [PARAMETER], "get": read}}


@pytest.mark.parametrize(
    ("link", "pointer"),
    [
        ({"operationId": "read", **BY_REF}, "#/ref"),
        ({"operationRef": "#/paths/~1things~1{thingId}/get", **BY_REF}, "#/ref"),
        ({"operationId": "read", "parameters": {"path.thingId": "$response.body#/ref"}}, "#/ref"),
        # Another operation, another parameter, and what a step cannot read.
        ({"operationId": "other", **BY_REF}, "#/id"),
        ({"operationRef": "#/paths/~1others/get", **BY_REF}, "#/id"),
        ({"operationId": "read", "parameters": {"other": "$response.body#/ref"}}, "#/id"),
        ({"operationId": "read", "parameters": {"thingId": "$request.body#/ref"}}, "#/id"),
        ({"operationId": "read", "parameters": {"thingId": 1}}, "#/id"),
        ({"operationId": "read"}, "#/id"),
        ("nothing", "#/id"),
    ],
)
def test_links(generate: Any, link: Any, pointer: str) -> None:
    draft = generate(things({**content(BODY), "links": {"read": link}}))
    (workflow,) = draft.workflows
    assert workflow.steps[0].outputs[0][1] == f"$response.body{pointer}"


@pytest.mark.parametrize(
    ("components", "pointer"),
    [({"links": {"read": {"operationId": "read", **BY_REF}}}, "#/ref"), ({}, "#/id")],
)
def test_a_link_that_is_a_reference(generate: Any, components: Any, pointer: str) -> None:
    created = {**content(BODY), "links": {"read": {"$ref": "#/components/links/read"}}}
    draft = generate(things(created), more={"components": components})
    (workflow,) = draft.workflows
    assert workflow.steps[0].outputs[0][1] == f"$response.body{pointer}"


def test_of_a_list_without_ids_the_id_is_an_input(generate: Any) -> None:
    item = {"type": "object", "properties": {"on": {"type": "boolean"}}}
    draft = generate(things(None, lists={"type": "array", "items": item}))
    steps = {one.workflow_id: one.steps for one in draft.workflows}
    assert [one.step_id for one in steps["list-things"]] == ["listThings"]


@pytest.mark.parametrize("schema", [{"type": "array", "items": {"type": "string"}}, {}])
def test_where_nothing_is_an_id_only_the_creation_is_left(generate: Any, schema: Any) -> None:
    draft = generate(things(content(schema)))
    names = [each.step_id for one in draft.workflows for each in one.steps]
    assert "createThing" in names
