"""What criteria say of each status, and statuses that stand for all."""

import pytest

from arazzo_runner.document.model import QueryCriterion, SimpleCriterion
from arazzo_runner.executor.criteria import judge_criterion
from arazzo_runner.expression.ast import Literal, StatusCodeRef
from arazzo_runner.expression.condition import parse_condition
from arazzo_runner.expression.scope import Exchange, Scope
from arazzo_runner.lint.partial_evaluation import (
    EVERY_STATUS,
    criterion_parts,
    joint_verdicts,
)
from arazzo_runner.lint.responses import sample_statuses
from arazzo_runner.text.source import Place, SourceFile

PLACE = Place(SourceFile("", "", ""))
CONSTANTS = (
    "200", "100", "99", "101", "599", "600", "601", "0", "-1", "200.5", "99.5", "599.5", "1e400",
    "'200'", "'200.5'", "'a'", "''", "true", "null", "123456789012345678901234567890",
)  # fmt: skip
WHOLE = (
    "$statusCode",
    "!$statusCode",
    "$statusCode == $statusCode",
    "$statusCode != $statusCode",
    "($statusCode == 200) == true",
    "($statusCode == 200 || $statusCode > 404) != false",
    "($statusCode >= 200 && !($statusCode == 204)) == true",
    "$statusCode >= 200 && $statusCode < 300",
    "$statusCode == 200 || 1 == 2",
    "$statusCode == 200 || true",
    "!($statusCode < 400) && $statusCode != 404",
    "1 == 1",
    "'a' && null",
)


def simple(text):
    condition, _ = parse_condition(text)
    return SimpleCriterion(text, condition, PLACE)


def pattern(text):
    return QueryCriterion(
        "regex", None, text, StatusCodeRef("$statusCode", 0), Literal(text), PLACE
    )


def is_met(criterion, status):
    exchange = Exchange("GET", "http://localhost", status=status)
    return judge_criterion(criterion, Scope(exchange=exchange), 1.0).passed


@pytest.mark.parametrize(
    "text",
    [
        *WHOLE,
        *(f"$statusCode {op} {one}" for op in ("==", "!=", "<", "<=", ">", ">=") for one in CONSTANTS),
        *(f"{one} {op} $statusCode" for op in ("==", "!=", "<", "<=", ">", ">=") for one in CONSTANTS),
    ],
)  # fmt: skip
def test_verdicts_are_those_of_a_run(text):
    verdicts = criterion_parts(simple(text)).verdicts
    statuses = (None, *EVERY_STATUS)
    assert [verdicts.of(one) for one in statuses] == [is_met(simple(text), one) for one in statuses]


@pytest.mark.parametrize("text", ["^2", "404|500", "None", "^[1-5]"])
def test_patterns_are_matched_with_each_status(text):
    verdicts = criterion_parts(pattern(text)).verdicts
    statuses = (None, *EVERY_STATUS)
    assert [verdicts.of(one) for one in statuses] == [
        is_met(pattern(text), one) for one in statuses
    ]


@pytest.mark.parametrize(
    ("text", "at_200", "at_404"),
    [
        ("$response.body#/a == 1", None, None),
        ("$response.body#/a == 1 && $statusCode == 200", None, False),
        ("$response.body#/a == 1 || $statusCode == 200", True, None),
        ("!($response.body#/a == 1) && $statusCode == 200", None, False),
        ("$statusCode == $inputs.wanted", None, None),
        ("($response.body#/a && $statusCode == 200) == true", None, False),
        ("($response.body#/a || $statusCode == 200) == true", True, None),
    ],
)
def test_what_depends_on_more_is_open(text, at_200, at_404):
    verdicts = criterion_parts(simple(text)).verdicts
    assert (verdicts.of(200), verdicts.of(404)) == (at_200, at_404)


def test_a_pattern_that_cannot_be_read_is_open():
    assert criterion_parts(pattern("(")).verdicts.of(200) is None


@pytest.mark.parametrize(
    ("texts", "never"),
    [
        (["$statusCode == 200", "$statusCode == 201"], True),
        (["$statusCode == 200", "$statusCode < 300"], False),
        (["$statusCode != 200", "$statusCode < 101", "$statusCode > 99"], False),
        (["$statusCode == null", "$statusCode != 200"], False),
        (["$statusCode == null", "$statusCode > 0"], True),
        ([], False),
    ],
)
def test_several_together(texts, never):
    assert joint_verdicts(criterion_parts(simple(one)) for one in texts).never_holds is never


@pytest.mark.parametrize(
    ("text", "can", "alone"),
    [
        ("$statusCode >= 400", True, True),
        ("$statusCode >= 399", True, False),
        ("$statusCode == 599", True, True),
        ("$statusCode < 400", False, False),
        ("$statusCode <= 400", True, False),
        ("$statusCode == null", False, False),
        ("$response.body", True, False),
    ],
)
def test_failures(text, can, alone):
    verdicts = criterion_parts(simple(text)).verdicts
    assert (verdicts.can_be_failure, verdicts.is_failure) == (can, alone)


def samples(*texts):
    return set(sample_statuses(criterion_parts(simple(one)) for one in texts))


@pytest.mark.parametrize(
    ("text", "besides"),
    [
        ("$statusCode == 250", {249, 250, 251}),
        ("$statusCode < 250.5", {250, 251, 252}),
        ("$statusCode == '250'", {249, 250, 251}),
        ("$statusCode == 100", {101}),
        ("$statusCode == 99", set()),
        ("$statusCode == 600", set()),
        ("$statusCode == 'ok'", set()),
        ("$statusCode == null", set()),
        ("$statusCode == true", set()),
        ("$response.body == 250", set()),
    ],
)
def test_statuses_beside_a_constant_stand_for_all(text, besides):
    assert samples(text) - samples() == besides


def test_a_pattern_may_change_between_any_two_statuses():
    assert sample_statuses([criterion_parts(pattern("^2"))]) == EVERY_STATUS
