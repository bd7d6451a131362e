"""Where the webhooks of a step arrive, and the secret by which they are signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arazzo_runner.errors import UsageError
from arazzo_runner.http_semantics.integers import parse_digits
from arazzo_runner.text.diagnostic import error

if TYPE_CHECKING:
    from arazzo_runner.executor.channels.call import ChannelCall
    from arazzo_runner.messaging.model import ChannelRoute, Endpoint
    from arazzo_runner.messaging.webhooks.address import ListenAddress
    from arazzo_runner.pipeline.authorization import RunCredentials
    from arazzo_runner.pipeline.config import RunConfig


def webhook_route(
    step: str, call: ChannelCall, options: RunConfig, credentials: RunCredentials
) -> tuple[ChannelRoute, list[str]]:
    """The route of a step, and what is secret in it.

    Raises UsageError AZ906 where nothing listens, or the port cannot be had.
    """
    from arazzo_runner.messaging.model import ChannelRoute
    from arazzo_runner.messaging.webhooks.signatures import SignatureCheck

    channel, operation = call.channel, call.operation.bindings if call.operation else {}
    listen = options.generation.listen
    if options.needs_credentials:  # else nothing is sent to servers
        if listen is None:
            raise _no_address_error(call)
        listen.sockets()
    check, hidden = None, list[str]()
    if channel.signature is not None:
        secret = credentials.of_webhook(call.source, channel.name, channel.signature)
        if secret is not None:
            check, hidden = SignatureCheck(channel.signature.scheme, secret), [secret]
    messages = {one.name: one.bindings for one in call.messages}
    route = ChannelRoute(
        step,
        call.source,
        _endpoint(listen),
        channel.bindings,
        operation,
        messages,
        signature=check,
        content_type=_content_type(call),
    )
    return route, hidden


def _content_type(call: ChannelCall) -> str | None:
    """That of all messages of a step, None where they differ."""
    kinds = {one.content_type for one in call.messages}
    return kinds.pop() if len(kinds) == 1 else None


def _endpoint(listen: ListenAddress | None) -> Endpoint:
    from arazzo_runner.messaging.model import WEBHOOK, Endpoint

    host, _, port = (listen.label if listen else "").rpartition(":")
    return Endpoint("--listen", WEBHOOK, None, host, parse_digits(port), listen=listen)


def _no_address_error(call: ChannelCall) -> UsageError:
    where = f"the channel `{call.channel.name}` of `{call.source}`"
    message = f"{where} is one of webhooks, and nothing listens for them"
    hint = (
        "add `--listen HOST:PORT`, and `--public-url URL` where senders reach it by another address"
    )
    return UsageError(error("AZ906", message, help=hint))
