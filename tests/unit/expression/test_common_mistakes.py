"""JSONPaths for comparisons with a length: what is offered means what was written."""

import operator
from itertools import product

import pytest

from arazzo_runner.expression.common_mistakes import (
    empty_array,
    is_filter_for_empty,
    length_as_function,
    pattern_without_slashes,
    portable_filter,
)
from arazzo_runner.expression.parse import parse_expression, parse_template
from arazzo_runner.expression.query.evaluate import judge_query
from arazzo_runner.expression.scope import Scope

COMPARES = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def holds(query: str, items: list[int]) -> bool:
    scope = Scope(inputs={"items": items})
    context = parse_expression("$inputs.items")[0]
    return judge_query("jsonpath", None, parse_template(query)[0], context, scope, 1.0).passed


@pytest.mark.parametrize(("compare", "bound"), list(product(COMPARES, range(4))))
@pytest.mark.parametrize("form", ["$.length {} {}", "$.length() {} {}"])
def test_what_is_offered_holds_for_the_same_lengths(form, compare, bound):
    meant = [COMPARES[compare](count, bound) for count in range(6)]
    offered = length_as_function(form.format(compare, bound))
    if offered is None:
        assert meant[0], "a filter can say it"
    else:
        assert [holds(offered, list(range(count))) for count in range(6)] == meant


@pytest.mark.parametrize(("compare", "bound"), list(product(COMPARES, range(4))))
def test_the_bound_may_stand_first(compare, bound):
    meant = [COMPARES[compare](bound, count) for count in range(6)]
    offered = length_as_function(f"{bound} {compare} $.length")
    assert (offered is None) is meant[0]
    if offered:
        assert [holds(offered, list(range(count))) for count in range(6)] == meant


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("$.a.length == 0", "$[?length($.a) == 0]"),
        ("$.length > 0 && $.length < 5", None),
        ("$.length > 1 || $.length == 1", "$[?length($) > 1 || length($) == 1]"),
        ("!($.length > 0)", None),
        ("$.length", None),
        (f"$.length > {'9' * 5_000}", f"$[?length($) > {'9' * 5_000}]"),
        (f"{'9' * 5_000} > $.length", None),
        ("$[?@.length > 0]", None),
        ("$.lengthy > 0", None),
        ("$.a > 0", None),
    ],
)
def test_other_forms(text, offered):
    assert length_as_function(text) == offered


@pytest.mark.parametrize(("compare", "bound"), list(product(COMPARES, range(4))))
def test_a_filter_that_an_empty_array_alone_fulfils_never_holds(compare, bound):
    lengths = [count for count in range(6) if COMPARES[compare](count, bound)]
    for query in (f"$[?length($) {compare} {bound}]", f"$[? count($[*]) {compare} {bound} ]"):
        assert is_filter_for_empty(query) is (lengths == [0])
        if lengths == [0]:
            assert not any(holds(query, list(range(count))) for count in range(6))


@pytest.mark.parametrize(
    "query",
    ["$[?length($.a) == 0]", "$[?length(@) == 0]", "$.a[?length($) == 0]", "$[?length($)]", "$"],
)
def test_other_queries_may_hold(query):
    assert not is_filter_for_empty(query)
    assert empty_array(query, "$response.body") is None


def test_nothing_that_never_holds_is_offered_for_a_filter_on_members():
    assert portable_filter("$[?length(@) > 0]") == "$[?length($) > 0]"
    assert portable_filter("$[?length(@) == 0]") is None


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("/^ab+$/", "^ab+$"),
        ("/^ab/", "^ab"),
        ("/ab$/", "ab$"),
        ("/^ab+$/i", "(?i)^ab+$"),
        ("/^a.b$/gsm", "(?ms)^a.b$"),
        ("/ab+/i", "(?i)ab+"),
        ("/ab+/g", "ab+"),
        (r"/^a\/b$/", "^a/b$"),
        ("/users/", None),
        ("/users/s", None),
        ("/ab+/", None),
        (r"/cost\$/", None),
        ("^/ab$", None),
        ("/^ab$/z", None),
        ("//", None),
    ],
)
def test_a_pattern_between_slashes(pattern, meant):
    assert pattern_without_slashes(pattern) == meant
