"""Conditions about the status, by the documented responses: AZ304, AZ306, AZ307."""

import pytest

CODES = ("AZ304", "AZ306", "AZ307")


def step(criteria, operation="get"):
    return f"[{{stepId: s, operationId: {operation}, parameters: [{{name: id, in: path, value: 1}}], successCriteria: {criteria}}}]"


@pytest.mark.parametrize(
    "criteria",
    [
        "[{condition: $statusCode == 200}]",
        "[{condition: $statusCode == '200'}]",
        "[{condition: $statusCode == 404}]",
        "[{condition: $statusCode >= 200 && $statusCode < 300}]",
        "[{condition: $statusCode < 300}]",
        "[{condition: $statusCode != 404}]",
        "[{condition: $statusCode == 200 || $statusCode == 404}]",
        "[{condition: '!($statusCode == 404)'}]",
        "[{condition: $statusCode == $inputs.wanted}]",
        "[{condition: $statusCode == null}]",
        "[{condition: $statusCode < 1000 && $response.body#/id == 1}]",
        "[{condition: $statusCode > -1.5 && $response.body#/id == 1}]",
        "[{condition: $statusCode < 600.5 && $response.body#/id == 1}]",
        "[{condition: $statusCode < 300.5}]",
        "[{condition: $statusCode == 200}, {condition: $statusCode == 200}]",
        "[{condition: $response.body#/id == 200}]",
        "[{condition: '^2', context: $statusCode, type: regex}]",
        "[{condition: '(', context: $statusCode, type: regex}]",
        "[{condition: $statusCode == 200}, {condition: $statusCode < 300}]",
    ],
)
def test_what_agrees(found, criteria):
    assert found(step(criteria), *CODES) == []


@pytest.mark.parametrize(
    "condition",
    ["$statusCode == 204", "$statusCode == 503", "$statusCode != 418", "$statusCode < 300"],
)
def test_default_documents_every_status(found, condition):
    assert found(step(f"[{{condition: {condition}}}]", "remove"), *CODES) == []


def test_a_success_of_default_beside_a_documented_one_is_doubtful(found):
    line = "AZ304 warning `200`: `remove` documents 204; 200 would be its `default`"
    assert found(step("[{condition: $statusCode == 200}]", "remove"), *CODES) == [line]


@pytest.mark.parametrize(
    ("criteria", "line"),
    [
        ("[{condition: $statusCode == 201}]", "AZ304 error `201`: `get` never returns the status 201"),
        ("[{condition: 201 == $statusCode}]", "AZ304 error `201`: `get` never returns the status 201"),
        ("[{condition: $statusCode == '201'}]", "AZ304 error `'201'`: `get` never returns the status 201"),
        ("[{condition: $statusCode >= 500}]", "AZ304 warning `$statusCode >= 500`: `get` does not document a status for which this is true"),
        (
            "[{condition: $statusCode == 201 || $statusCode == 202}]",
            "AZ304 error `$statusCode == 201 || $statusCode == 202`: `get` never returns a status for which this is true",
        ),
        (
            "[{condition: '^5', context: $statusCode, type: regex}]",
            "AZ304 warning `^5`: `get` does not document a status for which this is true",
        ),
        (
            "[{condition: $statusCode == 200 || $statusCode == 201}]",
            "AZ304 hint `201`: `get` does not document the status 201",
        ),
        ("[{condition: $statusCode != 500}]", "AZ306 hint `500`: this is always true: `get` documents no status 500"),
        ("[{condition: $statusCode < 600}]", "AZ306 warning `$statusCode < 600`: this condition is always true, so it checks nothing"),
        ("[{condition: $statusCode != 1000}]", "AZ306 warning `$statusCode != 1000`: this condition is always true, so it checks nothing"),
        ("[{condition: $statusCode}]", "AZ306 warning `$statusCode`: this condition is always true, so it checks nothing"),
        ("[{condition: 1 == 1}]", "AZ306 warning `1 == 1`: this condition is always true, so it checks nothing"),
        ("[{condition: $statusCode == 1000}]", "AZ307 error `$statusCode == 1000`: this condition is never true"),
        ("[{condition: $statusCode == 'OK'}]", "AZ307 error `$statusCode == 'OK'`: this condition is never true"),
        ("[{condition: $statusCode > 300 && $statusCode < 200}]", "AZ307 error `$statusCode > 300 && $statusCode < 200`: this condition is never true"),
        ("[{condition: 'false'}]", "AZ307 error `'false'`: this condition is never true"),
        (
            "[{condition: $statusCode == 200}, {condition: $statusCode == 404}]",
            "AZ307 error `successCriteria`: these criteria exclude each other: no status meets all of them",
        ),
    ],
)  # fmt: skip
def test_what_contradicts(found, criteria, line):
    assert found(step(criteria), *CODES) == [line]


def test_a_step_without_criteria_needs_a_documented_success(found):
    shop = "{openapi: 3.0.3, info: {title: T, version: '1'}, paths: {/: {get: {operationId: go, responses: {'302': {description: D}}}}}}"
    assert found("[{stepId: s, operationId: go}]", "AZ304", shop=shop) == [
        "AZ304 warning `s`: the step succeeds on a 2xx status, and `go` documents none"
    ]


@pytest.mark.parametrize(
    ("responses", "severity"),
    [("{'404': {description: D}}", ["warning"]), ("{}", []), ("{'2XX': {description: D}}", [])],
)
def test_an_incomplete_description_proves_less(found, responses, severity):
    shop = f"{{openapi: 3.0.3, info: {{title: T, version: '1'}}, paths: {{/: {{get: {{operationId: go, responses: {responses}}}}}}}}}"
    lines = found(
        "[{stepId: s, operationId: go, successCriteria: [{condition: $statusCode == 200}]}]",
        "AZ304",
        shop=shop,
    )
    assert [line.split()[1] for line in lines] == severity
