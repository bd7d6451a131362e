import pytest

from arazzo_runner.http_semantics.integers import LARGEST, parse_digits, parse_status


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("007", 7),
        ("25", 25),
        (f"{LARGEST - 1}", LARGEST - 1),
        (f"{LARGEST}", LARGEST),
        ("9" * 5000, LARGEST),
        ("0" * 5000 + "1", 1),
        ("", None),
        ("2_00", None),
        ("+2", None),
        ("-2", None),
        (" 2", None),
        ("2\n", None),
        ("2.0", None),
        ("0x19", None),
        ("\u0662\u0665", None),
        ("\u00b2", None),
    ],
)
def test_digits(text, number) -> None:
    assert parse_digits(text) == number


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("100", 100),
        ("200", 200),
        ("599", 599),
        ("600", None),
        ("099", None),
        ("20", None),
        ("2000", None),
        ("2_00", None),
        ("20\u0660", None),
        ("200\n", None),
        ("abc", None),
        ("", None),
    ],
)
def test_statuses(text, status) -> None:
    assert parse_status(text) == status
