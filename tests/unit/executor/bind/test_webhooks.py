"""Inputs with `x-webhook`: the channel that they name."""

import pytest

from arazzo_runner.executor.bind.operation import BindContext
from arazzo_runner.executor.bind.plan import bind
from arazzo_runner.executor.inputs_schema import WebhookInput
from arazzo_runner.executor.plan import WorkflowKey

EVENTS = """
asyncapi: 3.0.0
info: {title: Events, version: '1'}
servers: {hook: {host: x.example, protocol: https}, broker: {host: x.example, protocol: mqtt}}
channels:
  orders: {address: '/orders/{id}', messages: {m: {payload: {}}}, servers: [{$ref: '#/servers/hook'}]}
  queue: {address: q, messages: {m: {payload: {}}}, servers: [{$ref: '#/servers/broker'}]}
  replies: {address: null, messages: {m: {payload: {}}}, servers: [{$ref: '#/servers/hook'}]}
  both: {address: /both, messages: {m: {payload: {}}}}
operations:
  ordered: {action: send, channel: {$ref: '#/channels/orders'}}
"""
SHOP = """
openapi: 3.1.0
info: {title: Shop, version: '1'}
servers: [{url: https://shop.example}]
paths:
  /a:
    get:
      operationId: a
      responses: {'200': {description: x}}
      callbacks: {paid: {'{$request.query.url}/paid/{$response.body#/id}': {post: {operationId: onPaid, responses: {'204': {description: x}}}}}}
webhooks:
  both: {post: {operationId: newBoth, responses: {'204': {description: x}}}}
"""
DOCUMENT = """
arazzo: 1.1.0
info: {{title: T, version: '1'}}
sourceDescriptions:
  - {{name: events, url: events.yaml, type: asyncapi}}
  - {{name: shop, url: api.yaml, type: openapi}}
workflows:
  - workflowId: w
    inputs: {{type: object, properties: {{hook: {schema}}}}}
    steps: [{{stepId: s, operationId: $sourceDescriptions.shop.a}}]
"""


@pytest.fixture
def bound(examine):
    """The inputs that get an address, and the findings of binding."""

    def bound(schema, **descriptions):
        texts = {"events": EVENTS, "api": SHOP, **descriptions}
        units = examine(DOCUMENT.format(schema=schema), **texts).units
        binding = BindContext(units)
        plan = bind(binding, [WorkflowKey(next(iter(units)), "w")])
        (workflow,) = plan.workflows.values()
        return workflow.webhooks, list(binding.findings)

    return bound


@pytest.mark.parametrize(
    ("name", "source", "channel", "address"),
    [
        ("orders", "events", "orders", "/orders/{id}"),
        ("ordered", "events", "orders", "/orders/{id}"),
        ("events.orders", "events", "orders", "/orders/{id}"),
        ("$sourceDescriptions.events.orders", "events", "orders", "/orders/{id}"),
        ("events.both", "events", "both", "/both"),
        ("shop.both", "shop", "both", "/both"),
        ("newBoth", "shop", "both", "/both"),
        ("paid", "shop", "paid", "/paid"),
        ("onPaid", "shop", "paid", "/paid"),
    ],
)
def test_the_channel_of_an_input(bound, name, source, channel, address):
    webhooks, findings = bound(f"{{type: string, x-webhook: {name}}}")
    assert findings == []
    assert webhooks == (WebhookInput("hook", source, channel, address),)


@pytest.mark.parametrize(
    ("schema", "message", "hint"),
    [
        ("{x-webhook: order}", "`x-webhook` of the input `hook` names the channel `order`, which no description has", "did you mean `orders`?"),
        ("{x-webhook: zzz}", "`x-webhook` of the input `hook` names the channel `zzz`, which no description has", "there are `orders`, `queue`, `replies`, `both`, `ordered`"),
        ("{x-webhook: both}", "`x-webhook` of the input `hook` names the channel `both`, which `events` and `shop` have", "write `events.both`"),
        ("{x-webhook: queue}", "`x-webhook` of the input `hook` names the channel `queue` of `mqtt`: a webhook comes over HTTP", None),
        ("{x-webhook: replies}", "`x-webhook` of the input `hook` names the channel `replies`, which has no address", None),
        ("{x-webhook: 7}", "`x-webhook` of the input `hook` is not the name of a channel", None),
        ("{type: [integer, 'null'], x-webhook: orders}", "`x-webhook` of the input `hook` gives a URL", None),
    ],
)  # fmt: skip
def test_what_is_wrong(bound, schema, message, hint):
    webhooks, (finding,) = bound(schema)
    assert webhooks == ()
    assert (finding.code, finding.message) == ("AZ113", message)
    assert finding.place.pointer[-1] == "x-webhook"
    assert hint is None or (finding.help or "").startswith(hint)


def test_a_description_that_cannot_be_read_may_have_the_channel(bound):
    assert bound("{x-webhook: elsewhere}", events="[") == ((), [])


def test_a_description_that_is_broken(bound):
    webhooks, (finding,) = bound(
        "{x-webhook: orders}", events=EVENTS.replace("{m: {payload: {}}}", "[]", 1)
    )
    assert webhooks == ()
    assert finding.code == "AZ217"
