"""Where credentials may go beside their own server."""

import pytest

from arazzo_runner.executor.world import SendCall, TransportFailure, run_coroutine
from arazzo_runner.http.client import HttpSettings, HttpWorld
from arazzo_runner.http.errors import TransportError
from arazzo_runner.http.origin import Origin
from arazzo_runner.http.redirects import (
    NOWHERE,
    headers_by_origin,
    parse_destination,
    redirected_request,
)
from arazzo_runner.openapi.message import HttpRequest, HttpResponse

API2 = Origin("https", "api2.example", 443)
LOGIN = ("login", "authorization")
KEY = ("key", "x-key")


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://api2.example", API2),
        ("HTTPS://API2.example:443/", API2),
        ("https://api2.example:8443", Origin("https", "api2.example", 8443)),
        ("https://bücher.example", Origin("https", "xn--bcher-kva.example", 443)),
        ("https://10.0.0.1", Origin("https", "10.0.0.1", 443)),
        ("http://localhost:80", Origin("http", "localhost", 80)),
        ("http://127.0.0.2:81", Origin("http", "127.0.0.2", 81)),
        ("http://[::1]:81", Origin("http", "::1", 81)),
    ],
)
def test_origins(text, origin) -> None:
    assert parse_destination(text) == origin


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "`` is not an origin"),
        ("api2.example", "`api2.example` is not an origin"),
        ("ftp://api2.example", "is not an origin"),
        ("https://", "is not an origin"),
        ("https://api2.example/orders", "is not an origin"),
        ("https://api2.example?a", "is not an origin"),
        ("https://api2.example#a", "is not an origin"),
        ("https://*.example", "is not an origin"),
        ("https://api2.example https://b", "is not an origin"),
        ("https://api2.example\n", "is not an origin"),
        ("https://:443", "it names no host"),
        ("https://api2.example:port", "its host or port is malformed"),
        ("https://ada:s3cret@api2.example", "contains a user name or password"),
        ("http://api2.example", "it is not encrypted, and not on this machine"),
        ("http://10.0.0.1", "it is not encrypted"),
        ("http://localhost.example", "it is not encrypted"),
        ("http://127.0.0.1.example", "it is not encrypted"),
        ("http://2130706433", "it is not encrypted"),
    ],
)
def test_no_origins(text, words) -> None:
    with pytest.raises(TransportError) as raised:
        parse_destination(text)
    assert words in raised.value.failure.message
    assert "s3cret" not in raised.value.failure.message


@pytest.mark.parametrize(
    ("carriers", "origins", "expected"),
    [
        ([LOGIN], {}, NOWHERE),
        ([], {"login": ["https://api2.example"]}, {}),
        ([LOGIN], {"other": ["https://api2.example"]}, {}),
        ([LOGIN, KEY], {"key": ["https://api2.example"]}, {API2: {"x-key"}}),
        (
            [LOGIN, KEY],
            {"login": ["https://api2.example"], "key": ["https://api2.example:443"]},
            {API2: {"authorization", "x-key"}},
        ),
        (
            [LOGIN],
            {"login": ["https://api2.example", "http://[::1]"]},
            {API2: {"authorization"}, Origin("http", "::1", 80): {"authorization"}},
        ),
    ],
)
def test_what_may_go_where(carriers, origins, expected) -> None:
    assert headers_by_origin(carriers, origins) == expected


SENT = (("Authorization", "Basic eDp5"), ("X-Own", "k"), ("Cookie", "a=b"))
PERMITTED = {API2: {"authorization"}}


@pytest.mark.parametrize(
    ("location", "headers"),
    [
        ("https://api2.example/x", SENT[:1]),
        ("https://api2.example:444/x", ()),
        ("https://x.api2.example/x", ()),
        ("https://api2.example.evil/x", ()),
        ("/x", SENT),
    ],
)
def test_what_goes_along(location, headers) -> None:
    response = HttpResponse(302, (("Location", location),), b"")
    request = redirected_request(
        HttpRequest("GET", "https://api.example/", SENT), response, PERMITTED
    )
    assert request is not None
    assert request.headers == headers


def test_never_from_https_to_http() -> None:
    response = HttpResponse(302, (("Location", "http://localhost/x"),), b"")
    permitted = {Origin("http", "localhost", 80): {"authorization"}}
    with pytest.raises(TransportError, match="never followed"):
        redirected_request(HttpRequest("GET", "https://api.example/", SENT), response, permitted)


def test_a_world_refuses_before_it_sends() -> None:
    settings = HttpSettings(credential_origins={"login": ["http://api2.example"]})
    request = HttpRequest("GET", "http://127.0.0.1:9", SENT)
    with HttpWorld(settings, {}) as world:
        call = SendCall("k", request, None, ("", "", ""), carriers=(LOGIN,))
        failure = run_coroutine(world.send(call))
    assert isinstance(failure, TransportFailure)
    assert failure.code == "refused"
    assert "`http://api2.example`: it is not encrypted" in failure.message
    assert failure.exchanges == ()
