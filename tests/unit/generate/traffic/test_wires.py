"""Where a value of a request comes from: what a person would write in the place of it."""

from __future__ import annotations

import json

import pytest

from arazzo_runner.expression.value import Value
from arazzo_runner.generate.traffic.calls import TrafficCall
from arazzo_runner.generate.traffic.inputs import Slot, TrafficInputs
from arazzo_runner.generate.traffic.requests import sent_values
from arazzo_runner.generate.traffic.wires import ValueWires, WiredStep
from arazzo_runner.openapi.message import HttpRequest, HttpResponse

JSON = (("Content-Type", "application/json"),)


def wires(inputs: dict[str, Value], path: str, sent: Value, got: Value) -> ValueWires:
    """The wires after one request of the step `first`."""
    request = HttpRequest("POST", f"https://api.example{path}", JSON, json.dumps(sent).encode())
    call = TrafficCall("", request, HttpResponse(200, JSON, json.dumps(got).encode()))
    found = ValueWires(TrafficInputs(inputs))
    found.responses.add_request(0, sent_values(call))
    found.responses.add_response(0, call)
    found.steps[0] = WiredStep("first", ("order",))
    return found


@pytest.mark.parametrize(
    ("inputs", "path", "sent", "got", "slot", "value", "expression"),
    [
        # A response echoes an input: the name of the input is that of the place.
        ({"orderId": "a81f33"}, "/", {"id": "a81f33"}, {"id": "a81f33"},
         Slot("order_id", "path"), "a81f33", "$inputs.orderId"),
        # It is not, and that of the response is.
        ({"jql": "a81f33"}, "/", {"jql": "a81f33"}, {"issues": [{"key": "a81f33"}]},
         Slot("issueIdOrKey", "path"), "a81f33", "$steps.first.outputs.issueKey"),
        ({"jql": "some words"}, "/", {"jql": "some words"}, {"key": "some words"},
         Slot("key", "body"), "some words", "$inputs.jql"),
        # A part of an object that is an input: the response that echoes it is its namesake.
        ({"body": {"host": "h-1.example", "port": 412}}, "/", {"host": "h-1.example", "port": 412},
         {"host": "h-1.example", "port": 412}, Slot("host", "body"), "h-1.example",
         "$steps.first.outputs.host"),
        ({"body": {"host": "h-1.example", "port": 412}}, "/", {"host": "h-1.example", "port": 412},
         {"host": "h-1.example", "port": 412}, Slot("portal", "body"), 412, 412),
        # Without such an input what the client knew stays a constant.
        ({}, "/", {"host": "h-1.example"}, {"host": "h-1.example"},
         Slot("host", "body"), "h-1.example", "h-1.example"),
        # The copy, not the original.
        ({"versionId": 519}, "/versions/519/clone", {}, {"number": 519},
         Slot("version_id", "path"), 519, "$steps.first.outputs.orderNumber"),
        ({"versionId": 519}, "/versions/519/lock", {}, {"number": 519},
         Slot("version_id", "path"), 519, "$inputs.versionId"),
        # Words of a kind are constants; other words of one name are wires.
        ({}, "/", {}, {"type": "doc"}, Slot("type", "body"), "doc", "doc"),
        ({}, "/", {}, {"shade": "dark red"}, Slot("shade", "body"), "dark red",
         "$steps.first.outputs.shade"),
        # Numbers in a list of ids.
        ({}, "/", {}, {"ackId": 848}, Slot("acks", "body"), [848], ["$steps.first.outputs.ackId"]),
        ({}, "/", {}, {"ackId": 848}, Slot("sizes", "body"), [848], [848]),
        # Masked values have but their names.
        ({"clientSecret": "s3cr3t-81f3"}, "/", {}, {}, Slot("client_secret", "body"), "***",
         "$inputs.clientSecret"),
        ({}, "/", {}, {"refresh_token": "a81f33"}, Slot("refreshToken", "body"), "***",
         "$steps.first.outputs.refreshToken"),
    ],
)  # fmt: skip
def test_the_source_of_a_value_is_the_one_that_a_person_would_take(
    inputs: dict[str, Value],
    path: str,
    sent: Value,
    got: Value,
    slot: Slot,
    value: Value,
    expression: Value,
) -> None:
    assert wires(inputs, path, sent, got).value(value, slot) == expression
