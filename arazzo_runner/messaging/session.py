"""The channels of one run: what it listens to, and what came there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager

from msgspec.structs import replace

from arazzo_runner.executor.world import ChannelUse, OpenCall, ReceiveCall, ReceivedMessage
from arazzo_runner.http_semantics.headers import header_value
from arazzo_runner.messaging.address_grammar import check_address, grammar_of
from arazzo_runner.messaging.hub import HUB, BrokerLink, MessageHub
from arazzo_runner.messaging.loop import LoopThread
from arazzo_runner.messaging.mailbox import Mailbox
from arazzo_runner.messaging.match import is_other_type, matches
from arazzo_runner.messaging.model import (
    BrokerError,
    ChannelRoute,
    Delivery,
    Endpoint,
    OutgoingMessage,
    ReplyAddress,
    Subscription,
)
from arazzo_runner.messaging.protocols.address import has_parameters
from arazzo_runner.messaging.reply import reply_subscription, with_reply_address
from arazzo_runner.messaging.timeout import timeout_error


class _Post:
    """A step that receives: its route, what it is subscribed to, and where that goes."""

    def __init__(self, route: ChannelRoute, subscription: Subscription, box: Mailbox) -> None:
        self.route = route
        self.subscription = subscription
        self.box = box


class MessageSession:
    """The channels of one run: mailboxes of its own on connections that others use too.

    What its methods return are futures, of threads: they raise BrokerError.
    """

    def __init__(self, routes: Mapping[str, ChannelRoute], hub: MessageHub = HUB) -> None:
        self._routes = routes
        self._hub = hub
        self._thread: LoopThread | None = None
        self._links: list[BrokerLink] = []
        self._posts: dict[str, _Post] = {}
        self._receivers: tuple[str, ...] = ()
        self._replies: dict[str, list[str]] = {}

    def _loop(self) -> LoopThread:
        if self._thread is None:
            self._thread = self._hub.enter()
        return self._thread

    def open(self, call: OpenCall) -> Future[None]:
        """Connect to all brokers, then subscribe to all channels that are received from."""
        return self._loop().submit(self._open(call))

    def publish(self, step: str, seconds: float, outgoing: OutgoingMessage) -> Future[None]:
        """Hand over the message of a step, within so many seconds."""
        return self._loop().submit(self._publish(step, seconds, outgoing))

    def receive(self, step: str, call: ReceiveCall, seconds: float) -> Future[ReceivedMessage]:
        """Take the first message that a step wants, or wait for it, so many seconds at most."""
        return self._loop().submit(self._receive(step, call, seconds))

    def close(self) -> Future[None] | None:
        """Take no more; None where there is nothing to wait for."""
        if self._thread is None:
            return None
        detached = self._thread.submit(self._detach())
        self._thread = None
        return self._hub.leave() or detached

    # --- in the event loop of the hub -------------------------------------------------------------

    async def _open(self, call: OpenCall) -> None:
        for use in call.channels:
            with _naming(use):
                check_address(self._routes[use.step], use.address, use.action)
        self._receivers = tuple(one.step for one in call.channels if one.action == "receive")
        links = [(use, await self._link(self._routes[use.step].endpoint)) for use in call.channels]
        for use, link in links:
            with _naming(use):
                await link.connection()
        for use, link in links:
            if use.action == "receive" and self._routes[use.step].reply is None:
                with _naming(use):
                    await self._subscribe(use, link)

    async def _link(self, endpoint: Endpoint) -> BrokerLink:
        link = await self._hub.link(endpoint)
        if link not in self._links:
            self._links.append(link)
        return link

    async def _subscribe(self, use: ChannelUse, link: BrokerLink) -> None:
        route = self._routes[use.step]
        subscription = Subscription(
            use.address, route.channel, route.operation, route.signature, route.content_type
        )
        for one in self._posts.values():
            if one.subscription == subscription and one.route.endpoint == route.endpoint:
                self._posts[use.step] = _Post(route, subscription, one.box)
                return
        box = Mailbox()
        await link.subscribe(subscription, box)
        self._posts[use.step] = _Post(route, subscription, box)

    async def _publish(self, step: str, seconds: float, outgoing: OutgoingMessage) -> None:
        route = self._routes[step]
        check_address(route, outgoing.address, "send")
        link = await self._link(route.endpoint)
        try:
            async with asyncio.timeout(seconds):
                if route.reply is not None:
                    outgoing = await self._open_reply(route.reply, route, outgoing)
                await link.publish(outgoing)
        except TimeoutError:
            text = f"the message was not taken by `{link.endpoint.label}` within {seconds:g} s"
            raise BrokerError("timeout", text) from None

    async def _open_reply(
        self, reply: ReplyAddress, sender: ChannelRoute, outgoing: OutgoingMessage
    ) -> OutgoingMessage:
        """Listen where the reply to a message will come, before it is sent."""
        known = self._replies.setdefault(reply.operation, [])
        if known and header_value(outgoing.headers, reply.header) is None:
            outgoing = replace(outgoing, headers=(*outgoing.headers, (reply.header, known[-1])))
        outgoing, address = with_reply_address(outgoing, reply, sender.endpoint.protocol)
        awaiting = [one for one in self._receivers if self._routes[one].reply == reply]
        if address in known or not awaiting:
            return outgoing
        known.append(address)
        posts = (self._posts[one] for one in awaiting if one in self._posts)
        box = next((one.box for one in posts), None) or Mailbox()
        route = self._routes[awaiting[0]]
        subscription = reply_subscription(address, route.channel, route.operation)
        link = await self._link(route.endpoint)
        await link.subscribe(subscription, box)
        self._posts |= {one: _Post(self._routes[one], subscription, box) for one in awaiting}
        return outgoing

    def _post(self, step: str, call: ReceiveCall) -> _Post:
        """What a step waits at. Raises BrokerError where no request has said it."""
        if step in self._posts:
            return self._posts[step]
        message = f"the reply to wait for at `{call.channel}` has no address yet"
        way_out = "a step before has to send the message that it is the reply to"
        raise BrokerError("refused", message, way_out)

    async def _receive(self, step: str, call: ReceiveCall, seconds: float) -> ReceivedMessage:
        loop = asyncio.get_running_loop()
        started = loop.time()
        post = self._post(step, call)
        if post.route.reply is not None:
            call = replace(call, address=post.subscription.address)
        else:
            check_address(post.route, call.address, "receive")
        box, is_match = post.box, _message_filter(post, call)
        seen, is_entered = 0, False
        while True:
            found = box.take(is_match, after=seen)
            if found is not None:
                spent = loop.time() - started
                return ReceivedMessage(
                    found.address, found.payload, found.headers, found.content_type, box.size, spent
                )
            lost = box.loss(call.address)
            if lost is not None:
                raise lost
            seen = box.received
            if not is_entered:
                is_entered = True
                await self._enter(post, call, seconds)
                continue
            left = started + seconds - loop.time()
            if left <= 0:
                raise timeout_error(call, seconds, box)
            await box.change(left)

    async def _enter(self, post: _Post, call: ReceiveCall, seconds: float) -> None:
        """Open the address of a step, where the server has no pattern for it."""
        link = await self._link(post.route.endpoint)
        try:
            async with asyncio.timeout(seconds):
                with _naming(call):
                    await link.enter(post.subscription, call.address)
        except TimeoutError:
            raise timeout_error(call, seconds, post.box) from None

    async def _detach(self) -> None:
        for link in self._links:
            for post in self._posts.values():
                link.detach(post.box)


def _message_filter(post: _Post, call: ReceiveCall) -> Callable[[Delivery], bool]:
    """Tells the messages of a step from others.

    A subscription to a whole address, or to a name that has no levels, has chosen already; its
    messages may be from a queue or topic of another name. A wildcard takes whole levels, and
    ``order-{id}`` is less than one.
    """
    grammar = grammar_of(post.route)
    is_chosen = call.address == post.subscription.address
    is_compared = not is_chosen or (grammar is not None and has_parameters(call.address))

    def is_match(delivery: Delivery) -> bool:
        return matches(
            delivery,
            call.address if is_compared else delivery.address,
            call.correlation,
            next(iter(call.content_types), None),
            takes_retained=post.route.takes_retained,
            separator="/" if grammar is None else grammar.separator,
        ) and not is_other_type(delivery, call)

    return is_match


@contextmanager
def _naming(use: ChannelUse | ReceiveCall) -> Iterator[None]:
    """Let an error say which channel cannot be opened."""
    try:
        yield
    except BrokerError as reason:
        message = f"the channel `{use.channel}` of `{use.source}` cannot be opened"
        raise BrokerError(reason.code, f"{message}: {reason.message}", reason.hint) from reason
