"""Retry-After: seconds, dates, and what is neither."""

import pytest

from arazzo_runner.document.model import RetryAction
from arazzo_runner.executor.actions import Wait, retry_after, retry_wait
from arazzo_runner.text.source import Place, SourceFile

NOW = 1_445_412_480.0  # Wed, 21 Oct 2015 07:28:00 GMT
PLACE = Place(SourceFile("x", "", "file:///x"))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ((), None),
        ((("retry-after", "7"),), 7.0),
        ((("Retry-After", " 0 "),), 0.0),
        ((("Retry-After", "1.5"),), None),
        ((("Retry-After", "1_0"),), None),
        ((("Retry-After", "\u0667"),), None),
        ((("Retry-After", "soon"),), None),
        ((("Retry-After", "-1"),), None),
        ((("Retry-After", "9" * 400),), 1e15),
        ((("Retry-After", "Wed, 21 Oct 2015 07:28:30 GMT"),), 30.0),
        ((("Retry-After", "Wed, 21 Oct 2015 07:00:00 GMT"),), 0.0),
        (
            (
                ("Retry-After", "Wed, 21 Oct 2015 07:28:30 GMT"),
                ("Date", "Wed, 21 Oct 2015 07:28:20 GMT"),
            ),
            10.0,
        ),
        ((("Retry-After", "Wed, 21 Oct 99999 07:28:30 GMT"),), None),
    ],
)
def test_retry_after(headers, seconds):
    assert retry_after(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ((), Wait(2.5)),
        ((("Retry-After", "7"),), Wait(7.0)),
        ((("Retry-After", "60"),), Wait(60.0)),
        ((("Retry-After", "61"),), Wait(60.0, 61.0)),
    ],
)
def test_the_response_overrules_the_action_up_to_the_limit(headers, wait):
    action = RetryAction("again", (), 2.5, None, None, (), PLACE)
    assert retry_wait(action, headers, NOW, 60.0) == wait
