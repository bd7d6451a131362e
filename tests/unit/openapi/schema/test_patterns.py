"""Patterns that backtrack: the same verdicts and words, and whoever computes can be stopped."""

from itertools import count
from math import inf

import pytest

from arazzo_runner.expression.query.limits import QueryError, with_checkpoint
from arazzo_runner.openapi.schema.compile import schema_validator
from arazzo_runner.openapi.schema.cost import UNFINISHED
from arazzo_runner.openapi.schema.patterns import (
    MAX_NAME_STEPS,
    backtracking_patterns,
)

# 1,000,000 steps back do not find out that no text of these letters matches.
HOSTILE = r"^(?=(a+)+)(a|aa|a)+\1b$"
ENDLESS = "a" * 40 + "!"
# No steps back: each character looks through all that follow.
QUADRATIC = r"^(?:(?=.*x)a|a)+$"


@pytest.mark.parametrize(
    ("schema", "strings", "names"),
    [
        (True, set(), set()),
        ({}, set(), set()),
        ({"pattern": "^(a+)+$"}, set(), set()),
        ({"pattern": r"^(?<year>\d{4})(?i:x)\b(?:y)++$"}, set(), set()),
        ({"pattern": "a(?!b)"}, {"a(?!b)"}, set()),
        ({"pattern": "(?<=a)b"}, {"(?<=a)b"}, set()),
        ({"pattern": r"(a)\1"}, {r"(a)\1"}, set()),
        ({"pattern": "(?>a)"}, {"(?>a)"}, set()),
        ({"anyOf": [{"items": {"pattern": "a(?=b)"}}]}, {"a(?=b)"}, set()),
        ({"properties": {"pattern": {"pattern": "a(?=b)"}}}, {"a(?=b)"}, set()),
        ({"patternProperties": {"^(?!x-)": {}, "^x-": {}}}, set(), {"^(?!x-)"}),
        ({"properties": {"patternProperties": {"type": "string"}}}, set(), set()),
    ],
)
def test_which_patterns_backtrack(schema, strings, names):
    found = backtracking_patterns(schema)
    assert (found is None) is not bool(strings or names)
    assert found is None or (found.of_strings, found.of_names) == (strings, names)
    assert schema_validator(schema).may_take_long is bool(strings or names)


@pytest.mark.parametrize(
    ("pattern", "value", "fits"),
    [
        ("^a(?!b)", "ac", True),
        ("^a(?!b)", "ab", False),
        ("^a(?!b)", 7, True),
        (r"^(\w)\1$", "éé", True),
        (QUADRATIC, "a" * 100, True),
        # Longer than what is sure to end in time: matched by another engine, to the same end.
        (QUADRATIC, "a" * 12_000, True),
        (r"^(?![\s\S]*<b)[\s\S]*$", "a" * 12_000, True),
        ("^(?!.*<b).*$", "a" * 12_000 + "<b", False),
        ("^(?!.*<b).*$", "a" * 12_000 + "\n", False),
        (r"^(?!x)\w+$", "a" * 12_000, True),
        (r"^(?!x)\w+$", "a" * 12_000 + "é", True),
        (r"^(?!x)\w+$", "a" * 12_000 + "-", False),
        (r"^(?!x)[$)(]+\)\$$", "$" * 12_000 + ")$", True),
        # A step back for each character.
        ("^(?:(?!--)[a-z-])+$", "a-" * 4_000, True),
        ("^(?:(?!--)[a-z-])+$", "a-" * 4_000 + "-", False),
        # Look-aheads in look-aheads.
        ("^(?:(?=(?:(?=.*)a)*)a)+$", "a" * 600, True),
    ],
)
def test_verdicts(pattern, value, fits):
    judge = schema_validator({"items": {"pattern": pattern}})
    assert judge.is_valid([value]) is fits
    errors = list(judge.iter_errors([value]))
    assert [(one.kind.name, list(one.schema_path)) for one in errors] == [
        ("pattern", ["items", "pattern"])
    ] * (not fits)
    assert all(one.message.endswith(f'" does not match "{pattern}"') for one in errors)


def test_other_patterns_of_the_same_schema():
    judge = schema_validator({"allOf": [{"pattern": "^a(?!b)"}, {"pattern": "c$"}]})
    assert judge.is_valid("ac")
    (error,) = judge.iter_errors("ad")
    assert (list(error.schema_path), error.message) == (
        ["allOf", 1, "pattern"],
        '"ad" does not match "c$"',
    )


@pytest.mark.parametrize("text", [ENDLESS, "a" * 2_000 + "!", "a" * 20_000 + "!"])
def test_what_takes_too_long_is_no_match(text):
    judge = schema_validator({"pattern": HOSTILE})
    errors = with_checkpoint(lambda: inf, lambda: list(judge.iter_errors(text)), None, 0.01)
    assert [one.message[: len(UNFINISHED)] for one in errors] == [UNFINISHED]


def after(calls):
    """A checkpoint of a run that is over after so many calls."""
    asked = count()

    def checkpoint():
        if next(asked) >= calls:
            raise QueryError("the run took longer than 2 s")
        return inf

    return checkpoint


SCHEMAS = [
    {"items": {"pattern": HOSTILE}},
    {"items": {"not": {"pattern": HOSTILE}}},
    {"items": {"anyOf": [{"pattern": HOSTILE}, {"type": "string"}]}},
    {"items": {"propertyNames": {"pattern": HOSTILE}}},
    {"items": {"patternProperties": {HOSTILE: {"type": "integer"}}}},
]


@pytest.mark.parametrize("find", ["is_valid", "first_errors"])
@pytest.mark.parametrize("schema", SCHEMAS)
def test_the_end_of_a_run_ends_it(schema, find):
    judge = schema_validator(schema)
    is_of_names = schema["items"].keys() & {"propertyNames", "patternProperties"}
    value = [{ENDLESS: 1} if is_of_names else ENDLESS] * 20_000
    is_first_enough = schema in (SCHEMAS[0], *SCHEMAS[3:])
    calls = 0 if is_first_enough else 3
    with pytest.raises(ValueError, match=r"^the run took longer than 2 s$"):
        with_checkpoint(after(calls), lambda: getattr(judge, find)(value))
    # Nothing is left of it for the next value.
    assert judge.is_valid([])


def test_the_end_of_a_run_while_another_engine_searches():
    judge = schema_validator({"pattern": HOSTILE})
    with pytest.raises(ValueError, match=r"^the run took longer than 2 s$"):
        with_checkpoint(after(4), lambda: judge.is_valid("a" * 20_000 + "!"))


def test_a_signal_goes_through():
    def interrupt():
        raise KeyboardInterrupt

    judge = schema_validator(SCHEMAS[1])
    with pytest.raises(KeyboardInterrupt):
        with_checkpoint(interrupt, lambda: judge.is_valid(["a", "b"]))


@pytest.mark.parametrize(
    ("pattern", "names", "is_refused"),
    [
        ("^(?!x-)", [f"name-{index}" for index in range(5_000)], False),
        (QUADRATIC, ["a" * 300] * 1, False),
        (HOSTILE, [f"{ENDLESS}{index}" for index in range(20)], True),
        # Too long for a pattern that looks ahead at each character.
        (QUADRATIC, ["a" * 20_000], True),
    ],
)
def test_names_are_counted(pattern, names, is_refused):
    judge = schema_validator({"patternProperties": {pattern: {"type": "integer"}}})
    value = dict.fromkeys(names, 1)
    if not is_refused:
        assert judge.is_valid(value)
        assert not judge.is_valid(dict.fromkeys(names, "x"))
        return
    with pytest.raises(ValueError, match=f"need more than {MAX_NAME_STEPS:,} steps back"):
        judge.is_valid(value)
