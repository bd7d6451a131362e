"""Where the requests of a run go: over the network, or to what the caller passed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import Parameter, iscoroutinefunction, signature
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from msgspec import Struct

from arazzo_runner.executor.world import World
from arazzo_runner.mock.settings import MockSettings
from arazzo_runner.options.table import mock_options

if TYPE_CHECKING:
    from arazzo_runner.worlds.httpx_library import (
        AsyncHttpxTransport,
        HttpxClient,
        HttpxTransport,
    )


class NetworkTarget(Struct, frozen=True):
    """To real servers."""


class MockTarget(Struct, frozen=True):
    """To answers made up from the API descriptions."""

    settings: MockSettings


class ClientTarget(Struct, frozen=True):
    """Through a client that blocks, of httpx or httpx2."""

    client: HttpxClient


class AsyncClientTarget(Struct, frozen=True):
    """Through an asynchronous client of httpx or httpx2."""

    client: HttpxClient


class TransportTarget(Struct, frozen=True):
    """Through an httpx transport; one of both kinds serves blocking runs and others."""

    transport: HttpxTransport


class AsyncTransportTarget(Struct, frozen=True):
    """Through an asynchronous httpx transport."""

    transport: AsyncHttpxTransport


class AsgiTarget(Struct, frozen=True):
    """To an ASGI application in this process, as a client would send it."""

    app: Callable[..., Any]
    client: HttpxClient | None = None


class WsgiTarget(Struct, frozen=True):
    """To a WSGI application in this process, as a client would send it."""

    app: Callable[..., Any]
    client: HttpxClient | None = None


class WorldTarget(Struct, frozen=True):
    """To a world of the caller's own."""

    world: World


RequestTarget: TypeAlias = (
    NetworkTarget
    | MockTarget
    | ClientTarget
    | AsyncClientTarget
    | TransportTarget
    | AsyncTransportTarget
    | AsgiTarget
    | WsgiTarget
    | WorldTarget
)

_WAYS: Final = ("client", "transport", "app", "world", "mock")


def route_of(given: Mapping[str, Any]) -> RequestTarget:
    """The route that keyword arguments ask for; TypeError for what cannot be one."""
    asked = [name for name in _WAYS if given.get(name) not in (None, False)]
    if asked == ["client", "app"]:
        return _app_of_client(_app(given["app"]), _client(given["client"]))
    if len(asked) > 1:
        listed = " and ".join(f"`{name}`" for name in asked)
        raise TypeError(f"{listed} each set where requests are sent; pass only one of them")
    match asked:
        case ["mock"]:
            return MockTarget(_mock_settings(given))
        case ["client"]:
            return _client(given["client"])
        case ["transport"]:
            return _transport(given["transport"])
        case ["app"]:
            return _app(given["app"])
        case ["world"]:
            return WorldTarget(checked_world("`world`", given["world"]))
        case _:
            return NetworkTarget()


def mock_keywords(given: Mapping[str, Any]) -> list[str]:
    """The keywords about the mock that are set to anything but their defaults."""
    names = [option.keyword.name for option in mock_options() if option.keyword]
    unset = MockSettings()
    return [name for name in names if _mock_settings({name: given.get(name)}) != unset]


def _mock_settings(given: Mapping[str, Any]) -> MockSettings:
    return MockSettings(
        given.get("seed") or 0,
        given.get("mock_lenient") or False,
        (given.get("mock_inputs") or "on") == "on",
        given.get("mock_cases") or {},
    )


def needs_event_loop(route: RequestTarget) -> bool:
    """Whether a route needs an event loop; a caller's world does where it has an ``await``."""
    if isinstance(route, WorldTarget):
        from arazzo_runner.worlds.suspension import may_suspend

        return may_suspend(route.world)
    return isinstance(route, AsyncClientTarget | AsyncTransportTarget | AsgiTarget)


def checked_world(what: str, world: Any) -> World:
    """What a caller gives as a world; TypeError for what is none."""
    if isinstance(world, type) or not hasattr(world, "send"):
        raise TypeError(f"{what} is of the type {_name(world)}, and not a World")
    own: World = world
    return own


def _client(client: Any) -> RequestTarget:
    from arazzo_runner.worlds.httpx_library import is_async_client, is_client

    if is_async_client(client):
        return AsyncClientTarget(client)
    if is_client(client):
        return ClientTarget(client)
    raise TypeError(f"`client` is of the type {_name(client)}, and not a client of httpx or httpx2")


def _transport(transport: Any) -> RequestTarget:
    from arazzo_runner.worlds.httpx_library import is_async_transport, is_transport

    later = is_async_transport(transport)
    # A mock is of both kinds; with an asynchronous handler only one of them works.
    if later and iscoroutinefunction(getattr(transport, "handler", None)):
        return AsyncTransportTarget(transport)
    if is_transport(transport):
        return TransportTarget(transport)
    if later:
        return AsyncTransportTarget(transport)
    raise TypeError(
        f"`transport` is of the type {_name(transport)}, and not a transport of httpx or httpx2"
    )


def _app(app: Any) -> RequestTarget:
    if not callable(app):
        raise TypeError(f"`app` is of the type {_name(app)}, and not an ASGI or WSGI application")
    if iscoroutinefunction(app) or iscoroutinefunction(type(app).__call__):
        return AsgiTarget(app)
    match _argument_count(app):
        case 2:
            return WsgiTarget(app)
        case 3:
            return AsgiTarget(app)
        case count:
            raise TypeError(
                f"`app` takes {count} arguments: an ASGI application takes `scope`, `receive` and"
                " `send`, a WSGI one `environ` and `start_response`"
            )


def _app_of_client(route: RequestTarget, client: RequestTarget) -> RequestTarget:
    match route, client:
        case AsgiTarget(), AsyncClientTarget():
            return AsgiTarget(route.app, client.client)
        case WsgiTarget(), ClientTarget():
            return WsgiTarget(route.app, client.client)
        case _:
            raise TypeError(
                "an ASGI `app` is called through an AsyncClient of httpx or httpx2, a WSGI one"
                " through a Client"
            )


def _argument_count(app: Callable[..., Any]) -> int:
    """How many arguments an application must be given."""
    kinds = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    every = signature(app).parameters.values()
    return sum(one.kind in kinds and one.default is Parameter.empty for one in every)


def _name(value: object) -> str:
    return type(value).__name__
