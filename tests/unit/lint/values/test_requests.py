"""Request bodies and values by their schemas: AZ303, AZ312 to AZ316."""

import json

import pytest
import yaml

CODES = ("AZ303", "AZ312", "AZ313", "AZ314", "AZ315", "AZ316")
HEAD = "{openapi: 3.1.0, info: {title: T, version: '1'}"
INPUTS = {
    "type": "object",
    "properties": {
        "flag": {"type": "boolean"},
        "text": {"type": "string"},
        "number": {"type": "integer"},
        "tree": {"type": "object"},
        "list": {"type": "array"},
        "state": {"enum": ["open"]},
        "other": {"enum": ["closed"]},
        "maybe": {"type": ["string", "null"]},
        "any": {},
    },
}


def document(body, operation="send", inputs=INPUTS, **more):
    step = {"stepId": "s", "operationId": operation} | more
    if body is not None:
        step["requestBody"] = body
    return yaml.safe_dump([{"workflowId": "w", "inputs": inputs, "steps": [step]}])


def taking(schema, media="application/json"):
    content = {media: {"schema": schema}} if schema is not None else {media: {}}
    operation = {
        "operationId": "send",
        "requestBody": {"required": True, "content": content},
        "responses": {"200": {"description": "D"}, "400": {"description": "D"}},
    }
    return yaml.safe_dump(
        {
            "openapi": "3.1.0",
            "info": {"title": "T", "version": "1"},
            "paths": {"/": {"post": operation}},
        }
    )


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (document(None), ["AZ303 error `s`: `send` requires a request body, and the step has none"]),
        (document(None, successCriteria=[{"condition": "$statusCode == 400"}]), ["AZ303 error `s`: `send` requires a request body, and the step has none"]),
        (document({"payload": {}}), []),
        (document({"contentType": "application/json"}), []),
    ],
)  # fmt: skip
def test_a_required_body(found, text, lines):
    assert found(text, *CODES, shop=taking(None)) == lines


def test_a_body_that_nobody_takes(found):
    text = "[{stepId: s, operationId: list, requestBody: {payload: {}}}]"
    assert found(text, *CODES) == ["AZ312 warning `requestBody`: `list` documents no request body"]
    assert found("[{stepId: s, operationId: list}]", *CODES) == []


NEW = {
    "type": "object",
    "required": ["id", "sku", "kind"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "sku": {"type": "string"},
        "kind": {"type": "string", "default": "x"},
        "count": {"type": "integer"},
        "state": {"enum": ["open", "paid", 3]},
        "tags": {"type": "array", "items": {"type": "string"}},
        "note": {"type": ["string", "null"]},
        "price": {"type": "number"},
    },
}
CLOSED = NEW | {"additionalProperties": False}
CHOICE = {
    "oneOf": [
        CLOSED,
        {"type": "object", "required": ["url"], "properties": {"url": {"type": "string"}}},
    ]
}


@pytest.mark.parametrize(
    ("schema", "payload", "lines"),
    [
        (NEW, {"sku": "a", "count": 1, "state": "open", "tags": ["x"], "note": None, "price": 1}, []),
        (NEW, {"sku": "a", "count": 2.0, "state": 3, "price": 1.5}, []),
        (NEW, {"sku": "$inputs.text", "count": "$inputs.number", "state": "$inputs.state", "tags": "$inputs.list"}, []),
        (NEW, {"sku": "$inputs.any", "count": "$inputs.unknown", "note": "$inputs.maybe"}, []),
        (NEW, {"sku": "a{$inputs.number}"}, []),
        (NEW, "$inputs.tree", []),
        (NEW, "$inputs.any", []),
        (NEW, '{"sku": "a"}', []),
        (NEW, "{$inputs.tree}", []),
        (NEW, '{"sku": "{$inputs.text}"}', []),
        (NEW, {}, ["AZ313 error `{}`: the request body of `send` requires the property `sku`"]),
        (NEW | {"required": ["sku", "count"]}, {}, ["AZ313 error `{}`: the request body of `send` requires the properties `sku` and `count`"]),
        (NEW | {"required": True}, {}, []),
        (NEW | {"required": [{"a": 1}, ["sku"]]}, {}, []),
        (NEW, '{"count": 1}', ["""AZ313 error `'{"count": 1}'`: the request body of `send` requires the property `sku`"""]),
        (NEW, {"sku": "a", "cuont": 1}, ["AZ314 warning `cuont`: the request body of `send` documents no property `cuont`"]),
        (NEW, {"sku": "a", "zzz": 1}, ["AZ314 hint `zzz`: the request body of `send` documents no property `zzz`"]),
        (CLOSED, {"sku": "a", "zzz": 1}, ["AZ314 error `zzz`: the request body of `send` accepts no property `zzz`"]),
        (CLOSED, {"sku": "$inputs.text", "zzz": "$inputs.text"}, ["AZ314 error `zzz`: the request body of `send` accepts no property `zzz`"]),
        (CHOICE, {"url": "a"}, []),
        (CHOICE, {"sku": "a"}, []),
        (CHOICE, {"count": 1}, ["AZ313 error `count: 1`: the request body of `send` requires the property `sku`"]),
        (NEW, {"sku": 3}, ["AZ315 error `3`: `send` accepts a string here, not integer 3"]),
        (NEW, {"sku": "a", "count": "3"}, ["""AZ315 error `'3'`: `send` accepts an integer here, not string "3\""""]),
        (NEW, {"sku": "a", "count": 2.5}, ["AZ315 error `2.5`: `send` accepts an integer here, not number 2.5"]),
        (NEW, {"sku": "a", "count": "{$inputs.number}."}, ["AZ315 error `'{$inputs.number}.'`: `send` accepts an integer here, not a string"]),
        (NEW, {"sku": {}}, ["AZ315 error `{}`: `send` accepts a string here, not an object"]),
        (NEW, {"sku": []}, ["AZ315 error `[]`: `send` accepts a string here, not an array"]),
        (NEW, {"sku": ["$inputs.text"]}, ["AZ315 error `- $inputs.text`: `send` accepts a string here, not an array"]),
        (NEW, {"sku": "a", "tags": ["x", 3]}, ["AZ315 error `3`: `send` accepts a string here, not integer 3"]),
        (NEW, {"sku": "a", "state": "opne"}, ["""AZ315 error `opne`: string "opne" is not one of the values that `send` accepts here"""]),
        (NEW, {"sku": "a", "state": "3"}, ["""AZ315 error `'3'`: string "3" is not one of the values that `send` accepts here"""]),
        (NEW, "text", []),  # no JSON: AZ320
        (NEW, '"text"', ["""AZ315 error `'"text"'`: `send` accepts an object here, not string "text\""""]),
        (NEW, '{"sku": {$inputs.tree}}', ["AZ316 warning `'{\"sku\": {$inputs.tree}}'`: `send` accepts a string here, and `$inputs.tree` is an object"]),
        (NEW, '{"sku": "a", "count": "{$inputs.number}"}', ["AZ315 error `'{\"sku\": \"a\", \"count\": \"{$inputs.number}\"}'`: `send` accepts an integer here, not a string"]),
        (NEW, '{"sku": "{$inputs.text}", "{$inputs.text}": 1}', []),
        (NEW, {"sku": "$inputs.tree"}, ["AZ316 warning `$inputs.tree`: `send` accepts a string here, and `$inputs.tree` is an object"]),
        (NEW, {"sku": "a", "count": "$inputs.text"}, ["AZ316 warning `$inputs.text`: `send` accepts an integer here, and `$inputs.text` is a string"]),
        (NEW, {"sku": "a", "state": "$inputs.other"}, ["AZ316 warning `$inputs.other`: `$inputs.other` never has a value that `send` accepts here"]),
        (NEW, "$inputs.list", ["AZ316 warning `$inputs.list`: `send` accepts an object here, and `$inputs.list` is an array"]),
        ({"type": "array", "items": False}, [1], ["AZ315 error `1`: the request body is not what `send` accepts: False schema does not allow 1"]),
        ({"type": "array", "prefixItems": [{"type": "string"}]}, ["a", 1], []),
        (True, {"a": 1}, []),
    ],
)  # fmt: skip
def test_json(found, schema, payload, lines):
    body = {"contentType": "application/json", "payload": payload}
    assert found(document(body), *CODES, shop=taking(schema)) == lines


SLOW = {"pattern": "^(a|a|a)*(?=b)c$"}
EVEN = {"type": "number", "multipleOf": 2, "maximum": 8}


@pytest.mark.parametrize(
    ("schema", "payload", "reasons"),
    [
        (EVEN, 4, []),
        (EVEN, 3, ["3 is not a multiple of 2"]),
        (EVEN, 10, ["10 is greater than the maximum of 8"]),
        ({"oneOf": [EVEN, {"const": "all"}]}, 10, ["10 is greater than the maximum of 8"]),
        ({"oneOf": [EVEN, {"type": "number", "minimum": 20}]}, 22, []),
        ({"anyOf": [{"enum": ["a"], "type": "string"}, {"type": "string", "minLength": 3}]}, "bb", ['"bb" is shorter than 3 characters']),
        ({"anyOf": [{"enum": ["a"], "type": "string"}, {"type": "string", "minLength": 3}]}, "a", []),
        ({"type": "string", "format": "date"}, "soon", ['"soon" is not a "date"']),
        ({"type": "string", "format": "date"}, "2024-02-29", []),
        ({"type": "string", "format": "colour"}, "soon", []),
        ({"type": "string", "pattern": "("}, "soon", []),
        ({"type": "string", **SLOW}, "a" * 60, []),
        ({"type": "array", "minItems": 2}, ["$inputs.any"], ["[0] has less than 2 items"]),
        ({"type": "array", "uniqueItems": True}, [1, 1], ["[1,1] has non-unique elements"]),
        ({"type": "array", "uniqueItems": True}, ["$inputs.any", "$inputs.any"], []),
        ({"type": "object", "minProperties": 1}, {}, ["{} has less than 1 property"]),
        ({"type": "object", "required": ["a"], "minProperties": 3, "properties": {"a": {"default": 1}}}, {"b": 1, "c": 2}, ["{\"b\":1,\"c\":2} has less than 3 properties"]),
    ],
)  # fmt: skip
def test_literals_are_held_against_all_of_a_schema(found, schema, payload, reasons):
    text = json.dumps(payload) if isinstance(payload, str) else payload
    body = {"contentType": "application/json", "payload": text}
    lines = found(document(body), "AZ315", shop=taking(schema))
    assert [
        line.partition(": ")[2].rpartition("accepts: ")[2].rpartition("here: ")[2] for line in lines
    ] == reasons


@pytest.mark.parametrize(
    ("schema", "help_line"),
    [
        (NEW, "add it to the payload"),
        (CHOICE, "add it to the payload; it may have 2 forms, and this is the closest"),
    ],
)
def test_of_several_forms_the_nearest_is_told(diagnose, schema, help_line):
    head = "arazzo: 1.1.0\ninfo: {title: T, version: '1'}\nsourceDescriptions: [{name: shop, url: shop.yaml}]\nworkflows:\n"
    found = diagnose(head + document({"payload": {}}), shop_yaml=taking(schema))
    assert [one.help for one in found if one.code == "AZ313"] == [help_line]


def test_a_step_that_expects_a_refusal_only_warns(found):
    text = document({"payload": {"sku": 3}}, successCriteria=[{"condition": "$statusCode == 400"}])
    assert [line.split()[1] for line in found(text, *CODES, shop=taking(NEW))] == ["warning"]


def test_replacements_may_add_what_is_missing(found):
    body = {"payload": {}, "replacements": [{"target": "/sku", "value": "a"}]}
    assert found(document(body), *CODES, shop=taking(NEW)) == []


def test_selectors_are_not_known(found):
    value = {"context": "$inputs.tree", "selector": "$.a", "type": "jsonpath"}
    assert found(document({"payload": {"sku": value}}), *CODES, shop=taking(NEW)) == []


FORM = "application/x-www-form-urlencoded"
FIELDS = {
    "type": "object",
    "required": ["to"],
    "properties": {
        "to": {"type": "string"},
        "count": {"type": "integer"},
        "urgent": {"type": "boolean"},
        "state": {"type": "string", "enum": ["open", "3"]},
        "data": {"type": "object"},
    },
}


@pytest.mark.parametrize(
    ("media", "payload", "lines"),
    [
        (FORM, {"to": 3, "count": "5", "urgent": "true", "state": 3}, []),
        (FORM, {"to": "$inputs.tree", "count": "$inputs.text", "data": "$inputs.text"}, []),
        (FORM, {"to": "a", "count": None}, []),
        (FORM, "to=1&count={$inputs.number}", []),
        (FORM, "{$inputs.text}=1", []),
        (FORM, "$inputs.text", []),
        ("multipart/form-data", {"to": "a"}, []),
        # Of a file in a multipart body the content counts; in a form it is data like any other.
        ("multipart/form-data", {"to": {"content": "a", "filename": "b"}, "data": {"content": "$inputs.tree", "contentType": "c"}}, []),
        ("multipart/form-data", {"to": "a", "count": {"content": "x", "filename": "b"}}, ["""AZ315 error `content: x`: `send` accepts an integer here, not string "x\""""]),
        ("multipart/form-data", {"to": "$inputs.text", "count": [{"content": "x", "filename": "b"}]}, ["AZ315 error `- content: x`: `send` accepts an integer here, not an array"]),
        ("multipart/form-data", {"to": [{"content": "$inputs.text", "filename": "b"}]}, []),
        ("multipart/form-data", ["a"], []),
        ("text/plain", {"nothing": 1}, []),
        (FORM, {"count": "x", "to": "a"}, ["""AZ315 error `x`: `send` accepts an integer here, not string "x\""""]),
        (FORM, {"urgent": 1, "to": "a"}, ["AZ315 error `1`: `send` accepts a boolean here, not integer 1"]),
        (FORM, {"count": True, "to": "a"}, ["AZ315 error `true`: `send` accepts an integer here, not boolean true"]),
        (FORM, "count=1", ["AZ313 error `count=1`: the request body of `send` requires the property `to`"]),
        (FORM, {"to": "a", "count": "$inputs.flag"}, ["AZ316 warning `$inputs.flag`: `send` accepts an integer here, and `$inputs.flag` is a boolean"]),
        ("multipart/form-data", {}, ["AZ313 error `{}`: the request body of `send` requires the property `to`"]),
    ],
)  # fmt: skip
def test_forms(found, media, payload, lines):
    body = {"contentType": media, "payload": payload}
    assert found(document(body), *CODES, shop=taking(FIELDS, media)) == lines


PARAMETERS = """
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /{id}:
    get:
      operationId: go
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer}}
        - {name: tags, in: query, schema: {type: array, items: {type: string}}}
        - {name: codes, in: query, explode: false, schema: {type: array, items: {type: integer}}}
        - {name: maybe, in: query, explode: false, schema: {anyOf: [{type: array, items: {type: integer}}, {type: 'null'}]}}
        - {name: typed, in: query, explode: false, schema: {type: [array, 'null'], items: {type: integer}}}
        - {name: named, in: query, explode: false, schema: {$ref: '#/components/schemas/Codes'}}
        - {name: all, in: query, explode: false, schema: {allOf: [{$ref: '#/components/schemas/Codes'}, {maxItems: 2}]}}
        - {name: either, in: query, explode: false, schema: {anyOf: [{type: array, items: {type: string}}, {type: integer}]}}
        - {name: text, in: query, explode: false, schema: {anyOf: [{type: array}, {type: string}]}}
        - {name: tree, in: query, explode: false, schema: {type: [array, object]}}
        - {name: each, in: query, schema: {anyOf: [{type: array, items: {type: string}}, {type: 'null'}]}}
        - {name: X-Codes, in: header, schema: {type: array, items: {type: integer}}}
        - {name: deep, in: query, style: deepObject, explode: true, schema: {type: object, required: [z], properties: {z: {type: integer}}, additionalProperties: false}}
        - {name: Accept, in: header, schema: {type: integer}}
        - {name: word, in: query, schema: {type: string}}
        - {name: filter, in: query, content: {application/json: {schema: {type: object}}}}
        - {name: free, in: query}
        - {name: other, in: query, schema: {type: string, not: {const: x}}}
        - {name: odd, in: query, schema: {type: integer, not: {multipleOf: 2}, enum: [1, 2, 3]}}
        - {name: yes, in: query, schema: {type: boolean, not: {const: 5}}}
        - {name: pair, in: query, schema: {type: array, contains: {const: 1}, items: {type: integer}}}
        - {name: when, in: query, style: deepObject, explode: true, schema: {type: object, if: {required: [a]}, then: {maxProperties: 1}}}
        - {name: broken, in: query, schema: {type: string, not: {pattern: '('}}}
      responses: {'200': {description: D}}
components: {schemas: {Codes: {type: array, items: {type: integer}}}}
"""


@pytest.mark.parametrize(
    ("name", "where", "value", "lines"),
    [
        ("id", "path", 3, []),
        ("id", "path", "3", []),
        ("id", "path", "$inputs.text", []),
        ("id", "path", "{$inputs.any}", []),
        ("tags", "query", "a", ["AZ315 hint `a`: `go` accepts an array here, and string \"a\" is sent as its only item"]),
        ("tags", "query", "a,b", ["AZ315 warning `a,b`: `go` accepts an array here, and string \"a,b\" is sent as its only item"]),
        ("tags", "query", 3, []),
        ("tags", "query", "a,3", ["AZ315 warning `a,3`: `go` accepts an array here, and string \"a,3\" is sent as its only item"]),
        ("maybe", "query", "1,2", ["AZ315 warning `1,2`: `go` accepts an array here, and string \"1,2\" is sent as one item, its `,` as `%2C`"]),
        ("maybe", "query", "1,b", ["AZ315 error `1,b`: `go` accepts an integer here, not string \"b\""]),
        ("maybe", "query", "1", []),
        ("maybe", "query", [1, 2], []),
        ("typed", "query", "1,2", ["AZ315 warning `1,2`: `go` accepts an array here, and string \"1,2\" is sent as one item, its `,` as `%2C`"]),
        ("typed", "query", "1,b", ["AZ315 error `1,b`: `go` accepts an integer here, not string \"b\""]),
        ("typed", "query", "1", []),
        ("typed", "query", [1, 2], []),
        ("named", "query", "1,2", ["AZ315 warning `1,2`: `go` accepts an array here, and string \"1,2\" is sent as one item, its `,` as `%2C`"]),
        ("named", "query", "1,b", ["AZ315 error `1,b`: `go` accepts an integer here, not string \"b\""]),
        ("named", "query", "1", []),
        ("named", "query", [1, 2], []),
        ("all", "query", "1,2", ["AZ315 warning `1,2`: `go` accepts an array here, and string \"1,2\" is sent as one item, its `,` as `%2C`"]),
        ("all", "query", "1,b", ["AZ315 error `1,b`: `go` accepts an integer here, not string \"b\""]),
        ("all", "query", "1", []),
        ("all", "query", [1, 2], []),
        ("codes", "query", "1,2", ["AZ315 warning `1,2`: `go` accepts an array here, and string \"1,2\" is sent as one item, its `,` as `%2C`"]),
        ("maybe", "query", None, []),
        ("all", "query", "1,2,3", ["AZ315 error `1,2,3`: this array is not what `go` accepts here: [\"1\",\"2\",\"3\"] has more than 2 items"]),
        ("either", "query", "a,b", ["AZ315 warning `a,b`: `go` accepts an array here, and string \"a,b\" is sent as one item, its `,` as `%2C`"]),
        ("deep", "query", {}, ["AZ313 error `{}`: the parameter `deep` of `go` requires the property `z`"]),
        ("deep", "query", {"z": 1, "q": 1}, ["AZ314 error `q`: the parameter `deep` of `go` accepts no property `q`"]),
        ("either", "query", 3, []),
        ("either", "query", "3", []),
        ("text", "query", "1,2", []),
        ("tree", "query", "1,2", []),
        ("each", "query", "a,b", ["AZ315 warning `a,b`: `go` accepts an array here, and string \"a,b\" is sent as its only item"]),
        ("X-Codes", "header", "1,2", []),
        ("codes", "query", "1,b", ["AZ315 error `1,b`: `go` accepts an integer here, not string \"b\""]),
        ("Accept", "header", "text/plain", []),
        ("tags", "query", "$inputs.text", []),
        ("word", "query", 3, []),
        ("word", "query", "$inputs.flag", []),
        ("free", "query", {"a": 1}, []),
        ("filter", "query", {"a": 1}, []),
        ("filter", "query", "$inputs.tree", []),
        ("id", "path", "abc", ["""AZ315 error `abc`: `go` accepts an integer here, not string "abc\""""]),
        ("id", "path", [1], ["AZ315 error `- 1`: `go` accepts an integer here, not an array"]),
        ("word", "query", "$inputs.list", ["AZ316 warning `$inputs.list`: `go` accepts a string here, and `$inputs.list` is an array"]),
        ("id", "path", "$inputs.tree", ["AZ316 warning `$inputs.tree`: `go` accepts an integer here, and `$inputs.tree` is an object"]),
        ("other", "query", "x", ["AZ315 error `x`: the parameter `other` is not what `go` accepts: {\"const\":\"x\"} is not allowed for \"x\""]),
        ("other", "query", "y", []),
        ("odd", "query", 2, ["AZ315 error `2`: the parameter `odd` is not what `go` accepts: {\"multipleOf\":2} is not allowed for 2"]),
        ("odd", "query", "2", ["AZ315 error `'2'`: the parameter `odd` is not what `go` accepts: {\"multipleOf\":2} is not allowed for 2"]),
        ("odd", "query", "3", []),
        ("yes", "query", "true", []),
        ("yes", "query", True, []),
        ("pair", "query", [1, 2], []),
        ("pair", "query", [2, 3], ["AZ315 error `- 2`: the parameter `pair` is not what `go` accepts: None of [2,3] are valid under the given schema"]),
        ("pair", "query", ["2"], []),
        ("when", "query", {"a": 1}, []),
        ("when", "query", {"a": 1, "b": 2}, ["AZ315 error `a: 1`: the parameter `when` is not what `go` accepts: {\"a\":1,\"b\":2} has more than 1 property"]),
        ("broken", "query", "x", []),
        ("filter", "query", 3, ["AZ315 error `3`: `go` accepts an object here, not integer 3"]),
    ],
)  # fmt: skip
def test_parameters_by_schema(found, name, where, value, lines):
    given = [{"name": name, "in": where, "value": value}]
    if name != "id":
        given.append({"name": "id", "in": "path", "value": 1})
    text = document(None, "go", parameters=given)
    assert found(text, *CODES, shop=PARAMETERS) == lines


@pytest.mark.parametrize(
    ("url", "lines"),
    [
        ("$inputs.text", []),
        ("$inputs.maybe", []),
        ("$inputs.any", []),
        ("{$inputs.number}/a", []),
        ("$inputs.number", ["AZ316 warning `$inputs.number`: `x-url` needs the text of a URL, and `$inputs.number` is an integer"]),
        ("$inputs.list", ["AZ316 warning `$inputs.list`: `x-url` needs the text of a URL, and `$inputs.list` is an array"]),
        ("$inputs.tree.none", []),
        ({"context": "$inputs.number", "selector": "a", "type": "regex"}, []),
    ],
)  # fmt: skip
def test_what_x_url_is_given(found, url, lines):
    text = document({"payload": {}}, **{"x-url": url})
    assert found(text, *CODES, shop=taking(None)) == lines


def test_what_a_regular_expression_selects_is_a_string(found):
    schema = {"type": "object", "properties": {"n": {"type": "integer"}, "s": {"type": "string"}}}
    selector = {"context": "$statusCode", "selector": "a", "type": "regex"}
    first = {"stepId": "first", "operationId": "send", "requestBody": {"payload": {}}}
    last = {"stepId": "last", "operationId": "send"}
    body = {"n": "$steps.first.outputs.a", "s": "$steps.first.outputs.a"}
    steps = [first | {"outputs": {"a": selector}}, last | {"requestBody": {"payload": body}}]
    text = yaml.safe_dump([{"workflowId": "w", "steps": steps}])
    assert found(text, *CODES, shop=taking(schema)) == [
        "AZ316 warning `$steps.first.outputs.a`: `send` accepts an integer here, and `$steps.first.outputs.a` is a string"
    ]
