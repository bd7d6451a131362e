"""Which header fields go with the request for a document."""

import pytest

from arazzo_runner.retrieve.source_headers import (
    DocumentHeaders,
    HeaderSettings,
    SourceHeaders,
    is_same_origin,
)

SHOP, BANK = "https://shop.example/openapi.yaml", "https://bank.example/openapi.yaml"
TYPED, OWN = (("X-Key", "1"),), (("X-Docs", "2"),)


def headers_for(url, asking="file:///w.yaml", **settings):
    known = SourceHeaders(HeaderSettings(("X-Key=1",), **settings))
    known.expect({"shop": SHOP, "bank": f"{BANK}#/x"})
    return known.of(url, asking)


@pytest.mark.parametrize(
    ("url", "settings", "expected"),
    [
        (SHOP, {}, ((), TYPED)),
        (SHOP, {"servers": {"": "https://shop.example/v1"}}, (TYPED, ())),
        (SHOP, {"servers": {"": "https://bank.example"}}, ((), ())),
        (SHOP, {"servers": {"bank": "https://bank.example"}}, ((), TYPED)),
        (SHOP, {"servers": {"": BANK, "shop": "https://shop.example"}}, (TYPED, ())),
        (SHOP, {"servers": {"": "http://shop.example"}}, ((), ())),
        (SHOP, {"servers": {"": "https://shop.example:8443"}}, ((), ())),
        (SHOP, {"sources": {"shop": OWN}}, (OWN, OWN + TYPED)),
        (SHOP, {"sources": {"shop": OWN}, "servers": {"": BANK}}, (OWN, ())),
        (BANK, {"sources": {"shop": OWN}}, ((), TYPED)),
        ("https://other.example/part.yaml", {}, ((), ())),
    ],
)
def test_headers_of_a_description(url, settings, expected):
    assert headers_for(url, **settings) == DocumentHeaders(*expected)


def test_headers_of_what_a_description_refers_to():
    known = SourceHeaders(HeaderSettings(sources={"shop": OWN}))
    known.expect({"shop": SHOP})
    known.redirect(SHOP, "https://shop.example/v2/openapi.yaml")
    known.redirect(SHOP, "https://other.example/openapi.yaml")
    part = "https://shop.example/v2/part.yaml"
    assert known.of(part, "https://shop.example/v2/openapi.yaml").first == OWN
    assert known.of("https://shop.example/v2/more.yaml", part).first == OWN
    assert known.of("https://other.example/x.yaml", SHOP).first == ()
    assert known.of("https://other.example/x.yaml", "https://other.example/openapi.yaml") == (
        DocumentHeaders()
    )


@pytest.mark.parametrize(
    ("text", "fallback"),
    [("X-Key=1", (("X-Key", "1"),)), ("shop=X-Key=1", ()), ("shop: X-Key=1", (("shop", "X-Key=1"),))],
)  # fmt: skip
def test_headers_of_the_document_itself(text, fallback):
    """Before it is read, the names of its sources are not known."""
    found = SourceHeaders(HeaderSettings((text,))).of("https://doc.example/w.yaml", "")
    assert found == DocumentHeaders((), fallback)
    assert found.has_fallback == bool(fallback)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (SHOP, "https://SHOP.example:443/x", True),
        (SHOP, BANK, False),
        ("file:///a", "file:///a", False),
        ("https://[", SHOP, False),
        ("https://u:p@shop.example", SHOP, False),
    ],
)
def test_origins(one, other, same):
    assert is_same_origin(one, other) == same


def test_nothing_is_shown():
    assert repr(HeaderSettings(("X-Key=s3cret",), {}, {"shop": OWN})) == "HeaderSettings(shop)"
