"""What the request methods of HTTP promise (RFC 9110, section 9.2; QUERY: RFC 10008)."""

from __future__ import annotations

from typing import Final

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "QUERY", "TRACE"})
"""Nothing is changed by a request (section 9.2.1)."""

IDEMPOTENT: Final = SAFE | {"PUT", "DELETE"}
"""Several equal requests are meant to do what one does (section 9.2.2)."""


def is_idempotent(method: str) -> bool:
    """Whether a request may be sent again where nobody knows whether it arrived."""
    return method.upper() in IDEMPOTENT
