"""The beginning of a JSONPath, as far as it leads one way: what every node it selects is below.

RFC 9535, section 2.5.1. Filters, slices, unions and descendants end it.
"""

from __future__ import annotations

import re
from typing import Final

from arazzo_runner.text.pattern import lazy_pattern

_SEGMENT: Final = lazy_pattern(
    r"""\s*(?:
        \.(?P<name>[^\x00-@\[-^`\{-\x7f][^\x00-/:-@\[-^`\{-\x7f]*)(?!\()
      | \[\s*(?P<index>0|[1-9][0-9]{0,15})\s*\]
      | \[\s*'(?P<single>[^'\\]*)'\s*\]
      | \[\s*"(?P<double>[^"\\]*)"\s*\]
      | (?P<any>\.\*|\[\s*\*\s*\]|\[\s*-[1-9][0-9]*\s*\])
    )""",
    re.VERBOSE,
)


def leading_tokens(path: str) -> tuple[str | int | None, ...]:
    """The members and items that a JSONPath begins with; None is any of them."""
    if not path.startswith("$"):
        return ()
    found: list[str | int | None] = []
    at = 1
    while segment := _SEGMENT.match(path, at):
        at = segment.end()
        found.append(_token(segment))
    return tuple(found)


def _token(segment: re.Match[str]) -> str | int | None:
    match segment.lastgroup:
        case "any":
            return None
        case "index":
            return int(segment["index"])
        case _:
            return str(segment[segment.lastgroup or 0])
