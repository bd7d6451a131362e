"""SEMANTICS of comparing and spelling values (the specification's "Simple Conditions")."""

import pytest

from arazzo_runner.expression.value import (
    MISSING,
    FileBody,
    describe,
    is_equal,
    is_ordered,
    json_type,
    to_text,
)
from arazzo_runner.text.number import JsonNumber


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (True, "boolean"),
        (1, "integer"),
        (1.0, "number"),
        ("", "string"),
        (None, "null"),
        ({}, "object"),
        ([], "array"),
        (b"", "binary"),
        (MISSING, "missing"),
    ],
)
def test_kind(value, name):
    assert json_type(value) == name


def test_only_json_has_a_kind():
    with pytest.raises(TypeError, match="not a JSON value: set"):
        json_type(set())


def test_missing_is_falsy_and_shows_its_name():
    assert not MISSING
    assert repr(MISSING) == "MISSING"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("as it is", "as it is"),
        (True, "true"),
        (None, "null"),
        (3, "3"),
        (2.5, "2.5"),
        (10**30, "1" + "0" * 30),
        ({"a": [1, "é"]}, '{"a":[1,"é"]}'),
        (b"\x00\xff", "AP8="),
        ({"a": [b"\x00\xff", 1.5]}, '{"a":["AP8=",1.5]}'),
        ([FileBody("/tmp/a", "a.pem", 7, None, "")], '["a.pem"]'),
        ({"n": JsonNumber("19.90"), "b": b"\x00"}, '{"n":19.90,"b":"AA=="}'),
    ],
)
def test_spell(value, text):
    assert to_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (201, "integer 201"),
        (1.5, "number 1.5"),
        (False, "boolean false"),
        (None, "null"),
        (MISSING, "missing"),
        ("a\nb", 'string "a\\nb"'),
        ("x" * 9, 'string "xxxxxxxx…"'),
        ([1, 2], "array [1, 2]"),
        ({"key": "value"}, 'object {"key": …'),
        (b"abc", "binary of 3 bytes"),
        (FileBody("/tmp/a", "a", 7, None, ""), "file @/tmp/a (7 bytes)"),
    ],
)
def test_describe(value, text):
    assert describe(value, limit=8) == text


def test_describe_shows_what_is_binary_within() -> None:
    file = FileBody("/tmp/a", "a", 7, None, "")
    shown = describe({"a": b"abc", "b": [file]}, limit=80)
    assert shown == 'object {"a": "binary of 3 bytes", "b": ["@/tmp/a (7 bytes)"]}'


def test_describe_stops_early_on_a_large_value():
    assert len(describe([0] * 1_000_000)) < 100


N = JsonNumber
SAME = [
    ("Active", "aCTIVE"),
    ("straße", "STRASSE"),
    (1, 1.0),
    (200, "200"),
    ("1e2", 100),
    (None, None),
    (MISSING, None),
    (MISSING, MISSING),
    (True, True),
    ([1, {"a": "X"}], [1, {"a": "x"}]),
    (b"x", b"x"),
    (".5", 0.5),
    ("007", 7),
    (N("19.90"), 19.9),
    (N("19.90"), "19.900"),
    (N("1e2"), 100),
    (N("0.10"), 0.1),
    (N("1E400"), N("10E399")),
    (N("2936.23380448434092597"), "2936.23380448434092597"),
    (N("1E9999999999999999999"), N("2E9999999999999999999")),
]
DIFFERENT = [
    ("1", "1.0"),
    (1, 2),
    ("abc", 1),
    ("", 0),
    (True, 1),
    (True, "true"),
    (False, None),
    (0, None),
    ("", None),
    ("null", None),
    ([], None),
    ({}, []),
    ({"a": 1}, {"b": 1}),
    ({"a": 1}, {"a": 2}),
    ([1], [1, 2]),
    (b"x", "x"),
    ("9" * 5_000, 9),
    (N("19.90"), "19.9x"),
    (N("19.90"), True),
    (N("1E400"), N("1E401")),
    (N("2936.23380448434092597"), 2936.233804484341),
    (N("1.50"), float("nan")),
    ("٣", 3),
]


@pytest.mark.parametrize(("a", "b"), SAME)
def test_same(a, b):
    assert is_equal(a, b)
    assert is_equal(b, a)


@pytest.mark.parametrize(("a", "b"), DIFFERENT)
def test_different(a, b):
    assert not is_equal(a, b)
    assert not is_equal(b, a)


def test_values_nest_as_deep_as_json_may():
    deep = other = 0
    for _ in range(5_000):
        deep, other = [deep], [other]
    assert is_equal(deep, other)


@pytest.mark.parametrize(
    ("a", "op", "b", "holds"),
    [
        (1, "<", 2, True),
        (2, "<", 2, False),
        (2, "<=", 2, True),
        (3, ">", "2", True),
        ("10", ">=", 9, True),
        ("10", "<", "9", True),
        (N("1E400"), ">", 10**399, True),
        (N("0.10"), "<=", 0.1, True),
        (N("2936.23380448434092597"), ">", 2936.233804484340, True),
        (N("2936.23380448434092597"), "<", "2936.23380448434092598", True),
        (N("1.50"), "<", float("nan"), False),
        (N("1.50"), ">", "x", False),
        ("B", ">", "a", True),
        ("2024-01-02", ">", "2024-01-01", True),
        ("x", "<", 1, False),
        ("x", ">", 1, False),
        (None, "<", 1, False),
        (None, "<=", None, False),
        (MISSING, ">", 0, False),
        (True, ">", 0, False),
        ([1], "<", [2], False),
    ],
)
def test_ordered(a, op, b, holds):
    assert is_ordered(op, a, b) is holds
