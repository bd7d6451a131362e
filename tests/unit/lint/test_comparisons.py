"""Comparisons that schemas decide: AZ308 and AZ309."""

import pytest
import yaml

CODES = ("AZ308", "AZ309")


def steps(condition, **more):
    step = {
        "stepId": "s",
        "operationId": "get",
        "parameters": [{"name": "id", "in": "path", "value": 1}],
        "successCriteria": [{"condition": "$statusCode == 200"}, {"condition": condition}],
    }
    return yaml.safe_dump([step | more])


@pytest.mark.parametrize(
    "condition",
    [
        "$response.body#/id == 7",
        "$response.body#/id == '7'",
        "$response.body#/id < '7.5'",
        "$response.body#/id == 7.5",
        "$response.body#/id == null",
        "$response.body#/state == 'OPEN'",
        "$response.body#/state == null",
        "$response.body#/state > 'z'",
        "$response.body#/paid == true",
        "$response.body#/paid",
        "$response.body#/lines == null",
        "$response.body#/notes/text == 7",
        "$response.body#/notes/other == 7",
        "$response.body#/id == $response.body#/notes/text",
        "$response.body#/lines == $response.body#/lines",
        "$response.body#/id == $inputs.wanted",
        "($response.body#/id == 1) == true",
        "$statusCode == 'OK' || true",
        "1 == 2 || $response.body#/paid",
    ],
)
def test_what_can_hold(found, condition):
    assert found(steps(condition), *CODES) == []


@pytest.mark.parametrize(
    ("condition", "line"),
    [
        ("$response.body#/id == 'abc'", "AZ308 error `$response.body#/id == 'abc'`: this comparison is never true: `$response.body#/id` is an integer and `'abc'` is a string"),
        ("'abc' == $response.body#/id", "AZ308 error `'abc' == $response.body#/id`: this comparison is never true: `'abc'` is a string and `$response.body#/id` is an integer"),
        ("$response.body#/paid == 'true'", "AZ308 error `$response.body#/paid == 'true'`: this comparison is never true: `$response.body#/paid` is a boolean and `'true'` is a string"),
        ("$response.body#/paid == 1", "AZ308 error `$response.body#/paid == 1`: this comparison is never true: `$response.body#/paid` is a boolean and `1` is a number"),
        ("$response.body#/lines > 0", "AZ308 error `$response.body#/lines > 0`: this comparison is never true: `$response.body#/lines` is an array and `0` is a number"),
        ("$response.body#/state == 3", "AZ308 error `$response.body#/state == 3`: this comparison is never true: `$response.body#/state` is a string or null and `3` is a number"),
        ("$response.body#/paid > false", "AZ308 error `$response.body#/paid > false`: this comparison is never true: `$response.body#/paid` is a boolean and `false` is a boolean"),
        ("$response.body#/id != 'abc'", "AZ308 warning `$response.body#/id != 'abc'`: this comparison is always true: `$response.body#/id` is an integer and `'abc'` is a string"),
        ("$response.body#/id == 'abc' || $response.body#/paid", "AZ308 warning `$response.body#/id == 'abc'`: this comparison is never true: `$response.body#/id` is an integer and `'abc'` is a string"),
        ("$response.body#/paid && $response.body#/id == 'abc'", "AZ308 error `$response.body#/id == 'abc'`: this comparison is never true: `$response.body#/id` is an integer and `'abc'` is a string"),
        ("!($response.body#/id == 'abc')", "AZ308 warning `$response.body#/id == 'abc'`: this comparison is never true: `$response.body#/id` is an integer and `'abc'` is a string"),
        ("$response.body#/id == $response.body#/lines", "AZ308 warning `$response.body#/id == $response.body#/lines`: this comparison is never true: `$response.body#/id` is an integer and `$response.body#/lines` is an array"),
        ("$response.body#/state == 'opne'", "AZ309 error `$response.body#/state == 'opne'`: this comparison is never true: `$response.body#/state` is one of `open`, `paid`"),
        ("'x' == $response.body#/state", "AZ309 error `'x' == $response.body#/state`: this comparison is never true: `$response.body#/state` is one of `open`, `paid`"),
        ("$response.body#/state != 'x'", "AZ309 warning `$response.body#/state != 'x'`: this comparison is always true: `$response.body#/state` is one of `open`, `paid`"),
    ],
)  # fmt: skip
def test_what_cannot(found, condition, line):
    assert found(steps(condition), *CODES) == [line]


@pytest.mark.parametrize(
    ("condition", "way_out"),
    [
        ("$response.body#/paid == 'true'", "without quotes, `true` is the boolean"),
        ("'false' == $response.body#/paid", "without quotes, `false` is the boolean"),
        ("$response.body#/state == 'opne'", "did you mean `open`?"),
        ("$response.body#/id == 'abc'", None),
    ],
)
def test_way_out(diagnose, condition, way_out):
    head = "arazzo: 1.1.0\ninfo: {title: T, version: '1'}\nsourceDescriptions: [{name: shop, url: shop.yaml}]\n"
    workflows = yaml.safe_dump(
        {"workflows": [{"workflowId": "w", "steps": yaml.safe_load(steps(condition))}]}
    )
    assert [one.help for one in diagnose(head + workflows) if one.code in CODES] == [way_out]


def test_actions_only_warn(found):
    criteria = [{"condition": "$response.body#/id == 'abc'"}]
    action = {"name": "a", "type": "end", "criteria": criteria}
    text = steps("$response.body#/paid", onSuccess=[action])
    assert [line.split()[1] for line in found(text, *CODES)] == ["warning"]
    workflow = {
        "workflowId": "w",
        "successActions": [action],
        "steps": yaml.safe_load(steps("$response.body#/paid")),
    }
    assert found(yaml.safe_dump([workflow]), *CODES) == []


def test_queries_are_no_comparisons(found):
    step = yaml.safe_load(steps("$response.body#/paid"))[0]
    step["successCriteria"].append(
        {"condition": "7", "context": "$response.body#/id", "type": "regex"}
    )
    assert found(yaml.safe_dump([step]), *CODES) == []


def test_many_values_are_cut(found):
    shop = """
    openapi: 3.0.3
    info: {title: T, version: '1'}
    paths:
      /:
        get:
          operationId: go
          responses:
            '200': {description: D, content: {application/json: {schema: {type: string, enum: [a, b, c, d, e, f, g, h, i, j, k, l, m]}}}}
    """
    text = "[{stepId: s, operationId: go, successCriteria: [{condition: $response.body == 'z'}]}]"
    assert found(text, "AZ309", shop=shop)[0].endswith("`k`, `l` and more")


def test_two_lists_of_values(found):
    inputs = {"type": "object", "properties": {"wanted": {"enum": ["closed"]}}}
    step = yaml.safe_load(steps("$response.body#/state == $inputs.wanted"))
    text = yaml.safe_dump([{"workflowId": "w", "inputs": inputs, "steps": step}])
    assert [line.split()[1] for line in found(text, "AZ309")] == ["warning"]
