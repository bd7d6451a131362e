"""Values that a document makes grow."""

import pytest

from arazzo_runner.expression.ast import Literal, ObjectTemplate
from arazzo_runner.expression.evaluate import EvaluationError, evaluate, evaluate_within_bounds
from arazzo_runner.expression.parse import parse_string
from arazzo_runner.expression.query import limits
from arazzo_runner.expression.query.limits import ValueTooLargeError, check_bounds
from arazzo_runner.expression.scope import Scope


def doubled(value, times):
    """Shared, so that it takes next to no memory."""
    for _ in range(times):
        value = {"a": value, "b": value}
    return value


def nested(levels):
    value = []
    for _ in range(levels - 1):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (doubled(1, 60), "the value grows beyond 1,000,000 members"),
        ([["x" * 2**20] * 51], "the value grows beyond 52,428,800 characters"),
        ([{"k" * 2**20: 1}] * 51, "the value grows beyond 52,428,800 characters"),
        ([b"x" * 2**20] * 51, "the value grows beyond 52,428,800 characters"),
        (nested(514), "the value is nested deeper than 512 levels"),
    ],
)
def test_past_a_bound(value, message):
    with pytest.raises(ValueTooLargeError) as caught:
        check_bounds(value)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "value",
    [None, 5, "x", b"x", [], {}, [1, 2.5, True, None], [0] * 1_000_000, ["x" * 2**20] * 50, nested(513)],
)  # fmt: skip
def test_at_a_bound(value):
    check_bounds(value)


def test_what_is_passed_on_is_bounded():
    scope = Scope(inputs={"x": doubled(1, 60)})
    with pytest.raises(EvaluationError, match="1,000,000 members"):
        evaluate_within_bounds(ObjectTemplate((("a", parse_string("$inputs.x")[0]),)), scope)
    assert evaluate_within_bounds(Literal({"a": 1}), scope) == {"a": 1}


def test_a_text_is_bounded_while_it_is_built(monkeypatch):
    monkeypatch.setattr("arazzo_runner.expression.evaluate.MAX_TEXT", 10)
    template, _ = parse_string("{$inputs.x}{$inputs.x}")
    assert evaluate(template, Scope(inputs={"x": "12345"})) == "1234512345"
    with pytest.raises(EvaluationError, match="the text grows beyond 10 characters"):
        evaluate(template, Scope(inputs={"x": "123456"}))


def test_the_bounds_are_those_of_the_documentation():
    assert (limits.MAX_TEXT, limits.MAX_LEVELS) == (10 * 2**20, 512)
