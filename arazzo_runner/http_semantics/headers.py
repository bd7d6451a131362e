"""Header fields of HTTP messages, in the order in which they are sent."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, TypeAlias

Headers: TypeAlias = tuple[tuple[str, str], ...]

OF_CONNECTION: Final = frozenset(
    {"connection", "content-length", "host", "keep-alive", "proxy-connection", "te", "trailer",
     "transfer-encoding", "upgrade"}
)  # fmt: skip
"""Fields that the connection sets, in lower case, whatever a description or document says.

Framing (RFC 9112, section 6), what is for the next hop alone (RFC 9110, section 7.6.1), and
``Host``: behind a shared front end, another one is another tenant.
"""


def header_value(headers: Headers, name: str) -> str | None:
    """All fields of ``name`` joined with ``, `` (of Set-Cookie the first), or None.

    RFC 9110, section 5.3; names compare without case.
    """
    values = header_values(headers, name)
    if not values:
        return None
    return values[0] if name.lower() == "set-cookie" else ", ".join(values)


def header_values(headers: Headers, name: str) -> list[str]:
    """The value of each field of ``name``, in order; names compare without case."""
    wanted = name.lower()
    return [value for key, value in headers if key.lower() == wanted]


_VISIBLE: Final = bytes(range(0x20, 0x7F))


# Requests mostly have the same fields, and a credential may be long: of one that is known,
# Python has the hash already.
@lru_cache(maxsize=64)
def is_visible_ascii(text: str) -> bool:
    """Whether a text has only what every header field can carry: spaces and visible ASCII.

    A pattern would take 40 times as long.
    """
    return text.isascii() and not text.encode().translate(None, _VISIBLE)
