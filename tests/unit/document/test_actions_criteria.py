import pytest

from arazzo_runner.document.model import QueryCriterion, SimpleCriterion
from arazzo_runner.expression.ast import Comparison, MalformedExpression, Template
from arazzo_runner.expression.ast import Literal as Constant

PLACE = "/workflows/0/steps/1/successCriteria/0"


@pytest.fixture
def judge_criterion(judge_step):
    return lambda **fields: judge_step(successCriteria=[fields])


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "error AZ111 {p}: the field `condition` of the Criterion Object is missing"),
        ({"condition": True}, "error AZ112 {p}/condition: `condition` must be a string, and is a boolean"),
        ({"condition": 200, "type": "regex", "context": "$statusCode"}, "error AZ112 {p}/condition: `condition` must be a string, and is the number 200"),
        ({"condition": "$statusCode = 200"}, "error AZ118 {p}/condition[12:13]: `$statusCode = 200` is not a condition:"),
        ({"condition": "$response.body.a == "}, "error AZ118 {p}/condition[20:20]: `$response.body.a ==` is not a condition:"),
        ({"condition": '$statusCode == "200"'}, "warning AZ119 {p}/condition[15:20]:"),
        ({"condition": "$statusCode == 200", "context": "$response.body"}, "warning AZ113 {p}/context: a simple condition does not use its `context`"),
        ({"condition": "x", "type": "regex"}, "error AZ111 {p}: a condition that is a query needs a `context`"),
        ({"condition": "$.a", "type": "jsonpath"}, "error AZ111 {p}: a condition that is a query needs a `context`"),
        ({"condition": "x", "type": "regex", "context": "status"}, "error AZ118 {p}/context[0:1]: `status` is not an expression:"),
        ({"condition": "x", "type": "regex", "context": 1}, "error AZ112 {p}/context: `context` must be a string, and is the number 1"),
        ({"condition": "^{$inputs.}$", "type": "regex", "context": "$statusCode"}, "error AZ118 {p}/condition[10:11]: `$inputs.` is not an expression:"),
        ({"condition": "x", "type": "regexp", "context": "$statusCode"}, "error AZ113 {p}/type: `type` cannot be `regexp`"),
        ({"condition": "/x", "type": "jsonpointer", "context": "$statusCode"}, "error AZ113 {p}/type: `type` cannot be `jsonpointer`"),
        ({"condition": "x", "type": 1, "context": "$statusCode"}, "error AZ112 {p}/type: `type` must be a string, and is the number 1"),
        ({"condition": "x", "type": {}, "context": "$statusCode"}, "error AZ111 {p}/type: the field `type` of the Expression Type Object is missing"),
        ({"condition": "x", "type": {"type": "xpath"}, "context": "$statusCode"}, "error AZ111 {p}/type: the field `version` of the Expression Type Object is missing"),
        ({"condition": "x", "type": {"type": "regex", "version": "1"}, "context": "$statusCode"}, "error AZ113 {p}/type/type: `type` cannot be `regex`"),
        ({"condition": "x", "type": {"type": "xpath", "version": "xpath-40"}, "context": "$statusCode"}, "error AZ113 {p}/type/version: `xpath` has no version `xpath-40`"),
        ({"condition": "x", "kind": "regex"}, "error AZ110 {p}/kind@key: `kind` is not a field of the Criterion Object"),
    ],
)  # fmt: skip
def test_what_a_criterion_gets_wrong(judge_criterion, fields, expected):
    judged = judge_criterion(**fields)
    assert judged.has(expected.format(p=PLACE)), judged.lines


def test_a_criterion_is_an_object(judge_step):
    assert judge_step(successCriteria=["$statusCode == 200"]).lines == [
        f"error AZ112 {PLACE}: an item of `successCriteria` must be an object (Criterion Object), and is a string"
    ]


def test_semantics_11_a_malformed_condition_stays_in_the_model(judge_criterion):
    judged = judge_criterion(condition="$statusCode = 200")
    criterion = judged.step.success_criteria[0]
    assert isinstance(criterion, SimpleCriterion)
    assert isinstance(criterion.condition, MalformedExpression)
    assert judged.codes == ["AZ118"]
    assert judged.loaded.complete


@pytest.mark.parametrize("condition", ["$response.body.a[0].b == 1", "$response.body#/a == null"])
def test_semantics_12_navigation_in_a_condition_is_not_warned_of(judge_criterion, condition):
    judged = judge_criterion(condition=condition)
    assert judged.entries == ()
    assert isinstance(judged.step.success_criteria[0].condition, Comparison)


def test_notices_of_a_condition_are_kept(judge_criterion):
    judged = judge_criterion(condition='$statusCode == "x"')
    assert len(judged.step.success_criteria[0].notices) == 1


@pytest.mark.parametrize(
    ("kind", "read"),
    [
        ("regex", ("regex", None)),
        ("jsonpath", ("jsonpath", "rfc9535")),
        ("xpath", ("xpath", "xpath-31")),
        ({"type": "jsonpath", "version": "rfc9535"}, ("jsonpath", "rfc9535")),
        ({"type": "jsonpath", "version": "draft-goessner-dispatch-jsonpath-00"}, ("jsonpath", "draft-goessner-dispatch-jsonpath-00")),
        ({"type": "xpath", "version": "xpath-10"}, ("xpath", "xpath-10")),
        ({"type": "xpath", "version": "xpath-31", "x-own": 1}, ("xpath", "xpath-31")),
    ],
)  # fmt: skip
def test_the_kinds_of_queries(judge_criterion, kind, read):
    judged = judge_criterion(condition="a", type=kind, context="$response.body")
    criterion = judged.step.success_criteria[0]
    assert judged.entries == ()
    assert isinstance(criterion, QueryCriterion)
    assert (criterion.kind, criterion.version) == read
    assert criterion.condition == Constant("a")


@pytest.mark.parametrize("kind", [{}, {"type": "simple"}])
def test_without_a_type_a_condition_is_simple(judge_criterion, kind):
    judged = judge_criterion(condition="true", **kind)
    assert isinstance(judged.step.success_criteria[0], SimpleCriterion)
    assert judged.entries == ()


def test_semantics_26_expressions_in_a_query_are_parsed(judge_criterion):
    judged = judge_criterion(condition="^{$inputs.id}$", type="regex", context="$statusCode")
    assert isinstance(judged.step.success_criteria[0].condition, Template)
    assert judged.entries == ()
