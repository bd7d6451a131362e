"""Strings for the ``format`` of a schema (JSON Schema 2020-12 and the OpenAPI Format Registry)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable

from arazzo_runner.mock.dice import SeededChoice


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
