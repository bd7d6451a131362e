"""Steps that wait for a webhook or a callback of an OpenAPI description."""

import pytest

from arazzo_runner.executor.bind.operation import BindContext
from arazzo_runner.executor.bind.plan import bind
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.plan import OperationCall, WorkflowKey

SHOP = """
openapi: 3.1.0
info: {title: Shop, version: '1'}
servers: [{url: https://shop.example}]
paths:
  /orders:
    post:
      operationId: order
      responses: {'201': {description: x}}
      callbacks: {done: {'{$request.body#/url}': {post: {operationId: orderDone, responses: {'204': {description: x}}}}}}
webhooks:
  paid: {post: {operationId: orderPaid, x-correlation-id: $message.payload#/id, requestBody: {content: {application/json: {}}}, responses: {'204': {description: x}}}}
"""
OTHER = SHOP.replace("webhooks:", "x-webhooks:").replace("callbacks:", "x-callbacks:")
DOCUMENT = """
arazzo: 1.1.0
info: {{title: T, version: '1'}}
sourceDescriptions:
  - {{name: shop, url: api.yaml, type: openapi}}
{more}
workflows:
  - workflowId: w
    steps:
      - stepId: s
        {step}
"""


@pytest.fixture
def bound(examine):
    """The call of a step with these fields, and the findings of binding it."""

    def bound(*step, api=SHOP, more=""):
        text = DOCUMENT.format(step="\n        ".join(step), more=more)
        units = examine(text, api=api, other=OTHER).units
        binding = BindContext(units)
        plan = bind(binding, [WorkflowKey(next(iter(units)), "w")])
        steps = next(iter(plan.workflows.values())).steps
        return steps[0].call if steps else None, list(binding.findings)

    return bound


WEBHOOK = "operationPath: '{$sourceDescriptions.shop.url}#/webhooks/paid/post'"
CALLBACK = "operationPath: '{$sourceDescriptions.shop.url}#/paths/~1orders/post/callbacks/done/{$request.body%23~1url}/post'"
RECEIVE = "action: receive"


@pytest.mark.parametrize(
    ("target", "channel"),
    [
        ("operationId: orderPaid", "paid"),
        ("operationId: $sourceDescriptions.shop.orderPaid", "paid"),
        ("operationId: orderDone", "done"),
        (WEBHOOK, "paid"),
        (CALLBACK, "done"),
    ],
)
def test_a_webhook_is_received(bound, target, channel):
    call, findings = bound(target, RECEIVE)
    assert findings == []
    assert isinstance(call, ChannelCall)
    assert (call.source, call.channel.name, call.action) == ("shop", channel, "receive")


def test_without_an_action_it_is_received_and_a_hint_says_so(bound):
    call, (finding,) = bound("operationId: orderPaid")
    assert (call.action, finding.code) == ("receive", "AZ119")


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (("operationId: orderPaid", "action: send"), "AZ113"),
        (("operationPath: '{$sourceDescriptions.shop.url}#/webhooks/paid/put'", RECEIVE), "AZ206"),
        (("operationId: nothing", RECEIVE), "AZ204"),
    ],
)
def test_what_cannot_be_received(bound, step, code):
    call, findings = bound(*step)
    assert (call, [one.code for one in findings]) == (None, [code])


def test_an_operation_of_a_path_is_called(bound):
    call, findings = bound("operationId: order")
    assert (type(call), findings) == (OperationCall, [])


@pytest.mark.parametrize(
    ("operation", "expected", "codes"),
    [("order", OperationCall, []), ("orderPaid", type(None), ["AZ217"])],
)
def test_webhooks_that_are_broken(bound, operation, expected, codes):
    """They are no matter to an operation of a path."""
    call, findings = bound(
        f"operationId: {operation}", api=SHOP.partition("webhooks:")[0] + "webhooks: []\n"
    )
    assert (type(call), [one.code for one in findings]) == (expected, codes)


def test_two_descriptions_have_the_operation(bound):
    more = "  - {name: more, url: other.yaml, type: openapi}"
    call, findings = bound("operationId: $sourceDescriptions.shop.orderPaid", RECEIVE, more=more)
    assert (call.source, findings) == ("shop", [])
