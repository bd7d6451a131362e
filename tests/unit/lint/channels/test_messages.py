"""Steps that send and receive, by the description of their channel."""

import pytest

from unit.lint.channels.shop import EVENTS, document_of
from unit.lint.conftest import line_of

SHOP = "  - {name: shop, url: shop.yaml, type: openapi}\n"
SEND = """
operationId: $sourceDescriptions.events.placeOrder
action: send
parameters: [{name: region, in: path, value: eu}]
requestBody: {payload: {article: pen}}
"""
RECEIVE = """
operationId: $sourceDescriptions.events.confirmed
action: receive
"""


def replaced(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize(
    "step",
    [
        SEND,
        RECEIVE,
        RECEIVE + "correlationId: $inputs.id",
        SEND + "outputs: {id: $message.header.requestId}",
        replaced(SEND, "in: path, value: eu}", "in: path, value: eu}, {name: x-shop, in: header, value: a}"),
        replaced(SEND, "payload: {article: pen}", "payload: {article: $inputs.id, count: 7}"),
        replaced(SEND, "payload: {article: pen}", "payload: {}, replacements: [{target: /article, value: pen}]"),
        replaced(SEND, "payload: {article: pen}", "payload: '{\"article\": \"7\"}'"),
        replaced(SEND, "payload: {article: pen}", "payload: '{\"article\": \"pen {$inputs.id}\"}'"),
        replaced(SEND, "payload: {article: pen}", "contentType: application/json"),
        RECEIVE + "successCriteria: [{condition: $message.header.requestId == 'x'}]",
        "channelPath: '{$sourceDescriptions.events.url}#/channels/news~1all'\naction: send",
        "channelPath: '{$sourceDescriptions.events.url}#/channels/texts'\naction: receive\noutputs: {a: $message.payload#/x}",
    ],
)  # fmt: skip
def test_what_agrees(said, step):
    assert said(step) == []


@pytest.mark.parametrize(
    ("step", "line", "way_out"),
    [
        (
            "channelPath: '{$sourceDescriptions.events.url}#/channels/news~1all'\naction: receive\ncorrelationId: x",
            "AZ224 error `x`: the messages of `news/all` (`first`, `second`) have no correlation id",
            "give a message `correlationId: {location: $message.header#/…}` in the description",
        ),
        (
            "operationId: $sourceDescriptions.events.refuse\naction: receive\ncorrelationId: x",
            "AZ224 error `x`: `refuse` has no messages, and so no correlation id",
            "give a message `correlationId: {location: $message.header#/…}` in the description",
        ),
        (
            replaced(SEND, "parameters: [{name: region, in: path, value: eu}]", "parameters: []"),
            "AZ301 error `s`: the address of `orders` requires the parameter `region`",
            "add it to `parameters`: name: region, in: path, value: …",
        ),
        (
            replaced(SEND, "value: eu}", "value: eu}, {name: regoin, in: path, value: eu}"),
            "AZ302 warning `regoin`: the address of `orders` has no parameter `regoin`",
            "did you mean `region`?",
        ),
        (
            replaced(SEND, "value: eu}", "value: eu}, {name: q, in: query, value: eu}"),
            "AZ113 warning `query`: a message has no query parameters: `q` is not sent",
            "`in` is `header`, or `path` for a part of the channel's address",
        ),
        (
            replaced(SEND, "value: eu}", "value: eu}, {name: reqestId, in: header, value: eu}"),
            "AZ324 warning `reqestId`: no message of `placeOrder` documents the header `reqestId`",
            "did you mean `requestId`?",
        ),
        (
            RECEIVE + "parameters: [{name: requestId, in: header, value: x}]",
            "AZ113 warning `{name: requestId, in: header, value: x}`: `requestId` has no effect on a step that receives a message",
            "what is received is chosen by `correlationId`",
        ),
        (
            RECEIVE + "requestBody: {payload: {}}",
            "AZ113 warning `requestBody`: `requestBody` has no effect on a step that receives a message",
            None,
        ),
        (
            replaced(SEND, "requestBody: {payload: {article: pen}}", ""),
            "AZ303 error `s`: `placeOrder` sends a message with a payload, and the step has none",
            "add a `requestBody`",
        ),
        (
            replaced(SEND, "{article: pen}", "{article: pen, count: many}"),
            "AZ315 error `many`: `placeOrder` accepts an integer here, not string \"many\"",
            "write an integer",
        ),
        (
            replaced(SEND, "{article: pen}", "[]"),
            "AZ315 error `[]`: `placeOrder` accepts an object here, not an array",
            "write an object",
        ),
        (
            replaced(SEND, "{article: pen}", "{article: pen, count: 1, x: 1, y: 1}"),
            "AZ315 error `{article: pen, count: 1, x: 1, y: 1}`: the payload does not fit `order`: {\"article\":\"pen\",\"count\":1,\"x\":1,\"y\":1} has more than 3 properties",
            "correct it, or the description",
        ),
        (
            replaced(SEND, "{article: pen}", "'{\"article\": 7}'"),
            "AZ315 error `'{\"article\": 7}'`: `placeOrder` accepts a string here, not integer 7",
            "write a string",
        ),
        (
            replaced(SEND, "{article: pen}", "'{\"conut\": 1, \"article\": \"{$inputs.id}\"}'"),
            "AZ314 warning `payload`: the payload of `placeOrder` documents no property `conut`",
            "did you mean `count`?",
        ),
        (
            replaced(SEND, "{article: pen}", "'pen {$inputs.id}'"),
            "AZ320 error `p`: the text of the payload is not JSON: a value is missing here",
            "a JSON string stands in double quotes; other text needs a `contentType` of its own",
        ),
        (
            replaced(SEND, "{article: pen}", "{x: $inputs.many}"),
            "AZ313 error `{x: $inputs.many}`: the payload of `placeOrder` requires the property `article`",
            "add it to the payload",
        ),
        (
            replaced(SEND, "{article: pen}", "{article: $inputs.many}"),
            "AZ316 warning `$inputs.many`: `placeOrder` accepts a string here, and `$inputs.many` is an array",
            "pass a string: a member of it, or another value",
        ),
        (
            replaced(SEND, "{article: pen}", "{article: pen, conut: $inputs.id}"),
            "AZ314 warning `conut`: the payload of `placeOrder` documents no property `conut`",
            "did you mean `count`?",
        ),
        (
            RECEIVE + "successCriteria: [{condition: $message.payload#/lines > 3}]",
            "AZ308 error `$message.payload#/lines > 3`: this comparison is never true: `$message.payload#/lines` is an array and `3` is a number",
            None,
        ),
        (
            RECEIVE + "successCriteria: [{condition: $message.payload#/status == 'open'}]",
            "AZ309 error `$message.payload#/status == 'open'`: this comparison is never true: `$message.payload#/status` is one of `done`, `failed`",
            None,
        ),
        (
            "channelPath: '{$sourceDescriptions.events.url}#/channels/parcels'\naction: send\nrequestBody: {payload: 7}",
            "AZ325 hint `'{$sourceDescriptions.events.url}#/channels/parcels'`: the payload of `parcel` is described in Avro, which is not read: nothing of it is checked",
            None,
        ),
        (
            "operationId: $sourceDescriptions.events.confirmed",
            "AZ119 hint `$sourceDescriptions.events.confirmed`: the step does not say whether it sends or receives a message: it receives",
            "write `action: receive`; the application sends it",
        ),
    ],
)  # fmt: skip
def test_what_does_not(said, ways_out, step, line, way_out):
    assert said(step) == [line]
    assert ways_out(step) == [way_out]


def test_references_of_schemas_that_lead_nowhere(said):
    step = "channelPath: '{$sourceDescriptions.events.url}#/channels/broken'\naction: receive"
    (line,) = said(step)
    assert line.startswith("AZ214 warning")


def test_parameters_of_the_workflow_are_for_other_steps_too(diagnose):
    shared = (
        "    parameters: [{name: region, in: path, value: eu}, {name: q, in: query, value: 1}]\n"
    )
    text = document_of(replaced(SEND, "parameters: [{name: region, in: path, value: eu}]", ""))
    text = text.replace("    steps:\n", f"{shared}    steps:\n")
    found = diagnose(text, events_yaml=EVENTS)
    assert {one.code for one in found} == {"AZ501"}


def test_steps_over_http_beside_channels(diagnose):
    text = document_of(RECEIVE, SHOP)
    text += "      - {stepId: t, operationId: $sourceDescriptions.shop.list}\n"
    found = diagnose(text, events_yaml=EVENTS)
    assert [one.code for one in found] == ["AZ501", "AZ501", "AZ508"]


def test_a_payload_for_several_messages(said):
    events = """
asyncapi: 3.0.0
info: {title: T, version: '1'}
channels:
  c:
    address: c
    messages: {a: {payload: {type: integer}}, b: {payload: {type: boolean}}}
"""
    step = "channelPath: '{$sourceDescriptions.events.url}#/channels/c'\naction: send\nrequestBody: {payload: VALUE}"
    assert said(step.replace("VALUE", "true"), events=events) == []
    (bare,) = said(step.replace("VALUE", "text"), events=events)
    assert bare.startswith("AZ320 error")
    (line,) = said(step.replace("VALUE", "'\"text\"'"), events=events)
    what = 'accepts a boolean or an integer here, not string "text"'
    assert line == f"AZ315 error `'\"text\"'`: `c` {what}"
    events = events.replace("{type: integer}", "{not: {const: no}}").replace(
        "{type: boolean}", "{not: {minLength: 1}}"
    )
    (line,) = (
        one for one in said(step.replace("VALUE", "'\"no\"'"), events=events) if "AZ315" in one
    )
    assert line.startswith("AZ315 error `'\"no\"'`: the payload does not fit any of `a`, `b`: ")


def test_what_was_received_has_the_types_of_its_schema(diagnose):
    text = document_of(RECEIVE + "outputs: {lines: $message.payload#/lines}", SHOP)
    text += """
      - stepId: t
        operationId: $sourceDescriptions.shop.list
        parameters: [{name: limit, in: query, value: $steps.s.outputs.lines}]
"""
    found = diagnose(text, events_yaml=EVENTS)
    (line,) = [line_of(one) for one in found if one.code == "AZ316"]
    assert line.endswith("`list` accepts an integer here, and `$steps.s.outputs.lines` is an array")


def test_operations_of_several_sources_are_qualified(said):
    step = "operationId: confirmed\naction: receive"
    assert said(step) == []
    (line,) = said(step, SHOP)
    assert line == "AZ505 hint `confirmed`: `confirmed` does not name its source description"


def test_a_source_that_a_channel_is_of_is_used(diagnose):
    found = diagnose(document_of(RECEIVE), events_yaml=EVENTS)
    assert "AZ504" not in [one.code for one in found]


NEWS = "channelPath: '{$sourceDescriptions.events.url}#/channels/news~1all'\naction: receive\n"
DONE = "channelPath: '{$sourceDescriptions.events.url}#/channels/confirmations'\naction: receive\n"
SEVERAL = "any of `first`, `second` makes this step pass"
ENDLESS = "the step does not say how long it waits for a message"


@pytest.mark.parametrize(
    ("step", "messages"),
    [
        (NEWS, [SEVERAL, ENDLESS]),
        (NEWS + "timeout: 5\nsuccessCriteria: [{condition: 'true'}]", []),
        (NEWS + "timeout: 5", [SEVERAL]),
        (DONE + "timeout: 5", []),
        (DONE, [ENDLESS]),
        (NEWS.replace("receive", "send"), []),
    ],
)
def test_what_a_wait_leaves_open(diagnose, step, messages):
    found = diagnose(document_of(step), events_yaml=EVENTS)
    assert [one.message for one in found if one.code == "AZ508"] == messages
