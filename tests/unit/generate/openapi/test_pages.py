"""Lists that are read page by page: where the description says what asks for the next one."""

from typing import Any

import pytest

from arazzo_runner.generate.openapi.pages import NEXT_CURSOR

LIST = {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}}
NULLABLE = {"type": ["string", "null"]}


def things(members: dict[str, Any], *parameters: dict[str, Any], required: Any = ()) -> Any:
    names = ["data", *required]
    schema = {"type": "object", "required": names, "properties": {"data": LIST, **members}}
    body = {"application/json": {"schema": schema}}
    responses = {"200": {"description": "", "content": body}}
    get = {"operationId": "list", "parameters": [*parameters], "responses": responses}
    return {"/things": {"get": get}}


def query(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "string"}, **more}


@pytest.mark.parametrize(
    ("parameter", "members", "required", "conditions"),
    [
        (
            "cursor",
            {"next_cursor": NULLABLE},
            (),
            (
                "$response.body#/next_cursor != null",
                "$response.body#/next_cursor != ''",
            ),
        ),
        (
            "pageToken",
            {"nextPageToken": {"type": "string"}},
            ("nextPageToken",),
            ("$response.body#/nextPageToken != ''",),
        ),
        (
            "page_cursor",
            {"meta": {"type": "object", "properties": {"cursor": {"type": "string"}}}},
            ("meta",),
            ("$response.body#/meta/cursor != null", "$response.body#/meta/cursor != ''"),
        ),
    ],
)
def test_a_cursor_that_a_response_documents_is_followed(
    generate: Any, parameter: str, members: Any, required: Any, conditions: tuple[str, ...]
) -> None:
    size = query("limit", schema={"type": "integer"})
    draft = generate(things(members, size, query(parameter), required=required))
    (workflow,) = draft.workflows
    assert workflow.workflow_id == "list-all-things"
    (step,) = workflow.steps
    values = {one.name: one.value for one in step.parameters}
    assert values == {"limit": 20, parameter: f"$steps.listThings.outputs.{NEXT_CURSOR}"}
    (jump,) = step.jumps
    assert (jump.step_id, jump.criteria) == ("listThings", conditions)
    assert [name for name, _ in workflow.outputs] == ["things"]


@pytest.mark.parametrize(
    ("members", "parameters"),
    [
        # No place for the next cursor, or one that holds no token.
        ({"total": {"type": "integer"}}, (query("cursor"),)),
        ({"next_cursor": {"type": "integer"}}, (query("cursor"),)),
        ({"next_cursor": {"type": "object"}}, (query("cursor"),)),
        # Nothing takes it; what is required has to be there from the first page on.
        ({"next_cursor": NULLABLE}, (query("colour"),)),
        ({"next_cursor": NULLABLE}, (query("cursor", required=True, example="a"),)),
    ],
)
def test_without_one_a_list_is_one_page(generate: Any, members: Any, parameters: Any) -> None:
    draft = generate(things(members, *parameters))
    assert [one.workflow_id for one in draft.workflows] == ["list-things"]
    assert draft.workflows[0].steps[0].jumps == ()
