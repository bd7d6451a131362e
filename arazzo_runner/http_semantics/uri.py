"""URIs that come from outside (RFC 3986), which may be none."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit


def parse_uri(text: str) -> SplitResult | None:
    """The parts of a URI or of a relative reference; None for what is neither: ``http://[``."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # read later than the others
    except ValueError:
        return None
    return parts
