"""How far requests for tokens go, by who named the endpoint."""

import anyio
import pytest

from arazzo_runner.auth.endpoints import Endpoint, GuardedEndpoints, WorldEndpoints, parse_origins
from arazzo_runner.auth.setup import Permissions
from arazzo_runner.executor.world import TransportFailure, run_coroutine
from arazzo_runner.http.anyio_network import EventLoopNetwork
from arazzo_runner.http.network import BlockingNetwork
from arazzo_runner.http.settings import HttpSettings
from arazzo_runner.openapi.message import HttpRequest, HttpResponse

PLAIN = "is not encrypted, and not on this machine"
FAR = "which a document from a URL may not reach"


def guarded(permissions=None, network=None, **settings):
    network = network or BlockingNetwork()
    reaches = (permissions or Permissions()).reaches()
    return GuardedEndpoints(HttpSettings(**settings), network, {}, reaches)


@pytest.mark.parametrize(
    ("url", "from_url", "permissions", "refused"),
    [
        ("https://8.8.8.8/t", True, Permissions(), None),
        ("https://10.0.0.1/t", False, Permissions(), None),
        ("https://10.0.0.1/t", True, Permissions(), FAR),
        ("https://10.0.0.1/t", True, Permissions(allow_net=True), None),
        ("https://127.0.0.1/t", True, Permissions(), FAR),
        ("https://localhost/t", True, Permissions(), FAR),
        ("http://127.0.0.1/t", False, Permissions(), None),
        ("http://127.0.0.1/t", True, Permissions(servers=["http://127.0.0.1/api"]), None),
        ("http://127.0.0.1:8080/t", True, Permissions(servers=["http://127.0.0.1/api"]), FAR),
        ("http://8.8.8.8/t", False, Permissions(), PLAIN),
        ("http://id.example/t", False, Permissions(), PLAIN),
        ("http://8.8.8.8/t", False, Permissions(allow_http=True), None),
        ("https://169.254.169.254/t", False, Permissions(allow_net=True), "link-local"),
        ("file:///etc/passwd", False, Permissions(), "neither http nor https"),
        ("javascript:alert(1)", False, Permissions(), "neither http nor https"),
        ("-h", False, Permissions(), "neither http nor https"),
        ("https://id.example/\x1b[2J", False, Permissions(), "contains a control character"),
        ("http://8.8.8.8/t", False, Permissions(servers=["http://8.8.8.8/"]), PLAIN),
        ("https://me:p4ss@id.example/t", False, Permissions(), "contains a user name or password"),
    ],
)
def test_where_a_browser_is_sent(url, from_url, permissions, refused):
    found = guarded(permissions).refusal(Endpoint(url, from_url))
    assert (found is None) if refused is None else refused in found.message
    assert found is None or "p4ss" not in found.message


@pytest.mark.parametrize(
    ("url", "from_url", "words"),
    [
        ("https://127.0.0.1:9/t", True, FAR),
        ("http://192.0.2.1/t", False, PLAIN),
        ("ftp://127.0.0.1/t", False, "neither http nor https"),
    ],
)
def test_what_is_out_of_reach_is_not_asked(url, from_url, words):
    endpoint = Endpoint(url, from_url)
    outcome = run_coroutine(guarded().ask(endpoint, HttpRequest("POST", url), None))
    assert (outcome.code, words in outcome.message) == ("refused", True)


def test_a_proxy_that_cannot_be_judged_is_not_used():
    url = "https://id.example/t"
    outcome = run_coroutine(
        guarded(proxy="http://127.0.0.1:9").ask(Endpoint(url, True), HttpRequest("POST", url), None)
    )
    assert "cannot be checked through a proxy" in outcome.message


ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: a=b\r\n\r\n{}"
LONG = b"HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n"


@pytest.mark.parametrize("network", [BlockingNetwork, EventLoopNetwork])
def test_requests_keep_no_cookie_and_no_connection(serve, network):
    server = serve([ANSWER], [ANSWER])
    url = f"{server.url}/t"
    endpoints = guarded(network=network(), cookies=True)

    async def twice():
        return [
            await endpoints.ask(Endpoint(url, False), HttpRequest("POST", url), 5.0)
            for _ in range(2)
        ]

    found = anyio.run(twice) if network is EventLoopNetwork else run_coroutine(twice())
    assert [one.status for one in found] == [200, 200]
    assert server.accepted == 2
    assert not any(b"Cookie" in one for one in server.requests)


def test_a_redirect_is_an_answer(serve):
    server = serve([b"HTTP/1.1 307 Elsewhere\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"])
    url = f"{server.url}/t"
    endpoints = guarded(follow_redirects=5)
    outcome = run_coroutine(endpoints.ask(Endpoint(url, False), HttpRequest("POST", url), 5.0))
    assert (outcome.status, server.accepted) == (307, 1)


def test_an_answer_is_small(serve):
    server = serve([LONG])
    url = f"{server.url}/t"
    outcome = run_coroutine(guarded().ask(Endpoint(url, False), HttpRequest("POST", url), 5.0))
    assert (outcome.code, outcome.hint) == ("limit", None)


def test_a_world_that_was_handed_in_is_asked_itself():
    class Handed:
        async def send(self, call):
            self.call = call
            return HttpResponse(200, (), b"")

    world = Handed()
    endpoints = WorldEndpoints(world)
    request = HttpRequest("POST", "https://id.example/t")
    assert run_coroutine(endpoints.ask(Endpoint(request.url, True), request, 3.0)).status == 200
    assert (world.call.request, world.call.timeout, world.call.needs) == (request, 3.0, ())
    assert endpoints.refusal(Endpoint("https://id.example", False)) is None
    assert isinstance(endpoints.refusal(Endpoint("http://id.example", False)), TransportFailure)


def test_brokers_and_names_are_no_origins():
    servers = ["mqtt://broker.test:1883", "staging", "https://api.test", "http://127.0.0.1:8"]
    assert {str(one) for one in parse_origins(servers)} == {
        "https://api.test",
        "http://127.0.0.1:8",
    }
