"""The server that webhooks are sent to: to the hub a connection like that to a broker.

It gives out nothing: a request for a channel is answered at once, before anything is done with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from time import time
from typing import Final

from msgspec.structs import replace

from arazzo_runner.errors import UsageError
from arazzo_runner.http_semantics.headers import Headers
from arazzo_runner.messaging.connection import Connection, Receiver
from arazzo_runner.messaging.model import BrokerError, Endpoint, OutgoingMessage, Subscription
from arazzo_runner.messaging.webhooks.address import ListenAddress
from arazzo_runner.messaging.webhooks.cloudevents import MalformedBodyError, to_deliveries
from arazzo_runner.messaging.webhooks.conversation import REQUEST_SECONDS, Conversation
from arazzo_runner.messaging.webhooks.message import WebhookRequest, WebhookResponse
from arazzo_runner.messaging.webhooks.routes import (
    Route,
    channel_path,
    is_on_route,
    route_address,
    to_route,
)

MOST_CONNECTIONS: Final = 200
"""Connections at once; another one takes the place of the oldest."""
NO_LISTENER: Final = (
    "webhooks are received only where `--listen` says",
    "add `--listen HOST:PORT`, and `--public-url URL` where senders need another one",
)
"""What is said without an address, and the way out."""


async def connect(endpoint: Endpoint, receiver: Receiver) -> Connection:
    """Open the server; requests are taken from the first subscription on. Raises BrokerError."""
    address = endpoint.listen
    if address is None:
        raise BrokerError("refused", *NO_LISTENER)
    server = WebhookListener(address, endpoint.max_message, receiver)
    try:
        await server.open()
    except UsageError as reason:
        (finding,) = reason.diagnostics
        raise BrokerError("connect", finding.message, finding.help) from None
    return server


class WebhookListener:
    """A server for the channels that are subscribed to."""

    def __init__(
        self,
        address: ListenAddress,
        max_body: int,
        receiver: Receiver,
        clock: Callable[[], float] = time,
        seconds: float = REQUEST_SECONDS,
    ) -> None:
        self._address = address
        self._max_body = max_body
        self._receiver = receiver
        self._clock = clock
        self._seconds = seconds
        self._routes: list[Route] = []
        self._servers: list[asyncio.Server] = []
        self._tasks: dict[asyncio.Task[None], None] = {}

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._tasks)

    async def open(self) -> None:
        """Make the server, which does not yet take connections."""
        for one in self._address.sockets():
            # A copy: the sockets are those of the session, which may open the server again.
            server = await asyncio.start_server(self._serve, sock=one.dup(), start_serving=False)
            self._servers.append(server)

    async def subscribe(self, subscription: Subscription) -> None:
        """Take the requests for a channel."""
        self._routes.append(to_route(subscription))
        for server in self._servers:
            if not server.is_serving():
                await server.start_serving()

    async def publish(self, message: OutgoingMessage) -> None:
        """Raise BrokerError: nothing can be sent to a sender of webhooks."""
        where = f"the channel `{message.address}` is one of webhooks, which are received only"
        raise BrokerError("refused", where)

    async def close(self) -> None:
        """Break off all connections, and take no more."""
        for server in self._servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._servers.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if len(self._tasks) >= MOST_CONNECTIONS:
            # A sender is done in no time: who holds many connections open keeps nobody else away.
            oldest = next(iter(self._tasks))
            del self._tasks[oldest]
            oldest.cancel()
        self._tasks[task] = None
        try:
            await Conversation(reader, writer, self, self._max_body, self._seconds).serve()
        except asyncio.CancelledError:
            pass  # by `close`, or to make room
        finally:
            self._tasks.pop(task, None)

    # --- what a request is answered with ---

    def refuse(self, head: WebhookRequest) -> WebhookResponse | None:
        """404 for another path, 405 for another method, 415 for a body that is encoded."""
        routes = self._routes_of(head)
        if not routes:
            return WebhookResponse(404)
        methods = dict.fromkeys(method for one in routes for method in one.methods)
        allowed = ", ".join((*methods, "OPTIONS"))
        if head.method == "OPTIONS":
            return WebhookResponse(200, (("Allow", allowed), *_handshake(head)))
        if head.method not in methods:
            return WebhookResponse(405, (("Allow", allowed),))
        if (head.header("content-encoding") or "identity").lower() != "identity":
            self._count(routes, "the body is encoded")
            return WebhookResponse(415, (("Accept-Encoding", "identity"),))
        return None

    def respond(self, request: WebhookRequest) -> WebhookResponse:
        """204 once messages are handed on, 403 for a wrong signature, 400 for what is no JSON."""
        routes = [one for one in self._routes_of(request) if request.method in one.methods]
        url = self._signed_url(request)
        signed = [one for one in routes if self._is_authentic(one, request, url)]
        if not signed:
            self._count(routes, "the signature is wrong")
            return WebhookResponse(403)
        try:
            described = signed[0].subscription.content_type
            deliveries = to_deliveries(request, "", described)
        except MalformedBodyError as reason:
            self._count(signed, str(reason))
            return WebhookResponse(400)
        for route in signed:
            address = route_address(self._path(request), route)
            for one in deliveries:
                self._receiver.deliver(route.subscription, replace(one, address=address))
        return WebhookResponse(204)

    def _count(self, routes: Iterable[Route], reason: str) -> None:
        for one in routes:
            self._receiver.refuse(one.subscription, reason)

    def _routes_of(self, request: WebhookRequest) -> Sequence[Route]:
        path = self._path(request)
        return [one for one in self._routes if is_on_route(path, one)]

    def _path(self, request: WebhookRequest) -> str:
        return channel_path(request.target, self._address.public_url)

    def _signed_url(self, request: WebhookRequest) -> str:
        _, mark, query = request.target.partition("?")
        url = self._address.public_url.rstrip("/") + "/" + self._path(request).lstrip("/")
        return url + mark + query

    def _is_authentic(self, route: Route, request: WebhookRequest, url: str) -> bool:
        check = route.subscription.signature
        return check is None or check.is_satisfied_by(request, url, self._clock())


def _handshake(head: WebhookRequest) -> Headers:
    """HTTP 1.1 Web Hooks for Event Delivery, section 4: a sender asks whether it may send."""
    origin = head.header("webhook-request-origin")
    if origin is None:
        return ()
    return ("WebHook-Allowed-Origin", origin), ("WebHook-Allowed-Rate", "*")
