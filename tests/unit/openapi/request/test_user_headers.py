"""Header fields of the user: which source, which name, which value."""

import pytest

from arazzo_runner.errors import UsageError
from arazzo_runner.openapi.request.user_headers import (
    UserHeader,
    check_field,
    is_ambiguous,
    merge_headers,
    parse_user_header,
    user_headers,
)

SOURCES = {"shop", "bank"}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("X-Key=abc", ("", "X-Key", "abc")),
        ("X-Key: abc", ("", "X-Key", "abc")),
        ("X-Key:abc", ("", "X-Key", "abc")),
        ("X-Key: a=b", ("", "X-Key", "a=b")),
        ("X-Key=a:b", ("", "X-Key", "a:b")),
        ("X-Key=a=b", ("", "X-Key", "a=b")),
        ("X-Key=", ("", "X-Key", "")),
        ("Authorization=Basic YTpi==", ("", "Authorization", "Basic YTpi==")),
        ("shop=X-Key=abc", ("shop", "X-Key", "abc")),
        ("shop=X-Key: abc=", ("shop", "X-Key", "abc=")),
        ("shop=abc", ("", "shop", "abc")),
        ("shop: X-Key=abc", ("", "shop", "X-Key=abc")),
        ("shops=X-Key=abc", ("", "shops", "X-Key=abc")),
    ],
)
def test_forms(text, parts):
    assert parse_user_header(text, SOURCES) == UserHeader(*parts)
    assert repr(parse_user_header(text, SOURCES)) == f"UserHeader({parts[1]})"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Bearer s3cret", "a header is `NAME=VALUE`"),
        ("", "a header is `NAME=VALUE`"),
        ("a b=s3cret", "a header is `NAME=VALUE`"),
        ("=s3cret", "a header is `NAME=VALUE`"),
        ("host=s3cret", "`host` is set by the connection only"),
        ("Content-Length: s3cret", "`Content-Length` is set by the connection only"),
        ("X-Key=s3cret\r\nX: 1", "a line break or another control character"),
        ("X-Key=s3crét", "beyond ASCII"),
    ],
)
def test_what_cannot_be_sent(text, why):
    with pytest.raises(ValueError, match=why) as caught:
        parse_user_header(text, SOURCES)
    assert "s3cr" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "sources", "is_usable"),
    [
        ("shop=X Y: s3cret", {"bank"}, True),
        ("shop=X Y: s3cret", {"shop"}, False),
        ("shop=Host: s3cret", {"bank"}, True),
        ("shop=Host: s3cret", {"shop"}, False),
        ("a b=X-Y: s3cret", {"a b"}, True),
        ("a b=X-Y: s3cret", {"shop"}, False),
    ],
)
def test_what_the_names_of_sources_make_unusable_is_an_error_of_the_call(text, sources, is_usable):
    if is_usable:
        assert len(user_headers([text], "shop", sources)) == 1 - ("a b" in sources)
        return
    with pytest.raises(UsageError) as caught:
        user_headers([text], "shop", sources)
    (found,) = caught.value.diagnostics
    assert (found.code, "s3cret" in found.message) == ("AZ906", False)


def test_the_source_wins_then_the_last():
    texts = ["X-A=1", "shop=x-a=2", "X-A=3", "bank=X-A=4", "X-B=5"]
    assert user_headers(texts, "shop", SOURCES) == (("x-a", "2"), ("X-B", "5"))
    assert user_headers(texts, "bank", SOURCES) == (("X-A", "4"), ("X-B", "5"))
    assert user_headers(texts, "", SOURCES) == (("X-A", "3"), ("X-B", "5"))


def test_merged_headers():
    headers = (("A", "1"), ("b", "2"), ("A", "3"))
    assert merge_headers(headers, (("a", "4"),)) == (("b", "2"), ("a", "4"))


@pytest.mark.parametrize(
    ("text", "ambiguous"),
    [("a=b=c", True), ("a=b: c", True), ("a: b=c", False), ("a=b", False), ("a=b c=d", False)],
)
def test_texts_that_need_the_names_of_sources(text, ambiguous):
    assert is_ambiguous(text) == ambiguous


def test_a_field_of_a_table():
    check_field("X-Key", "abc\t1")
    with pytest.raises(ValueError, match="with a name of HTTP"):
        check_field("X Key", "abc")
