"""Requests that are refused whatever the values of expressions are."""

import pytest

from arazzo_runner.executor.bind.operation import BindContext
from arazzo_runner.executor.bind.plan import bind
from arazzo_runner.executor.plan import WorkflowKey
from arazzo_runner.openapi.security.schemes import Authorization

API = """
openapi: 3.1.0
info: {title: T, version: '1'}
servers: [{url: https://x.example}]
paths:
  /x/{p}/{+rest}:
    post:
      operationId: call
      parameters:
      - {name: p, in: path, required: true, schema: {type: string}}
      - {name: rest, in: path, required: true, schema: {type: string}}
      - {name: r, in: query, required: true, schema: {type: string}}
      - {name: H, in: header, required: true, schema: {type: string}}
      - {name: o, in: query, schema: {type: string}}
      requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: object}}}}
      responses: {}
"""
FLOW = """
arazzo: 1.1.0
info: {title: Flow, version: '1'}
sourceDescriptions: [{name: api, url: api.yaml, type: openapi}]
workflows:
- workflowId: w
  steps:
  - stepId: s
    operationId: call
"""
VALUES = {
    "p": ("path", "a"),
    "rest": ("path", "x/y"),
    "r": ("query", "1"),
    "h": ("header", "v"),
    "o": ("query", "1"),
}


@pytest.fixture
def refusals(examine):
    """The messages of AZ323 for a step with these values, and the last member of their places."""

    def refusals(changed, more="", users=()):
        values = {**VALUES, **changed}
        lines = (f"{{name: {k}, in: {at}, value: {one}}}" for k, (at, one) in values.items())
        text = f"{FLOW}    parameters: [{', '.join(lines)}]\n{more}"
        units = examine(text, api=API).units
        binding = BindContext(units, authorize=lambda *_: Authorization(user_headers=tuple(users)))
        bind(binding, [WorkflowKey(next(iter(units)), "w")])
        assert {one.code for one in binding.findings} <= {"AZ323"}
        return [(one.message, one.place.pointer[-1]) for one in binding.findings]

    return refusals


@pytest.mark.parametrize(
    ("changed", "message", "at"),
    [
        ({"p": ("path", "'..'")}, "path parameter `p` becomes `..`", "value"),
        ({"p": ("path", "''")}, "path parameter `p` is empty", "value"),
        ({"p": ("path", "null")}, "path parameter `p` is empty", "value"),
        ({"rest": ("path", "x/../y")}, "path parameter `rest` becomes `..`", "value"),
        ({"r": ("query", "null")}, "requires the query parameter `r`", "value"),
        ({"h": ("header", "null")}, "requires the header parameter `H`", "value"),
        ({"h": ("header", '"a\\r\\nb"')}, "contains the control character `\\r`", "value"),
        ({"bad name": ("header", "v")}, "has a name that no header can have", "name"),
        ({"bad name": ("cookie", "$inputs.x")}, "has a name that no cookie can have", "name"),
    ],
)
def test_literals_that_no_request_can_carry(refusals, changed, message, at):
    ((found, place),) = refusals(changed)
    assert message in found
    assert place == at


@pytest.mark.parametrize(
    ("changed", "more"),
    [
        ({}, ""),
        ({"p": ("path", "$inputs.p")}, ""),
        ({"o": ("query", "null")}, ""),
        ({"r": ("query", "''")}, ""),
        ({"r": ("query", "null")}, "    x-send-invalid: true\n"),
        ({"r": ("query", "null")}, "    x-url: $inputs.next\n"),
    ],
)
def test_what_a_request_can_carry(refusals, changed, more):
    assert refusals(changed, more) == []


def test_a_header_that_the_user_gives(refusals):
    assert refusals({"h": ("header", "null")}, users=[("h", "v")]) == []


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        ("5", [("a form is written from an object, not from integer 5", "payload")]),
        ("{a: 5}", []),
        ("a=5", []),
        ("$inputs.form", []),
        ("{a: 5}, replacements: [{target: /a, value: 6}]", []),
    ],
)
def test_payloads_that_no_request_can_carry(refusals, payload, found):
    assert refusals({}, f"    requestBody: {{payload: {payload}}}\n") == found


@pytest.mark.parametrize(
    ("name", "location", "codes"),
    [
        ("authorization", "header", []),
        ("Authorization", "header", []),
        ("authorization", "query", ["AZ214"]),
        ("X-Key", "header", ["AZ214"]),
    ],
)
def test_who_sends_authorization_needs_no_declared_scheme(examine, name, location, codes):
    api = API.replace("responses: {}", "security: [{key: []}]\n      responses: {}")
    values = {**VALUES, name: (location, "v")}
    lines = (f"{{name: {k}, in: {at}, value: {one}}}" for k, (at, one) in values.items())
    units = examine(f"{FLOW}    parameters: [{', '.join(lines)}]\n", api=api).units
    binding = BindContext(units)
    bind(binding, [WorkflowKey(next(iter(units)), "w")])
    assert [one.code for one in binding.findings if one.code == "AZ214"] == codes
