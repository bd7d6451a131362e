"""Workflows of API descriptions: what becomes a step, a wire, an input; what is omitted and why."""

from pathlib import Path
from typing import Any

import pytest
import yaml

import arazzo_runner as arazzo
from arazzo_runner.generate.draft import DraftSource, DraftStep, DraftWorkflow
from arazzo_runner.generate.openapi.generate import (
    GeneratedDraft,
    OpenApiRequest,
    generate_workflows,
    source_name,
)
from arazzo_runner.generate.verify import DraftReader
from arazzo_runner.generate.writer import write_draft
from arazzo_runner.pipeline.load import LoadLimits
from arazzo_runner.retrieve.access import RetrieveSettings, document_access

Api = dict[str, Any]


def json_body(schema: object) -> Api:
    return {"description": "", "content": {"application/json": {"schema": schema}}}


def api(paths: Api, **more: object) -> Api:
    info = {"title": "Things", "version": "1"}
    servers = [{"url": "https://things.example.com"}]
    return {"openapi": "3.1.0", "info": info, "servers": servers, "paths": paths, **more}


def generated(folder: Path, description: Api, **request: Any) -> GeneratedDraft:
    """The draft for a description, which has no finding and passes once it is written."""
    (folder / "api.yaml").write_text(yaml.safe_dump(description), encoding="utf-8")
    document = folder / "out.arazzo.yaml"
    reader = DraftReader(document_access(RetrieveSettings()), document.as_uri(), LoadLimits())
    source = DraftSource("api", "api.yaml")
    found = generate_workflows(OpenApiRequest(source, "api.yaml", **request), reader)
    document.write_text(write_draft(found.draft), encoding="utf-8")
    if found.draft.workflows:
        assert {one.code for one in arazzo.validate(document)} <= {"AZ507"}
        assert arazzo.run(document, mock=True).passed
    return found


def workflow(found: GeneratedDraft, name: str) -> DraftWorkflow:
    return next(one for one in found.draft.workflows if one.workflow_id == name)


def step(found: GeneratedDraft, name: str) -> DraftStep:
    return next(one for each in found.draft.workflows for one in each.steps if one.step_id == name)


def ids(found: GeneratedDraft) -> dict[str, list[str]]:
    return {one.workflow_id: [each.step_id for each in one.steps] for one in found.draft.workflows}


ITEM = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}


def things(created: Api, **body: object) -> Api:
    """A collection whose items are created and read."""
    parameter = {"name": "thingId", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        "/things": {"post": {"operationId": "make", "responses": {"201": created}, **body}},
        "/things/{thingId}": {
            "parameters": [parameter],
            "get": {"operationId": "read", "responses": {"200": json_body(ITEM)}},
        },
    }


@pytest.mark.parametrize(
    ("schema", "pointer"),
    [
        (ITEM, "#/id"),
        ({"type": "object", "properties": {"thingId": {"type": "string"}}}, "#/thingId"),
        ({"type": "object", "properties": {"data": ITEM, "name": {"type": "string"}}}, "#/data/id"),
        ({"type": "object", "properties": {"thing": ITEM}}, "#/thing/id"),
        # What belongs to another object is no id of this one.
        ({"type": "object", "properties": {"owner": ITEM, "key": {"type": "string"}}}, "#/key"),
    ],
)
def test_the_id_of_what_was_created(tmp_path: Path, schema: Api, pointer: str) -> None:
    found = generated(tmp_path, api(things(json_body(schema))))
    (name, expression), *_ = step(found, "createThing").outputs
    assert expression == f"$response.body{pointer}"
    (parameter,) = step(found, "fetchThing").parameters
    assert parameter.value == f"$steps.createThing.outputs.{name}"


def test_a_link_says_where_the_id_is(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"id": {"type": "string"}, "ref": {"type": "string"}}}
    link = {"operationId": "read", "parameters": {"thingId": "$response.body#/ref"}}
    created = {**json_body(schema), "links": {"read": link}}
    found = generated(tmp_path, api(things(created)))
    assert step(found, "createThing").outputs == (("thingRef", "$response.body#/ref"),)


def body_of(schema: Api) -> Api:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string", "example": "red"}, "red"),
        ({"type": "string", "default": "red"}, "red"),
        ({"const": "red"}, "red"),
        ({"type": "string", "enum": ["red", "blue"]}, "red"),
        ({"type": "string"}, "$inputs.colour"),
        # None of these means itself in a document, or fits.
        ({"type": "string", "example": "$5"}, "$inputs.colour"),
        ({"type": "string", "example": "{{colour}}"}, "$inputs.colour"),
        ({"type": "integer", "example": "red"}, "$inputs.colour"),
        ({"type": "string", "format": "email", "example": "a@example.com"}, "$inputs.colour"),
        ({"type": "object", "required": ["a"], "properties": {"a": {"const": 1}}}, {"a": 1}),
        ({"type": "array", "items": {"type": "string", "example": "red"}}, ["red"]),
        ({"type": "array", "items": {"type": "object"}}, []),
    ],
)
def test_required_members(tmp_path: Path, schema: Api, value: object) -> None:
    body = {"type": "object", "required": ["colour"], "properties": {"colour": schema}}
    paths = things(json_body(ITEM), requestBody=body_of(body))
    assert step(generated(tmp_path, api(paths)), "createThing").payload == {"colour": value}


def test_read_only_members_are_not_sent(tmp_path: Path) -> None:
    properties = {"id": {"type": "string", "readOnly": True}, "name": {"const": "x"}}
    body = {"type": "object", "required": ["id", "name"], "properties": properties}
    paths = things(json_body(ITEM), requestBody=body_of(body))
    assert step(generated(tmp_path, api(paths)), "createThing").payload == {"name": "x"}


def test_where_no_member_is_required_the_likely_one_is_sent(tmp_path: Path) -> None:
    properties = {"size": {"type": "integer"}, "name": {"type": "string"}}
    paths = things(
        json_body(ITEM), requestBody=body_of({"type": "object", "properties": properties})
    )
    assert step(generated(tmp_path, api(paths)), "createThing").payload == {"name": "$inputs.name"}


def test_an_optional_body_without_required_members_is_not_sent(tmp_path: Path) -> None:
    body = {"content": {"application/json": {"schema": {"type": "object"}}}}
    found = generated(tmp_path, api(things(json_body(ITEM), requestBody=body)))
    assert step(found, "createThing").content_type == ""


def test_parents_are_inputs_and_named_by_their_collection(tmp_path: Path) -> None:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in ("id", "slug")
    ]
    listing = json_body(
        {"type": "array", "items": {"type": "object", "properties": {"slug": {"type": "string"}}}}
    )
    paths = {
        "/shops/{id}/things": {
            "parameters": parameters[:1],
            "get": {"responses": {"200": listing}},
        },
        "/shops/{id}/things/{slug}": {
            "parameters": parameters,
            "get": {"responses": {"200": json_body(ITEM)}},
        },
    }
    found = generated(tmp_path, api(paths))
    assert ids(found) == {"read-things": ["listThings", "fetchThing"]}
    assert [one.value for one in step(found, "fetchThing").parameters] == [
        "$inputs.shopId",
        "$steps.listThings.outputs.thingSlug",
    ]


def test_nothing_is_changed_or_deleted_that_was_not_created(tmp_path: Path) -> None:
    paths = things(json_body(ITEM))
    del paths["/things"]["post"]
    paths["/things"]["get"] = {"responses": {"200": json_body({"type": "array", "items": ITEM})}}
    item = paths["/things/{thingId}"]
    item["delete"] = {"operationId": "drop", "responses": {"204": {"description": ""}}}
    item["patch"] = {"operationId": "change", "responses": {"200": json_body(ITEM)}}
    found = generated(tmp_path, api(paths))
    assert ids(found) == {
        "read-things": ["listThings", "fetchThing"],
        "update-thing": ["updateThing", "fetchThing"],
    }
    assert step(found, "updateThing").parameters[0].value == "$inputs.thingId"
    assert found.notes == (
        "in no workflow: `drop`; `--only OPERATION` writes one for each that it names",
    )


def test_what_fails_is_omitted_and_the_rest_is_written(tmp_path: Path) -> None:
    paths = things(json_body(ITEM))
    item = paths["/things/{thingId}"]
    item["delete"] = {"operationId": "drop", "responses": {"404": {"description": ""}}}
    found = generated(tmp_path, api(paths))
    assert ids(found) == {"create-thing": ["createThing", "fetchThing"]}
    assert found.notes[0].startswith("`drop` is omitted from `thing-lifecycle`: AZ304: ")


BROKEN = {"responses": {"200": {"$ref": "#/components/responses/none"}}}


def test_an_operation_that_the_description_breaks_is_in_no_workflow(tmp_path: Path) -> None:
    paths = things(json_body(ITEM))
    item = paths["/things/{thingId}"]
    item["delete"] = BROKEN
    item["put"] = BROKEN
    item["post"] = {"responses": {"200": json_body(ITEM)}}
    found = generated(tmp_path, api(paths), cleanup=True)
    # The next one that changes an item is taken instead.
    assert ids(found) == {"thing-lifecycle": ["createThing", "fetchThing", "updateThing"]}
    why = "AZ214: the reference `#/components/responses/none` cannot be resolved"
    names = "`PUT /things/{thingId}`, `DELETE /things/{thingId}`"
    assert sorted(found.notes) == [f"{names} are omitted from all workflows: {why}"]


def test_where_every_operation_is_broken_warnings_are_accepted(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text(yaml.safe_dump(api({"/things": {"get": BROKEN}})))
    document = tmp_path / "out.arazzo.yaml"
    reader = DraftReader(document_access(RetrieveSettings()), document.as_uri(), LoadLimits())
    found = generate_workflows(OpenApiRequest(DraftSource("api", "api.yaml"), "api.yaml"), reader)
    assert ids(found)
    (note,) = found.notes
    assert note.startswith("`api.yaml` itself has a finding: AZ214: ")


@pytest.mark.parametrize(
    ("security", "schemes", "is_sent"),
    [
        ([{"key": []}], {}, True),
        ([{"key": []}, {}], {"key": {"type": "apiKey", "in": "header", "name": "K"}}, False),
        ([{"key": []}], {"key": {"type": "http", "scheme": "bearer"}}, False),
    ],
)
def test_the_header_of_an_undeclared_scheme_is_an_input(
    tmp_path: Path, security: object, schemes: Api, is_sent: bool
) -> None:
    paths = things(json_body(ITEM))
    components = {"securitySchemes": schemes}
    found = generated(tmp_path, api(paths, security=security, components=components))
    parameters = [(one.name, one.value) for one in step(found, "createThing").parameters]
    assert parameters == [("Authorization", "$inputs.authorization")] * is_sent
    (made, *_) = found.draft.workflows
    assert [one.name for one in made.inputs] == ["authorization"] * is_sent


def test_a_finding_about_the_description_as_a_whole_is_a_note(tmp_path: Path) -> None:
    text = yaml.safe_dump(api({"/things": {"get": {"responses": {"200": json_body(ITEM)}}}}))
    text += "x-a: &a {b: 1}\nx-c: {<<: *a}\n"
    (tmp_path / "api.yaml").write_text(text, encoding="utf-8")
    document = tmp_path / "out.arazzo.yaml"
    reader = DraftReader(document_access(RetrieveSettings()), document.as_uri(), LoadLimits())
    found = generate_workflows(OpenApiRequest(DraftSource("api", "api.yaml"), "api.yaml"), reader)
    assert found.draft.workflows
    (note,) = found.notes
    assert note.startswith("`api.yaml` itself has a finding: AZ119: ")


def test_a_description_without_resources_gives_a_workflow_for_each_operation(
    tmp_path: Path,
) -> None:
    paths = {
        "/pay": {"post": {"operationId": "payNow", "responses": {"200": json_body(ITEM)}}},
        "/old": {"get": {"deprecated": True, "responses": {"200": json_body(ITEM)}}},
    }
    assert ids(generated(tmp_path, api(paths))) == {"pay-now": ["payNow"]}


def test_a_secret_parameter_is_an_input_even_with_an_example(tmp_path: Path) -> None:
    paths = things(json_body(ITEM))
    key = {
        "name": "api_key",
        "in": "query",
        "required": True,
        "schema": {"type": "string", "example": "k"},
    }
    paths["/things"]["post"]["parameters"] = [key]
    found = generated(tmp_path, api(paths))
    assert step(found, "createThing").parameters[0].value == "$inputs.apiKey"


def test_an_input_of_one_name_has_one_schema(tmp_path: Path) -> None:
    paths: Api = {}
    for noun, kind in (("boxes", "string"), ("trees", "integer")):
        own = things(
            json_body(ITEM),
            requestBody=body_of(
                {"type": "object", "required": ["size"], "properties": {"size": {"type": kind}}}
            ),
        )
        paths |= {
            path.replace("things", noun): {
                key: {**one, "operationId": f"{one['operationId']}{noun}"}
                if isinstance(one, dict)
                else one
                for key, one in item.items()
            }
            for path, item in own.items()
        }
    found = generated(tmp_path, api(paths))
    assert step(found, "createBox").payload == {"size": "$inputs.size"}
    assert step(found, "createTree").payload == {"size": "$inputs.treeSize"}


@pytest.mark.parametrize(
    ("stem", "name"),
    [("studio-api.openapi.yaml", "studioApi"), ("openapi.json", "openapi"), (".yaml", "api")],
)
def test_the_name_of_a_source(stem: str, name: str) -> None:
    assert source_name(stem) == name
