"""The dates of HTTP header fields."""

from __future__ import annotations

from datetime import UTC, datetime


def parse_http_date(text: str) -> datetime | None:
    """An HTTP date in any of its three forms, which are all UTC; None for other text.

    RFC 9110, section 5.6.7: IMF-fixdate, that of RFC 850, and that of ``asctime()``.
    """
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
        # `asctime()` names no zone.
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
