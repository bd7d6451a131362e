"""Dates of HTTP header fields."""

import time
from datetime import UTC, datetime

import pytest

from arazzo_runner.http_semantics.date import parse_http_date

MOMENT = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)


@pytest.fixture(autouse=True, params=["UTC", "EST5", "JST-9"])
def zone(request, monkeypatch):
    """The machine's time zone does not matter."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", MOMENT),
        ("Sunday, 06-Nov-94 08:49:37 GMT", MOMENT),
        ("Sun Nov  6 08:49:37 1994", MOMENT),
        ("Sun, 06 Nov 1994 09:49:37 +0100", MOMENT),
        ("Sun, 06-Nov-1994 08:49:37 GMT", MOMENT),
        ("soon", None),
        ("", None),
        ("Sun, 99 Nov 1994 08:49:37 GMT", None),
        # In UTC that is in the year 10000, which there is not.
        ("Fri, 31 Dec 9999 23:59:59 -0100", None),
        ("Fri, 31 Dec 9999 23:59:59 -9999", None),
        (f"Fri, 31 Dec {10**20} 23:59:59 GMT", None),
    ],
)
def test_57_http_dates_are_utc(text, moment):
    assert parse_http_date(text) == moment
