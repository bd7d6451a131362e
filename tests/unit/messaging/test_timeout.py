"""What is said when the time of a step is up."""

import json

import pytest

from arazzo_runner.asyncapi.model import MessageLocation
from arazzo_runner.executor.world import Correlation, MessageType, ReceiveCall, TypeMark
from arazzo_runner.messaging.mailbox import Mailbox
from arazzo_runner.messaging.model import Delivery
from arazzo_runner.messaging.timeout import timeout_error


def location(*tokens):
    return MessageLocation("", "payload", tokens)


PAID = MessageType("paid", (), (TypeMark((location("type"),), ("paid",), is_required=True),))
SENT = MessageType("sent", (), (TypeMark((location("type"),), ("sent",), is_required=True),))
ID = Correlation("o-1", (location("id"),))


def message(*deliveries, correlation=ID):
    box = Mailbox()
    for one in deliveries:
        box.put(one)
    call = ReceiveCall(
        "w/s#1@1", "s", "c", "a", correlation, 1.0, 9.0, (), False, "", (PAID,), (SENT,)
    )
    return timeout_error(call, 1.0, box).message


def delivery(headers=(), name="", **payload):
    return Delivery("a", json.dumps(payload).encode(), headers, type_name=name)


@pytest.mark.parametrize(
    ("came", "expected"),
    [
        (delivery(type="sent", id="o-1"), "`sent` with `o-1`"),
        (delivery(type="paid"), "`paid` without a correlation id"),
        (delivery(type="lost", id=7), "one with `7`"),
        (delivery(name="tick", id="o-2"), "`tick` with `o-2`"),
        (delivery((("ce-type", "shop.lost"),), id="o-2"), "`shop.lost` with `o-2`"),
        (delivery((("specversion", "1.0"), ("id", "1"), ("source", "/s"), ("type", "shop.lost"))), "`shop.lost` without a correlation id"),
        (delivery(specversion="1.0", type="shop.lost"), "`shop.lost` without a correlation id"),
        (delivery(specversion="1.0", type=1), "one without a correlation id"),
        (Delivery("a", b"\xff"), "one without a correlation id"),
        # Half of a secret could not be masked.
        (delivery(type="sent", id="s" * 101), "`sent` with a text of 101 characters"),
    ],
)  # fmt: skip
def test_what_came_instead(came, expected):
    assert message(came).endswith(f"within 1 s: 1 other was received ({expected})")


def test_the_first_of_many():
    came = [delivery(type="sent", id=str(number)) for number in range(1_005)]
    assert message(*came).endswith(
        "1000 others were received (`sent` with `5`, `sent` with `6`, `sent` with `7` and 997 more), "
        "and 5 were dropped since too many had to be kept"
    )


def test_without_a_correlation_id():
    assert message(delivery(type="sent"), correlation=None) == (
        "no message was received from `c` within 1 s: 1 other was received (`sent`)"
    )

    assert message(delivery(type="lost"), correlation=None).endswith("1 other was received")


def test_nothing_came():
    assert message().endswith("within 1 s: no other was received")
