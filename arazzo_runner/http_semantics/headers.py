"""Header fields of HTTP messages, in the order in which they are sent."""

from __future__ import annotations

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
    wanted = name.lower()
    values = [value for key, value in headers if key.lower() == wanted]
    if not values:
        return None
    return values[0] if wanted == "set-cookie" else ", ".join(values)
