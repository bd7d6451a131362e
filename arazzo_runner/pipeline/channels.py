"""The way of each step on a channel to its broker, found before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.errors import DocumentError, UsageError
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.plan import Plan, StepPlan
from arazzo_runner.http.settings import HttpSettings
from arazzo_runner.text.diagnostic import Diagnostic, error

if TYPE_CHECKING:
    from ssl import SSLContext

    from arazzo_runner.messaging.model import ChannelRoute
    from arazzo_runner.pipeline.authorization import RunCredentials
    from arazzo_runner.pipeline.config import RunConfig


class ChannelRoutes(Struct, frozen=True):
    """The routes of a plan's steps; ``findings`` are what keeps a step from having one (AZ215).

    ``secrets`` are to be masked. ``refusal`` is what the user has to set, once the document is
    right.
    """

    routes: tuple[ChannelRoute, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    secrets: tuple[str, ...] = ()
    refusal: UsageError | None = None


def channel_routes(plan: Plan, options: RunConfig, credentials: RunCredentials) -> ChannelRoutes:
    """The routes of all steps on channels; none with the mock, and where the world has its own."""
    from arazzo_runner.messaging.model import BrokerError

    if options.mock is not None or options.own_channels:
        return ChannelRoutes()
    routes: list[ChannelRoute] = []
    findings: dict[Diagnostic, None] = {}
    secrets: dict[str, None] = {}
    refusal: UsageError | None = None
    for step, call in _channel_steps(plan):
        try:
            route, hidden = _route(step.key.text(plan.entry), call, options, credentials)
        except DocumentError as reason:
            findings.update(dict.fromkeys(reason.diagnostics))
            continue
        except BrokerError as reason:
            found = error("AZ215", reason.message, step.step.target.place, "", reason.hint)
            findings[found] = None
            continue
        except UsageError as reason:
            refusal = refusal or reason
            continue
        size = options.settings.limits.max_message
        routes.append(replace(route, endpoint=replace(route.endpoint, max_message=size)))
        secrets.update(dict.fromkeys(hidden))
    return ChannelRoutes(tuple(routes), tuple(findings), tuple(secrets), refusal)


def _channel_steps(plan: Plan) -> Iterator[tuple[StepPlan, ChannelCall]]:
    for workflow in plan.workflows.values():
        for step in workflow.steps:
            if isinstance(step.call, ChannelCall):
                yield step, step.call


def _route(
    name: str, call: ChannelCall, options: RunConfig, credentials: RunCredentials
) -> tuple[ChannelRoute, list[str]]:
    """The route of a step, and what is secret in it. Raises BrokerError, DocumentError AZ217."""
    from arazzo_runner.messaging.endpoint import (
        broker_authorization,
        broker_credentials,
        build_endpoint,
        choose_broker,
        secret_values,
    )
    from arazzo_runner.messaging.model import BrokerCredentials, BrokerError, ChannelRoute
    from arazzo_runner.messaging.protocols.registry import connect_function
    from arazzo_runner.messaging.reply import can_reply, is_awaited_reply, reply_address
    from arazzo_runner.pipeline.webhooks import webhook_route

    other = _override(call.source, options)
    # A webhook needs no server: one over HTTP is for what other steps send.
    if call.is_webhook and (other is None or other.startswith(("http://", "https://"))):
        return webhook_route(name, call, options, credentials)
    channel = call.channel
    awaits_reply = is_awaited_reply(call)
    if channel.address is None and not awaits_reply:
        message = f"the channel `{channel.name}` has no address: it is known only while it runs"
        raise BrokerError("refused", message, "give it an `address` in the description")
    broker = choose_broker(channel, other)
    if awaits_reply and not can_reply(broker.protocol):
        message = f"the reply of {call.label} has an address that only its request says"
        text = f"{message}, and with `{broker.protocol}` no step can say one"
        raise BrokerError("refused", text, "give its channel an `address` in the description")
    if options.needs_credentials:  # something is to be sent: its library may be missing
        connect_function(broker.protocol)
    if broker.protocol in {"http", "https"}:
        from arazzo_runner.pipeline.event_streams import check_http_channel

        check_http_channel(call)
    shown, hidden, authorization = BrokerCredentials(), list[str](), None
    found = credentials.of_broker(call.source, broker)
    if found is not None:
        authorization = broker_authorization(found[0], call.source, found[1])
        # A token is there only when it was fetched.
        shown = broker_credentials(*found) if authorization is None else shown
        hidden = list(secret_values(shown, found[1]))
    endpoint = build_endpoint(broker, options.server_variables, shown)
    operation = call.operation.bindings if call.operation else {}
    retained = operation.get("mqtt", {}).get("retain") is True
    messages = {one.name: one.bindings for one in call.messages}
    route = ChannelRoute(
        name,
        call.source,
        endpoint,
        channel.bindings,
        operation,
        messages,
        retained,
        template=channel.address or "",
        authorization=authorization,
        reply=reply_address(call) if can_reply(broker.protocol) else None,
    )
    return route, hidden


def _override(source: str, options: RunConfig) -> str | None:
    """The value of ``--server`` for a source; one for all is meant for APIs over HTTP."""
    general = options.servers.get("")
    if source in options.servers:
        return options.servers[source]
    is_broker = general is not None and "://" in general and not general.startswith("http")
    return general if is_broker else None


def trusting_routes(
    routes: Sequence[ChannelRoute], settings: HttpSettings
) -> tuple[ChannelRoute, ...]:
    """The routes, those of encrypted protocols with what to trust. Raises UsageError."""
    from arazzo_runner.http.tls import broker_context
    from arazzo_runner.messaging.endpoint import with_tls

    contexts: dict[str, SSLContext] = {}

    def context(source: str) -> SSLContext:
        if source not in contexts:
            contexts[source] = broker_context(settings.of_source(source))
        return contexts[source]

    return tuple(
        replace(one, endpoint=with_tls(one.endpoint, partial(context, one.source)))
        for one in routes
    )
