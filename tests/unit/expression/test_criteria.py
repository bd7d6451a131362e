"""Whether simple conditions hold, and what a judgement tells."""

import pytest

from arazzo_runner.expression.ast import MalformedExpression
from arazzo_runner.expression.condition import parse_condition
from arazzo_runner.expression.criteria import Judgement, judge_simple
from arazzo_runner.expression.scope import Exchange, Scope
from arazzo_runner.expression.value import MISSING

SCOPE = Scope(
    inputs={"yes": True, "no": False, "null": None, "zero": 0, "text": "Open", "n": "5"},
    exchange=Exchange("GET", "u", status=201, response_body={"list": [], "pets": [{"id": 1}]}),
)


def judge(text, scope=SCOPE):
    return judge_simple(parse_condition(text)[0], scope)


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        ("$statusCode == 201", True),
        ("$statusCode == 200", False),
        ("$statusCode == '201'", True),
        ("$statusCode >= 200 && $statusCode < 300", True),
        ("$statusCode < 200 || $statusCode > 300", False),
        ("$inputs.text == 'OPEN'", True),
        ("$inputs.text != 'open'", False),
        ("$inputs.text > 'a'", True),
        ("$inputs.n == 5.0", True),
        ("$inputs.n == '5.0'", False),
        ("$inputs.yes == 1", False),
        ("$inputs.nope == null", True),
        ("$inputs.nope != null", False),
        ("$inputs.null != 1", True),
        ("$inputs.null < 1", False),
        ("$response.body.pets[0].id == 1", True),
        ("$response.body.list == $response.body#/list", True),
        ("!($statusCode == 201)", False),
        ("!$inputs.no && !$inputs.nope", True),
        ("($statusCode == 201) == true", True),
    ],
)
def test_22_conditions(text, passed):
    assert judge(text).passed is passed


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        ("$inputs.yes", True),
        ("$inputs.no", False),
        ("$inputs.null", False),
        ("$inputs.nope", False),
        ("$inputs.zero", True),
        ("$response.body.list", True),
        ("''", True),
        ("false", False),
    ],
)
def test_22_a_bare_value_fails_when_false_null_or_missing(text, passed):
    assert judge(text).passed is passed


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("$statusCode == 1 && $inputs.yes", [("$statusCode", 201)]),
        ("$statusCode == 201 || $inputs.yes", [("$statusCode", 201)]),
        (
            "$inputs.n > 1 && $inputs.n < $inputs.nope",
            [("$inputs.n", "5"), ("$inputs.nope", MISSING)],
        ),
    ],
)
def test_operands_are_those_evaluated_each_once(text, shown):
    judgement = judge(text)
    assert [(one.text, value) for one, value in judgement.operands] == shown
    assert (judgement.error, judgement.hint) == (None, None)


def test_27_what_cannot_be_evaluated_fails_with_its_reason():
    judgement = judge("$statusCode == 201 && $components.parameters.x == 1")
    assert not judgement.passed
    assert "which has no value" in str(judgement.error)
    assert [one.text for one, _ in judgement.operands] == ["$statusCode"]


def test_11_a_malformed_condition_fails_with_its_reason():
    assert judge_simple(MalformedExpression("x", 0, "why", 0), SCOPE) == Judgement(False, (), "why")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("$response.body.pets.length > 0", "`$response.body.pets[0] != null`"),
        ("$response.body#/pets/length == 1", "`$response.body#/pets/0 != null`"),
        ("$response.body.length > 0", "`$response.body[0] != null`"),
        ("$inputs.text.length == 4 || $inputs.no", "`$inputs.text[0] != null`"),
        ("$response.body#/pets.length > 0", "`$response.body#/pets/0 != null`"),
        ("$response.body.pets.length == null", None),
        ("$response.body.lengthy == 1", None),
        ("$response.body.pets.length.x == 1", None),
        ("$statusCode == 200", None),
    ],
)
def test_the_length_of_an_array_is_explained(text, hint):
    judgement = judge(text)
    assert judgement.hint is None if hint is None else hint in str(judgement.hint)
    if judgement.hint:
        condition = judgement.hint.rpartition("is ")[2].strip("`")
        assert not isinstance(parse_condition(condition)[0], MalformedExpression)
