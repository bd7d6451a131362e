"""The fixture `arazzo_messages`, in tests of a project."""

import json

from unit.pytest_support.project import Project

EVENTS = """
asyncapi: 3.0.0
info: {title: Orders, version: 1.0.0}
servers: {main: {host: broker.example, protocol: nats}}
channels:
  orders: {address: 'orders/{region}', messages: {order: {contentType: application/json, payload: {type: object}}}}
  confirmations:
    address: confirmations
    messages: {confirmed: {correlationId: {location: $message.header#/id}, payload: {type: object}}}
"""
FLOW = """
arazzo: 1.1.0
info: {title: Orders, version: 1.0.0}
sourceDescriptions: [{name: events, url: events.yaml, type: asyncapi}]
workflows:
  - workflowId: order
    inputs: {type: object, properties: {article: {type: string}}}
    steps:
      - stepId: place
        channelPath: '{$sourceDescriptions.events.url}#/channels/orders'
        action: send
        parameters: [{name: region, in: path, value: eu}, {name: id, in: header, value: r-1}]
        requestBody: {payload: {article: $inputs.article}}
      - stepId: confirm
        channelPath: '{$sourceDescriptions.events.url}#/channels/confirmations'
        action: receive
        correlationId: r-1
        timeout: 2000
        successCriteria: [{condition: $message.payload#/status == 'done'}]
        outputs: {article: $message.payload#/article}
    outputs: {article: $steps.confirm.outputs.article}
"""
TESTS = """
import pytest
from arazzo_runner import WorkflowFailed

def test_a_function_responds(arazzo, arazzo_messages):
    arazzo_messages.respond("orders/{region}", "confirmations", lambda sent: {"status": "done", **sent.payload})
    arazzo_messages.respond("orders/us", "confirmations", lambda sent: {"status": "wrong"})
    arazzo_messages.respond("orders/eu", "confirmations", lambda sent: None)
    result = arazzo.run("order.arazzo.yaml", inputs={"article": "pen"})
    assert result.outputs == {"article": "pen"}
    (sent,) = arazzo_messages.sent_to("orders/{region}")
    assert (sent.address, sent.payload, sent.headers) == ("orders/eu", {"article": "pen"}, {"id": "r-1"})
    assert sent.content_type == "application/json"
    assert arazzo_messages.sent_to("orders/us") == []

def test_what_is_published_before_the_run_counts(arazzo, arazzo_messages):
    for status, id in (("other", "r-0"), ("done", "r-1")):
        arazzo_messages.publish("confirmations", {"status": status, "article": id}, {"id": id})
    assert arazzo.run("order.arazzo.yaml", inputs={"article": "pen"}).outputs == {"article": "r-1"}

def test_each_test_has_its_own(arazzo_messages):
    assert arazzo_messages.sent == []

@pytest.mark.parametrize("payload", ['{"status": "done"}', b'{"status": "done"}'])
def test_payloads(arazzo, arazzo_messages, payload):
    arazzo_messages.publish("confirmations", payload, {"id": "r-1"})
    assert arazzo.run("order.arazzo.yaml", inputs={"article": "pen"}).passed

def test_nothing_is_received(arazzo, arazzo_messages):
    arazzo_messages.publish("confirmations", None, {"id": "r-1"})
    with pytest.raises(WorkflowFailed, match="status"):
        arazzo.run("order.arazzo.yaml", inputs={"article": "pen"})
"""


def test_messages_within_the_process(project: Project) -> None:
    project.write("events.yaml", EVENTS)
    project.write("order.arazzo.yaml", FLOW)
    project.write("test_orders.py", TESTS)
    project.run("test_orders.py").assert_outcomes(passed=6)


CASSETTE = """
def test_order(arazzo, arazzo_messages):
    arazzo_messages.respond("orders/{region}", "confirmations", lambda sent: {"status": "done", **sent.payload})
    result = arazzo.run("order.arazzo.yaml", inputs={"article": "pen"})
    assert result.outputs == {"article": "pen"}
"""
SILENT = """
def test_order(arazzo):
    assert arazzo.run("order.arazzo.yaml", inputs={"article": "ARTICLE"}).outputs == {"article": "pen"}
"""


def test_messages_are_recorded_and_received_again_without_a_broker(project: Project) -> None:
    project.write("events.yaml", EVENTS)
    project.write("order.arazzo.yaml", FLOW)
    project.write("test_orders.py", CASSETTE)
    project.run("test_orders.py", "--arazzo-record", "tapes").assert_outcomes(passed=1)
    recorded = json.loads((project.path / "tapes/test_orders.py/test_order.json").read_text())
    assert [one["direction"] for one in recorded["messages"]] == ["send", "receive"]
    replay = ("test_orders.py", "--arazzo-replay", "tapes")
    project.write("test_orders.py", SILENT.replace("ARTICLE", "pen"))
    project.run(*replay).assert_outcomes(passed=1)
    project.write("test_orders.py", SILENT.replace("ARTICLE", "ink"))
    result = project.run(*replay)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*message differs from the recorded one*"])
