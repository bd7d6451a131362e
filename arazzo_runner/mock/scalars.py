"""Strings and numbers for a flat schema."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from arazzo_runner.expression.value import Value
from arazzo_runner.mock.dice import SeededChoice
from arazzo_runner.mock.flatten import NoExample
from arazzo_runner.mock.formats import format_string
from arazzo_runner.mock.pattern import generate_string

MAX_LENGTH = 1_000_000
"""The longest string that is made up."""

SPREAD = 999
"""Numbers without an upper bound are at most this far from the lower one."""


def string_for(schema: dict[str, Value], dice: SeededChoice) -> str:
    """A string of a flat schema. Raises NoExample for a pattern that no string was found for."""
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if least > MAX_LENGTH:
        raise NoExample(f"a string of {least:,} characters")
    pattern = schema.get("pattern")
    if pattern is not None:
        return _pattern_string(pattern, dice, least, most)
    text = format_string(schema.get("format", ""), dice)
    if text is not None and least <= len(text) and (most is None or len(text) <= most):
        return text
    return _word(dice).ljust(least, "x")[:most]


def _pattern_string(pattern: str, dice: SeededChoice, least: int, most: int | None) -> str:
    text = generate_string(pattern, dice, least, most)
    if text is None:
        raise NoExample(f"a string of the pattern `{pattern}`")
    return text


def _word(dice: SeededChoice) -> str:
    """The member's name and four digits: readable, and different from one item to the next."""
    names = [token for token in dice.path if isinstance(token, str) and not token.startswith("#")]
    return f"{names[-1] if names else 'text'}-{dice.below(16**4):04x}"


def number_for(schema: dict[str, Value], dice: SeededChoice) -> float | int:
    """A number of a flat schema; an integer where its ``type`` asks for one.

    All numbers in question are multiples of a step: the search is for a whole factor of it.
    """
    step = _step(schema)
    low, high = _lower(schema, step), _upper(schema, step)
    if low is None:
        low = 1 if high is None or high >= 1 else high - SPREAD
    if high is None or high > low + SPREAD:
        high = low + SPREAD
    if low > high:
        return _number_between(schema)
    value = (low + dice.below(high - low + 1)) * step
    return int(value) if value.denominator == 1 else float(value)


def _step(schema: dict[str, Value]) -> Fraction:
    multiple = Fraction(str(schema.get("multipleOf", "0.25")))
    if "multipleOf" not in schema and schema.get("type") == "integer":
        return Fraction(1)
    # The least common multiple of 1 and p/q, in lowest terms, is p.
    return Fraction(multiple.numerator) if schema.get("type") == "integer" else multiple


def _lower(schema: dict[str, Value], step: Fraction) -> int | None:
    bounds = []
    if "minimum" in schema:
        bounds.append(ceil(Fraction(str(schema["minimum"])) / step))
    if "exclusiveMinimum" in schema:
        bounds.append(floor(Fraction(str(schema["exclusiveMinimum"])) / step) + 1)
    return max(bounds) if bounds else None


def _upper(schema: dict[str, Value], step: Fraction) -> int | None:
    bounds = []
    if "maximum" in schema:
        bounds.append(floor(Fraction(str(schema["maximum"])) / step))
    if "exclusiveMaximum" in schema:
        bounds.append(ceil(Fraction(str(schema["exclusiveMaximum"])) / step) - 1)
    return min(bounds) if bounds else None


def _number_between(schema: dict[str, Value]) -> float:
    """A number between bounds that are nearer to each other than a step."""
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    if "multipleOf" in schema or schema.get("type") == "integer" or low is None or high is None:
        raise NoExample("a number within the bounds")
    return float((Fraction(str(low)) + Fraction(str(high))) / 2)
