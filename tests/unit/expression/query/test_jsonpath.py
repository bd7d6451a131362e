"""JSONPath within its bounds."""

import jsonpath_rfc9535
import pytest

from arazzo_runner.expression.query.jsonpath import jsonpath_nodes
from arazzo_runner.expression.query.limits import Budget, QueryError
from arazzo_runner.text.number import JsonNumber

DATA = {
    "books": [
        {"title": "Moby", "price": 8, "tags": ["a", "b"]},
        {"title": "Sayings", "price": 12},
        {"title": "a.c\n", "price": None},
    ],
    "bike": {"price": 20, "color": "red", "x": {"y": {"price": 1}}},
}
PATHS = [
    "$",
    "$.books[0].title",
    "$.books[*].price",
    "$..price",
    "$..*",
    "$.books[1:]",
    "$.books[-1,0]",
    "$..x..price",
    "$.books[?@.price>9]",
    "$.books[?@.tags]",
    "$..[?@.price==20]",
    "$['bike']['color','x']",
    "$..books[?!@.tags]",
    "$.books[?match(@.title,'M.*y')]",
    "$.books[?search(@.title,'a.c')]",
    "$.books[?search(@.title,'(')]",
    "$.books[?match(@.title,'a[.]c.')]",
    "$.books[?search(@.title,'\\\\.')]",
    "$.books[?match(@.price,'8')]",
    "$.books[?search(@.title,@.price)]",
    "$[?count(@..price)>1]",
    "$.books[?@.price<$.bike.price]",
    "$.books[?length(@.tags)==2&&value(@..price)==8]",
]


@pytest.mark.parametrize("path", PATHS)
def test_bounds_change_no_result(path):
    expected = jsonpath_rfc9535.find(path, DATA)
    assert jsonpath_nodes(path, DATA, 1.0) == [(node.location, node.value) for node in expected]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "the JSONPath is invalid"),
        ("$.a b", "the JSONPath is invalid"),
        ("$[?nope(@)]", "the JSONPath is invalid"),
        ("$.a == 1", "the JSONPath is invalid"),
        ("$[?@ == 01]", "the JSONPath is invalid: invalid number literal"),
        ("$[?@ == -01]", "the JSONPath is invalid: invalid number literal"),
        ("$[?@ == 01.5]", "the JSONPath is invalid: invalid number literal"),
        ("$" + "[?@" * 600 + "]" * 600, "the JSONPath is nested too deeply"),
        ("$." + "x" * 4_000, "the JSONPath has 4,002 bytes; 4,000 are allowed"),
    ],
)
def test_invalid_paths(path, reason):
    with pytest.raises(QueryError, match=reason):
        jsonpath_nodes(path, DATA, 1.0)


_NUMBERS = [9007199254740992, 9007199254740993, JsonNumber("9007199254740993.0"), 1, True, "1"]


@pytest.mark.parametrize(
    ("query", "data", "selected"),
    [
        ("@ == 9007199254740993", _NUMBERS, [1, 2]),
        ("@ == 9007199254740992", _NUMBERS, [0]),
        ("@ == 9007199254740993.0", _NUMBERS, [1, 2]),
        ("@ > 9007199254740992", _NUMBERS, [1, 2]),
        ("@ >= 9007199254740993", _NUMBERS, [1, 2]),
        ("@ < 9007199254740993", _NUMBERS, [0, 3]),
        ("@ <= 9007199254740992", _NUMBERS, [0, 3]),
        ("@ != 1", _NUMBERS, [0, 1, 2, 4, 5]),
        ("@ == -0", [0, -0.0, JsonNumber("-0.00"), False], [0, 1, 2]),
        ("@ == 1e2", [100, 100.0, JsonNumber("1E2"), 99], [0, 1, 2]),
        ("@ == 1e400", [JsonNumber("1E400"), JsonNumber("1E401"), 10**400], [0, 2]),
        ("@ < 1e400", [JsonNumber("1E400"), JsonNumber("1E399")], [1]),
        (
            "@ == 2936.23380448434092597",
            [JsonNumber("2936.23380448434092597"), 2936.233804484341],
            [0],
        ),
        ("@ < 2936.233804484341", [JsonNumber("2936.23380448434092597")], [0]),
        ("@ == $[0]", [[1, {"a": 0}], [True, {"a": False}], [1.0, {"a": 0}]], [0, 2]),
        ("@ == $[0]", [9007199254740993, 9007199254740992.0], [0]),
        ("@.a == @.b", [{}, {"a": 1}, {"a": None, "b": None}, {"a": [1], "b": [2]}], [0, 2]),
        ("@.a <= @.b", [{}, {"a": 1}, {"a": None, "b": None}, {"a": "x", "b": "y"}], [0, 2, 3]),
        ("@.a < 'b'", [{"a": "a"}, {"a": "b"}, {"a": 1}], [0]),
        ("length(@) == length(@.a)", [1, "x", {"a": "y"}], [0, 2]),
    ],
)
def test_comparisons_are_exact(query, data, selected):
    nodes = jsonpath_nodes(f"$[?{query}]", data, 1.0)
    assert [location for location, _ in nodes] == [(index,) for index in selected]


_SCALARS = [None, True, False, 0, 1, -1, 1.5, 1.0, "", "1", "a", "b", [], [1], {}, {"a": None}]


@pytest.mark.parametrize("operator", ["==", "!=", "<", "<=", ">", ">="])
def test_comparisons_of_all_kinds_are_those_of_the_standard(operator):
    data = [{"x": one, "y": other} for one in _SCALARS for other in _SCALARS]
    data += [{"x": one} for one in _SCALARS] + [{"y": one} for one in _SCALARS] + [{}]
    for query in (f"@.x {operator} @.y", f"!(@.x {operator} 1) && (@.y {operator} 'a' || @.z)"):
        expected = jsonpath_rfc9535.find(f"$[?{query}]", data)
        nodes = jsonpath_nodes(f"$[?{query}]", data, 1.0)
        assert [at for at, _ in nodes] == [node.location for node in expected]


def test_a_path_of_the_longest_length_is_evaluated():
    assert jsonpath_nodes("$." + "x" * 3_998, DATA, 1.0) == []


def test_descendants_are_found_in_documents_as_deep_as_json_may_be():
    deep = {"x": 0}
    for _ in range(510):
        deep = {"x": deep}
    assert len(jsonpath_nodes("$..x", deep, 1.0)) == 511


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("$..*..*..*..*", [[[[[[[[1]] * 3] * 3] * 3] * 3] * 3] * 3]),
        ("$[?count($..*) > 1]", [0] * 1_000),
        ("$[" + ",".join(["*"] * 1_000) + "]", [0] * 200),
        ("$[" + ",".join(["'a'"] * 999) + "]", [{}] * 2),
        ("$[*][" + ",".join(["'a'"] * 900) + "]", [{}] * 200),
        ("$[?" + "||".join(["1==2"] * 400) + "]", [0] * 10_000),
        ("$..[?@.nope == 1]", [[0] * 110_000]),
    ],
)
def test_visited_nodes_are_limited(path, data):
    visits_little = path.startswith("$['a'")
    if visits_little:
        assert jsonpath_nodes(path, data, 1.0) == []
        return
    with pytest.raises(QueryError, match="the query visits more than 100,000 nodes") as caught:
        jsonpath_nodes(path, data, 1.0)
    assert caught.value.hint == "`--max-query-time` raises the limit"


def test_the_limit_in_seconds_scales_the_visits():
    data = list(range(2_000))
    assert len(jsonpath_nodes("$[*]", data, 0.02)) == 2_000
    with pytest.raises(QueryError, match="more than 1,999 nodes"):
        jsonpath_nodes("$[*]", data, 0.01999)


@pytest.mark.parametrize("function", ["match", "search"])
def test_hostile_patterns_end_within_the_bound_of_the_query(function):
    data = ["a" * 60 + "b"] * 1_000
    with pytest.raises(QueryError, match=r"takes longer than 0\.05 s|visits more than 5,000"):
        jsonpath_nodes(f"$[?{function}(@, '(a|aa)+c')]", data, 0.05)


def test_many_harmless_matches_fit():
    assert len(jsonpath_nodes("$[?search(@, 'a.c')]", ["abc"] * 5_000, 1.0)) == 5_000


def test_a_recursion_too_deep_is_an_error_of_the_query(monkeypatch):
    def overflow(*_):
        raise RecursionError

    monkeypatch.setattr(Budget, "spend", overflow)
    with pytest.raises(QueryError, match="nested too deeply"):
        jsonpath_nodes("$.*", [1], 1.0)
