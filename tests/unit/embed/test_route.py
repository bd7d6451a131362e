"""Where requests go, by what is handed in."""

import functools

import httpx
import pytest

from arazzo_runner.embed import route
from arazzo_runner.embed.route import needs_event_loop, route_of
from arazzo_runner.mock.settings import MockSettings
from unit.embed.shop import asgi, wsgi


class AsgiObject:
    async def __call__(self, scope, receive, send):
        """As most frameworks do it."""


class WsgiObject:
    def __call__(self, environ, start_response):
        """As Flask does it."""


def asgi_by_arguments(scope, receive, send):
    """Gives an awaitable, as middleware may."""


async def answer_later(request):
    return httpx.Response(200)


def answer(request):
    return httpx.Response(200)


WORLD = object()
BOTH = httpx.MockTransport(answer)
LATER = httpx.MockTransport(answer_later)


@pytest.mark.parametrize(
    ("given", "kind", "waits"),
    [
        ({}, route.NetworkTarget, False),
        ({"mock": False}, route.NetworkTarget, False),
        ({"mock": True}, route.MockTarget, False),
        ({"app": asgi}, route.AsgiTarget, True),
        ({"app": AsgiObject()}, route.AsgiTarget, True),
        ({"app": asgi_by_arguments}, route.AsgiTarget, True),
        ({"app": functools.partial(asgi)}, route.AsgiTarget, True),
        ({"app": wsgi}, route.WsgiTarget, False),
        ({"app": WsgiObject()}, route.WsgiTarget, False),
        ({"transport": httpx.WSGITransport(wsgi)}, route.TransportTarget, False),
        ({"transport": httpx.ASGITransport(asgi)}, route.AsyncTransportTarget, True),
        ({"transport": BOTH}, route.TransportTarget, False),
        ({"transport": LATER}, route.AsyncTransportTarget, True),
        ({"client": httpx.Client(transport=BOTH)}, route.ClientTarget, False),
        ({"client": httpx.AsyncClient(transport=BOTH)}, route.AsyncClientTarget, True),
    ],
)
def test_routes(given, kind, waits) -> None:
    found = route_of(given)
    assert type(found) is kind
    assert needs_event_loop(found) is waits


def test_seed_of_the_mock() -> None:
    assert route_of({"mock": True, "seed": 3}) == route.MockTarget(MockSettings(3))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"app": asgi, "client": httpx.Client(transport=BOTH)},
            "an ASGI `app` is called through an httpx.AsyncClient",
        ),
        (
            {"app": wsgi, "mock": True},
            "`app` and `mock` each set where requests are sent; pass only one",
        ),
        ({"app": "shop:app"}, "`app` is of the type str, and not an ASGI or WSGI application"),
        ({"app": lambda request: None}, "`app` takes 1 arguments: an ASGI application takes"),
        ({"client": httpx}, "`client` is of the type module, and not an httpx.Client"),
        ({"transport": 3}, "`transport` is of the type int, and not an httpx transport"),
        ({"world": 3}, "`world` is of the type int, and not a World"),
        ({"world": route.WorldTarget}, "`world` is of the type StructMeta, and not a World"),
    ],
)
def test_what_is_no_route(given, message) -> None:
    with pytest.raises(TypeError) as error:
        route_of(given)
    assert str(error.value).startswith(message)
