"""Which workflows resources give: what they are called, what they wait for, what they say."""

from typing import Any

import pytest

from arazzo_runner.generate.draft import Draft

OBJECT = {"type": "object", "properties": {"id": {"type": "string"}}}
STATE = {"type": "string", "enum": ["pending", "done", "failed"]}
JOB = {"type": "object", "properties": {"id": {"type": "string"}, "status": STATE}}


def operation(schema: Any = None, status: str = "200", **more: Any) -> dict[str, Any]:
    body = {} if schema is None else {"content": {"application/json": {"schema": schema}}}
    return {"responses": {status: {"description": "", **body, **more}}}


def many(schema: Any) -> dict[str, Any]:
    return operation({"type": "array", "items": schema})


def item(**operations: Any) -> dict[str, Any]:
    parameter = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    return {"parameters": [parameter], **operations}


def ids(draft: Draft) -> list[str]:
    return [one.workflow_id for one in draft.workflows]


@pytest.mark.parametrize(
    ("path", "name", "summary"),
    [
        ("/pets/findByStatus", "list-pets-by-status", "List pets by status."),
        ("/list_files", "list-files", "List files."),
        ("/search", "list-searches", "List searches."),
    ],
)
def test_names_of_lists(generate: Any, path: str, name: str, summary: str) -> None:
    (workflow,) = generate({path: {"get": many(OBJECT)}}).workflows
    assert (workflow.workflow_id, workflow.summary) == (name, summary)


def test_whoever_asks_is_no_collection(generate: Any) -> None:
    paths = {"/pets": {"get": many(OBJECT)}, "/users/me": {"get": many(OBJECT)}}
    assert ids(generate(paths)) == ["list-pets"]


def test_a_single_step_is_what_the_description_says_of_it(generate: Any) -> None:
    paths = {"/pets": {"get": {**many(OBJECT), "summary": "Show all **pets**"}}}
    (workflow,) = generate(paths).workflows
    assert workflow.summary == "Show all pets."


def test_one_workflow_waits_for_a_state(generate: Any) -> None:
    paths = {
        "/jobs": {"post": operation(JOB, "201")},
        "/jobs/{id}": item(get=operation(JOB), delete=operation(None, "204")),
    }
    (workflow,) = generate(paths).workflows
    assert workflow.summary == "Create a job, wait until it has ended, and delete it."
    assert workflow.description.startswith("The state of the job is read every 10 seconds, ")
    paths["/jobs/{id}/lines"] = item(get=many(OBJECT))
    paths["/jobs/{id}/files"] = item(get=many(OBJECT))
    first, second = generate(paths).workflows
    assert first.summary == ("Create a job, wait until it has ended, and list its files and lines.")
    assert second.summary == "Create a job, read it, and delete it."
    assert [len(one.retries) for one in second.steps] == [0, 0, 0]


LOCATION = {"Location": {"schema": {"type": "string"}}}


@pytest.mark.parametrize(
    ("created", "url"),
    [
        (operation(None, "201", headers=LOCATION), "$steps.createJob.outputs.location"),
        # An id says more, and a header that no success documents says nothing.
        (operation(JOB, "201", headers=LOCATION), ""),
    ],
)
def test_a_location_leads_to_what_was_created(generate: Any, created: Any, url: str) -> None:
    paths = {
        "/jobs": {"post": created, "get": many(OBJECT)},
        "/jobs/{id}": item(get=operation(OBJECT), delete=operation(None, "204")),
    }
    (workflow,) = generate(paths).workflows
    assert [one.url for one in workflow.steps] == ["", url, "", url]
    assert all(one.parameters == () for one in workflow.steps) is bool(url)


def test_of_a_job_that_is_only_accepted_the_location_is_not_read(generate: Any) -> None:
    paths = {
        "/jobs": {"post": operation(None, "202", headers=LOCATION)},
        "/jobs/{id}": item(get=operation(OBJECT)),
    }
    draft = generate(paths)
    assert all(one.url == "" for each in draft.workflows for one in each.steps)


def test_with_cleanup_the_description_says_so(generate: Any) -> None:
    paths = {
        "/jobs": {"post": operation(JOB, "201")},
        "/jobs/{id}": item(put=operation(JOB), delete=operation(None, "204")),
    }
    workflow, _ = generate(paths, cleanup=True).workflows
    assert workflow.description == "The job is deleted at the end, also after a failure."


def test_what_is_omitted_stands_above_the_workflow(generate: Any) -> None:
    paths = {
        "/jobs": {"post": operation(OBJECT, "201")},
        "/jobs/{id}": item(get=operation(OBJECT), delete=operation(None, "404")),
    }
    (workflow,) = generate(paths).workflows
    (comment,) = workflow.comment
    assert comment.startswith("Without `DELETE /jobs/{id}`: AZ304: ")


TEXT = {"type": "string"}


def body(**members: Any) -> dict[str, Any]:
    schema = {"type": "object", "required": [*members], "properties": members}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


@pytest.mark.parametrize(
    ("members", "changed"),
    [
        ({"size": TEXT, "title": TEXT}, {"size": "$inputs.size", "title": "$inputs.newTitle"}),
        ({"title": {"const": "x"}}, {"title": "$inputs.newTitle"}),
        # What the API reads, or chooses from, stays as it was.
        ({"size": TEXT}, {"size": "$inputs.size"}),
        ({"title": {"type": "string", "enum": ["Mr"]}}, {"title": "Mr"}),
        ({"title": {"type": "integer", "default": 1}}, {"title": 1}),
    ],
)
def test_a_change_sends_another_text(
    generate: Any, members: dict[str, Any], changed: dict[str, Any]
) -> None:
    members = {name: {"type": "string", **one} for name, one in members.items()}
    paths = {
        "/jobs": {"post": operation(OBJECT, "201") | body(**members)},
        "/jobs/{id}": item(put=operation(OBJECT) | body(**members)),
    }
    (workflow,) = generate(paths).workflows
    assert workflow.steps[-1].payload == changed
    del paths["/jobs"]["post"]
    paths["/jobs/{id}"]["get"] = operation(OBJECT)
    (workflow,) = generate(paths).workflows
    assert "new" not in repr(workflow.steps[0].payload)


@pytest.mark.parametrize(
    ("summaries", "shown"),
    [
        (("Acme List jobs", "Acme Create job", "Acme Get job"), "Create job."),
        (("Acme List jobs", "Acme Create job", "Get a job"), "Acme Create job."),
        (("Get all jobs", "Get new job", "Get a job"), "Get new job."),
        (("Acme List jobs", "Acme Create", "Acme Get job"), "Acme Create."),
    ],
)
def test_the_name_before_all_summaries_is_dropped(
    generate: Any, summaries: tuple[str, str, str], shown: str
) -> None:
    first, second, third = summaries
    paths = {
        "/jobs": {
            "get": many(OBJECT) | {"summary": first},
            "post": operation(OBJECT, "201") | {"summary": second},
        },
        "/jobs/{id}": item(get=operation(OBJECT) | {"summary": third}),
    }
    (workflow,) = generate(paths).workflows
    assert workflow.steps[0].description == shown


def test_a_change_leaves_no_input_unused(generate: Any) -> None:
    paths = {
        "/jobs": {"post": operation(OBJECT, "201")},
        "/jobs/{id}": item(put=operation(OBJECT) | body(title=TEXT, note=TEXT)),
    }
    (workflow,) = generate(paths).workflows
    assert {one.name for one in workflow.inputs} == {"newTitle", "note"}
    assert workflow.steps[-1].payload == {"title": "$inputs.newTitle", "note": "$inputs.note"}


@pytest.mark.parametrize(
    ("schema", "pointer"),
    [
        ({"type": "array", "items": OBJECT}, ""),
        ({"properties": {"pets": {"type": "array", "items": OBJECT}}}, "#/pets"),
        ({"properties": {"n": {}, "data": {"type": "array", "items": OBJECT}}}, "#/data"),
        (
            {"properties": {"result": {"properties": {"items": {"type": "array"}}}, "n": {}}},
            "#/result/items",
        ),
        # The only array among few members.
        ({"properties": {"n": {}, "found": {"type": "array", "items": OBJECT}}}, "#/found"),
    ],
)
def test_where_the_items_of_a_list_are(generate: Any, schema: Any, pointer: str) -> None:
    if "properties" in schema:
        schema = {"type": "object", "required": [*schema["properties"]], **schema}
    (workflow,) = generate({"/pets": {"get": operation(schema)}}).workflows
    assert workflow.steps[0].outputs == (("pets", f"$response.body{pointer}"),)


def test_the_top_of_any_other_response_is_kept(generate: Any) -> None:
    members = {name: {"type": "string"} for name in ("a", "b", "c", "d")}
    schema = {"type": "object", "properties": members}
    paths = {"/pay": {"post": {**operation(schema), "operationId": "payNow"}}}
    (workflow,) = generate(paths).workflows
    assert [name for name, _ in workflow.outputs] == ["a", "b", "c"]
    paths["/pay"]["post"]["responses"] = operation({"type": "string"})["responses"]
    (workflow,) = generate(paths).workflows
    assert workflow.outputs == (("result", "$steps.payNow.outputs.result"),)


def test_operations_by_only(generate: Any) -> None:
    paths: dict[str, dict[str, Any]] = {
        "/pets": {"get": many(OBJECT), "head": operation()},
        "/_/{x}": {"get": operation()},
    }
    parameter = {"name": "x", "in": "path", "required": True, "schema": TEXT}
    paths["/_/{x}"]["parameters"] = [parameter]
    assert ids(generate(paths, only=("HEAD /pets",))) == ["head-pets"]
    assert ids(generate(paths, only=("HEAD /pets",), workflow="mine")) == ["mine"]


def test_cleanup_deletes_nothing_that_was_there_before(generate: Any) -> None:
    paths = {
        "/jobs": {"post": operation(None, "201"), "get": many(OBJECT)},
        "/jobs/{id}": item(get=operation(OBJECT), delete=operation(None, "204")),
    }
    (workflow,) = generate(paths, cleanup=True).workflows
    assert workflow.summary == "Create a job, list the jobs, and read the first of them."
    assert workflow.cleanup is None
