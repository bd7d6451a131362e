"""What is read though its schema cannot have it: AZ310, and headers: AZ311."""

from typing import ClassVar

import pytest
import yaml

LIST = "{stepId: list, operationId: list, outputs: {first: $response.body#/0, all: $response.body}}"


def get(**more):
    step = {
        "stepId": "get",
        "operationId": "get",
        "parameters": [{"name": "id", "in": "path", "value": 1}],
    }
    return step | {"successCriteria": [{"condition": "$statusCode == 200"}]} | more


def steps(*every):
    return yaml.safe_dump(list(every))


@pytest.mark.parametrize(
    "expression",
    [
        "$response.body",
        "$response.body#/id",
        "$response.body.id",
        "$response.body#/lines/0/sku",
        "$response.body.lines[0].sku",
        "$response.body#/notes/text",
        "$request.body#/anything",
        "$response.header.Location",
        "$statusCode",
        "$url",
        "$inputs.any.thing",
        "$steps.other.outputs.x.y",
    ],
)
def test_what_can_be_there(found, expression):
    assert found(steps(get(outputs={"x": expression})), "AZ310", "AZ311") == []


@pytest.mark.parametrize(
    ("expression", "line"),
    [
        ("$response.body#/name", "error `$response.body#/name`: the response of `get` has no `name`"),
        ("$response.body#/id/x", "error `$response.body#/id/x`: `/id` of the response of `get` is an integer, so it has no `x`"),
        ("$response.body#/lines/sku", "error `$response.body#/lines/sku`: `/lines` of the response of `get` is an array, so it has no `sku`"),
        ("$response.body[0]", "error `$response.body[0]`: the response of `get` is an object, so it has no item 0"),
        ("$response.body#/notes/title", "warning `$response.body#/notes/title`: `/notes` of the response of `get` documents no `title`"),
    ],
)  # fmt: skip
def test_what_cannot(found, expression, line):
    assert found(steps(get(outputs={"x": expression})), "AZ31") == [f"AZ310 {line}"]
    condition = {"condition": f"{expression} != null"}
    criteria = [{"condition": "$statusCode == 200"}, condition]
    assert found(steps(get(successCriteria=criteria)), "AZ31") == [f"AZ310 {line}"]


@pytest.mark.parametrize(
    ("expression", "way_out"),
    [
        ("$response.body#/stat", "did you mean `state`?"),
        ("$response.body#/lines/sku", "`#/lines/0/sku` is that of its first item"),
        ("$response.body#/lines/zzz", None),
        ("$response.body#/zzz", "it has `id`, `state`, `paid`, `notes`, `lines`"),
    ],
)
def test_way_out(diagnose, expression, way_out):
    from_step = steps(get(outputs={"x": expression}))
    from_yaml = yaml.safe_load(from_step)
    document = {"workflows": [{"workflowId": "w", "steps": from_yaml}]}
    text = f"arazzo: 1.1.0\ninfo: {{title: T, version: '1'}}\nsourceDescriptions: [{{name: shop, url: shop.yaml}}]\n{yaml.safe_dump(document)}"
    assert [one.help for one in diagnose(text) if one.code == "AZ310"] == [way_out]


@pytest.mark.parametrize(
    ("output", "lines"),
    [
        ({"context": "$response.body", "selector": "$.lines[*].sku", "type": "jsonpath"}, []),
        ({"context": "$response.body", "selector": "$.lines[0]['sku']", "type": "jsonpath"}, []),
        ({"context": "$response.body", "selector": "$.lines[?@.x].y", "type": "jsonpath"}, []),
        ({"context": "$response.body", "selector": "name", "type": "xpath"}, []),
        ({"context": "$response.body", "selector": "/na{$inputs.x}me", "type": "jsonpointer"}, []),
        ({"context": "$response.body", "selector": "$.line[0].sku", "type": "jsonpath"}, ["AZ310 error `$.line[0].sku`: the response of `get` has no `line`"]),
        ({"context": "$response.body", "selector": '$["line"]', "type": "jsonpath"}, ["""AZ310 error `$["line"]`: the response of `get` has no `line`"""]),
        ({"context": "$response.body", "selector": "/name", "type": "jsonpointer"}, ["AZ310 error `/name`: the response of `get` has no `name`"]),
    ],
)  # fmt: skip
def test_selectors(found, output, lines):
    assert found(steps(get(outputs={"x": output})), "AZ31") == lines


def test_selectors_within_values(found):
    selector = {"context": "$response.body", "selector": "/name", "type": "jsonpointer"}
    payload = [{"a": selector}, "$inputs.b"]
    lines = found(steps(get(outputs={"x": selector}, requestBody={"payload": payload})), "AZ310")
    assert len(lines) == 1


@pytest.mark.parametrize(
    ("criterion", "count"),
    [
        ({"condition": "$.lines[0]", "context": "$response.body", "type": "jsonpath"}, 0),
        ({"condition": "$[?@.id]", "context": "$response.body", "type": "jsonpath"}, 0),
        ({"condition": "id", "context": "$response.body", "type": "jsonpath"}, 0),
        ({"condition": "$.nothing", "context": "$response.body", "type": "jsonpath"}, 1),
        ({"condition": "$.id[*]", "context": "$response.body", "type": "jsonpath"}, 1),
        ({"condition": "$.family", "context": "$statusCode", "type": "jsonpath"}, 1),
        ({"condition": "x", "context": "$response.body#/nothing", "type": "regex"}, 1),
    ],
)
def test_queries(found, criterion, count):
    criteria = [{"condition": "$statusCode == 200"}, criterion]
    assert len(found(steps(get(successCriteria=criteria)), "AZ310")) == count


@pytest.mark.parametrize(
    ("expression", "lines"),
    [
        ("$steps.list.outputs.first#/id", []),
        ("$steps.list.outputs.first.id", []),
        ("$steps.list.outputs.all[0].id", []),
        ("$steps.list.outputs.first.name", ["AZ310 error `$steps.list.outputs.first.name`: the output `first` of `list` has no `name`"]),
        ("$steps.list.outputs.first#/name", ["AZ310 error `$steps.list.outputs.first#/name`: the output `first` of `list` has no `name`"]),
        ("$inputs.user.name", []),
        ("$inputs.open.name", []),
        ("$inputs.user.nmae", ["AZ310 warning `$inputs.user.nmae`: the input `user` documents no `nmae`"]),
        ("$inputs.user#/name/first", ["AZ310 error `$inputs.user#/name/first`: `/name` of the input `user` is a string, so it has no `first`"]),
    ],
)  # fmt: skip
def test_outputs_and_inputs(found, expression, lines):
    inputs = {
        "type": "object",
        "properties": {
            "user": {"$ref": "#/components/inputs/user"},
            "open": {"$ref": "#/$defs/nothing"},
        },
    }
    parameters = [
        {"name": "id", "in": "path", "value": 1},
        {"name": "X-A", "in": "header", "value": expression},
    ]
    workflow = {
        "workflowId": "w",
        "inputs": inputs,
        "steps": [yaml.safe_load(LIST), get(parameters=parameters)],
    }
    user = {"type": "object", "properties": {"name": {"type": "string"}}}
    document = {"workflows": [workflow], "components": {"inputs": {"user": user}}}
    if "open" in expression:
        inputs["properties"]["open"] = {}
    else:
        del inputs["properties"]["open"]
    assert found(yaml.safe_dump(document), "AZ310") == lines


def test_outputs_of_outputs_are_followed_for_a_while(found):
    chain = [yaml.safe_load(LIST)]
    for number in range(12):
        before = chain[-1]["stepId"]
        chain.append(get(stepId=f"s{number}", outputs={"first": f"$steps.{before}.outputs.first"}))
    assert found(steps(*chain), "AZ310") == []


class TestAfterFailure:
    """Outputs are evaluated after a failure too (Arazzo leaves them readable)."""

    CREATE: ClassVar = {
        "stepId": "c",
        "operationId": "create",
        "successCriteria": [{"condition": "$statusCode == 201"}],
    }

    def test_what_only_the_refusal_has_is_doubted(self, found):
        step = self.CREATE | {"outputs": {"x": "$response.body#/problem"}}
        assert found(steps(step), "AZ310") == [
            "AZ310 warning `$response.body#/problem`: the response of `create` has no `problem`"
        ]

    def test_what_only_the_refusal_has_is_meant_where_failure_is_dealt_with(self, found):
        action = {"name": "stop", "type": "end"}
        step = self.CREATE | {"outputs": {"x": "$response.body#/problem"}, "onFailure": [action]}
        assert found(steps(step), "AZ310") == []

    def test_what_nothing_has_is_an_error(self, found):
        step = self.CREATE | {"outputs": {"x": "$response.body#/nothing"}}
        assert [line.split()[1] for line in found(steps(step), "AZ310")] == ["error"]

    def test_criteria_of_failure_actions_read_any_answer(self, found):
        actions = [
            {
                "name": "a",
                "type": "end",
                "criteria": [{"condition": "$response.body#/problem == 'x'"}],
            },
            {
                "name": "b",
                "type": "end",
                "criteria": [{"condition": "$response.body#/nothing == 'x'"}],
            },
        ]
        assert found(steps(self.CREATE | {"onFailure": actions}), "AZ310") == [
            "AZ310 error `$response.body#/nothing`: the response of `create` has no `nothing`"
        ]

    def test_actions_of_the_workflow_may_be_meant_for_other_steps(self, found):
        action = {
            "name": "a",
            "type": "end",
            "criteria": [{"condition": "$response.body#/nothing"}],
        }
        workflow = {
            "workflowId": "w",
            "failureActions": [action],
            "successActions": [action],
            "steps": [self.CREATE],
        }
        assert found(yaml.safe_dump([workflow]), "AZ310") == []


@pytest.mark.parametrize(
    ("responses", "severity"),
    [
        ("{'204': {description: D}}", ["error"]),
        ("{'200': {description: D}}", ["hint"]),
        ("{'200': {description: D}, '201': {description: D, content: {application/json: {schema: {type: string}}}}}", []),
        ("{'200': {description: D, content: {application/json: {schema: {type: string}}}}, '204': {description: D}}", ["error"]),
        ("{'200': {description: D, content: {application/json: {}}}}", []),
        ("{'200': {description: D, content: {application/xml: {schema: {type: string}}}}}", []),
        ("{'200': {description: D, content: {'*/*': {schema: {type: string}}}}}", ["error"]),
        ("{'200': {description: D, content: {application/xml: {}, application/problem+json: {schema: {type: string}}}}}", ["error"]),
        ("{}", []),
    ],
)  # fmt: skip
def test_bodies(found, responses, severity):
    shop = f"{{openapi: 3.0.3, info: {{title: T, version: '1'}}, paths: {{/: {{get: {{operationId: go, responses: {responses}}}}}}}}}"
    lines = found(
        "[{stepId: s, operationId: go, outputs: {x: $response.body#/x}}]", "AZ310", shop=shop
    )
    assert [line.split()[1] for line in lines] == severity


@pytest.mark.parametrize(
    ("operation", "header", "lines"),
    [
        ("list", "X-Total", []),
        ("list", "x-total", []),
        ("list", "Link", []),
        (
            "list",
            "X-Totl",
            [
                "AZ311 warning `$response.header.X-Totl`: `list` documents no response header `X-Totl`"
            ],
        ),
        ("get", "X-Totl", []),
    ],
)
def test_headers(found, operation, header, lines):
    step = get(operationId=operation, outputs={"x": f"$response.header.{header}"})
    assert found(steps(step), "AZ311") == lines


@pytest.mark.parametrize(
    ("condition", "context", "count"),
    [
        ("$[?@.id == 3]", "$response.body", 1),
        ("$[?@.id == 3]", "$response.body#/lines", 0),
        ("$[?@.id == 3]", "$inputs.x", 0),
        ("$.lines[?@.id == 3]", "$response.body", 0),
    ],
)
def test_filters_at_the_root(found, condition, context, count):
    criterion = {"condition": condition, "context": context, "type": "jsonpath"}
    criteria = [{"condition": "$statusCode == 200"}, criterion]
    assert len(found(steps(get(successCriteria=criteria)), "AZ318")) == count


@pytest.mark.parametrize(
    ("condition", "context", "message"),
    [
        ("$.id[*]", "$response.body", "`/id` of the response of `get` is an integer, so it has no member"),
        ("$.family", "$statusCode", "`$statusCode` is an integer, so it has no `family`"),
    ],
)  # fmt: skip
def test_what_a_query_asks_of_scalars(found, condition, context, message):
    criterion = {"condition": condition, "context": context, "type": "jsonpath"}
    criteria = [{"condition": "$statusCode == 200"}, criterion]
    (line,) = found(steps(get(successCriteria=criteria)), "AZ310")
    assert line.endswith(message)


@pytest.mark.parametrize(
    ("output", "lines"),
    [
        ("at {$url}", 1),
        ("active", 1),
        ({"context": "$response.body", "selector": "/notes", "type": "jsonpointer"}, 0),
        ({"a": 1}, 0),  # that it is none is said, and nothing else
    ],
)
def test_what_is_known_of_an_output(found, output, lines):
    made = get(stepId="made", outputs={"x": output})
    reading = get(outputs={"y": "$steps.made.outputs.x#/b"})
    assert len(found(steps(made, reading), "AZ310")) == lines


def test_inputs_whose_references_lead_nowhere_are_not_known(found):
    workflow = {
        "workflowId": "w",
        "inputs": {"type": "object", "properties": {"a": {"$ref": "#/$defs/lost"}}},
        "steps": [get(outputs={"x": "$inputs.a.b"})],
    }
    assert found(yaml.safe_dump([workflow]), "AZ310") == []
