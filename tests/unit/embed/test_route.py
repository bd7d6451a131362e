"""Where requests go, by what is handed in."""

import functools

import httpx
import httpx2
import pytest

import arazzo_runner as arazzo
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
LIBRARIES = [httpx, httpx2]


class OwnClient:
    """A client of neither library, which does what theirs do."""

    def build_request(self, method, url, **options):
        return method, url

    def send(self, request, **options):
        return None


class OwnWorld:
    async def send(self, call):
        return arazzo.HttpResponse(200, (), b"")


class OwnTransport:
    def handle_request(self, request):
        return None


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
        ({"transport": OwnTransport()}, route.TransportTarget, False),
        ({"client": OwnClient()}, route.ClientTarget, False),
        ({"world": OwnWorld()}, route.WorldTarget, False),
        ({"world": arazzo.WrappedWorld(OwnWorld())}, route.WorldTarget, True),
    ],
)
def test_routes(given, kind, waits) -> None:
    found = route_of(given)
    assert type(found) is kind
    assert needs_event_loop(found) is waits


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda one: one.__name__)
def test_routes_of_either_library(library) -> None:
    both = library.MockTransport(answer)
    rows = [
        ({"transport": library.WSGITransport(wsgi)}, route.TransportTarget, False),
        ({"transport": library.ASGITransport(asgi)}, route.AsyncTransportTarget, True),
        ({"transport": both}, route.TransportTarget, False),
        ({"transport": library.MockTransport(answer_later)}, route.AsyncTransportTarget, True),
        ({"client": library.Client(transport=both)}, route.ClientTarget, False),
        ({"client": library.AsyncClient(transport=both)}, route.AsyncClientTarget, True),
    ]
    for given, kind, waits in rows:
        test_routes(given, kind, waits)


def test_seed_of_the_mock() -> None:
    assert route_of({"mock": True, "seed": 3}) == route.MockTarget(MockSettings(3))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"app": asgi, "client": httpx.Client(transport=BOTH)},
            "an ASGI `app` is called through an AsyncClient of httpx or httpx2",
        ),
        (
            {"app": wsgi, "mock": True},
            "`app` and `mock` each set where requests are sent; pass only one",
        ),
        ({"app": "shop:app"}, "`app` is of the type str, and not an ASGI or WSGI application"),
        ({"app": lambda request: None}, "`app` takes 1 arguments: an ASGI application takes"),
        ({"client": httpx}, "`client` is of the type module, and not a client of httpx or httpx2"),
        ({"client": httpx2.Client}, "`client` is of the type type, and not a client of httpx"),
        (
            {"transport": 3},
            "`transport` is of the type int, and not a transport of httpx or httpx2",
        ),
        (
            {"transport": httpx2.WSGITransport},
            "`transport` is of the type type, and not a transport",
        ),
        ({"world": 3}, "`world` is of the type int, and not a World"),
        ({"world": route.WorldTarget}, "`world` is of the type StructMeta, and not a World"),
    ],
)
def test_what_is_no_route(given, message) -> None:
    with pytest.raises(TypeError) as error:
        route_of(given)
    assert str(error.value).startswith(message)
