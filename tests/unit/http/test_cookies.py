"""Cookies: one jar for each origin and run, off unless asked."""

import pytest

from arazzo_runner.http import cookies as module
from arazzo_runner.http.client import HttpSettings
from arazzo_runner.http.cookies import CookieJars
from arazzo_runner.http.origin import Origin
from arazzo_runner.openapi.message import HttpRequest

HERE = Origin("https", "api.example", 443)


def kept(*values: str, origin: Origin = HERE, target: str = "/a/b?c") -> CookieJars:
    cookies = CookieJars()
    cookies.keep(origin, target, tuple(("Set-Cookie", value) for value in values))
    return cookies


@pytest.mark.parametrize(
    ("values", "target", "field"),
    [
        (["s=1"], "/a/x", "s=1"),
        (["s=1"], "/a", "s=1"),
        (["s=1"], "/ab", None),
        (["s=1"], "/", None),
        (["s=1; Path=/"], "/x?y", "s=1"),
        (["s=1; Path=/x/"], "/x/y", "s=1"),
        (["s=1; Path=/x/"], "/x", None),
        (["s=1; Path=odd"], "/a/", "s=1"),
        (["s=1; PATH=/; HttpOnly; Secure; SameSite=Lax"], "/", "s=1"),
        ([' s = "1=2" ; Path=/'], "/", 's="1=2"'),
        (["s=1; Path=/", "s=2; Path=/"], "/", "s=2"),
        (["s=1; Path=/", "s=2; Path=/a", "t=3; Path=/"], "/a", "s=2; s=1; t=3"),
        (["s=; Path=/"], "/", "s="),
        (["=1; Path=/"], "/", None),
        (["s; Path=/"], "/", None),
        (["s=" + "x" * 4095 + "; Path=/"], "/", "s=" + "x" * 4095),
        (["s=" + "x" * 4096 + "; Path=/"], "/", None),
        (["s=1; Path=/; Max-Age=60"], "/", "s=1"),
        # Domain-match, section 5.1.3: what is before the end of a name ends with a dot.
        (["s=1; Path=/; Domain=example"], "/", "s=1"),
        (["s=1; Path=/; Domain=pi.example"], "/", None),
        (["s=1; Path=/; Max-Age=0"], "/", None),
        (["s=1; Path=/", "s=1; Path=/; Max-Age=-1"], "/", None),
        (["s=1; Path=/; Max-Age=" + "9" * 400], "/", "s=1"),
        (["s=1; Path=/; Max-Age=soon"], "/", "s=1"),
        (["s=1; Path=/; Expires=Wed, 21 Oct 2015 07:28:00 GMT"], "/", None),
        (["s=1; Path=/; Expires=Wed, 21 Oct 2015 07:28:00 GMT; Max-Age=9"], "/", "s=1"),
        (["s=1; Path=/; Expires=tomorrow"], "/", "s=1"),
        (["s=1; Path=/; Domain=api.example"], "/", "s=1"),
        (["s=1; Path=/; Domain=.EXAMPLE"], "/", "s=1"),
        (["s=1; Path=/; Domain=other.example"], "/", None),
        (["s=1; Path=/; Domain=x.api.example"], "/", None),
    ],
)
def test_what_comes_back(values, target, field) -> None:
    assert kept(*values).field(HERE, target, None) == field


@pytest.mark.parametrize(
    "origin",
    [
        Origin("http", "api.example", 80),
        Origin("https", "api.example", 444),
        Origin("https", "x.api.example", 443),
    ],
)
def test_only_to_the_origin_that_set_it(origin) -> None:
    assert kept("s=1; Path=/; Domain=api.example").field(origin, "/", None) is None


@pytest.mark.parametrize(("host", "expected"), [("api.example", None), ("localhost", "s=1")])
def test_a_secure_cookie_over_http(host, expected) -> None:
    origin = Origin("http", host, 80)
    assert kept("s=1; Path=/; Secure", origin=origin).field(origin, "/", None) == expected


def test_at_most_fifty() -> None:
    cookies = kept(*(f"c{number}=1; Path=/" for number in range(51)))
    field = cookies.field(HERE, "/", None) or ""
    assert field.startswith("c1=1; ")
    assert field.count("=") == 50


def test_a_cookie_ends(monkeypatch) -> None:
    cookies = kept("s=1; Path=/; Max-Age=60", "t=2; Path=/")
    now = module.time()
    monkeypatch.setattr(module, "time", lambda: now + 61)
    assert cookies.field(HERE, "/", None) == "t=2"


def test_a_cookie_of_the_step_stays_its_own() -> None:
    cookies = kept("s=1; Path=/", "t=2; Path=/")
    assert cookies.field(HERE, "/", "s=own; u=3") == "s=own; u=3; t=2"


SET = b"HTTP/1.1 200 OK\r\nSet-Cookie: s=1\r\nset-cookie: t=2\r\nContent-Length: 0\r\n\r\n"


def lines(request: bytes) -> list[bytes]:
    return [line for line in request.split(b"\r\n") if line.lower().startswith(b"cookie:")]


def test_off_unless_asked(serve, ask) -> None:
    server = serve([SET, SET])
    ask(server.url, server.url)
    assert [lines(one) for one in server.requests] == [[], []]


def test_on_the_wire(serve, ask) -> None:
    server = serve([SET, SET])
    own = HttpRequest("GET", server.url, (("Cookie", "s=own"), ("A", "b")))
    ask(server.url, own, settings=HttpSettings(cookies=True))
    assert [lines(one) for one in server.requests] == [[], [b"Cookie: s=own; t=2"]]


def reply(status: int, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status} X", *headers, "Content-Length: 0", "", ""]).encode()


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_without_the_cookie_that_was_set_before_says_so(serve, ask, status) -> None:
    server = serve([reply(200, "Set-Cookie: s=1"), reply(status)])
    first, second = ask(server.url, server.url)
    assert first.hint is None
    assert (
        second.hint
        == f"`{server.url}` set a cookie before, which was not kept; `--cookies` keeps cookies"
    )


@pytest.mark.parametrize(
    ("replies", "own", "settings"),
    [
        ([reply(200, "Set-Cookie: s=1"), reply(404)], (), {}),
        ([reply(200, "Set-Cookie: s=1"), reply(402)], (), {}),
        ([reply(200), reply(401)], (), {}),
        ([reply(200), reply(401, "Set-Cookie: s=1")], (), {}),
        ([reply(200, "Set-Cookie: s=1"), reply(401)], (("Cookie", "s=own"),), {}),
        ([reply(200, "Set-Cookie: s=1"), reply(401)], (), {"cookies": True}),
    ],
    ids=["another status", "a status between", "none was set", "only now", "one was sent", "kept"],
)
def test_nothing_is_said_of_cookies_where_they_are_not_missing(
    serve, ask, replies, own, settings
) -> None:
    server = serve(replies)
    outcomes = ask(
        server.url, HttpRequest("GET", server.url, own), settings=HttpSettings(**settings)
    )
    assert [one.hint for one in outcomes] == [None, None]
