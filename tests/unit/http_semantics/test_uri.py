"""URIs of others."""

import pytest

from arazzo_runner.http_semantics.uri import parse_uri


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("https://a.example/b?c#d", "/b"),
        ("//a.example:80/b", "/b"),
        ("b/c", "b/c"),
        ("", ""),
        ("http://[", None),
        ("//[::1/b", None),
        ("http://a.example:65536/b", None),
        ("http://a.example:b/", None),
        ("http://\u2100/", None),
    ],
)
def test_the_parts_of_a_uri(text: str, path: str | None) -> None:
    parts = parse_uri(text)
    assert (parts and parts.path) == path
