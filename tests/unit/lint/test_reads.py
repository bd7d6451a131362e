"""Parts of the request that are read and not sent (AZ319)."""

import pytest
import yaml


@pytest.mark.parametrize(
    "expression",
    [
        "$request.query.state",
        "$request.header.X-Tenant",
        "$request.header.x-tenant",
        "$request.header.Accept",
        "$request.header.X-Api-Key",
        "$request.query.given",
        "$response.header.X-Unknown",
    ],
)
def test_what_is_sent_or_may_be(found, expression):
    parameters = [{"name": "given", "in": "query", "value": 1}]
    step = {
        "stepId": "a",
        "operationId": "list",
        "parameters": parameters,
        "outputs": {"x": expression},
    }
    assert found(yaml.safe_dump([step]), "AZ319") == []


@pytest.mark.parametrize(
    ("expression", "what"),
    [
        ("$request.query.stat", "a query parameter `stat`"),
        ("$request.path.id", "a path parameter `id`"),
        ("$request.header.X-Own", "a header parameter `X-Own`"),
        ("$request.body#/a", "a request body"),
    ],
)
def test_what_is_not(found, expression, what):
    step = {"stepId": "a", "operationId": "list", "outputs": {"x": expression}}
    message = f"`{expression}` never has a value: the request is sent without {what}"
    assert found(yaml.safe_dump([step]), "AZ319") == [f"AZ319 warning `{expression}`: {message}"]


def test_a_whole_query_may_hold_it(found):
    parameters = [{"name": "q", "in": "querystring", "value": "own=1"}]
    step = {
        "stepId": "a",
        "operationId": "list",
        "parameters": parameters,
        "outputs": {"x": "$request.query.own"},
    }
    assert found(yaml.safe_dump([step]), "AZ319") == []


def test_a_body_that_is_sent(found):
    step = {
        "stepId": "a",
        "operationId": "create",
        "requestBody": {"payload": {"sku": "a"}},
        "outputs": {"x": "$request.body#/sku"},
    }
    assert found(yaml.safe_dump([step]), "AZ319") == []
