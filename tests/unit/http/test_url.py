"""Hosts beyond ASCII, as they are sent."""

import pytest

from arazzo_runner.http.errors import TransportError
from arazzo_runner.http.origin import Origin
from arazzo_runner.http.url import encode_url, parse_url


@pytest.mark.parametrize(
    ("url", "encoded"),
    [
        ("https://b\u00fccher.example/\u00fc b?q=\u00fc", "https://xn--bcher-kva.example/%C3%BC%20b?q=%C3%BC"),
        ("https://B\u00dcCHER.example:8443/", "https://xn--bcher-kva.example:8443/"),
        ("https://b%C3%BCcher.example/", "https://xn--bcher-kva.example/"),
        ("//fa\u00df.example/a", "//xn--fa-hia.example/a"),
        ("https://\uff45xample.com\u3002/", "https://example.com./"),
        ("https://user:p\u00e4ss@h.example/", "https://user:p%C3%A4ss@h.example/"),
        ("https://[::1]:80/\u00fc", "https://[::1]:80/%C3%BC"),
        ("\u00fc/b?c", "%C3%BC/b?c"),
        ("https://h.example", "https://h.example"),
    ],
)  # fmt: skip
def test_a_url_in_ascii(url, encoded) -> None:
    assert encode_url(url) == encoded


@pytest.mark.parametrize(
    "host", ["a%2Fb", "a%40b", "\u2615", "a\u200bb\u0378", "%FF", "-\u00fc", "\u00fc" * 64]
)
def test_a_host_that_is_not_a_name(host) -> None:
    for read in (encode_url, parse_url):
        with pytest.raises(TransportError, match="is not a name"):
            read(f"https://{host}.example/")


def test_one_origin_in_every_spelling() -> None:
    spellings = ["b\u00fccher.example", "B\u00dcCHER.example", "b%C3%BCcher.example"]
    origins = {parse_url(f"https://{one}/")[0] for one in spellings}
    assert origins == {Origin("https", "xn--bcher-kva.example", 443)}
