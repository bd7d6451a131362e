"""Steps bound to channels: which channel, which messages, and in which direction."""

import pytest

from arazzo_runner.executor.bind.operation import BindContext
from arazzo_runner.executor.bind.plan import bind
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.plan import WorkflowKey
from unit.lint.channels.shop import EVENTS, document_of

SHOP = """
openapi: 3.1.0
info: {title: Shop, version: '1'}
servers: [{url: https://shop.example}]
paths: {/confirmed: {get: {operationId: confirmed, responses: {'200': {description: x}}}}}
"""
OLD = """
asyncapi: 2.6.0
info: {title: Old, version: '1'}
channels:
  a/b:
    publish: {operationId: tell, message: {name: told}}
    subscribe: {message: {name: heard}}
"""
SOURCES = """  - {name: old, url: old.yaml, type: asyncapi}
  - {name: shop, url: api.yaml, type: openapi}
"""


@pytest.fixture
def bound(examine):
    """The call of a step with these fields, and the findings of binding it."""

    def bound(step, sources=SOURCES):
        text = document_of(step, sources)
        units = examine(text, events=EVENTS, old=OLD, api=SHOP).units
        binding = BindContext(units)
        plan = bind(binding, [WorkflowKey(next(iter(units)), "w")])
        steps = next(iter(plan.workflows.values())).steps
        call = steps[0].call if steps else None
        return call, list(binding.findings)

    return bound


def path(source, pointer):
    return f"'{{$sourceDescriptions.{source}.url}}#{pointer}'"


@pytest.mark.parametrize(
    ("step", "channel", "action", "messages"),
    [
        # A client sends what the application receives, and receives its reply.
        ("operationId: $sourceDescriptions.events.placeOrder\naction: send", "orders", "send", ["order"]),
        ("operationId: $sourceDescriptions.events.placeOrder\naction: receive", "confirmations", "receive", ["confirmation"]),
        ("operationId: $sourceDescriptions.events.placeOrder", "orders", "send", ["order"]),
        ("operationId: placeOrder\naction: send", "orders", "send", ["order"]),
        ("operationId: $sourceDescriptions.events.confirmed\naction: receive", "confirmations", "receive", ["confirmation"]),
        ("operationId: $sourceDescriptions.events.confirmed", "confirmations", "receive", ["confirmation"]),
        # The description may be the client's own: the step rules.
        ("operationId: $sourceDescriptions.events.confirmed\naction: send", "confirmations", "send", ["confirmation"]),
        # A reply without a channel goes over the one of the operation.
        ("operationId: $sourceDescriptions.events.refuse\naction: receive", "confirmations", "receive", []),
        ("operationId: tell\naction: send", "a/b", "send", ["told"]),
        ("operationId: tell", "a/b", "send", ["told"]),
        # What is written as `action` is malformed, which is said elsewhere.
        ("operationId: tell\naction: publish", "a/b", "send", ["told"]),
        (f"channelPath: {path('events', '/channels/orders')}\naction: receive", "orders", "receive", ["order"]),
        (f"channelPath: {path('events', '/channels/news~1all')}\naction: send", "news/all", "send", ["first", "second"]),
        (f"channelPath: {path('old', '/channels/a~1b')}\naction: send", "a/b", "send", ["heard", "told"]),
        (f"channelPath: {path('events', '/channels/orders')}", "orders", "receive", ["order"]),
        (f"operationPath: {path('events', '/operations/placeOrder')}\naction: send", "orders", "send", ["order"]),
        (f"operationPath: {path('old', '/channels/a~1b/subscribe')}\naction: receive", "a/b", "receive", ["heard"]),
    ],
)  # fmt: skip
def test_channels(bound, step, channel, action, messages):
    call, findings = bound(step)
    assert isinstance(call, ChannelCall)
    assert (call.channel.name, call.action) == (channel, action)
    assert [one.name for one in call.messages] == messages
    has_no_action = "channelPath" not in step and "action" not in step
    assert [one.code for one in findings] == ["AZ119"] * has_no_action


def test_labels(bound):
    assert bound("operationId: placeOrder\naction: send")[0].label == "`placeOrder`"
    step = f"channelPath: {path('events', '/channels/orders')}\naction: send"
    assert bound(step)[0].label == "`orders`"


@pytest.mark.parametrize(
    ("step", "code", "message", "way_out"),
    [
        (
            f"channelPath: {path('events', '/channels/order')}\naction: send",
            "AZ223",
            "`#/channels/order` does not point to a channel of `events`",
            "did you mean `{$sourceDescriptions.events.url}#/channels/orders`?",
        ),
        (
            f"channelPath: {path('events', '/zzz')}\naction: send",
            "AZ223",
            "`#/zzz` does not point to a channel of `events`",
            "its channels: `#/channels/orders`, `#/channels/confirmations`, `#/channels/news~1all`, `#/channels/parcels`, `#/channels/texts`, `#/channels/broken`, `#/channels/malformed`",
        ),
        (
            f"channelPath: {path('events', '/channels/news/none')}\naction: send",
            "AZ223",
            "`#/channels/news/none` does not point to a channel of `events`",
            "did you mean `{$sourceDescriptions.events.url}#/channels/news~1all`?",
        ),
        (
            f"channelPath: {path('events', '/operations/placeOrder')}\naction: send",
            "AZ223",
            "`#/operations/placeOrder` is an operation of `events`, not a channel",
            "write `operationId: $sourceDescriptions.events.placeOrder`",
        ),
        (
            f"channelPath: {path('old', '/channels/a~1b/subscribe')}\naction: receive",
            "AZ223",
            "`#/channels/a~1b/subscribe` is an operation of `old`, not a channel",
            None,
        ),
        (
            f"channelPath: {path('shop', '/channels/orders')}\naction: send",
            "AZ202",
            "source description `shop` is not an AsyncAPI description, so it has no channels",
            None,
        ),
        (
            f"channelPath: {path('evnts', '/channels/orders')}\naction: send",
            "AZ203",
            "no source description is called `evnts`",
            "did you mean `events`?",
        ),
        (
            f"operationPath: {path('events', '/channels/orders')}\naction: send",
            "AZ206",
            "`#/channels/orders` does not point to an operation of `events`",
            "it is a channel: write `channelPath: '{$sourceDescriptions.events.url}#/channels/orders'`",
        ),
        (
            f"operationPath: {path('events', '/operations/none')}\naction: send",
            "AZ206",
            "`#/operations/none` does not point to an operation of `events`",
            None,
        ),
        (
            "operationId: $sourceDescriptions.events.placeOrdr\naction: send",
            "AZ204",
            "no operation is called `placeOrdr`",
            "did you mean `placeOrder`?",
        ),
        (
            "operationId: placeOrdr\naction: send",
            "AZ204",
            "no operation is called `placeOrdr`",
            "did you mean `placeOrder`?",
        ),
        (
            "operationId: events.placeOrder\naction: send",
            "AZ204",
            "no operation is called `events.placeOrder`",
            "write `$sourceDescriptions.events.placeOrder`",
        ),
        (
            "operationId: confirmed\naction: receive",
            "AZ205",
            "`confirmed` is an operation of `events` and `shop`",
            "qualify it: `$sourceDescriptions.events.confirmed`",
        ),
        (
            "operationId: $sourceDescriptions.events.odd\naction: send",
            "AZ217",
            "`action` of the operation `odd` is `send` or `receive`, not `publish`",
            None,
        ),
        (
            f"channelPath: {path('events', '/channels/malformed')}\naction: send",
            "AZ217",
            "`messages` has to be an object, not integer 7",
            None,
        ),
    ],
)  # fmt: skip
def test_what_is_no_channel(bound, step, code, message, way_out):
    call, (found,) = bound(step)
    assert call is None
    assert (found.code, found.message, found.help) == (code, message, way_out)


def test_a_channel_whose_slashes_are_not_escaped(bound):
    call, (found,) = bound(f"channelPath: {path('events', '/channels/news/all')}\naction: send")
    assert call.channel.name == "news/all"
    assert (found.code, found.help) == ("AZ119", "write `#/channels/news~1all`")


def test_an_operation_over_http_beside_channels(bound):
    call, findings = bound("operationId: $sourceDescriptions.shop.confirmed")
    assert call.operation.path == "/confirmed"
    assert findings == []


@pytest.mark.parametrize(
    "target",
    [
        "operationId: $sourceDescriptions.lost.placeOrder\naction: send",
        f"channelPath: {path('lost', '/channels/orders')}\naction: send",
        f"operationPath: {path('lost', '/operations/placeOrder')}\naction: send",
    ],
)
def test_a_description_of_channels_that_could_not_be_read(examine, target):
    lost = "  - {name: lost, url: lost.yaml, type: asyncapi}\n"
    examined = examine(document_of(target, lost), events=EVENTS)
    binding = BindContext(examined.units)
    bind(binding, [WorkflowKey(next(iter(examined.units)), "w")])
    assert [one.code for one in examined.findings] == ["AZ201"]
    assert [one.code for one in binding.findings] == ["AZ202"]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("payload: {article: pen}", "application/json"),
        ("payload: {article: pen}, contentType: application/vnd.order+json", "application/vnd.order+json"),
    ],
)  # fmt: skip
def test_the_content_type_of_what_is_sent(bound, body, content_type):
    call, _ = bound(f"operationId: placeOrder\naction: send\nrequestBody: {{{body}}}")
    assert call.body.content_type == content_type


def test_a_message_of_a_type_of_its_own(bound):
    call, _ = bound(
        f"channelPath: {path('events', '/channels/texts')}\naction: send\nrequestBody: {{payload: hello}}"
    )
    assert call.body.content_type == "text/plain"


@pytest.mark.parametrize(
    ("body", "place"),
    [("contentType: avro/binary, payload: {article: pen}", ("contentType",)), ("payload: {article: pen}", ())],
)  # fmt: skip
def test_a_payload_that_its_type_cannot_carry(bound, body, place):
    step = (
        f"channelPath: {path('events', '/channels/texts')}\naction: send\nrequestBody: {{{body}}}"
    )
    call, findings = bound(step)
    assert call.body is None
    (found,) = [one for one in findings if one.code == "AZ305"]
    assert found.place.pointer[-1] == (*("requestBody",), *place)[-1]
    assert "cannot be written from" in found.message


def test_the_parts_of_what_is_sent(bound):
    step = (
        "operationId: placeOrder\naction: ACTION\ncorrelationId: $inputs.id\nparameters: "
        "[{name: region, in: path, value: eu}, {name: lost, in: path, value: eu},"
        " {name: a, in: header, value: b}, {name: q, in: query, value: c}]"
    )
    call, _ = bound(step.replace("ACTION", "send"))
    assert [(one.location, one.name) for one in call.arguments] == [
        ("path", "region"), ("header", "a"),
    ]  # fmt: skip
    assert call.correlation is None
    call, _ = bound(step.replace("ACTION", "receive"))
    assert (call.arguments, call.body) == ((), None)
    assert call.correlation is not None
