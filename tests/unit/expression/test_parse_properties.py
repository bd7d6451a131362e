"""What holds for all texts, trees and values."""

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonpointer import JsonPointerException, resolve_pointer
from msgspec.structs import replace

from arazzo_runner.expression.ast import (
    And,
    Comparison,
    Constant,
    Expression,
    MalformedExpression,
    Not,
    Or,
    Template,
)
from arazzo_runner.expression.condition import operands, parse_condition, unparse
from arazzo_runner.expression.criteria import judge_simple
from arazzo_runner.expression.evaluate import EvaluationError, evaluate
from arazzo_runner.expression.parse import parse_expression, parse_string, parse_template
from arazzo_runner.expression.pointer import at_pointer
from arazzo_runner.expression.scope import Exchange, Scope, WorkflowValues
from arazzo_runner.expression.value import MISSING, describe, is_equal, is_ordered, to_text
from arazzo_runner.text.source import pointer_text

NAMES = st.sampled_from(["a", "b", "x-y", "a.b", "a.b.c", "0", "1"])
KEYS = st.sampled_from(["a", "b", "c", "x-y", "a.b", "0", "", "~", "/", "~1", "é"])
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "a", "A", "ß", "ss", "1", "1.0", " 1", "true", "null"]),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=12,
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=4)
SCOPES = st.builds(
    lambda a, b, body: Scope(
        inputs=a, steps={"s": b}, outputs=b, workflows={"w": WorkflowValues(a, b)},
        exchange=Exchange("GET", "u", query=a, path=b, status=200, response_body=body),
    ),
    OBJECTS, OBJECTS, VALUES,
)  # fmt: skip

# --- evaluate equals a slow reference -------------------------------------------------------------

STEPS = st.lists(st.one_of(st.sampled_from(["a", "b", "x-y", "0"]), st.integers(0, 2)), max_size=3)


def step_in(value, step):
    if isinstance(value, list) and str(step).isdigit():
        return value[int(step)] if int(step) < len(value) else MISSING
    if isinstance(value, dict) and isinstance(step, str):
        return value.get(step, MISSING)
    return MISSING


def walked(value, steps):
    for step in steps:
        value = step_in(value, step)
    return value


def named(values, name):
    if name in values:
        return values[name]
    first, *rest = name.split(".")
    return walked(values.get(first, MISSING), rest)


def roots(scope):
    """Each place where named values are, by the text before the name."""
    return {
        "$inputs": scope.inputs,
        "$outputs": scope.outputs,
        "$steps.s.outputs": scope.steps["s"],
        "$workflows.w.inputs": scope.workflows["w"].inputs,
        "$workflows.w.outputs": scope.workflows["w"].outputs,
    }


@given(SCOPES, st.integers(0, 4), NAMES, STEPS)
def test_names_and_walks_evaluate_as_the_reference(scope, root, name, steps):
    before, values = list(roots(scope).items())[root]
    if steps and isinstance(steps[0], str):
        steps = [0, *steps]
    text = f"{before}.{name}" + "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in steps)
    expression, _ = parse_expression(text)
    assert evaluate(expression, scope) == walked(named(values, name), steps)


@given(SCOPES, STEPS)
def test_walks_in_a_body_evaluate_as_the_reference(scope, steps):
    text = "$response.body" + "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in steps)
    expression, _ = parse_expression(text)
    assert evaluate(expression, scope) == walked(scope.exchange.response_body, steps)


@given(SCOPES, st.lists(st.one_of(KEYS, st.sampled_from(["1", "2", "01", "-"])), max_size=4))
def test_pointers_evaluate_as_the_library_has_it(scope, tokens):
    body = scope.exchange.response_body
    pointer = pointer_text(tuple(tokens))
    expression, notices = parse_expression("$response.body#" + pointer)
    assert notices == ()
    found = evaluate(expression, scope)
    try:
        expected = resolve_pointer(body, pointer)
    except (JsonPointerException, KeyError, TypeError):
        expected = MISSING
    if "-" in tokens or any(type(expected).__name__ == name for name in ("EndOfList", "str")):
        # The library walks into strings and behind the end of lists; neither holds a value.
        expected = at_pointer(body, tokens)
    assert found == expected


@given(SCOPES, st.lists(st.sampled_from(["$inputs.a", "$statusCode", "-", "{", "é"]), max_size=4))
def test_templates_evaluate_as_the_reference(scope, pieces):
    text = "".join(f"{{{one}}}" if one.startswith("$") else one for one in pieces)
    value = scope.inputs.get("a", MISSING)
    expected = "".join(
        {"$inputs.a": value if value is MISSING else to_text(value), "$statusCode": "200"}.get(
            one, one
        )
        for one in pieces
        if one != "$inputs.a" or value is not MISSING
    )
    try:
        assert evaluate(parse_string(text)[0], scope) == expected
    except EvaluationError:
        assert value is MISSING
        assert "$inputs.a" in pieces


# --- conditions -----------------------------------------------------------------------------------

LITERALS = st.one_of(
    st.sampled_from([True, False, None]),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=6),
)
EXPRESSIONS = st.sampled_from(
    [
        "$statusCode",
        "$inputs.a",
        "$inputs.a.b#/c",
        "$response.body#/a|b",
        "$response.header.X!#'",
        "$response.body.a[0]['b c'].d",
        "$steps.s.outputs.a[1]",
        "$request.query.q",
        "$url",
    ]
)


CONDITIONS = st.recursive(
    st.one_of(
        LITERALS.map(lambda value: Constant(value, to_text(value), 0)),
        EXPRESSIONS.map(lambda text: parse_expression(text)[0]),
    ),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(And, inner, inner),
        st.builds(Or, inner, inner),
        st.builds(Comparison, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), inner, inner),
    ),
    max_leaves=12,
)


def without_places(condition):
    match condition:
        case Constant(value, text, _):
            return Constant(value, "" if isinstance(value, str) else text, 0)
        case Expression():
            return replace(condition, start=0)
        case Not(inner):
            return Not(without_places(inner))
        case Comparison(operator, left, right):
            return Comparison(operator, without_places(left), without_places(right))
        case _:
            return type(condition)(without_places(condition.left), without_places(condition.right))


@given(CONDITIONS)
def test_printing_and_parsing_gives_the_same_tree(condition):
    parsed, notices = parse_condition(unparse(condition))
    assert notices == ()
    assert without_places(parsed) == without_places(condition)


def holds(condition, scope):
    """A slow reference: everything is evaluated, nothing left out."""
    match condition:
        case Constant(value, _, _):
            return value
        case Expression():
            return evaluate(condition, scope)
        case Not(inner):
            return not truth(holds(inner, scope))
        case And(left, right):
            return truth(holds(left, scope)) & truth(holds(right, scope))
        case Or(left, right):
            return truth(holds(left, scope)) | truth(holds(right, scope))
        case Comparison(operator, left, right):
            a, b = holds(left, scope), holds(right, scope)
            if operator in ("==", "!="):
                return is_equal(a, b) is (operator == "==")
            return is_ordered(operator, a, b)


def truth(value):
    return not any(value is falsy for falsy in (None, False, MISSING))


@given(CONDITIONS, SCOPES)
def test_judging_equals_the_reference(condition, scope):
    judgement = judge_simple(condition, scope)
    assert judgement.passed is truth(holds(condition, scope))
    assert judgement.error is None
    shown = [one.text for one, _ in judgement.operands]
    assert len(set(shown)) == len(shown)
    assert set(shown) <= {one.text for one in operands(condition)}


# --- any text -------------------------------------------------------------------------------------

SNIPPETS = st.sampled_from(
    [
        "$inputs.x",
        "$",
        "{$",
        "}",
        "{",
        "(",
        ")",
        "'",
        '"',
        "==",
        "&&",
        "!",
        "$response.body",
        "#/",
        "~",
        "[",
        "]",
        "[0]",
        ".",
        "\\u",
        " ",
        "\n",
        "null",
        "1",
        "$steps.",
        "�",
        "$sourceDescriptions.a.",
    ]
)
TEXTS = st.one_of(st.text(), st.lists(st.one_of(SNIPPETS, st.text(max_size=2))).map("".join))


@settings(max_examples=300)
@given(TEXTS)
def test_parsing_never_raises_and_points_into_the_text(text):
    for parse in (parse_expression, parse_string, parse_template, parse_condition):
        parsed, notices = parse(text)
        parts = parsed.parts if isinstance(parsed, Template) else (parsed,)
        for bad in (part for part in parts if isinstance(part, MalformedExpression)):
            assert 0 <= bad.at <= len(text)
            assert bad.reason
        assert all(0 <= one.start < one.end <= len(text) for one in notices)


@given(TEXTS)
def test_judging_never_raises(text):
    judgement = judge_simple(parse_condition(text)[0], Scope())
    assert isinstance(judgement.passed, bool)


# --- values ---------------------------------------------------------------------------------------


@given(VALUES, VALUES)
def test_equality_is_reflexive_and_symmetric(a, b):
    assert is_equal(a, a)
    assert is_equal(a, b) is is_equal(b, a)


@given(SCALARS, SCALARS)
def test_order_agrees_with_equality(a, b):
    assert is_ordered("<", a, b) is is_ordered(">", b, a)
    assert not (is_ordered("<", a, b) and is_equal(a, b))
    if is_ordered("<=", a, b) and is_ordered(">=", a, b):
        assert is_equal(a, b)


@given(VALUES, st.integers(1, 20))
def test_descriptions_are_short(value, limit):
    assert len(describe(value, limit)) <= 8 + limit * 6 + 3
