"""The verdicts that the schema tests of the Arazzo Specification 1.1 ask for, on documents of ours.

Each is of the shape of one of theirs, and named as that is. What passes their schema and is an error
here all the same is in docs/semantics.md, with the reason.
"""

from typing import Any

import pytest
import yaml

API = """
openapi: 3.1.0
info: {title: Users, version: '1'}
servers: [{url: https://users.example}]
paths:
  /users:
    get:
      operationId: listUsers
      parameters:
        - {name: limit, in: query, schema: {type: integer}}
        - {name: q, in: querystring, content: {application/x-www-form-urlencoded: {schema: {type: object}}}}
      responses:
        '200':
          description: Users
          content: {application/json: {schema: {type: object, properties: {id: {type: integer}, users: {type: array, items: {type: object}}, status: {type: string}}}}}
    patch:
      operationId: updateUser
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {'200': {description: Done, content: {application/json: {schema: {type: object}}}}}
"""
EVENTS = """
asyncapi: 3.0.0
info: {title: Events, version: '1'}
channels:
  orders:
    address: orders
    messages:
      order:
        correlationId: {location: $message.header#/correlationId}
        payload: {properties: {userId: {type: string}, orderId: {type: string}, status: {type: string}}}
operations:
  orderCreated: &created {action: send, channel: {$ref: '#/channels/orders'}}
  createUser: *created
  fetchUserId: *created
  updateUser: *created
  createOrder: *created
"""
OTHER = """
arazzo: 1.1.0
info: {title: Other, version: '1'}
sourceDescriptions: [{name: events, url: events.yaml, type: asyncapi}]
workflows:
  - {workflowId: remoteWorkflow, steps: [{stepId: remoteReceive, operationId: createUser, action: receive}]}
"""
SOURCES = {
    "api": {"name": "api", "url": "api.yaml", "type": "openapi"},
    "events": {"name": "events", "url": "events.yaml", "type": "asyncapi"},
    "other": {"name": "other", "url": "other.yaml", "type": "arazzo"},
}
SEND = {
    "stepId": "send",
    "operationId": "$sourceDescriptions.events.orderCreated",
    "action": "send",
}
RECEIVE = {**SEND, "stepId": "receive", "action": "receive"}
LIST = {"stepId": "list", "operationId": "$sourceDescriptions.api.listUsers"}
CHILD = {"workflowId": "child", "steps": [LIST]}
BODY = "$response.body"


def of(step: dict[str, Any], **fields: Any) -> list[dict[str, Any]]:
    return [{**step, **fields}]


def parent(**fields: Any) -> dict[str, Any]:
    """A workflow whose step calls another one."""
    step = {"stepId": "nested", "workflowId": "child", **fields}
    return {"workflows": [{"workflowId": "parent", "steps": [step]}, CHILD]}


def channel(text: str, **fields: Any) -> list[dict[str, Any]]:
    return [{"stepId": "s", "channelPath": text, **fields}]


FAIL: dict[str, Any] = {
    "async-both-operationId-and-channelPath": of(SEND, channelPath="orders"),
    "async-channelPath-without-action": channel("orders"),
    "async-depends-on-duplicate-values": [SEND, {**RECEIVE, "dependsOn": ["send", "send"]}],
    "async-depends-on-empty": [SEND, {**RECEIVE, "dependsOn": []}],
    "async-depends-on-invalid-reference": [SEND, {**RECEIVE, "dependsOn": ["$steps.send"]}],
    "channel-path-is-invalid-for-openapi": channel("createUser"),
    "invalid-async-correlation-id-non-receive-action": of(SEND, correlationId="text"),
    "invalid-async-parameter-without-in": of(SEND, parameters=[{"name": "a", "value": "b"}]),
    "invalid-async": of(SEND, action="invalid"),
    "invalid-criterion-expression-type-without-context": of(
        LIST, successCriteria=[{"condition": "$.a", "type": {"type": "jsonpath", "version": "rfc9535"}}]
    ),
    "invalid-criterion-regex-without-context": of(
        LIST, successCriteria=[{"condition": "^a", "type": "regex"}]
    ),
    "invalid-expression-type-object": of(
        LIST,
        outputs={"a": {"context": BODY, "selector": "$.a", "type": {"type": "xpath", "version": "rfc9535"}}},
    ),
    "invalid-openapi-parameter-without-in": of(LIST, parameters=[{"name": "limit", "value": 10}]),
    "invalid-openapi-success-criteria": of(LIST, successCriteria=[]),
    "invalid-querystring-without-value": of(LIST, parameters=[{"name": "q", "in": "querystring"}]),
    "invalid-selector-object": of(LIST, outputs={"a": {"context": BODY, "selector": "$.a"}}),
    "invalid-self-fragment": {"$self": "https://a.example/b.yaml#/workflows/w", "steps": [LIST]},
    "invalid-targetSelectorType": of(
        LIST,
        operationId="$sourceDescriptions.api.updateUser",
        requestBody={
            "contentType": "application/json",
            "payload": {"status": "open"},
            "replacements": [{"target": "$.status", "targetSelectorType": "jmespath", "value": "done"}],
        },
    ),
    "invalid-workflow-step-with-operationId": parent(operationId="listUsers"),
    "invalid-workflow-success-criteria": parent(successCriteria=[]),
    "openapi-both-operationId-and-operationPath": of(
        LIST, operationPath="{$sourceDescriptions.api.url}#/paths/~1users/get"
    ),
    "openapi-duplicate-parameters": of(
        LIST, parameters=[{"name": "limit", "in": "query", "value": 10}] * 2
    ),
    "openapi-missing-operation-target": [{"stepId": "list"}],
    "workflow-duplicate-parameters": parent(parameters=[{"name": "a", "value": 1}] * 2),
    "workflow-missing-workflowId": {"workflows": [{"workflowId": "p", "steps": [{"stepId": "s"}]}, CHILD]},
    "workflow-step-with-action": parent(action="send"),
    "workflow-step-with-channelPath": parent(channelPath="orders"),
}  # fmt: skip
HEADER = {"name": "correlationId", "in": "header", "value": "abc123"}
WAIT = {
    **RECEIVE,
    "correlationId": "id123",
    "timeout": 6000,
    "outputs": {"a": "$message.payload.userId"},
}
PASS: dict[str, Any] = {
    "async-correlation-id-for-receive-action": of(RECEIVE, correlationId="id123"),
    "async-depends-on": [SEND, WAIT, {**SEND, "stepId": "c", "dependsOn": ["receive"], "parameters": [{**HEADER, "value": "$steps.receive.outputs.a"}]}],
    "async-depends-on-across-document": {
        "sources": ["events", "other"],
        "workflows": [
            {
                "workflowId": "w",
                "dependsOn": ["$sourceDescriptions.other.remoteWorkflow"],
                "steps": of(SEND, dependsOn=["$sourceDescriptions.other.remoteWorkflow.steps.remoteReceive"]),
            }
        ],
    },
    "async-depends-on-cross-workflow": {
        "workflows": [
            {"workflowId": "producer", "steps": [SEND, WAIT]},
            {
                "workflowId": "consumer",
                "steps": of(
                    SEND,
                    dependsOn=["$workflows.producer.steps.receive"],
                    parameters=[{**HEADER, "value": "$workflows.producer.steps.receive.outputs.a"}],
                ),
            },
        ],
    },
    "async-parameter-reusable-reference": {
        "components": {"parameters": {"a": HEADER}},
        "steps": of(SEND, parameters=[{"reference": "$components.parameters.a", "value": "b"}]),
    },
    "async-parameter-with-in": of(SEND, parameters=[HEADER]),
    "async-receive-without-correlation-id": [RECEIVE],
    "asyncapi-success-criteria": of(
        RECEIVE,
        successCriteria=[{"context": "$message.payload", "condition": "$[?@.status == 'ok']", "type": "jsonpath"}],
    ),
    "characterization-asyncapi-operationId-without-action": [
        {"stepId": "s", "operationId": "$sourceDescriptions.events.orderCreated"}
    ],
    "characterization-openapi-operationId-with-action": of(LIST, action="send"),
    "characterization-openapi-receive-with-correlationId": of(
        LIST, action="receive", correlationId="request-123"
    ),
    "characterization-workflow-step-with-requestBody": parent(
        requestBody={"contentType": "application/json", "payload": {"userId": 10}}
    ),
    "criterion-regex-with-context": of(
        LIST, successCriteria=[{"context": "$statusCode", "condition": "^2", "type": "regex"}]
    ),
    "criterion-simple-type-without-context": of(
        LIST, successCriteria=[{"condition": "$statusCode == 200", "type": "simple"}]
    ),
    "criterion-with-extended-xpath": of(
        LIST,
        successCriteria=[{"context": BODY, "condition": "//a", "type": {"type": "xpath", "version": "xpath-30"}}],
    ),
    "minimal-async": [SEND],
    "minimal": [LIST],
    "minimal-with-self": {"$self": "file:///doc.yaml", "steps": [LIST]},
    "openapi-and-asyncapi": [
        LIST,
        {**SEND, "parameters": [HEADER], "outputs": {"id": "$message.header.correlationId"}},
        {**WAIT, "correlationId": "$steps.send.outputs.id"},
        {**LIST, "stepId": "more", "dependsOn": ["receive"], "parameters": [{"name": "limit", "in": "query", "value": 1}]},
    ],
    "openapi-operation-path": [{"stepId": "s", "operationPath": "{$sourceDescriptions.api.url}#/paths/~1users/get"}],
    "openapi-parameter-reusable-reference": {
        "components": {"parameters": {"a": {"name": "limit", "in": "query", "value": 10}}},
        "steps": of(LIST, parameters=[{"reference": "$components.parameters.a", "value": 20}]),
    },
    "openapi-parameter-with-in": of(LIST, parameters=[{"name": "limit", "in": "query", "value": 10}]),
    "openapi-success-criteria": of(LIST, successCriteria=[{"condition": "$statusCode == 200"}]),
    "parameter-with-querystring-and-runtime-expr": {
        "inputs": {"type": "object", "properties": {"a": {"type": "string"}}},
        "steps": of(LIST, parameters=[{"name": "q", "in": "querystring", "value": "a={$inputs.a}"}]),
    },
    "parameter-with-static-querystring": of(
        LIST, parameters=[{"name": "q", "in": "querystring", "value": "a=1"}]
    ),
    "parameter-with-selector": {
        "inputs": {"type": "object", "properties": {"a": {"type": "object"}}},
        "steps": of(
            LIST,
            parameters=[
                {
                    "name": "limit",
                    "in": "query",
                    "value": {"context": "$inputs.a", "selector": "$.limit", "type": "jsonpath"},
                }
            ],
        ),
    },
    "payload-replacement-using-selector": of(
        LIST,
        operationId="$sourceDescriptions.api.updateUser",
        requestBody={
            "contentType": "application/json",
            "payload": {"status": "open"},
            "replacements": [{"target": "$.status", "targetSelectorType": "jsonpath", "value": "done"}],
        },
    ),
    "workflow-minimal-step": parent(),
    "workflow-parameter-without-in": {
        "workflows": [
            parent(parameters=[{"name": "a", "value": 1}])["workflows"][0],
            {**CHILD, "inputs": {"type": "object", "properties": {"a": {"type": "integer"}}}},
        ]
    },
    "workflow-parameter-reusable-reference": {
        "components": {"parameters": {"a": {"name": "a", "value": 1}}},
        "workflows": [
            parent(parameters=[{"reference": "$components.parameters.a", "value": 2}])["workflows"][0],
            {**CHILD, "inputs": {"type": "object", "properties": {"a": {"type": "integer"}}}},
        ],
    },
    "workflow-success-criteria": {
        "workflows": [
            parent(successCriteria=[{"condition": "$workflows.child.outputs.id > 0"}])["workflows"][0],
            {
                "workflowId": "child",
                "steps": of(LIST, outputs={"id": "$response.body#/id"}),
                "outputs": {"id": "$steps.list.outputs.id"},
            },
        ]
    },
}  # fmt: skip
ERRORS_ALL_THE_SAME: dict[str, tuple[Any, str]] = {
    "async-with-channel-path": (
        channel("createUser", action="receive", correlationId="a"),
        "AZ117",
    ),
    "characterization-async-invalid-channelPath-string": (
        channel("text", action="receive"),
        "AZ117",
    ),
    "characterization-openapi-invalid-operationPath-string": (
        [{"stepId": "s", "operationPath": "text"}],
        "AZ117",
    ),
}


def text_of(shape: Any) -> str:
    """A document with these steps, or with these members."""
    members = {"steps": shape} if isinstance(shape, list) else dict(shape)
    workflow = {"workflowId": "w", "steps": members.pop("steps", [])}
    if "inputs" in members:
        workflow["inputs"] = members.pop("inputs")
    names = members.pop("sources", ["api", "events"])
    document = {
        "arazzo": "1.1.0",
        "info": {"title": "T", "version": "1"},
        "sourceDescriptions": [SOURCES[name] for name in names],
        "workflows": [workflow],
        **members,
    }
    return yaml.safe_dump(document, sort_keys=False)


@pytest.fixture
def errors(diagnose):
    def find(shape: Any) -> list[str]:
        files = {"api_yaml": API, "events_yaml": EVENTS, "other_yaml": OTHER}
        found = diagnose(text_of(shape), **files)
        return [f"{one.code} {one.message}" for one in found if one.severity.value == "error"]

    return find


@pytest.mark.parametrize("name", FAIL)
def test_documents_that_have_to_fail(errors, name):
    assert errors(FAIL[name]) != []


@pytest.mark.parametrize("name", PASS)
def test_documents_that_have_to_pass(errors, name):
    assert errors(PASS[name]) == []


@pytest.mark.parametrize("name", ERRORS_ALL_THE_SAME)
def test_documents_that_pass_a_schema_and_can_never_run(errors, name):
    shape, code = ERRORS_ALL_THE_SAME[name]
    assert [one.partition(" ")[0] for one in errors(shape)] == [code]


def test_so_many_of_each() -> None:
    # Four of theirs stand there as JSON too, three are long examples of OpenAPI alone.
    assert (len(FAIL), len(PASS) + len(ERRORS_ALL_THE_SAME)) == (27, 34)
