"""Selectors and the places that replacements name."""

import pytest

from arazzo_runner.expression.ast import SelectorType
from arazzo_runner.expression.select import QueryError, locations, pointer_tokens, select
from arazzo_runner.expression.value import MISSING

POINTER = SelectorType("jsonpointer", "rfc6901")
JSONPATH = SelectorType("jsonpath", "rfc9535")
GOESSNER = SelectorType("jsonpath", "draft-goessner-dispatch-jsonpath-00")
XPATH = SelectorType("xpath", "xpath-31")
REGEX = SelectorType("regex", "")
VALUE = {"a": [{"n": 1}, {"n": 2}], "b": None, "c/d": 3}
XML = b"<r><p k='v'>1</p><p>2</p></r>"


@pytest.mark.parametrize(
    ("selector_type", "text", "value", "found"),
    [
        (POINTER, "/a/1/n", VALUE, 2),
        (POINTER, "#/c~1d", VALUE, 3),
        (POINTER, "", VALUE, VALUE),
        (POINTER, "/a/7", VALUE, MISSING),
        (JSONPATH, "$.a[*].n", VALUE, [1, 2]),
        (JSONPATH, "$.a[0].n", VALUE, 1),
        (JSONPATH, "$.b", VALUE, None),
        (JSONPATH, "$.z", VALUE, MISSING),
        (JSONPATH, "$.z[*]", VALUE, []),
        (JSONPATH, "$.a[?@.n == 2].n", VALUE, [2]),
        (JSONPATH, "$.a[0:1].n", VALUE, [1]),
        (JSONPATH, "$.a[(@.length-1)].n", VALUE, QueryError),
        (GOESSNER, "$.a[(@.length-1)].n", VALUE, 2),
        (GOESSNER, "$.a[ ( @.length - 2 ) , 1].n", VALUE, [1, 2]),
        (GOESSNER, "$.a[(@.length-3)].n", VALUE, MISSING),
        (GOESSNER, "$.a[(@.length-0)].n", VALUE, QueryError),
        (GOESSNER, "$['[(@.length-1)]']", {"[(@.length-1)]": 4}, 4),
        (XPATH, "//p", XML, ["1", "2"]),
        (XPATH, "/r/p/@k", XML, "v"),
        (XPATH, "count(//p)", XML, 2),
        (XPATH, "//z", XML, MISSING),
        (JSONPATH, "$.b", MISSING, MISSING),
    ],
)
def test_28_selectors(selector_type, text, value, found):
    if found is QueryError:
        with pytest.raises(QueryError, match="invalid"):
            select(selector_type, text, value, 1.0)
        return
    assert select(selector_type, text, value, 1.0) == found


@pytest.mark.parametrize(
    ("selector_type", "text", "value", "reason"),
    [
        (POINTER, "a", VALUE, "`a` is not a JSON Pointer"),
        (POINTER, "/a~2", VALUE, "is not a JSON Pointer"),
        (JSONPATH, "a", VALUE, "the JSONPath is invalid"),
        (JSONPATH, "$", b"12", "JSONPath needs JSON; the value is binary of 2 bytes"),
        (XPATH, "//p", VALUE, "XPath needs XML; the value is of type object"),
    ],
)
def test_what_does_not_fit_raises(selector_type, text, value, reason):
    with pytest.raises(QueryError, match=reason):
        select(selector_type, text, value, 1.0)


@pytest.mark.parametrize(
    ("selector_type", "text", "places"),
    [
        (JSONPATH, "$.a[?@.n > 0].n", [("a", 0, "n"), ("a", 1, "n")]),
        (JSONPATH, "$.a[-1]", [("a", 1)]),
        (JSONPATH, "$.z", []),
        (POINTER, "/a/1/n", [("a", 1, "n")]),
        (POINTER, "/a/-", [("a", "-")]),
        (POINTER, "/new", [("new",)]),
        (POINTER, "/new/inner", []),
        (POINTER, "", [()]),
    ],
)
def test_44_locations(selector_type, text, places):
    assert locations(selector_type, text, VALUE) == places


@pytest.mark.parametrize(
    ("pattern", "value", "part"),
    [
        ("b(.)", "abcabd", "c"),
        ("b.", "abc", "bc"),
        ("x", "abc", MISSING),
        ("b(x)?", "abc", MISSING),
        ("(2)", 123, "2"),
        (r'"n":\s*(\d+)', {"n": 4}, "4"),
        ("a", MISSING, MISSING),
    ],
)
def test_59_regex(pattern, value, part):
    assert select(REGEX, pattern, value, 1.0) == part


def test_59_regex_names_no_place():
    with pytest.raises(QueryError, match="names no place"):
        locations(REGEX, "a", "a")
    with pytest.raises(QueryError, match="takes longer than"):
        select(REGEX, "^(a|aa)+$", "a" * 100 + "b", 0.02)


def test_xpath_names_no_place_in_json():
    with pytest.raises(QueryError, match="XPath needs XML"):
        locations(XPATH, "/a", VALUE)


def test_pointer_tokens_are_unescaped():
    assert pointer_tokens("/a~1b/~0/") == ("a/b", "~", "")
