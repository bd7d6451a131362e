import pytest

from arazzo_runner.expression.value import MISSING
from arazzo_runner.mock.request_values import RequestParts, decode_parameter, parse_query
from arazzo_runner.openapi.model import Parameter
from arazzo_runner.text.source import Place, SourceFile

PLACE = Place(SourceFile("", "", ""))
COLORS = {"type": "array", "items": {"type": "string"}}
NUMBERS = {"type": "array", "items": {"type": "integer"}}
RGB = {"type": "object", "properties": {one: {"type": "integer"} for one in "RGB"}}
RGB_VALUE = {"R": 100, "G": 200, "B": 150}
LIST = ["blue", "black", "brown"]
MAP = {"type": "object", "additionalProperties": {"type": "integer"}}
PATTERNS = {"type": "object", "patternProperties": {"^x-": {"type": "integer"}}}
CLOSED = {**RGB, "additionalProperties": False}
PAIR = {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]}


def parameter(location, style, explode, **more):
    return Parameter("color", location, False, style, explode, PLACE, **more)


def read(one, schema, text):
    query = text if one.location in ("query", "querystring") else ""
    headers = {"header": (("Color", text),), "cookie": (("Cookie", text),)}.get(one.location, ())
    path = {"color": text} if one.location == "path" else {}
    return decode_parameter(
        one, schema, schema, RequestParts(path, parse_query(query), query, headers)
    )


# OpenAPI Specification 3.2.0, Parameter Object, "Style Examples".
@pytest.mark.parametrize(
    ("location", "style", "explode", "schema", "text", "value"),
    [
        ("path", "matrix", False, {"type": "string"}, ";color=blue", "blue"),
        ("path", "matrix", False, {"type": "string"}, ";color", ""),
        ("path", "matrix", False, COLORS, ";color=blue,black,brown", LIST),
        ("path", "matrix", True, COLORS, ";color=blue;color=black;color=brown", LIST),
        ("path", "matrix", False, RGB, ";color=R,100,G,200,B,150", RGB_VALUE),
        ("path", "matrix", True, RGB, ";R=100;G=200;B=150", RGB_VALUE),
        ("path", "label", False, {"type": "string"}, ".blue", "blue"),
        ("path", "label", False, COLORS, ".blue,black,brown", LIST),
        ("path", "label", True, COLORS, ".blue.black.brown", LIST),
        ("path", "label", True, RGB, ".R=100.G=200.B=150", RGB_VALUE),
        ("path", "simple", False, {"type": "string"}, "bl%C3%BCe%2F", "blüe/"),
        ("path", "simple", False, NUMBERS, "1,2", [1, 2]),
        ("path", "simple", False, RGB, "R,100,G,200,B,150", RGB_VALUE),
        ("path", "simple", True, RGB, "R=100,G=200,B=150", RGB_VALUE),
        ("query", "form", True, {"type": "integer"}, "color=5", 5),
        ("query", "form", True, {"type": "boolean"}, "color=true", True),
        ("query", "form", True, {"type": ["integer", "null"]}, "color=null", None),
        ("query", "form", True, {"type": "integer"}, "color=x", "x"),
        ("query", "form", True, {}, "color=5", "5"),
        ("query", "form", True, {"anyOf": [{"type": "integer"}, {"type": "string"}]},
         "color=5", "5"),
        ("query", "form", True, {"anyOf": [{"type": "integer"}, {"type": "null"}]}, "color=5", 5),
        ("query", "form", True, {"type": "string"}, "color=a+b%2B", "a b+"),
        ("query", "form", True, {"type": "string"}, "color=", ""),
        ("query", "form", True, COLORS, "color=blue&x=1&color=black&color=brown", LIST),
        ("query", "form", True, COLORS, "color=blue", ["blue"]),
        ("query", "form", True, COLORS, "x=blue", MISSING),
        ("query", "form", False, COLORS, "color=blue,black,brown", LIST),
        ("query", "form", False, COLORS, "color=a%2Cb,c", ["a,b", "c"]),
        ("query", "form", False, COLORS, "color=", []),
        ("query", "form", False, RGB, "color=R,100,G,200,B,150", RGB_VALUE),
        ("query", "form", True, RGB, "R=100&G=200&B=150&x=1", RGB_VALUE),
        ("query", "spaceDelimited", False, COLORS, "color=blue%20black+brown", LIST),
        ("query", "pipeDelimited", False, COLORS, "color=blue%7Cblack|brown", LIST),
        ("query", "tabDelimited", False, COLORS, "color=blue%09black%09brown", LIST),
        ("query", "pipeDelimited", False, RGB, "color=R%7C100%7CG%7C200%7CB%7C150", RGB_VALUE),
        ("query", "deepObject", True, RGB, "color%5BR%5D=100&color[G]=200&color[B]=150", RGB_VALUE),
        ("query", "deepObject", False, RGB, "color[R]=100&x=5", {"R": 100}),
        ("query", "deepObject", True, RGB, "", MISSING),
        ("query", "form", True, {"type": "integer"}, "x", MISSING),
        # Members and items that other keywords than `properties` and `items` have schemas for.
        ("query", "deepObject", True, MAP, "color[R]=100", {"R": 100}),
        ("query", "deepObject", True, PATTERNS, "color[x-a]=1&color[b]=2", {"x-a": 1, "b": "2"}),
        ("query", "deepObject", True, CLOSED, "color[R]=100&color[X]=1", {"R": 100, "X": "1"}),
        ("query", "form", False, PAIR, "color=1,2", ["1", 2]),
        ("query", "form", False, {"allOf": [PAIR]}, "color=1,2,3", ["1", 2, "3"]),
        ("query", "form", False, {**PAIR, "items": False}, "color=1,2,3", ["1", 2, "3"]),
        ("querystring", "form", True, {}, "a=1&b=x+y", {"a": "1", "b": "x y"}),
        ("header", "simple", False, {"type": "integer"}, " 5", 5),
        ("header", "simple", False, COLORS, "blue, black,brown", LIST),
        ("header", "simple", True, RGB, "R=100,G=200,B=150", RGB_VALUE),
        ("cookie", "form", True, {"type": "string"}, "a=1; color=bl%20ue", "bl ue"),
        ("cookie", "form", False, COLORS, "color=blue,black,brown", LIST),
        ("cookie", "form", True, COLORS, "color=blue; color=black", ["blue", "black"]),
        ("cookie", "form", True, RGB, "R=100; G=200; B=150", RGB_VALUE),
        ("cookie", "form", True, {"type": "string"}, "a=1", MISSING),
    ],
    ids=str,
)  # fmt: skip
def test_styles(location, style, explode, schema, text, value):
    assert read(parameter(location, style, explode), schema, text) == value


@pytest.mark.parametrize(
    ("media_type", "text", "value"),
    [
        ("application/json", "color=%7B%22a%22%3A1%7D", {"a": 1}),
        ("text/plain", "color=5", "5"),
        ("application/json", "x=1", MISSING),
    ],
)
def test_content(media_type, text, value):
    assert read(parameter("query", "form", True, media_type=media_type), {}, text) == value


def test_json_that_is_none():
    with pytest.raises(ValueError, match="Expecting value"):
        read(parameter("query", "form", True, media_type="application/json"), {}, "color=x")
