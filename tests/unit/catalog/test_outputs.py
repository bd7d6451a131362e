"""The schemas of outputs: from the responses that they are read of."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import arazzo_runner as arazzo
from unit.catalog.conftest import API, HEAD, LoadWorkflows

STEPS = """
  inputs: {properties: {size: {type: integer, minimum: 1}, any: {$ref: "#/$defs/x"}}, $defs: {x: {type: string}}}
  steps:
    - stepId: all
      operationId: list
      outputs: {orders: $response.body, first: $response.body#/0/id, code: $statusCode}
    - stepId: one
      operationId: create
      outputs:
        id: $response.body#/id
        state: $response.body#/state
        note: $response.body#/note
        owner: $response.body#/owner
        both: $response.body#/both
        kind: $response.body#/kind
        never: $response.body#/never
        again: $steps.all.outputs.orders
        size: $inputs.size
        any: $inputs.any
        constant: fixed
        text: "{$response.body#/id}!"
        token: $response.header.X-Token
    - stepId: read
      operationId: get
      parameters: [{name: id, in: path, value: $steps.one.outputs.id}]
      outputs: {state: $response.body#/state, id: $response.body#/id}
    - {stepId: broken, operationId: broken, outputs: {body: $response.body, b: $response.body#/b}}
    - stepId: gone
      operationId: remove
      parameters: [{name: id, in: path, value: $steps.one.outputs.id}]
      outputs: {body: $response.body}
"""
OWNER = {"$ref": "#/$defs/Owner"}


@pytest.mark.parametrize(
    ("expression", "schema"),
    [
        ("$steps.all.outputs.first", {"type": ["integer", "null"]}),
        ("$steps.all.outputs.code", {"type": ["integer", "null"]}),
        ("$steps.one.outputs.id", {"type": ["integer", "null"]}),
        ("$steps.one.outputs.state", {"type": ["string", "null"], "enum": ["open", "paid", None]}),
        ("$steps.one.outputs.note", {"type": ["string", "null"]}),
        (
            "$steps.one.outputs.owner",
            {"type": ["object", "null"], "properties": {"name": {"type": "string"}}},
        ),
        (
            "$steps.one.outputs.kind",
            {"anyOf": [{"oneOf": [{"type": "string"}, {"type": "integer"}]}, {"type": "null"}]},
        ),
        (
            "$steps.one.outputs.both",
            {
                "anyOf": [
                    {
                        "allOf": [
                            OWNER,
                            {"type": "object", "properties": {"since": {"type": "string"}}},
                        ]
                    },
                    {"type": "null"},
                ]
            },
        ),
        (
            "$steps.one.outputs.again",
            {"type": ["array", "null"], "items": {"$ref": "#/$defs/Order"}},
        ),
        ("$steps.one.outputs.size", {"type": ["integer", "null"], "minimum": 1}),
        ("$steps.one.outputs.any", {}),
        ("$steps.one.outputs.constant", {"anyOf": [{"const": "fixed"}, {"type": "null"}]}),
        ("$steps.one.outputs.text", {"type": ["string", "null"]}),
        ("$steps.one.outputs.token", {"type": ["string", "null"]}),
        (
            "$steps.read.outputs.id",
            {"anyOf": [{"anyOf": [{"type": "integer"}, {"type": "string"}]}, {"type": "null"}]},
        ),
        ("$steps.broken.outputs.body", {}),
        ("$steps.broken.outputs.b", {}),
        ("$steps.gone.outputs.body", {}),
        ("$inputs.size", {"type": ["integer", "null"], "minimum": 1}),
    ],
)
def test_an_output_has_the_schema_of_what_it_reads(
    load: LoadWorkflows, expression: str, schema: object
) -> None:
    one = load(f"- workflowId: w{STEPS}  outputs: {{x: {expression}}}").workflows["w"]
    Draft202012Validator.check_schema(one.outputs)
    assert one.outputs["required"] == ["x"]
    assert one.outputs["properties"]["x"] == schema


INPUTS = """  inputs:
    type: object
    properties:
      key: {type: string, format: password, default: s3cret}
      named: {type: string, default: s3cret, examples: [s3cret], example: s3cret}
      inner: {type: object, properties: {list: {type: array, items: [{writeOnly: true, enum: [s3cret]}]}}}
      other: {type: array, items: {$ref: "#/components/inputs/Other"}}
"""
COMPONENTS = """
components: {inputs: {Other: {type: string}}}"""


@pytest.mark.parametrize(
    ("name", "schema"),
    [("key", {}), ("named", {"type": ["string", "null"]}), ("inner", {}), ("other", {})],
)
def test_an_output_that_is_an_input_has_none_of_its_values(
    load: LoadWorkflows, name: str, schema: object
) -> None:
    """Nor a reference, which would lead nowhere there."""
    steps = "  steps: [{stepId: all, operationId: list}]\n"
    text = f"- workflowId: w\n{INPUTS}{steps}  outputs: {{x: $inputs.{name}}}{COMPONENTS}"
    outputs = load(text).workflows["w"].outputs
    assert outputs["properties"]["x"] == schema
    assert "$defs" not in outputs


def test_definitions_are_shared(load: LoadWorkflows) -> None:
    outputs = (
        "{a: $steps.all.outputs.orders, b: $steps.one.outputs.owner, c: $steps.one.outputs.id}"
    )
    schema = load(f"- workflowId: w{STEPS}  outputs: {outputs}").workflows["w"].outputs
    assert sorted(schema["$defs"]) == ["Order", "Owner"]
    value = {"a": [{"id": 1, "owner": {"name": 3}}], "b": None, "c": None}
    paths = [one.json_path for one in Draft202012Validator(schema).iter_errors(value)]
    assert paths == ["$.a[0].owner.name"]


def test_outputs_of_called_workflows(load: LoadWorkflows) -> None:
    found = load(
        """
- workflowId: w
  steps:
    - {stepId: named, workflowId: inner, outputs: {it: $outputs.id, deep: $outputs.id#/x, other: fixed}}
    - {stepId: plain, workflowId: inner}
  outputs:
    it: $steps.named.outputs.it
    own: $steps.plain.outputs.id
    unknown: $steps.plain.outputs.lost
    deep: $steps.named.outputs.deep
    other: $steps.named.outputs.other
    below: $steps.named.outputs.it#/x
- workflowId: inner
  steps: [{stepId: one, operationId: create, outputs: {id: $response.body#/id}}]
  outputs: {id: $steps.one.outputs.id}
"""
    ).workflows["w"]
    known = {"type": ["integer", "null"]}
    assert found.outputs["properties"] == {
        "it": known,
        "own": known,
        "unknown": {},
        "deep": {},
        "other": {},
        "below": {},
    }


def test_workflows_that_call_each_other_end(load: LoadWorkflows) -> None:
    workflows = "\n".join(
        f"""
- workflowId: w{number}
  steps: [{{stepId: s, workflowId: w{1 - number}}}]
  outputs: {{x: $steps.s.outputs.x}}"""
        for number in (0, 1)
    )
    assert load(workflows).workflows["w0"].outputs["properties"] == {"x": {}}


def test_outputs_of_messages(tmp_path: Path) -> None:
    events = """
asyncapi: 3.0.0
info: {title: E, version: '1'}
channels:
  c:
    messages:
      m:
        payload:
          schemaFormat: application/vnd.oai.openapi;version=3.0.0
          schema: {type: object, properties: {name: {type: string, nullable: true}}}
  d: {messages: {m: {}}}
"""
    (tmp_path / "events.yaml").write_text(events, encoding="utf-8")
    (tmp_path / "shop.openapi.yaml").write_text(API, encoding="utf-8")
    source = "{name: events, url: events.yaml, type: asyncapi}"
    text = HEAD.replace("1.0.1", "1.1.0").replace("type: openapi}]", f"type: openapi}}, {source}]")
    text += """
- workflowId: look
  steps: [{stepId: all, operationId: $sourceDescriptions.shop.list}]
- workflowId: w
  steps:
    - stepId: s
      channelPath: '{$sourceDescriptions.events.url}#/channels/c'
      action: receive
      outputs: {name: $message.payload#/name}
    - stepId: t
      channelPath: '{$sourceDescriptions.events.url}#/channels/d'
      action: receive
      outputs: {name: $message.payload#/name}
  outputs: {name: $steps.s.outputs.name, other: $steps.t.outputs.name}
"""
    outputs = arazzo.load_text(text, base=tmp_path).workflows["w"].outputs
    assert outputs["properties"] == {"name": {"type": ["string", "null"]}, "other": {}}
