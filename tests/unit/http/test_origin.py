"""Hosts beyond ASCII, as they are shown."""

import pytest

from arazzo_runner.http.origin import Origin, readable_host


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("example.com", "example.com"),
        ("xn--bcher-kva.example", "b\u00fccher.example"),
        ("xn--80ak6aa92e.com", "\u0430\u0440\u0440\u04cf\u0435.com"),  # all of one script
        ("xn--pypal-4ve.com", r"p\u{430}ypal.com"),
        ("xn--wgv71a119e.jp", "\u65e5\u672c\u8a9e.jp"),
        ("xn--0.example", "xn--0.example"),
        ("::1", "::1"),
    ],
)
def test_how_a_host_is_shown(host, shown) -> None:
    assert readable_host(host) == shown
    label = Origin("https", host, 443).label(f"{host}:443")
    assert label == (f"`{host}:443`" if host == shown else f"`{host}:443` (`{shown}`)")
