"""Header fields of HTTP messages, in the order in which they are sent."""

from __future__ import annotations

from typing import TypeAlias

Headers: TypeAlias = tuple[tuple[str, str], ...]


def header_value(headers: Headers, name: str) -> str | None:
    """All fields of ``name`` joined with ``, `` (of Set-Cookie the first), or None.

    RFC 9110, section 5.3; names compare without case.
    """
    wanted = name.lower()
    values = [value for key, value in headers if key.lower() == wanted]
    if not values:
        return None
    return values[0] if wanted == "set-cookie" else ", ".join(values)
