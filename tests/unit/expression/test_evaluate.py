"""What expressions yield in a scope."""

import pytest

from arazzo_runner.expression.ast import (
    ArrayTemplate,
    Literal,
    ObjectTemplate,
    Selector,
    SelectorType,
)
from arazzo_runner.expression.evaluate import EvaluationError, evaluate
from arazzo_runner.expression.parse import parse_expression, parse_string
from arazzo_runner.expression.pointer import value_at_path
from arazzo_runner.expression.scope import Exchange, Scope, WorkflowValues
from arazzo_runner.expression.value import MISSING

BODY = {"a": {"b": [10, {"c": None}]}, "": 1, "x/y": 2, "n.m": 3, "0": "zero"}
SCOPE = Scope(
    inputs={"x": "X", "a.b": "exact", "a": {"b": "walked", "c": {"d": [5]}}, "none": None},
    steps={"s": {"out": [{"id": 7}], "text": "T"}},
    workflows={"w": WorkflowValues({"i": 1}, {"o": {"p": 2}}, {"s": {"q": 3}})},
    outputs={"mine": True},
    exchange=Exchange(
        "POST",
        "https://h/p?q=1",
        (("Accept", "a"), ("accept", "b")),
        {"q": 1},
        {"id": "i"},
        {"sent": 1},
        201,
        (("Set-Cookie", "one"), ("Set-Cookie", "two"), ("X", "v")),
        BODY,
    ),
    self_uri="https://h/self",
    sources={"api": {"url": "https://h/openapi", "type": "openapi"}},
)
EMPTY = Scope()


def value_of(text, scope=SCOPE):
    return evaluate(parse_string(text)[0], scope)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$url", "https://h/p?q=1"),
        ("$method", "POST"),
        ("$statusCode", 201),
        ("$self", "https://h/self"),
        ("$request.header.ACCEPT", "a, b"),
        ("$response.header.set-cookie", "one"),
        ("$response.header.nope", MISSING),
        ("$request.query.q", 1),
        ("$request.query.r", MISSING),
        ("$request.path.id", "i"),
        ("$response.query.q", MISSING),
        ("$response.path.id", MISSING),
        ("$request.body", {"sent": 1}),
        ("$response.body", BODY),
        ("$response.body#/a/b/1/c", None),
        ("$response.body#/a/b/01", MISSING),
        ("$response.body#/a/b/-", MISSING),
        ("$response.body#/a/b/9", MISSING),
        ("$response.body#/a/b/99999999999999999999", MISSING),
        ("$response.body#/", 1),
        ("$response.body#/x~1y", 2),
        ("$response.body#/0", "zero"),
        ("$response.body#/a/z/z", MISSING),
        ("$response.body.a.b[1].c", None),
        ("$response.body.a.b.0", 10),
        ("$response.body[0]", MISSING),
        ("$response.body.a.b.x", MISSING),
        ("$response.body.a.b[0].x", MISSING),
        ("$message.payload", MISSING),
        ("$message.header.x", MISSING),
        ("$inputs.x", "X"),
        ("$inputs.none", None),
        ("$inputs.nope", MISSING),
        ("$inputs.a.b", "exact"),
        ("$inputs.a.c.d[0]", 5),
        ("$inputs.a.c#/d/0", 5),
        ("$inputs.x.y", MISSING),
        ("$inputs.q.y", MISSING),
        ("$steps.s.outputs.out[0].id", 7),
        ("$steps.s.outputs.out#/0/id", 7),
        ("$steps.s.outputs.text", "T"),
        ("$steps.s.outputs.text#/a", MISSING),
        ("$steps.nope.outputs.text", MISSING),
        ("$workflows.w.inputs.i", 1),
        ("$workflows.w.outputs.o.p", 2),
        ("$workflows.w.steps.s.outputs.q", 3),
        ("$workflows.w.steps.s.outputs.z", MISSING),
        ("$workflows.w.steps.t.outputs.q", MISSING),
        ("$workflows.v.outputs.o", MISSING),
        ("$outputs.mine", True),
        ("$sourceDescriptions.api.url", "https://h/openapi"),
        ("$sourceDescriptions.api.nope", MISSING),
        ("$sourceDescriptions.nope.url", MISSING),
        ("{$inputs.x}-{$statusCode}-{$inputs.none}-{$outputs.mine}", "X-201-null-true"),
        ("{$steps.s.outputs.out}", '[{"id":7}]'),
        ("text", "text"),
    ],
)
def test_expressions(text, value):
    assert value_of(text) == value


@pytest.mark.parametrize(
    "text",
    [
        *("$url", "$method", "$statusCode", "$self", "$request.header.a", "$request.query.q"),
        *("$request.path.id", "$response.body#/a", "$inputs.x", "$outputs.x"),
    ],
)
def test_everything_is_missing_in_an_empty_scope(text):
    assert value_of(text, EMPTY) is MISSING


def test_39_without_an_answer_the_status_is_null():
    assert value_of("$statusCode", Scope(exchange=Exchange("GET", "u"))) is None


def test_14_a_missing_value_in_a_template_is_an_error():
    with pytest.raises(EvaluationError, match=r"`\$inputs\.nope` has no value") as caught:
        value_of("a {$inputs.nope}")
    assert caught.value.expression == "$inputs.nope"
    assert caught.value.message == str(caught.value)


@pytest.mark.parametrize("text", ["$inputs.", "$components.parameters.p"])
def test_what_cannot_be_evaluated_raises(text):
    with pytest.raises(EvaluationError):
        value_of(text)


def test_14_missing_members_are_left_out_and_missing_items_are_null():
    x, nope = (parse_string(text)[0] for text in ("$inputs.x", "$inputs.nope"))
    assert evaluate(ObjectTemplate((("a", x), ("b", nope))), SCOPE) == {"a": "X"}
    assert evaluate(ArrayTemplate((x, nope)), SCOPE) == ["X", None]


def test_values_are_passed_on_not_copied():
    assert value_of("$response.body") is BODY
    literal = Literal({"a": [1]})
    assert evaluate(literal, SCOPE) is literal.value


def selector(context, text, language="jsonpath", version="rfc9535"):
    return Selector(
        parse_expression(context)[0], parse_string(text)[0], SelectorType(language, version)
    )


@pytest.mark.parametrize(
    ("object_", "value"),
    [
        (selector("$response.body", "$.a.b[0]"), 10),
        (selector("$response.body", "$.{$request.path.id}"), MISSING),
        (selector("$inputs.nope", "$.a"), MISSING),
        (selector("$response.body", "/a/b/0", "jsonpointer", "rfc6901"), 10),
    ],
)
def test_selector_objects(object_, value):
    assert evaluate(object_, SCOPE) == value


def test_an_invalid_selector_is_an_error():
    with pytest.raises(EvaluationError, match="the JSONPath is invalid"):
        evaluate(selector("$response.body", "a"), SCOPE)


def test_an_empty_path_is_the_value_itself():
    expression, _ = parse_expression("$response.body")
    assert value_at_path(BODY, expression.path) is BODY
