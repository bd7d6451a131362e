"""Redirects: where they lead, and what is not taken along."""

import pytest

from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.http.client import HttpSettings
from arazzo_runner.http.errors import TransportError
from arazzo_runner.http.redirects import redirected_request
from arazzo_runner.openapi.message import HttpRequest, HttpResponse

SENT = (("Authorization", "Basic eDp5"), ("X-Api-Key", "k"), ("Cookie", "a=b"), ("Accept", "a/b"))
TYPED = (*SENT, ("Content-Type", "text/plain"), ("Content-Language", "en"))
HERE = "https://api.example/a/b?c"


def answer(status: int, location: str | None) -> HttpResponse:
    return HttpResponse(status, (("Location", location),) if location is not None else (), b"")


@pytest.mark.parametrize(
    ("method", "status", "location", "expected"),
    [
        ("GET", 200, "/x", None),
        ("GET", 304, "/x", None),
        ("GET", 302, None, None),
        ("GET", 302, "/x", ("GET", "https://api.example/x")),
        ("GET", 301, "x#f", ("GET", "https://api.example/a/x")),
        ("GET", 307, "?d", ("GET", "https://api.example/a/b?d")),
        ("GET", 308, "//api.example:443/x", ("GET", "https://api.example:443/x")),
        ("HEAD", 303, "/x", ("HEAD", "https://api.example/x")),
        ("DELETE", 302, "/x", ("DELETE", "https://api.example/x")),
        ("DELETE", 303, "/x", ("GET", "https://api.example/x")),
        ("GET", 302, "/ü b%20c", ("GET", "https://api.example/%C3%BC%20b%20c")),
    ],
)
def test_where_to(method, status, location, expected) -> None:
    request = redirected_request(HttpRequest(method, HERE, SENT), answer(status, location))
    assert request == (None if expected is None else HttpRequest(*expected, SENT))


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_post_becomes_a_get_without_its_body(status) -> None:
    request = redirected_request(HttpRequest("POST", HERE, TYPED, b"body"), answer(status, "/x"))
    assert request == HttpRequest("GET", "https://api.example/x", SENT)


@pytest.mark.parametrize(("method", "status"), [("POST", 307), ("POST", 308), ("PUT", 301)])
def test_a_body_is_sent_again_where_the_method_stays(method, status) -> None:
    request = redirected_request(HttpRequest(method, HERE, TYPED, b"body"), answer(status, "/x"))
    assert request == HttpRequest(method, "https://api.example/x", TYPED, b"body")


@pytest.mark.parametrize(
    "location", ["https://other.example/x", "https://api.example:444/x", "https://x.api.example/"]
)
def test_nothing_of_the_document_goes_to_another_origin(location) -> None:
    request = redirected_request(HttpRequest("POST", HERE, TYPED, b"body"), answer(302, location))
    assert request == HttpRequest("GET", location)


@pytest.mark.parametrize(
    ("location", "code", "words"),
    [
        ("http://api.example/x", "refused", "to `http://api.example`, which is not encrypted"),
        (
            "https://other.example/x",
            "refused",
            "with a body to `https://other.example` (status 307)",
        ),
        ("ftp://api.example/x", "protocol", "`ftp` is neither http nor https"),
        ("https://[::1/", "protocol", "but its Location is not a URL"),
        ("https://u:p@api.example/", "protocol", "contains a user name or password"),
    ],
)
def test_redirects_that_are_not_followed(location, code, words) -> None:
    with pytest.raises(TransportError) as raised:
        redirected_request(HttpRequest("POST", HERE, TYPED, b"body"), answer(307, location))
    assert raised.value.failure.code == code
    assert raised.value.failure.message.startswith("`https://api.example` redirects")
    assert words in raised.value.failure.message


def to(location: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def test_a_redirect_is_a_response_unless_asked(serve, ask) -> None:
    (response,) = ask(serve([to("/x"), OK]).url)
    assert response.status == 302


def test_as_many_as_asked_for(serve, ask) -> None:
    server = serve([to("/1"), to("/2"), OK])
    (response,) = ask(server.url, settings=HttpSettings(follow_redirects=2))
    assert response.status == 200
    assert [one.split()[1] for one in server.requests] == [b"/", b"/1", b"/2"]


def test_fewer_than_asked_for(serve, ask) -> None:
    (response,) = ask(serve([to("/1"), OK]).url, settings=HttpSettings(follow_redirects=9))
    assert response.status == 200


def test_one_more_than_asked_for(serve, ask) -> None:
    server = serve([to("/1"), to("/2"), OK])
    (failure,) = ask(server.url, settings=HttpSettings(follow_redirects=1))
    assert failure == TransportFailure(
        "limit",
        f"`{server.url}` redirects again after a redirect, the limit",
        "raise the limit with `--follow-redirects`",
        failure.duration,
        exchanges=failure.exchanges,
    )


def test_each_hop_is_told(serve, ask) -> None:
    server = serve([to("/1"), to("/2"), OK])
    (failure,) = ask(server.url, settings=HttpSettings(follow_redirects=1))
    first, second = failure.exchanges
    assert (first.request.url, first.request.header("host")) == (server.url, server.url[7:])
    assert (second.request.url, second.response.status) == (f"{server.url}/1", 302)
    assert first.response.header("location") == "/1"
    assert first.sent_at <= second.sent_at
    assert 0 <= first.duration <= failure.duration


def test_a_hop_without_an_answer_is_told(serve, ask) -> None:
    server = serve([to("/1")], [b""])
    (failure,) = ask(server.url, settings=HttpSettings(follow_redirects=1))
    first, *_, second = failure.exchanges
    assert first.response is not None
    assert (second.request.url, second.response) == (f"{server.url}/1", None)


def test_a_port_is_another_origin(serve, ask) -> None:
    other = serve([OK])
    server = serve([to(f"{other.url}/x")])
    request = HttpRequest("GET", server.url, SENT)
    (response,) = ask(request, settings=HttpSettings(follow_redirects=1, cookies=True))
    assert response.status == 200
    assert other.requests == [
        f"GET /x HTTP/1.1\r\nHost: 127.0.0.1:{other.port}\r\nUser-Agent: arazzo\r\n".encode()
        + b"Accept: */*\r\nAccept-Encoding: gzip, deflate\r\n\r\n"
    ]
