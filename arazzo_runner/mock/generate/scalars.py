"""Strings and numbers for a flat schema, strings by its ``format`` too.

JSON Schema 2020-12 and the OpenAPI Format Registry.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from arazzo_runner.expression.value import Value
from arazzo_runner.mock.generate.flatten import NoExample
from arazzo_runner.mock.generate.pattern import generate_string
from arazzo_runner.mock.generate.seeded import SeededChoice


def _hex(dice: SeededChoice, digits: int) -> str:
    return f"{dice.below(16**digits):0{digits}x}"


def _day(dice: SeededChoice) -> str:
    return f"2025-{1 + dice.at('month').below(12):02}-{1 + dice.at('day').below(28):02}"


def _time(dice: SeededChoice) -> str:
    return f"{dice.at('hour').below(24):02}:{dice.at('minute').below(60):02}:00Z"


def _uuid(dice: SeededChoice) -> str:
    first, last = _hex(dice.at(0), 15), _hex(dice.at(1), 15)
    # RFC 9562, section 5.4: version 4, variant 10.
    return f"{first[:8]}-{first[8:12]}-4{first[12:]}-8{last[:3]}-{last[3:]}"


# Names and addresses that are reserved for examples: RFC 2606, 5737, 3849; ITU 555-01xx.
FORMATS: dict[str, Callable[[SeededChoice], str]] = {
    "date-time": lambda dice: f"{_day(dice)}T{_time(dice)}",
    "date": _day,
    "time": _time,
    "duration": lambda dice: f"PT{1 + dice.below(59)}M",
    "email": lambda dice: f"user{dice.below(1000)}@example.com",
    "idn-email": lambda dice: f"user{dice.below(1000)}@example.com",
    "hostname": lambda dice: f"host{dice.below(1000)}.example.com",
    "idn-hostname": lambda dice: f"host{dice.below(1000)}.example.com",
    "ipv4": lambda dice: f"192.0.2.{1 + dice.below(254)}",
    "ipv6": lambda dice: f"2001:db8::{1 + dice.below(0xFFFF - 1):x}",
    "uri": lambda dice: f"https://example.com/{_hex(dice, 8)}",
    "url": lambda dice: f"https://example.com/{_hex(dice, 8)}",
    "iri": lambda dice: f"https://example.com/{_hex(dice, 8)}",
    "uri-reference": lambda dice: f"/{_hex(dice, 8)}",
    "iri-reference": lambda dice: f"/{_hex(dice, 8)}",
    "uri-template": lambda dice: f"/{_hex(dice, 8)}/{{id}}",
    "uuid": _uuid,
    "json-pointer": lambda dice: f"/{_hex(dice, 8)}",
    "relative-json-pointer": lambda dice: f"0/{_hex(dice, 8)}",
    "regex": lambda dice: f"^{_hex(dice, 8)}$",
    "byte": lambda dice: b64encode(_hex(dice, 12).encode()).decode(),
    "phone": lambda dice: f"+155555501{dice.below(100):02}",
    "phone-number": lambda dice: f"+155555501{dice.below(100):02}",
    "int64": lambda dice: str(1 + dice.below(999)),
    "decimal": lambda dice: f"{1 + dice.below(999)}.25",
}


def format_string(name: str, dice: SeededChoice) -> str | None:
    """A string of the format ``name``, or None when the format says nothing to the mock."""
    maker = FORMATS.get(name)
    return maker(dice) if maker else None


MAX_LENGTH = 1_000_000
"""The longest string that is generated."""

MAX_EXPONENT = 300
"""Bounds of numbers with a larger power of ten are not calculated with."""

SPREAD = 999
"""Numbers without an upper bound are at most this far from the lower one."""


def string_for(schema: dict[str, Value], dice: SeededChoice) -> str:
    """A string of a flat schema. Raises NoExample for a pattern that no string was found for."""
    # JSON Schema takes 2.0 for an integer, and slices do not.
    least, most = int(schema.get("minLength", 0)), schema.get("maxLength")
    most = None if most is None else int(most)
    if least > MAX_LENGTH:
        raise NoExample(f"a string of {least:,} characters")
    pattern = schema.get("pattern")
    if pattern is not None:
        return _pattern_string(pattern, dice, least, most)
    text = format_string(schema.get("format", ""), dice)
    if text is not None and least <= len(text) and (most is None or len(text) <= most):
        return text
    return name_word(dice).ljust(least, "x")[:most]


def _pattern_string(pattern: str, dice: SeededChoice, least: int, most: int | None) -> str:
    text = generate_string(pattern, dice, least, most)
    if text is None:
        raise NoExample(f"a string of the pattern `{pattern}`")
    return text


def name_word(dice: SeededChoice) -> str:
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


def _fraction(number: float) -> Fraction:
    """A bound, exact. Raises NoExample for one whose digits would fill the memory."""
    exact = Decimal(str(number))
    if not exact.is_finite() or abs(exact.adjusted()) > MAX_EXPONENT:
        raise NoExample(f"a number with a power of ten beyond {MAX_EXPONENT}")
    return Fraction(exact)


def _step(schema: dict[str, Value]) -> Fraction:
    multiple = _fraction(schema.get("multipleOf", 0.25))
    if "multipleOf" not in schema and schema.get("type") == "integer":
        return Fraction(1)
    # The least common multiple of 1 and p/q, in lowest terms, is p.
    return Fraction(multiple.numerator) if schema.get("type") == "integer" else multiple


def _lower(schema: dict[str, Value], step: Fraction) -> int | None:
    bounds = []
    if "minimum" in schema:
        bounds.append(ceil(_fraction(schema["minimum"]) / step))
    if "exclusiveMinimum" in schema:
        bounds.append(floor(_fraction(schema["exclusiveMinimum"]) / step) + 1)
    return max(bounds) if bounds else None


def _upper(schema: dict[str, Value], step: Fraction) -> int | None:
    bounds = []
    if "maximum" in schema:
        bounds.append(floor(_fraction(schema["maximum"]) / step))
    if "exclusiveMaximum" in schema:
        bounds.append(ceil(_fraction(schema["exclusiveMaximum"]) / step) - 1)
    return min(bounds) if bounds else None


def _number_between(schema: dict[str, Value]) -> float:
    """A number between bounds that are nearer to each other than a step."""
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    if "multipleOf" in schema or schema.get("type") == "integer" or low is None or high is None:
        raise NoExample("a number within the bounds")
    return float((_fraction(low) + _fraction(high)) / 2)
