"""Proxies: which one, and what it gets to see."""

import socket
import ssl

import pytest
import trustme

from arazzo_runner.errors import UsageError
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.http.client import HttpSettings, HttpWorld
from arazzo_runner.http.origin import Origin
from arazzo_runner.http.proxy import read_proxies
from arazzo_runner.http.url import parse_url
from arazzo_runner.openapi.message import HttpResponse

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
P = "http://proxy:3128"


@pytest.mark.parametrize(
    ("given", "environment", "url", "expected"),
    [
        (None, {}, "http://a/", None),
        ("http://own:1", {"http_proxy": P}, "http://a/", "own:1"),
        ("own", {}, "https://a/", "own:80"),
        ("", {"http_proxy": P}, "http://a/", None),
        ("own:1", {"no_proxy": "a"}, "http://a/", "own:1"),
        (None, {"http_proxy": P}, "http://a/", "proxy:3128"),
        (None, {"http_proxy": P}, "https://a/", None),
        (None, {"https_proxy": P}, "https://a/", "proxy:3128"),
        (None, {"HTTPS_PROXY": P}, "https://a/", "proxy:3128"),
        (None, {"HTTP_PROXY": P}, "http://a/", "proxy:3128"),
        (None, {"HTTP_PROXY": P, "REQUEST_METHOD": "GET"}, "http://a/", None),
        (None, {"http_proxy": P, "HTTP_PROXY": "http://x:1"}, "http://a/", "proxy:3128"),
        (None, {"all_proxy": P}, "http://a/", "proxy:3128"),
        (None, {"ALL_PROXY": P, "https_proxy": "http://x:1"}, "https://a/", "x:1"),
    ],
)
def test_which_proxy(given, environment, url, expected) -> None:
    proxy = read_proxies(given, environment).of(parse_url(url)[0])
    assert (proxy and proxy.origin.address) == expected


@pytest.mark.parametrize(
    ("rules", "host", "port", "expected"),
    [
        ("*", "a.example", 80, True),
        ("a.example", "a.example", 80, True),
        ("b.example, A.Example ,", "a.example", 80, True),
        ("example", "a.example", 80, True),
        (".example", "a.example", 80, True),
        ("*.example", "a.example", 80, True),
        ("xample", "a.example", 80, False),
        ("a.example:80", "a.example", 80, True),
        ("a.example:81", "a.example", 80, False),
        ("10.0.0.0/8", "10.1.2.3", 80, True),
        ("10.0.0.0/8", "11.1.2.3", 80, False),
        ("10.0.0.0/8", "a.example", 80, False),
        ("10.1.2.3", "10.1.2.3", 80, True),
        ("::1", "::1", 80, True),
        ("[::1]:80", "::1", 80, True),
        ("[::1]", "::1", 80, True),
        ("[::1]:81", "::1", 80, False),
    ],
)
@pytest.mark.parametrize("name", ["no_proxy", "NO_PROXY"])
def test_without_proxy(name, rules, host, port, expected) -> None:
    found = read_proxies(None, {"http_proxy": P, name: rules})
    assert (found.of(Origin("http", host, port)) is None) is expected


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("socks5://secret@x:1", "`socks5://` proxies are not supported"),
        ("https://x:1", "`https://` proxies are not supported"),
        ("http://x:port", "its host or port is malformed"),
        ("http://:1", "it names no host"),
    ],
)
def test_proxies_that_cannot_be_used_are_known_at_once(url, words) -> None:
    with pytest.raises(UsageError) as raised:
        HttpWorld(HttpSettings(proxy=url), {})
    (diagnostic,) = raised.value.diagnostics
    assert diagnostic.message.startswith("`--proxy` cannot be used: ")
    assert words in diagnostic.message
    assert "secret" not in diagnostic.message
    with pytest.raises(UsageError, match="the proxy of the environment cannot be used"):
        HttpWorld(None, {"https_proxy": url})


def test_http_goes_through_the_proxy_with_its_whole_url(serve, ask) -> None:
    proxy = serve([OK, OK])
    own = proxy.url.replace("//", "//me:p%40ss@")
    outcomes = ask(
        "http://api.invalid/a?b", "http://api.invalid/c", settings=HttpSettings(proxy=own)
    )
    assert [one.status for one in outcomes] == [200, 200]
    assert proxy.accepted == 1
    assert proxy.requests[0].startswith(
        b"GET http://api.invalid/a?b HTTP/1.1\r\nHost: api.invalid\r\n"
    )
    assert b"Proxy-Authorization: Basic bWU6cEBzcw==\r\n" in proxy.requests[0]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def test_https_goes_through_a_tunnel(serve, ask, authority, tmp_path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("api.invalid").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    inner: list[bytes] = []

    def tunnel(connection) -> None:
        connection.sendall(b"HTTP/1.1 200 Connection Established\r\n\r\n")
        with context.wrap_socket(connection, server_side=True) as secured:
            for _ in range(2):
                inner.append(secured.recv(65536))
                secured.sendall(OK)

    proxy = serve([tunnel])
    settings = HttpSettings(cacert=str(tmp_path / "ca.pem"))
    environment = {"https_proxy": proxy.url}
    outcomes = ask(
        "https://api.invalid/s", "https://api.invalid/", settings=settings, environment=environment
    )
    assert [isinstance(one, HttpResponse) for one in outcomes] == [True, True]
    assert proxy.requests == [b"CONNECT api.invalid:443 HTTP/1.1\r\nHost: api.invalid:443\r\n\r\n"]
    assert inner[0].startswith(b"GET /s HTTP/1.1\r\nHost: api.invalid\r\n")


@pytest.mark.parametrize(
    ("reply", "code", "message"),
    [
        (
            b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
            "connect",
            "the proxy `{}` refused to connect to `api.invalid:443`: status 407",
        ),
        (
            b"HTTP/1.1 502 Bad Gateway\r\n\r\n",
            "connect",
            "the proxy `{}` refused to connect to `api.invalid:443`: status 502",
        ),
        (b"", "protocol", "`http://{}` closed the connection without a response"),
        ("reset", "protocol", "the connection to `http://{}` broke: Connection reset by peer"),
        ("hold", "timeout", "no connection to `api.invalid:443` within 1.5 s"),
        ("silent", "timeout", "no connection to `api.invalid:443` within 1.5 s"),
    ],
)
def test_a_tunnel_that_is_not_made(serve, ask, reply, code, message) -> None:
    def hold(connection) -> None:
        connection.recv(1)

    def reset(connection) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()

    def silent(connection) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        connection.recv(1)
        connection.recv(65536)
        connection.recv(65536)

    proxy = serve([{"hold": hold, "silent": silent, "reset": reset}.get(reply, reply)])
    settings = HttpSettings(proxy=proxy.url, connect_timeout=1.5)
    (failure,) = ask("https://api.invalid/", settings=settings)
    assert isinstance(failure, TransportFailure)
    assert (failure.code, failure.message) == (code, message.format(f"127.0.0.1:{proxy.port}"))
    if code == "connect":
        hint = "check the user name and password in the proxy's URL"
        assert failure.hint == (hint if "407" in message else None)


def test_a_proxy_that_is_down(ask) -> None:
    (failure,) = ask("https://api.invalid/", settings=HttpSettings(proxy="http://127.0.0.1:1"))
    message = (
        "the proxy failed: no server is listening at `127.0.0.1:1`: the connection was refused"
    )
    assert failure.message == message
    assert failure.hint == "check `--proxy`, or `http_proxy` and `https_proxy` in the environment"
