"""Forms: one encoding rule a row."""

import pytest

from arazzo_runner.openapi.model import Encoding, MediaType
from arazzo_runner.openapi.request.encoding import RequestRefused
from arazzo_runner.openapi.request.form import encode_form, encode_pairs
from arazzo_runner.text.source import Place, SourceFile

NOWHERE = Place(SourceFile("", "", ""))


def media(**encodings):
    return MediaType("application/x-www-form-urlencoded", None, NOWHERE, encodings)


def styled(style=None, explode=None, reserved=False):
    return Encoding(None, style, explode, allow_reserved=reserved)


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ({"To": "+15551", "Body": "a b~*é"}, "To=%2B15551&Body=a+b%7E%2A%C3%A9"),
        ({"a": True, "b": 0, "c": None, "d": 1.5}, "a=true&b=0&d=1.5"),
        ({"a": ["x", "y z", None]}, "a=x&a=y+z"),
        ({"a": {"zip": "99999+1234"}}, "a=%7B%22zip%22%3A%2299999%2B1234%22%7D"),
        ({"a": [[1], {"b": 2}]}, "a=%5B1%5D&a=%7B%22b%22%3A2%7D"),
        ({"a&b": "c=d"}, "a%26b=c%3Dd"),
        ({"a": []}, ""),
        ({"a": ""}, "a="),
        ({}, ""),
        ("a=b&c", "a=b&c"),
    ],
)
def test_without_encoding(payload, text):
    assert encode_form(payload, None) == text
    assert encode_form(payload, media()) == text


@pytest.mark.parametrize(
    ("encoding", "value", "text"),
    [
        (Encoding("application/json", None, None), "id", "x=%22id%22"),
        (Encoding("application/json", None, None), [1, "a"], "x=1&x=%22a%22"),
        (Encoding("text/plain", None, None), "a b", "x=a+b"),
        (styled("form", True), ["a b", "c"], "x=a%20b&x=c"),
        (styled("form", False), ["a b", "c"], "x=a%20b,c"),
        (styled("form"), ["a", "c"], "x=a&x=c"),
        (styled(None, False), ["a", "c"], "x=a,c"),
        (styled("spaceDelimited"), ["a", "c"], "x=a%20c"),
        (styled("pipeDelimited", False), ["a", "c"], "x=a%7Cc"),
        (styled("deepObject", True), {"a": 1, "b": {"c": 2}}, "x%5Ba%5D=1&x%5Bb%5D%5Bc%5D=2"),
        (styled(reserved=True), "a/b", "x=a/b"),
        (styled("form"), None, ""),
    ],
)
def test_encoding_objects(encoding, value, text):
    assert encode_form({"x": value}, media(x=encoding)) == text


def test_pairs_keep_their_order():
    assert encode_pairs([("a", "1 2"), ("b", "&"), ("a", "é")]) == b"a=1+2&b=%26&a=%C3%A9"


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ([1], "a form is written from an object, not from array [1]"),
        ({"a": "\ud800"}, "text with half a surrogate pair cannot be sent in a form"),
    ],
)
def test_refused(payload, message):
    with pytest.raises(RequestRefused) as raised:
        encode_form(payload, None)
    assert raised.value.message == message
