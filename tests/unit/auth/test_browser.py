"""A browser that comes back to this machine, and a terminal that tells where to go."""

import io
import socket
import sys
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from arazzo_runner.auth import browser
from arazzo_runner.auth.browser import TerminalPerson, open_in_browser
from arazzo_runner.executor.world import run_coroutine


def visited(url):
    """What a browser sees at a URL: the status, the headers and the page."""
    try:
        with urlopen(url, timeout=5) as page:
            return page.status, page.headers, page.read().decode()
    except HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.headers, refusal.read().decode()


def coming_back(*paths, patience=5.0):
    """A person whose browser visits these paths of the redirect; what came of it."""
    seen = []
    out = io.StringIO()

    def open_browser(url):
        seen.extend(visited(redirect.url.removesuffix("/callback") + path) for path in paths)

    person = TerminalPerson(out, open_browser, patience)
    redirect = person.redirect()
    try:
        return (
            run_coroutine(redirect.answer("https://id.example/authorize?a=b")),
            seen,
            out.getvalue(),
        )
    finally:
        redirect.close()


def test_the_query_that_comes_back():
    answer, seen, told = coming_back("/callback?state=s&code=a%20b&iss=")
    assert answer == {"state": "s", "code": "a b", "iss": ""}
    ((status, headers, page),) = seen
    assert status == 200
    assert "close this window" in page
    assert headers["Content-Security-Policy"] == "default-src 'none'"
    assert headers["Cache-Control"] == "no-store"
    assert "https://id.example/authorize?a=b" in told


def test_nothing_of_the_query_stands_on_the_page():
    _, seen, _ = coming_back("/callback?code=%3Cscript%3E")
    assert "script" not in seen[0][2]


@pytest.mark.parametrize("path", ["/favicon.ico", "/callback", "/", f"/callback?{'a' * 20_000}"])
def test_other_visits_are_no_answer(path):
    answer, seen, _ = coming_back(path, "/callback?code=c")
    assert [one[0] for one in seen] == [404, 200]
    assert answer == {"code": "c"}


def test_the_longest_query():
    longest = "code=".ljust(16_384, "c")
    answer, seen, _ = coming_back(f"/callback?{longest}c", f"/callback?{longest}")
    assert [one[0] for one in seen] == [404, 200]
    assert answer == {"code": longest.removeprefix("code=")}


def test_nobody_comes():
    assert coming_back(patience=0.0)[0] is None


def test_a_connection_that_says_nothing_holds_up_nothing():
    person = TerminalPerson(io.StringIO(), lambda url: visited(f"{redirect.url}?code=c"))
    redirect = person.redirect()
    host, port = redirect.url.removeprefix("http://").removesuffix("/callback").split(":")
    assert host == "127.0.0.1"
    with socket.create_connection((host, int(port))):
        assert run_coroutine(redirect.answer("https://id.example")) == {"code": "c"}
        redirect.close()


def test_a_code_to_enter():
    out = io.StringIO()
    TerminalPerson(out).show_code("https://id.example/device", "AB-CD")
    assert out.getvalue() == (
        "to log in, open https://id.example/device in any browser and enter the code AB-CD\n"
    )


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "w"}, True),
        ("linux", {"BROWSER": "firefox"}, True),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_a_browser_is_opened_where_one_can_be_seen(monkeypatch, platform, environment, expected):
    import webbrowser

    opened = []
    monkeypatch.setattr(webbrowser, "open", lambda url: opened.append(url) or True)
    monkeypatch.setattr(sys, "platform", platform)
    assert open_in_browser("https://id.example", environment) is expected
    assert bool(opened) is expected


def test_a_browser_that_cannot_be_opened_is_no_error(monkeypatch):
    import webbrowser

    def fail(url):
        raise webbrowser.Error("none")

    monkeypatch.setattr(webbrowser, "open", fail)
    assert open_in_browser("https://id.example", {"DISPLAY": ":0"}) is False


def test_what_is_shown_goes_to_standard_error(capsys):
    TerminalPerson().show_code("u", "c")
    assert capsys.readouterr().err.startswith("to log in, open u")
    assert browser.PATIENCE == 300
