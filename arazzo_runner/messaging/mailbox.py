"""What came over a channel and was not taken yet, for the steps of one run.

A mailbox belongs to the event loop of the hub: nothing else touches it.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Final

from arazzo_runner.messaging.model import BrokerError, Delivery

MAX_MESSAGES: Final = 1_000
MAX_BYTES: Final = 16 << 20
MAX_IDENTITIES: Final = 10_000


class Mailbox:
    """Messages in the order they came; above the limits the oldest are dropped, and counted.

    ``dropped`` were too many, ``repeated`` had the identity of one before, ``retained`` are those
    kept that a broker had from before. ``refusals`` are counted by what was wrong with them.
    ``lost`` is why nothing more will come, ``losses`` why nothing of an address, and ``received``
    the number of the newest message.
    """

    __slots__ = (
        "_bytes", "_identities", "_messages", "_waiting", "dropped", "losses", "lost",
        "received", "refusals", "repeated",
    )  # fmt: skip

    def __init__(self) -> None:
        self._messages: deque[tuple[int, Delivery]] = deque()
        self._bytes = 0
        self._identities: dict[bytes, None] = {}
        self._waiting: list[asyncio.Future[None]] = []
        self.received = 0
        self.dropped = 0
        self.repeated = 0
        self.refusals: Counter[str] = Counter()
        self.lost: BrokerError | None = None
        self.losses: dict[str, BrokerError] = {}

    @property
    def size(self) -> int:
        """How many messages are there."""
        return len(self._messages)

    @property
    def retained(self) -> int:
        """How many of them a broker had from before."""
        return sum(one.is_retained for _, one in self._messages)

    def messages(self) -> Iterator[Delivery]:
        """Those that are there, in the order they came."""
        return (one for _, one in self._messages)

    def put(self, delivery: Delivery) -> None:
        """Keep a message, unless it came before."""
        if delivery.identity is not None and not self._is_new(delivery.identity):
            self.repeated += 1
            return
        self.received += 1
        self._messages.append((self.received, delivery))
        self._bytes += _size(delivery)
        while len(self._messages) > MAX_MESSAGES or (
            self._bytes > MAX_BYTES and len(self._messages) > 1
        ):
            self._bytes -= _size(self._messages.popleft()[1])
            self.dropped += 1
        self._wake()

    def _is_new(self, identity: tuple[str, ...]) -> bool:
        digest = sha256(repr(identity).encode()).digest()  # senders choose how long they are
        if digest in self._identities:
            return False
        self._identities[digest] = None
        if len(self._identities) > MAX_IDENTITIES:
            del self._identities[next(iter(self._identities))]
        return True

    def lose(self, reason: BrokerError) -> None:
        """Nothing more will come."""
        self.lost = self.lost or reason
        self._wake()

    def lose_address(self, address: str, reason: BrokerError) -> None:
        """Nothing more will come of one address."""
        self.losses.setdefault(address, reason)
        self._wake()

    def loss(self, address: str) -> BrokerError | None:
        """Why nothing more will come of an address; None where something may."""
        return self.lost or self.losses.get(address)

    def take(self, is_wanted: Callable[[Delivery], bool], after: int = 0) -> Delivery | None:
        """Take the first message that is wanted; the others stay.

        ``after`` is the number of the last one that need not be looked at.
        """
        for index, (number, one) in enumerate(self._messages):
            if number > after and is_wanted(one):
                del self._messages[index]
                self._bytes -= _size(one)
                return one
        return None

    async def change(self, seconds: float) -> None:
        """Wait until something came, but not longer than so many seconds."""
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        try:
            await asyncio.wait([waiting], timeout=seconds)
        finally:
            self._waiting.remove(waiting)

    def _wake(self) -> None:
        for one in self._waiting:
            if not one.done():
                one.set_result(None)


def _size(delivery: Delivery) -> int:
    return len(delivery.payload) + delivery.header_size
