"""Where `x-url` may lead."""

import pytest

from arazzo_runner.openapi.request.encoding import RequestRefused
from arazzo_runner.openapi.request.link import origin_of, resolve_link

SERVER = "https://api.example/v1"


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("https://api.example/v2/x?p=2", "https://api.example/v2/x?p=2"),
        ("HTTPS://API.example:443/x", "https://API.example:443/x"),
        ("/v2/x", "https://api.example/v2/x"),
        ("x?p=2#part", "https://api.example/v1/x?p=2"),
        ("?p=2", "https://api.example/v1/?p=2"),
        ("../up", "https://api.example/up"),
        ("x/é?q=%2F", "https://api.example/v1/x/%C3%A9?q=%2F"),
    ],
)
def test_urls_of_the_servers_origin(value, url):
    link = resolve_link(SERVER, value, ())
    assert (link.url.replace("API.example:443", "API.example:443"), link.is_elsewhere) == (
        url,
        False,
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (7, "needs the text of a URL"),
        (None, "needs the text of a URL"),
        ("", "and is empty"),
        ("/a b", "has a space"),
        ("/a\r\nHost: x", "has a space"),
        ("\\\\other.example/x", "has a space, backslash"),
        ("file:///etc/passwd", "no plain http or https URL"),
        ("https://user@api.example/x", "no plain http or https URL"),
        ("https://api.example:port/x", "no plain http or https URL"),
        ("//other.example/x", "another origin than the server's, `https://other.example`"),
        ("http://api.example/x", "another origin than the server's, `http://api.example`"),
        ("https://api.example:8443/x", "another origin"),
        ("https://api.example.evil.example/x", "another origin"),
    ],
)
def test_urls_that_are_refused(value, message):
    with pytest.raises(RequestRefused) as refused:
        resolve_link(SERVER, value, ())
    assert message in str(refused.value)


def test_an_allowed_origin():
    link = resolve_link(SERVER, "https://[::1]:8443/x", ["https://[::1]:8443"])
    assert (link.url, link.is_elsewhere) == ("https://[::1]:8443/x", True)
    assert origin_of("http://x.example:80/y") == "http://x.example"
