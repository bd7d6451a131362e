"""Parameters on the wire: the table "Style Examples" of the specification, and its edges."""

import pytest
from msgspec.structs import replace

from arazzo_runner.expression.value import MISSING
from arazzo_runner.openapi.request.build import undeclared_parameter
from arazzo_runner.openapi.request.encoding import RequestRefused
from arazzo_runner.openapi.request.parameters import serialize_parameter
from unit.openapi.style_matrix import ARRAY, EMPTY, OBJECT, STRING, STYLES


def parameter(location, style=None, explode=None, name="color", **more):
    plain = undeclared_parameter(name, location)
    style = style or plain.style
    explode = style in ("form", "cookie") if explode is None else explode
    return replace(plain, style=style, explode=explode, **more)


@pytest.mark.parametrize(("location", "style", "explode", "expected"), STYLES)
def test_style_examples(location, style, explode, expected):
    for value, text in zip((EMPTY, STRING, ARRAY, OBJECT), expected, strict=True):
        one = parameter(location, style, explode)
        if text is None:
            with pytest.raises(RequestRefused):
                serialize_parameter(one, value)
        else:
            assert serialize_parameter(one, value) == text


def test_letters_of_a_header_stay_as_they_are():
    assert serialize_parameter(parameter("header", "simple"), "grün") == "grün"
    with pytest.raises(RequestRefused, match="half a surrogate pair"):
        serialize_parameter(parameter("header", "simple"), "gr\ud800n")


@pytest.mark.parametrize("style", ["spaceDelimited", "pipeDelimited", "deepObject"])
def test_what_a_style_cannot_say_is_said_in_form(style):
    one = parameter("query", style, explode=True)
    assert serialize_parameter(one, ARRAY) == "color=blue&color=black&color=brown"
    not_exploded = parameter("query", "deepObject", explode=False)
    assert serialize_parameter(not_exploded, OBJECT) == serialize_parameter(
        replace(not_exploded, explode=True), OBJECT
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "color=true"),
        (False, "color=false"),
        (0, "color=0"),
        (12, "color=12"),
        (1.5, "color=1.5"),
        (1e21, "color=1e%2B21"),
        (10**30, "color=1" + "0" * 30),
        (b"\x00\xff", "color=AP8%3D"),
        ("a b&c=d/e?f#g+h~i", "color=a%20b%26c%3Dd%2Fe%3Ff%23g%2Bh~i"),
        ("diṅnāga", "color=di%E1%B9%85n%C4%81ga"),
        ("%41", "color=%2541"),
        (["a,b", None, MISSING, 1], "color=a%2Cb&color=1"),
        ([[1, 2], {"x": "y"}], "color=%5B1%2C2%5D&color=%7B%22x%22%3A%22y%22%7D"),
        ({"a": None, "b": [1, "c"], "d&": MISSING, "e=": 2}, "b=%5B1%2C%22c%22%5D&e%3D=2"),
        ([], None),
        ({}, None),
        ([None], None),
        ({"a": None}, None),
        (None, None),
        (MISSING, None),
    ],
)
def test_values_in_a_query(value, text):
    assert serialize_parameter(parameter("query"), value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": {"b": {"c": 1}}}, "color%5Ba%5D%5Bb%5D%5Bc%5D=1"),
        ({"a": [1, 2], "b[": "x y"}, "color%5Ba%5D=1&color%5Ba%5D=2&color%5Bb%5B%5D=x%20y"),
        ({"a": None, "b": [], "c": ""}, "color%5Bc%5D="),
        ({}, None),
    ],
)
def test_deep_objects(value, text):
    assert serialize_parameter(parameter("query", "deepObject", explode=True), value) == text


def test_names_are_encoded():
    assert serialize_parameter(parameter("query", name="a[b]&c"), 1) == "a%5Bb%5D%26c=1"


@pytest.mark.parametrize("value", [None, [], {}])
def test_allow_empty_value(value):
    one = parameter("query", allow_empty_value=True)
    assert serialize_parameter(one, value) == "color="
    assert serialize_parameter(one, MISSING) is None


@pytest.mark.parametrize(
    ("location", "text", "expected"),
    [
        ("query", "a/b?c=d&e+f:g@h!$'()*,;", "color=a/b?c=d&e+f:g@h!$'()*,;"),
        ("query", '%41%zz#[x]é "', "color=%41%25zz%23%5Bx%5D%C3%A9%20%22"),
        ("path", "a:b@c!$&'()*+,;=", "a:b@c!$&'()*+,;="),
        ("path", "a/b?c#d%2Fe", "a%2Fb%3Fc%23d%252Fe"),
        ("cookie", "a/b:c", "color=a/b:c"),
    ],
)
def test_allow_reserved(location, text, expected):
    assert serialize_parameter(parameter(location, allow_reserved=True), text) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("../admin", "..%2Fadmin"),
        ("a/b?c#d", "a%2Fb%3Fc%23d"),
        ("%2e%2e", "%252e%252e"),
        ("a b", "a%20b"),
        ("...", "..."),
        ("الخوارزميّ", "%D8%A7%D9%84%D8%AE%D9%88%D8%A7%D8%B1%D8%B2%D9%85%D9%8A%D9%91"),
        (0, "0"),
        (False, "false"),
    ],
)
def test_paths_stay_within_their_segment(value, text):
    assert serialize_parameter(parameter("path"), value) == text


@pytest.mark.parametrize("reserved", [False, True])
@pytest.mark.parametrize(
    ("style", "value", "why"),
    [
        ("simple", "", "is empty, which would call another path"),
        ("simple", None, "is empty, which would call another path"),
        ("simple", [], "is empty, which would call another path"),
        ("simple", ".", "becomes `.`, which would call another path"),
        ("simple", "..", "becomes `..`, which would call another path"),
        ("label", ".", "becomes `..`, which would call another path"),
    ],
)
def test_refused_paths(style, value, why, reserved):
    with pytest.raises(RequestRefused) as raised:
        serialize_parameter(parameter("path", style, allow_reserved=reserved), value)
    assert raised.value.message == f"path parameter `color` {why}"
    assert raised.value.parameter == "color"


@pytest.mark.parametrize("value", ["a\r\nX-Admin: 1", "a\n", "\r", "a\0b", "\x7f"])
@pytest.mark.parametrize("location", ["header", "cookie"])
@pytest.mark.parametrize("style", ["simple", "form", "cookie"])
def test_control_characters_are_refused(location, style, value):
    with pytest.raises(
        RequestRefused, match=f"^{location} parameter `color` contains a|contains the"
    ):
        serialize_parameter(parameter(location, style, explode=True), value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" \ta b\t ", "a b"),
        ("a, b", "a, b"),
        ("naïve €", "naïve €"),
        ("50%", "50%"),
        ([True, None, 2.5], "true,2.5"),
    ],
)
def test_headers_are_not_encoded(value, text):
    assert serialize_parameter(parameter("header"), value) == text


@pytest.mark.parametrize(
    ("location", "name"),
    [("header", "a b"), ("header", ""), ("header", "a:"), ("cookie", "a=b"), ("cookie", "a;b")],
)
def test_names_that_cannot_be(location, name):
    with pytest.raises(RequestRefused, match=f"has a name that no {location} can have"):
        serialize_parameter(parameter(location, name=name), "x")


@pytest.mark.parametrize(
    ("style", "value", "text"),
    [
        # 3.2.1, "Parameter Object Examples".
        ("form", "Hello, world!", "color=Hello%2C%20world%21"),
        ("form", "a; admin=1", "color=a%3B%20admin%3D1"),
        ("cookie", "Hello%2C%20world!", "color=Hello%2C%20world!"),
        ("cookie", "YWJj+/==", "color=YWJj+/=="),
    ],
)
def test_cookies(style, value, text):
    assert serialize_parameter(parameter("cookie", style), value) == text


@pytest.mark.parametrize("value", ["a; admin=1", "a,b", 'a"b', "a b", "a\\b", "é"])
def test_cookie_octets(value):
    with pytest.raises(RequestRefused) as raised:
        serialize_parameter(parameter("cookie", "cookie"), value)
    assert raised.value.hint.startswith("percent-encode the value")


@pytest.mark.parametrize(
    ("location", "media_type", "value", "text"),
    [
        (
            "query",
            "application/json",
            {"lat": 40.6, "long": -73.9},
            "color=%7B%22lat%22%3A40.6%2C%22long%22%3A-73.9%7D",
        ),
        ("query", "application/json", None, "color=null"),
        ("query", "application/problem+json; x=y", "é", "color=%22%C3%A9%22"),
        ("query", "text/plain", "a b", "color=a%20b"),
        ("query", "text/plain", 3, "color=3"),
        ("query", "text/plain", None, None),
        ("path", "application/json", [1], "%5B1%5D"),
        ("header", "application/json", ["é"], '["\\u00e9"]'),
        ("header", "text/plain", None, None),
        ("cookie", "application/json", {"a": 1}, "color=%7B%22a%22%3A1%7D"),
        ("cookie", "text/plain", "a=b", "color=a=b"),
        ("cookie", "text/plain", None, None),
        # 3.2.1, "Parameter Object Examples".
        (
            "querystring",
            "application/x-www-form-urlencoded",
            {"foo": "a + b", "bar": True},
            "foo=a+%2B+b&bar=true",
        ),
        (
            "querystring",
            "application/json",
            {"numbers": [1, 2], "flag": None},
            "%7B%22numbers%22%3A%5B1%2C2%5D%2C%22flag%22%3Anull%7D",
        ),
        ("querystring", "application/jsonpath", "$.a.b[1:1]", "%24.a.b%5B1%3A1%5D"),
        ("querystring", None, {"a": [1, 2]}, "a=1&a=2"),
        ("querystring", None, "a=b&c=d e", "a=b&c=d%20e"),
        ("querystring", None, None, None),
    ],
)
def test_content(location, media_type, value, text):
    assert serialize_parameter(parameter(location, media_type=media_type), value) == text


@pytest.mark.parametrize(
    ("value", "media_type", "message"),
    [
        (
            float("inf"),
            None,
            "query parameter `color`: the number `inf` cannot be sent: JSON has no such value",
        ),
        (
            "\ud800",
            None,
            "query parameter `color`: text with half a surrogate pair cannot be sent in a URL",
        ),
        (
            [float("nan")],
            "application/json",
            "query parameter `color`: a number that is not finite cannot be written as JSON",
        ),
        (
            [b"x"],
            "application/json",
            "query parameter `color`: binary data cannot be written as JSON",
        ),
    ],
)
def test_values_that_cannot_be_written(value, media_type, message):
    with pytest.raises(RequestRefused) as raised:
        serialize_parameter(parameter("query", media_type=media_type), value)
    assert (raised.value.message, raised.value.parameter) == (message, "color")
