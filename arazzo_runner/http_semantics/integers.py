"""Integers of HTTP messages, by their grammar: ``int()`` takes ``2_00``, ``+2``, and other digits.

RFC 9110, sections 8.6 (Content-Length), 10.2.3 (Retry-After) and 15 (status codes).
"""

from __future__ import annotations

from typing import Final

from arazzo_runner.text.pattern import lazy_pattern

LARGEST: Final = 10**15
"""What stands for every larger number; each limit here is far below it."""

_DIGITS: Final = lazy_pattern(r"[0-9]+")
_STATUS: Final = lazy_pattern(r"[1-5][0-9]{2}")


def parse_digits(text: str) -> int | None:
    """The value of ``1*DIGIT`` (RFC 5234, appendix B.1), at most LARGEST; None for other text."""
    if _DIGITS.fullmatch(text) is None:
        return None
    digits = text.lstrip("0") or "0"
    return int(digits) if len(digits) < len(str(LARGEST)) else LARGEST


def parse_status(text: str) -> int | None:
    """A status code, three digits from 100 to 599; None for other text."""
    return int(text) if _STATUS.fullmatch(text) else None
