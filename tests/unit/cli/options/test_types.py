"""Durations, sizes and counts as they are typed."""

import click
import pytest

from arazzo_runner.cli.options.types import RATE, SIZE, TEXT, CountParam, DurationParam

DURATION, DURATION_OR_NONE = DurationParam(), DurationParam(least=0.0)
FROM_0, FROM_1, DEPTH = CountParam(0), CountParam(1), CountParam(0, most=64)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (DURATION, "500ms", 0.5),
        (DURATION, "2s", 2.0),
        (DURATION, " 1.5 m ", 90.0),
        (DURATION, "1h", 3600.0),
        (DURATION, "1ms", 0.001),
        (DURATION, "1000h", 3_600_000.0),
        (DURATION, 2.5, 2.5),
        (DURATION_OR_NONE, "0s", 0.0),
        (SIZE, "500", 500),
        (SIZE, 500, 500),
        (SIZE, "64KiB", 65_536),
        (SIZE, "10 MB", 10_000_000),
        (SIZE, "1b", 1),
        (SIZE, "1024GiB", 1 << 40),
        (FROM_0, "0", 0),
        (FROM_1, "1", 1),
        (FROM_1, 1000, 1000),
        (FROM_1, "1000000000", 1_000_000_000),
        (DEPTH, "64", 64),
        (TEXT, "x", "x"),
        (RATE, "5/s", 5.0),
        (RATE, "90/m", 1.5),
        (RATE, 2.5, 2.5),
    ],
)
def test_what_is_understood(kind, text, value):
    assert kind.convert(text, None, None) == value


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        *(
            (DURATION, one, "is not a duration")
            for one in ("5", "s", "-5s", "5 w", "1e3s", "٣s", "")
        ),
        *((RATE, one, "is not a rate") for one in ("5", "0/s", "-1/s", "5/d", "/s")),
        (DURATION, "9" * 20 + "s", "is not a duration"),
        (DURATION, 5, "is not a duration"),
        (DURATION, "0s", "is not between `1ms` and `1000h`"),
        (DURATION, "0.9ms", "is not between `1ms` and `1000h`"),
        (DURATION, "1001h", "is not between `1ms` and `1000h`"),
        (DURATION_OR_NONE, "1001h", "is not between `0s` and `1000h`"),
        *((SIZE, one, "is not a size") for one in ("-1", "1.5MB", "KB", "5XB", "", "9" * 20)),
        (SIZE, "0", "is not between 1 byte and `1024GiB`"),
        (SIZE, "1025GiB", "is not between 1 byte and `1024GiB`"),
        *((FROM_1, one, "is not a whole number from 1 to") for one in ("0", "-1", "1.0", "x", "")),
        (FROM_1, "1000000001", "is not a whole number from 1 to 1,000,000,000"),
        (DEPTH, "65", "is not a whole number from 0 to 64"),
        (TEXT, 5, "is not text"),
    ],
)
def test_what_is_not(kind, text, message):
    with pytest.raises(click.BadParameter) as caught:
        kind.convert(text, None, None)
    assert message in caught.value.message
