"""What steps read of messages."""

import pytest

RECEIVE = """
operationId: $sourceDescriptions.events.confirmed
action: receive
"""
PATH = "channelPath: '{$sourceDescriptions.events.url}#/channels/%s'\naction: receive\n"


def outputs(value: str) -> str:
    return RECEIVE + f"outputs: {{a: {value}}}"


@pytest.mark.parametrize(
    "step",
    [
        outputs("$message.payload#/orderId"),
        outputs("$message.payload"),
        outputs("$message.payload#/lines/0"),
        outputs("$message.header.RequestId"),
        outputs("{context: $message.payload, selector: '$.lines[0]', type: jsonpath}"),
        outputs("{context: $inputs.id, selector: $.x, type: jsonpath}"),
        RECEIVE + "successCriteria: [{condition: $message.payload#/orderId == $inputs.id}]",
        PATH % "news~1all" + "outputs: {a: $message.payload#/x, b: $message.header.x}",
        PATH % "parcels" + "outputs: {a: $message.payload#/x}",
        "operationId: $sourceDescriptions.events.refuse\naction: receive\noutputs: {a: $message.payload#/x}",
    ],
)  # fmt: skip
def test_what_messages_have(said, step):
    assert [one for one in said(step) if "AZ325" not in one] == []


@pytest.mark.parametrize(
    ("step", "line", "way_out"),
    [
        (
            outputs("$message.payload#/orderID"),
            "AZ310 error `$message.payload#/orderID`: the payload of `confirmed` has no `orderID`",
            "did you mean `orderId`?",
        ),
        (
            outputs("$message.payload#/orderId/x"),
            "AZ310 error `$message.payload#/orderId/x`: `/orderId` of the payload of `confirmed` is a string, so it has no `x`",
            None,
        ),
        (
            outputs("{context: $message.payload, selector: $.order, type: jsonpath}"),
            "AZ310 error `$.order`: the payload of `confirmed` has no `order`",
            "did you mean `orderId`?",
        ),
        (
            "channelPath: '{$sourceDescriptions.events.url}#/channels/orders'\naction: receive\noutputs: {a: $message.payload#/price}",
            "AZ310 warning `$message.payload#/price`: the payload of `orders` documents no `price`",
            "did you mean `article`?",
        ),
        (
            outputs("$message.header.reqestId"),
            "AZ324 warning `$message.header.reqestId`: no message of `confirmed` documents the header `reqestId`",
            "did you mean `requestId`?",
        ),
        (
            outputs("$message.header.zzz"),
            "AZ324 warning `$message.header.zzz`: no message of `confirmed` documents the header `zzz`",
            "documented: `requestId`",
        ),
        (
            outputs("$response.body#/orderId"),
            "AZ220 warning `$response.body#/orderId`: `$response.body#/orderId` never has a value here: a message is no HTTP response",
            "write `$message.payload#/orderId`",
        ),
        (
            outputs("$response.header.requestId"),
            "AZ220 warning `$response.header.requestId`: `$response.header.requestId` never has a value here: a message is no HTTP response",
            "write `$message.header.requestId`",
        ),
        (
            RECEIVE + "successCriteria: [{condition: $statusCode == 200}]",
            "AZ220 warning `$statusCode`: `$statusCode` never has a value here: a message is no HTTP response",
            None,
        ),
    ],
)  # fmt: skip
def test_what_messages_have_not(said, ways_out, step, line, way_out):
    assert said(step) == [line]
    assert ways_out(step) == [way_out]


def test_headers_in_another_language(said):
    events = """
asyncapi: 3.0.0
info: {title: T, version: '1'}
channels:
  c:
    messages: {m: {headers: {schemaFormat: application/vnd.apache.avro;version=1, schema: {}}}}
"""
    lines = said(PATH % "c" + "outputs: {a: $message.header.x}", events=events)
    assert [one.partition(" ")[0] for one in lines] == ["AZ325"]
