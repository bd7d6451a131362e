"""Parameters and criteria of a step: what is sent, what is an input, which statuses are expected."""

from typing import Any

import pytest

LIST = {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}}


def things(*parameters: dict[str, Any], responses: Any = None) -> dict[str, Any]:
    body = {"application/json": {"schema": LIST}}
    answers = responses or {"200": {"description": "", "content": body}}
    get = {"operationId": "list", "parameters": [*parameters], "responses": answers}
    return {"/things": {"get": get}}


def parameter(name: str, location: str = "query", **more: Any) -> dict[str, Any]:
    return {"name": name, "in": location, "schema": {"type": "string"}, **more}


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        (parameter("colour"), None),
        (parameter("colour", required=True), "$inputs.colour"),
        (parameter("colour", required=True, example="red"), "red"),
        (parameter("colour", required=True, schema={"type": "string", "default": "red"}), "red"),
        # Whose it is, no description knows; what is secret stands in no document.
        (parameter("ownerId", required=True, example="7"), "$inputs.ownerId"),
        (parameter("token", required=True, example="s3cret"), "$inputs.token"),
        # Headers of these names are no parameters.
        (parameter("Accept", "header", required=True, example="a/b"), None),
        (parameter("X-Shop", "header", required=True, example="eu"), "eu"),
        # A page is asked for where a number says how large it is.
        (parameter("limit", schema={"type": "integer"}), 5),
        (parameter("limit", schema={"type": "integer", "maximum": 3}), 3),
        (parameter("per_page", schema={"type": "integer", "minimum": 10}), 10),
        (parameter("limit", schema={"type": "integer", "multipleOf": 7}), None),
        (parameter("limit"), None),
    ],
)
def test_parameters(generate: Any, declared: dict[str, Any], value: Any) -> None:
    (workflow,) = generate(things(declared)).workflows
    (step,) = workflow.steps
    expected = [] if value is None else [(declared["name"], value)]
    assert [(one.name, one.value) for one in step.parameters] == expected


OK = {"description": "", "content": {"application/json": {"schema": LIST}}}
NONE = {"description": ""}


@pytest.mark.parametrize(
    ("responses", "criteria"),
    [
        ({"200": OK, "404": NONE}, ("$statusCode == 200",)),
        ({"200": OK, "206": OK}, ("$statusCode == 200 || $statusCode == 206",)),
        # An output is read: a success without a body has none.
        ({"200": OK, "204": NONE}, ("$statusCode == 200",)),
        ({"2XX": OK}, ("$statusCode >= 200 && $statusCode < 300",)),
        ({"default": OK}, ("$statusCode >= 200 && $statusCode < 300",)),
    ],
)
def test_statuses(generate: Any, responses: Any, criteria: tuple[str, ...]) -> None:
    (workflow,) = generate(things(responses=responses)).workflows
    assert workflow.steps[0].criteria == criteria
