import pytest

from arazzo_runner.openapi.message import HttpRequest, HttpResponse, WireExchange
from arazzo_runner.report.redirects import followed_redirects, redirect_location


@pytest.mark.parametrize(
    ("status", "location", "target"),
    [
        (303, "/a", "/a"),
        (308, "https://b.example/", "https://b.example/"),
        (302, None, None),
        (304, "/a", None),
        (201, "/a", None),
    ],
)
def test_where_a_response_leads(status, location, target):
    headers = (("location", location),) if location else ()
    assert redirect_location(HttpResponse(status, headers, b"")) == target


def test_only_what_was_followed_counts(build):
    def exchange(url, status, *headers):
        return WireExchange(HttpRequest("GET", url), HttpResponse(status, headers, b""), 0.0, 0.0)

    exchanges = (
        exchange("https://x/token", 200),
        exchange("https://x/a", 401),
        exchange("https://x/a", 302, ("Location", "/b")),
        exchange("https://x/b", 307, ("Location", "/c")),
    )
    (one,) = followed_redirects(build.attempt(exchanges=exchanges))
    assert (one.status, one.request.url) == (302, "https://x/b")
