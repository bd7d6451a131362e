"""What came and was not taken."""

import asyncio

from arazzo_runner.messaging import mailbox
from arazzo_runner.messaging.mailbox import Mailbox
from arazzo_runner.messaging.model import BrokerError, Delivery


def message(text="", *identity, retained=False):
    return Delivery("a", text.encode(), is_retained=retained, identity=identity or None)


def anything(_delivery):
    return True


def texts(box):
    found = []
    while (one := box.take(anything)) is not None:
        found.append(one.payload.decode())
    return found


def test_messages_in_their_order_each_once():
    box = Mailbox()
    for one in "abc":
        box.put(message(one))
    assert box.take(lambda one: one.payload == b"b").payload == b"b"
    assert box.take(lambda one: one.payload == b"b") is None
    assert (box.size, texts(box)) == (2, ["a", "c"])


def test_messages_that_were_looked_at():
    """A step that waits looks at each message once, however many there are."""
    box = Mailbox()
    looked = []
    for one in "abc":
        box.put(message(one))
        assert box.take(lambda one: looked.append(one.payload), after=box.received - 1) is None
    assert (looked, box.received, box.size) == ([b"a", b"b", b"c"], 3, 3)
    assert box.take(anything, after=1).payload == b"b"
    assert box.take(anything, after=3) is None
    assert texts(box) == ["a", "c"]


def test_headers_count_for_the_limit(monkeypatch):
    monkeypatch.setattr(mailbox, "MAX_BYTES", 10)
    box = Mailbox()
    for one in "ab":
        box.put(Delivery("a", one.encode(), (("name", "v" * 5),)))
    assert (box.dropped, texts(box)) == (1, ["b"])
    box.put(message("c"))
    assert (box.dropped, texts(box)) == (1, ["c"])


def test_repeated_ones_are_counted(monkeypatch):
    monkeypatch.setattr(mailbox, "MAX_IDENTITIES", 2)
    box = Mailbox()
    for one in ("1", "1", "2", "3", "1"):
        box.put(message(one, "source", one))
    assert (texts(box), box.repeated) == (["1", "2", "3", "1"], 1)


def test_the_oldest_are_dropped(monkeypatch):
    monkeypatch.setattr(mailbox, "MAX_MESSAGES", 2)
    monkeypatch.setattr(mailbox, "MAX_BYTES", 10)
    box = Mailbox()
    for one in ("a", "b", "c"):
        box.put(message(one))
    assert (box.dropped, texts(box)) == (1, ["b", "c"])
    for one in ("a" * 6, "b" * 6, "c" * 20):
        box.put(message(one))
    assert (box.dropped, texts(box)) == (3, ["c" * 20])


def test_retained_ones_are_counted():
    box = Mailbox()
    box.put(message("old", retained=True))
    box.put(message("new"))
    assert (box.size, box.retained) == (2, 1)


def test_waiting():
    async def wait():
        box = Mailbox()
        await box.change(0.001)
        waiting = [asyncio.create_task(box.change(60)) for _ in range(2)]
        await asyncio.sleep(0)
        box.put(message("a"))
        box.put(message("b"))
        await asyncio.gather(*waiting)
        later = asyncio.create_task(box.change(60))
        await asyncio.sleep(0)
        first = BrokerError("connect", "lost")
        box.lose(first)
        box.lose(BrokerError("connect", "again"))
        await later
        assert box.lost is first

    asyncio.run(wait())
