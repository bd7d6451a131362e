"""Steps that send and receive, against a world with scripted messages."""

import json

import pytest
from msgspec.structs import replace

from arazzo_runner.executor.dry_run import dry_run_steps
from arazzo_runner.executor.events import MessageAwaited, MessageReceived, MessageSent
from arazzo_runner.executor.plan import Limits, Settings
from arazzo_runner.executor.world import (
    PublishCall,
    PublishedMessage,
    ReceiveCall,
    ReceivedMessage,
    TransportFailure,
)
from arazzo_runner.expression.value import MISSING

EVENTS = """
asyncapi: 3.0.0
info: {title: Events, version: 1.0.0}
servers: {main: {host: broker, protocol: mqtt}}
channels:
  orders:
    address: shop/{region}/{part}/orders
    parameters: {region: {enum: [eu, us]}, part: {default: all}}
    messages:
      order:
        payload: {type: object}
  confirmations:
    address: shop/confirmations
    messages:
      confirmed:
        correlationId: {location: $message.header#/requestId}
        contentType: application/json
        headers: {type: object, properties: {requestId: {type: string}, count: {type: integer}}}
        payload: {type: object, required: [status], properties: {status: {type: string}}}
      refused:
        correlationId: {location: $message.payload#/id}
        contentType: application/json
        payload: {type: string}
  avro:
    address: avro
    messages:
      record:
        payload: {schemaFormat: application/vnd.apache.avro;version=1.9.0, schema: {}}
        headers: {schemaFormat: application/vnd.apache.avro;version=1.9.0, schema: {}}
  odd:
    address: odd
    messages:
      maybe:
        payload: {type: [object, 'null']}
        headers: {type: object, properties: {a: {type: string}, never: false}, maxProperties: 0}
  bare: {address: bare}
operations:
  placeOrder:
    action: receive
    channel: {$ref: '#/channels/orders'}
    reply: {channel: {$ref: '#/channels/confirmations'}}
"""
HEAD = """
arazzo: 1.1.0
info: {title: T, version: "1"}
sourceDescriptions: [{name: events, url: events.yaml, type: asyncapi}]
workflows:
  - workflowId: w
    inputs: {type: object, properties: {id: {}, region: {}, text: {}}}
    steps:
"""
SEND = """
      - stepId: place
        operationId: placeOrder
        action: send
        parameters: [{name: region, in: path, value: $inputs.region}, {name: requestId, in: header, value: $inputs.id}]
        requestBody: {payload: {article: pen}}
        outputs: {sent: $message.payload#/article, id: $message.header.requestid}
"""
RECEIVE = """
      - stepId: confirm
        operationId: placeOrder
        action: receive
        correlationId: $inputs.id
        timeout: 6000
        successCriteria: [{condition: $message.payload#/status == 'ok'}]
        outputs: {status: $message.payload#/status, id: $message.header.requestId}
"""
INPUTS = {"id": "r-1", "region": "eu"}


def came(payload, content_type=None, others=0, **headers):
    fields = tuple(headers.items())
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return ReceivedMessage("shop/confirmations", body, fields, content_type, others, 0.25)


@pytest.fixture
def ran(run):
    def go(steps, *messages, inputs=INPUTS, **options):
        world = {"messages": list(messages), **options.pop("world", {})}
        return run(HEAD + steps, inputs=inputs, world=world, events=EVENTS, **options)

    return go


def last(result):
    return result.first.steps[-1].attempts[-1]


def test_a_message_is_sent(ran):
    result = ran(SEND, inputs={**INPUTS, "id": 7})
    assert result.statuses == [("w", "passed")]
    (call,) = result.world.calls
    assert call == PublishCall(
        "w/place#1@1", "events", "orders", "shop/eu/all/orders", b'{"article":"pen"}',
        (("requestId", "7"),), "application/json", call.timeout, "order", False, "mqtt",
    )  # fmt: skip
    (step,) = result.first.steps
    assert step.outputs == {"sent": "pen", "id": "7"}
    assert (step.source, step.operation, step.channel.name) == ("events", None, "placeOrder")
    message = last(result).message
    assert (message.direction, message.address, message.payload) == (
        "send", "shop/eu/all/orders", {"article": "pen"},
    )  # fmt: skip
    assert message.brief() == "send orders"
    (sent,) = [one for one in result.events if isinstance(one, MessageSent)]
    assert sent.brief() == "w/place#1@1, send orders"


def test_a_message_without_a_payload_or_a_header(ran):
    steps = "      - {stepId: s, channelPath: '{$sourceDescriptions.events.url}#/channels/bare', action: send, parameters: [{name: a, in: header, value: $inputs.text}, {name: b, in: header, value: {c: 1}}]}"
    result = ran(steps)
    (call,) = result.world.calls
    assert (call.payload, call.content_type, call.message) == (b"", None, "")
    assert call.headers == (("b", '{"c":1}'),)
    assert last(result).message.payload is MISSING


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"id": "1"}, "the parameter `region` of the channel's address has no value"),
        ({"id": "1", "region": None}, "the parameter `region` of the channel's address has no value"),
        ({"id": "1", "region": ""}, "the parameter `region` of the channel's address is empty"),
        ({"id": "1", "region": "e{u}"}, "the parameter `region` of the channel's address has characters that no address has"),
        ({"id": "1", "region": "e\n"}, "the parameter `region` of the channel's address has characters that no address has"),
        ({"id": "1", "region": "asia"}, "the parameter `region` of the channel's address is `asia`, and not one of `eu`, `us`"),
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_written(ran, inputs, message):
    result = ran(SEND, inputs=inputs)
    assert result.world.calls == []
    error = last(result).error
    assert (error.code, error.fault, error.message) == ("request-refused", "request", message)
    assert result.statuses == [("w", "failed")]


def test_a_payload_that_cannot_be_built(ran):
    steps = SEND.replace("{article: pen}", "'{\"a\": {$inputs.text}}'")
    assert "has no value" in last(ran(steps)).error.message
    binary = SEND.replace("{article: pen}", "$inputs.id").replace(
        "{payload:", "{contentType: avro/binary, payload:"
    )
    refused = last(ran(binary, inputs={**INPUTS, "id": [1]})).error
    assert refused.message == "`avro/binary` cannot be written from array [1]"


@pytest.mark.parametrize(
    ("code", "status", "fault", "stops"),
    [
        ("connect", "error", "response", False),
        ("credentials", "error", "call", False),
        ("rejected", "failed", "request", False),
        ("cancelled", "error", "response", True),
    ],
)  # fmt: skip
def test_a_message_that_was_not_taken(ran, code, status, fault, stops):
    result = ran(SEND, world={"taken": [TransportFailure(code, "no", "do")]})
    attempt = last(result)
    assert (attempt.error.code, attempt.error.message, attempt.error.hint) == (code, "no", "do")
    assert (attempt.error.fault, result.first.status.value) == (fault, status)
    assert (result.first.error is not None) == stops
    assert attempt.message is not None
    unsent = ran(SEND, world={"taken": [TransportFailure("cancelled", "no", unsent=True)]})
    assert last(unsent).message is None


def test_what_a_world_says_of_messages_is_kept(ran):
    sent = last(ran(SEND, world={"taken": [PublishedMessage(("lenient",))]}))
    received = last(ran(RECEIVE, replace(came({"status": "ok"}), notes=("made",))))
    assert (sent.world_notes, received.world_notes) == (("lenient",), ("made",))
    assert last(ran(RECEIVE)).world_notes == ()


def test_a_message_is_received(ran):
    result = ran(RECEIVE, came({"status": "ok"}, "application/json", 2, requestId="r-1"))
    (call,) = result.world.calls
    assert isinstance(call, ReceiveCall)
    assert (call.source, call.channel, call.address) == (
        "events",
        "confirmations",
        "shop/confirmations",
    )
    assert (call.timeout, call.content_types) == (6.0, ("application/json",))
    assert call.correlation.value == "r-1"
    assert call.correlation.brief() == "$message.header#/requestId, $message.payload#/id"
    assert result.first.steps[0].outputs == {"status": "ok", "id": "r-1"}
    attempt = last(result)
    assert (attempt.message.others, attempt.message.duration) == (2, 0.25)
    assert [(one.kind, one.passed) for one in attempt.checks] == [
        ("content-type", True), ("schema", True), ("headers", True),
    ]  # fmt: skip
    assert came({}).brief() == "shop/confirmations"
    awaited, received = (
        one for one in result.events if isinstance(one, MessageAwaited | MessageReceived)
    )
    assert (awaited.brief(), awaited.timeout) == ("w/confirm#1@1, confirmations", 6.0)
    assert received.brief() == "w/confirm#1@1, receive confirmations"
    assert attempt.brief() == "passed, receive confirmations"


def test_a_message_that_fails_its_criteria_fails_the_step(ran):
    result = ran(RECEIVE, came({"status": "no"}), came({"status": "ok"}))
    assert result.statuses == [("w", "failed")]
    assert len(result.world.calls) == 1


def test_a_retry_waits_for_the_next_message(ran):
    retry = "        onFailure: [{name: again, type: retry, retryLimit: 3, criteria: [{condition: $message.payload#/status == 'no'}]}]\n"
    result = ran(
        RECEIVE + retry, came({"status": "no"}), came({"status": "no"}), came({"status": "ok"})
    )
    assert result.statuses == [("w", "passed")]
    assert [one.key for one in result.world.calls] == [
        "w/confirm#1@1",
        "w/confirm#1@2",
        "w/confirm#1@3",
    ]


def test_without_criteria_any_message_is_enough(ran):
    steps = "      - {stepId: s, channelPath: '{$sourceDescriptions.events.url}#/channels/bare', action: receive}"
    result = ran(steps, came(b"\xff"))
    assert result.statuses == [("w", "passed")]
    assert (last(result).criteria, last(result).checks) == ((), ())
    (call,) = result.world.calls
    assert (call.timeout, call.correlation, call.content_types) == (None, None, ())


def test_a_step_receives_from_what_is_in_its_address(ran):
    steps = "      - {stepId: s, channelPath: '{$sourceDescriptions.events.url}#/channels/orders', action: receive, parameters: [{name: region, in: path, value: PART}, {name: x, in: header, value: 1}]}"
    result = ran(steps.replace("PART", "eu"), came({}))
    assert result.world.calls[0].address == "shop/eu/all/orders"
    result = ran(steps.replace("PART", "$inputs.text"), came({}))
    assert result.world.calls[0].address == "shop/{region}/all/orders"
    refused = last(ran(steps.replace("PART", "asia"), came({}))).error
    assert "is `asia`, and not one of" in refused.message


@pytest.mark.parametrize(
    ("protocol", "part", "address"),
    [
        ("mqtt", "a/b?c#d%", "shop/eu/a/b?c#d%/orders"),
        ("https", "a/b?c#d%", "shop/eu/a%2Fb%3Fc%23d%25/orders"),
        ("ws", "..%2f", "shop/eu/..%252f/orders"),
        ("mqtt", "..", "shop/eu/../orders"),
    ],
)
def test_a_value_stays_one_part_of_a_url(run, protocol, part, address):
    events = EVENTS.replace("protocol: mqtt", f"protocol: {protocol}")
    steps = SEND.replace(
        "parameters: [", "parameters: [{name: part, in: path, value: $inputs.text}, "
    )
    result = run(HEAD + steps, inputs={**INPUTS, "text": part}, world={}, events=events)
    assert [one.address for one in result.world.calls] == [address]


@pytest.mark.parametrize("part", [".", ".."])
def test_a_part_of_a_url_is_no_other_folder(run, part):
    events = EVENTS.replace("protocol: mqtt", "protocol: http")
    steps = SEND.replace(
        "parameters: [", "parameters: [{name: part, in: path, value: $inputs.text}, "
    )
    result = run(HEAD + steps, inputs={**INPUTS, "text": part}, world={}, events=events)
    assert last(result).error.message == (
        f"the parameter `part` of the channel's address is `{part}`, which servers read as another folder"
    )
    assert result.world.calls == []


@pytest.mark.parametrize("value", [{}, {"id": None}])
def test_a_correlation_id_needs_a_value(ran, value):
    result = ran(RECEIVE, inputs=value)
    error = last(result).error
    assert (error.code, error.message) == (
        "request-refused", "the `correlationId` of the step has no value",
    )  # fmt: skip
    assert result.world.calls == []


def test_nothing_comes(ran):
    failure = TransportFailure("timeout", "no message was received", "wait")
    result = ran(RECEIVE, failure)
    attempt = last(result)
    assert (attempt.error.code, attempt.error.message) == ("timeout", "no message was received")
    assert (attempt.message, result.statuses) == (None, [("w", "error")])
    actions = "        onFailure: [{name: over, type: end}]\n"
    assert ran(RECEIVE + actions, failure).statuses == [("w", "error")]


def test_the_run_is_over_while_it_waits(ran):
    settings = Settings(limits=Limits(run_timeout=0.001))
    result = ran(RECEIVE, TransportFailure("timeout", "nothing"), settings=settings)
    assert result.first.error.code == "run-timeout"


@pytest.mark.parametrize(
    ("payload", "content_type", "headers", "failed"),
    [
        ({"status": "ok"}, "application/json", {}, []),
        ({"status": "ok"}, "text/plain", {}, [("content-type", "the content type of the message is `text/plain`, not `application/json`")]),
        ({"status": 1}, None, {}, [("schema", '`/status`: integer 1 is not of type string')]),
        ({}, None, {}, [("schema", 'the required property `status` is missing')]),
        (b"", None, {}, [("schema", "the message is empty; `confirmed` has a payload")]),
        ("refused", None, {}, []),
        ({"status": "ok"}, None, {"count": "seven"}, [("headers", 'the headers `/count`: string "seven" is not of type integer')]),
        ({"status": "ok"}, None, {"count": "7", "other": "x"}, []),
    ],
)  # fmt: skip
def test_a_message_is_held_against_its_description(ran, payload, content_type, headers, failed):
    steps = RECEIVE.replace(
        "[{condition: $message.payload#/status == 'ok'}]", "[{condition: 'true'}]"
    )
    attempt = last(ran(steps, came(payload, content_type, **headers)))
    assert [(one.kind, one.message) for one in attempt.checks if not one.passed] == failed
    assert {one.severity for one in attempt.checks} == {"warn"}
    assert attempt.succeeded
    strict = Settings(checks={"schema": "error", "content-type": "error", "headers": "error"})
    attempt = last(ran(steps, came(payload, content_type, **headers), settings=strict))
    assert attempt.succeeded == (failed == [])
    off = Settings(checks={"schema": "off", "content-type": "off"})
    assert last(ran(steps, came(payload, content_type, **headers), settings=off)).checks == ()


def test_a_payload_in_a_language_that_is_not_read(ran):
    steps = "      - {stepId: s, channelPath: '{$sourceDescriptions.events.url}#/channels/avro', action: receive}"
    assert last(ran(steps, came(b"\x00\xff"))).checks == ()


def test_a_message_that_may_have_no_payload(ran):
    steps = "      - {stepId: s, channelPath: '{$sourceDescriptions.events.url}#/channels/odd', action: receive}"
    attempt = last(ran(steps, came(b"", a="x", never="y")))
    assert {(one.kind, one.passed) for one in attempt.checks} == {("headers", False)}


def test_a_payload_that_is_not_what_its_type_says(ran):
    result = ran(RECEIVE, came(b"{", "application/json"))
    error = last(result).error
    assert (error.code, error.fault) == ("unreadable-body", "response")
    assert error.message.startswith("the payload is `application/json` but not JSON: ")
    assert result.statuses == [("w", "error")]
    assert last(result).message.payload is MISSING


def test_channels_are_opened_before_the_first_step(ran):
    called = """
      - {stepId: call, workflowId: v, parameters: [{name: region, value: us}]}
  - workflowId: v
    inputs: {type: object, properties: {region: {default: eu}, id: {}}}
    steps:
"""
    result = ran(SEND + called + SEND + RECEIVE, came({"status": "ok"}), only="w")
    (call,) = result.world.opened
    assert [(one.step, one.action, one.address) for one in call.channels] == [
        ("w/place", "send", "shop/eu/all/orders"),
        ("v/place", "send", "shop/{region}/all/orders"),
        ("v/confirm", "receive", "shop/confirmations"),
    ]
    assert call.timeout > 0


def test_an_input_that_no_address_can_have_is_left_to_the_step(ran):
    result = ran(SEND, inputs={**INPUTS, "region": "asia"})
    (call,) = result.world.opened
    assert [one.address for one in call.channels] == ["shop/{region}/{part}/orders"]


@pytest.mark.parametrize(("code", "fault"), [("connect", "response"), ("credentials", "call")])
def test_a_channel_that_cannot_be_opened(ran, code, fault):
    closed = TransportFailure(code, "the broker is down", "start it")
    other = "  - {workflowId: v, steps: [{stepId: s, channelPath: '{$sourceDescriptions.events.url}#/channels/bare', action: send}]}"
    result = ran(SEND + other, world={"closed": closed})
    assert result.statuses == [("w", "error"), ("v", "skipped")]
    error = result.first.error
    assert (error.code, error.message, error.hint) == (code, "the broker is down", "start it")
    assert error.fault == fault
    assert (result.world.calls, result.first.steps) == ([], ())


def test_without_channels_none_are_opened(run):
    plain = "  - {workflowId: w, steps: [{stepId: s, operationId: listThings}]}"
    assert run(plain).world.opened == []


def test_what_cannot_be_built_before_it_runs(load):
    description = load(HEAD + SEND + RECEIVE, events=EVENTS)
    from arazzo_runner.executor.bind.operation import BindContext
    from arazzo_runner.executor.bind.plan import bind
    from arazzo_runner.executor.plan import WorkflowKey

    uri = description.entry.document.base_uri
    plan = bind(BindContext(description.units), [WorkflowKey(uri, "w")])
    (workflow,) = plan.workflows.values()
    place, confirm = dry_run_steps(workflow, {"id": 7, "region": "eu"}, 1.0)
    assert (place.message.address, place.message.headers) == (
        "shop/eu/all/orders", (("requestId", "7"),),
    )  # fmt: skip
    assert (place.message.payload, place.reason, place.channel.name) == (
        b'{"article":"pen"}', None, "placeOrder",
    )  # fmt: skip
    assert (confirm.awaited, confirm.correlation.value) == ("shop/confirmations", "7")
    place, confirm = dry_run_steps(workflow, {}, 1.0)
    assert (place.message, confirm.awaited) == (None, None)
    assert [place.reason, confirm.reason] == [
        "the parameter `region` of the channel's address has no value",
        "the `correlationId` of the step has no value",
    ]


SERVERS = "servers: {main: {host: broker, protocol: mqtt}}"


@pytest.mark.parametrize(
    ("servers", "protocol"),
    [
        ("servers: {main: {host: broker, protocol: mqtt, protocolVersion: '5.0'}}", "mqtt/5.0"),
        (SERVERS, "mqtt"),
        ("servers: {}", ""),
    ],
)
def test_the_protocol_of_a_message(run, servers, protocol):
    result = run(
        HEAD + SEND, inputs=INPUTS, world={"messages": []}, events=EVENTS.replace(SERVERS, servers)
    )
    assert result.world.calls[0].protocol == protocol


def test_what_needs_other_steps_cannot_be_built(load):
    from arazzo_runner.executor.bind.operation import BindContext
    from arazzo_runner.executor.bind.plan import bind
    from arazzo_runner.executor.plan import WorkflowKey

    steps = SEND + RECEIVE.replace("$inputs.id", "$steps.place.outputs.id")
    description = load(HEAD + steps, events=EVENTS)
    uri = description.entry.document.base_uri
    plan = bind(BindContext(description.units), [WorkflowKey(uri, "w")])
    (workflow,) = plan.workflows.values()
    _, confirm = dry_run_steps(workflow, {"id": 7, "region": "eu"}, 1.0)
    assert (confirm.reason, confirm.awaited) == ("needs outputs of `place`", None)
