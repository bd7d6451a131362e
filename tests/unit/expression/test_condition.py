"""Simple conditions: the grammar, printing, and the operands in them."""

import pytest

from arazzo_runner.expression.ast import Comparison, Constant, MalformedExpression, Not, Or
from arazzo_runner.expression.condition import operands, parse_condition, unparse

# (as written, as printed)
ACCEPTED = [
    ("$statusCode==200", "$statusCode == 200"),
    (" ( $statusCode ) ", "$statusCode"),
    ("$inputs.x<3&&$inputs.y>=2", "$inputs.x < 3 && $inputs.y >= 2"),
    ("1 == 1 || 2 != 1 && !true", "1 == 1 || 2 != 1 && !true"),
    ("(1 == 1 || 2 != 1) && !true", "(1 == 1 || 2 != 1) && !true"),
    ("!($inputs.a && $inputs.b)", "!($inputs.a && $inputs.b)"),
    ("!$inputs.a == 'it''s'", "!$inputs.a == 'it''s'"),
    ("(!$inputs.a) == true", "(!$inputs.a) == true"),
    ("!!null", "!!null"),
    ("-1.5e3 < $inputs.x", "-1.5e3 < $inputs.x"),
    ("$response.body#/a/b!=null", "$response.body#/a/b != null"),
    ("$response.body#/a|b&c=d == 1", "$response.body#/a|b&c=d == 1"),
    ("$response.body.items[0].id > 3", "$response.body.items[0].id > 3"),
    ("$response.header.X-A.b=='v'", "$response.header.X-A.b == 'v'"),
    ("($response.header.X)", "$response.header.X"),
    ("$request.query.q == 1", "$request.query.q == 1"),
    ("$steps.s.outputs.o[0].id==1", "$steps.s.outputs.o[0].id == 1"),
    ("''==''", "'' == ''"),
    ("(((1)))", "1"),
    ("1 && 2 && 3 && 4", "(1 && 2) && (3 && 4)"),
]


@pytest.mark.parametrize(("text", "printed"), ACCEPTED)
def test_21_grammar(text, printed):
    condition, notices = parse_condition(text)
    assert not isinstance(condition, MalformedExpression)
    assert unparse(condition) == printed
    assert notices == ()


def test_not_binds_looser_than_comparison_and_tighter_than_and():
    condition, _ = parse_condition("!1 == 2 || 3")
    one, two, three = Constant(1, "1", 1), Constant(2, "2", 6), Constant(3, "3", 11)
    assert condition == Or(Not(Comparison("==", one, two)), three)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("7", 7),
        ("-0.5", -0.5),
        ("1E2", 100.0),
        ("'a''b'", "a'b"),
        ("'$inputs.x && y'", "$inputs.x && y"),
    ],
)
def test_literals(text, value):
    condition, _ = parse_condition(text)
    assert condition == Constant(value, text, 0)


@pytest.mark.parametrize(
    ("text", "part", "standard"),
    [
        ('$inputs.x == "it\'s ""it"""', '"it\'s ""it"""', "'it''s \"it\"'"),
        ("$response.headers.X == 1", "headers", "header"),
        ("$response.body/a == 1", "/a", "#/a"),
        ("$response.BODY.a == 1", "BODY", "body"),
    ],
)
def test_tolerated_forms_come_with_a_notice(text, part, standard):
    condition, (notice,) = parse_condition(text)
    assert not isinstance(condition, MalformedExpression)
    assert text[notice.start : notice.end] == part
    assert notice.standard == standard


MALFORMED = [
    ("", 0, "a value is missing here"),
    ("$statusCode ==", 14, "a value is missing here"),
    ("&& 1", 0, "a value is missing here"),
    ("1 < 2 < 3", 6, "comparisons cannot be chained"),
    ("$statusCode = 200", 12, "write `==`"),
    ("$statusCode === 200", 12, "write `==`"),
    ("$statusCode !== 200", 12, "write `!=`"),
    ("$statusCode <> 200", 12, "write `!=`"),
    ("$statusCode =<> 200", 12, "`=<>` is not an operator"),
    ("$statusCode & 1", 12, "write `&&`"),
    ("$statusCode == 1 or 2 == 2", 17, "`or` is not expected here; write `||`"),
    ("not $inputs.x", 0, "`not` is not an operator; write `!`"),
    ("$statusCode == True", 15, "write `true`"),
    ("$statusCode == None", 15, "write `null`"),
    ("$statusCode == 2xx", 15, "write `$statusCode >= 200 && $statusCode < 300`"),
    ("$statusCode != 4XX", 15, "`$statusCode < 400 || $statusCode >= 500`"),
    ("2XX == $statusCode", 0, "`$statusCode >= 200 && $statusCode < 300`"),
    ("$inputs.x != []", 13, "whether an array has items is `$inputs.x#/0 != null`"),
    ("$response.body#/a == []", 21, "whether an array is empty is `$response.body#/a/0 == null`"),
    ("$inputs.x == {}", 13, "arrays and objects cannot be written in a condition"),
    ("[] == $inputs.x", 0, "arrays and objects cannot be written in a condition"),
    ("length($response.body#/a/b) > 1", 0, "`$[?length($['a']['b']) > 1]`"),
    ("count($response.body) == 0", 0, "`$[?length($.items) > 0]`"),
    ("size($inputs.x) > 1", 0, "`$[?length($.items) > 0]`"),
    (
        "$inputs.x =~ '1.*'",
        10,
        "a condition of `type: regex` searches in a text: `context: $inputs.x`",
    ),
    ("$inputs.x !~ '1'", 10, "`!~` is not an operator; a condition of `type: regex`"),
    ("$inputs.x ~ '1'", 10, "`~` is not an operator; a condition of `type: regex`"),
    ("($inputs.x) =~ '1'", 12, "`context: $response.body`"),
    ("$inputs.x contains 'a'", 10, "`contains` is not an operator; a condition of `type: regex`"),
    ("$statusCode in [200, 201]", 12, "write `$statusCode == 200 || $statusCode == 201`"),
    ('$inputs.x in ("a","b")', 10, "write `$inputs.x == 'a' || $inputs.x == 'b'`"),
    ("$statusCode in $inputs.x", 12, "`in` is not expected here"),
    ("$response.body#/sp ace == 4", 19, "is written `$response.body['sp ace']`"),
    ("$response.body#/a/sp ace == 4", 21, "`ace` is not expected here"),
    ("$inputs.x == available", 13, "quote it: `'available'`"),
    ("status == 200", 0, "`status` is not an expression; write `$statusCode`"),
    ("status == open", 0, "quote it: `'status'`"),
    ("$statusCode == 200;", 15, "`;` is no part of a condition; remove it: `200`"),
    ("$inputs.x == in progress && 1", 13, "quote it: `'in progress'`"),
    ("(1 == 1", 0, "this `(` is not closed"),
    ("(1 2)", 3, "`2` is not expected here"),
    ("1 == 1)", 6, "`)` is not expected here"),
    ("'abc", 0, "the string that begins with ' is not closed"),
    ('"abc', 0, 'the string that begins with " is not closed'),
    ("$inputs.x,", 9, "`,` cannot follow `$inputs.x`"),
    ("$inputs.", 8, "the name of the input is missing here"),
    ("$response.body.a[*] == 1", 16, "use a Selector Object (jsonpath)"),
    ("{$inputs.x} == 1", 0, "write `$…`, not `{$…}`"),
    ("1 == !true", 5, "put it in parentheses"),
    ("9" * 5_000, 0, "this number is too large"),
    ("1 && " * 2_001, 0, "an expression or condition at most 10,000"),
    ("$.status == 'x'", 0, "as a simple condition it is `$response.body#/status == 'x'`"),
    ("1 && $['a b'][0].c < \"y\"", 5, "it is `1 && $response.body#/a b/0/c < 'y'`"),
    ("$.items.length > 0", 0, "of type jsonpath it is `$[?length($.items) > 0]`"),
    ("$.length == 0", 0, "whether it is empty is `$response.body#/0 == null`"),
    ("$[?@.a == 1]", 0, "it needs `type: jsonpath` and a `context`"),
    ("$", 0, "it needs `type: jsonpath`"),
]


@pytest.mark.parametrize(("text", "at", "reason"), MALFORMED)
def test_malformed_conditions_show_the_way_out(text, at, reason):
    bad, _ = parse_condition(text)
    assert isinstance(bad, MalformedExpression)
    assert (bad.text, bad.at) == (text, at)
    assert reason in bad.reason


@pytest.mark.parametrize("nested", ["({})", "!{}", "!({})"])
def test_nesting_is_limited_to_50(nested):
    text = "1"
    levels = nested.count("(") + nested.count("!")
    for _ in range(50 // levels):
        text = nested.format(text)
    assert not isinstance(parse_condition(text)[0], MalformedExpression)
    bad, _ = parse_condition(nested.format(text))
    assert isinstance(bad, MalformedExpression)
    assert "nest deeper than 50" in bad.reason


def test_a_long_chain_makes_a_shallow_tree():
    condition, _ = parse_condition("1" + "||1" * 3_000)
    assert unparse(condition).count("1") == 3_001


def test_operands_each_once_in_order():
    condition, _ = parse_condition("!$inputs.b == 1 && ($inputs.a || $inputs.b > 'x')")
    assert [one.text for one in operands(condition)] == ["$inputs.b", "$inputs.a"]
