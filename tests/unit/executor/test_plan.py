"""Which contract checks apply to an operation and a step."""

import pytest

from arazzo_runner.executor.plan import (
    ALL_WARN,
    attempt_numbers,
    resend_key,
    severities_for,
    step_text,
)

NAMES = ("listJobs", "again", "jobs/again")


@pytest.mark.parametrize(
    ("narrowed", "schema"),
    [
        ({}, "warn"),
        ({"schema:listJobs": "off"}, "off"),
        ({"schema:getJob": "off"}, "warn"),
        ({"status:listJobs": "off"}, "warn"),
        ({"schema:listJobs": "off", "schema:again": "error"}, "error"),
        ({"schema:again": "error", "schema:listJobs": "off"}, "error"),
        ({"schema:jobs/again": "off", "schema:again": "error"}, "off"),
        ({"schema:other/again": "off"}, "warn"),
    ],
)
def test_the_nearest_name_counts(narrowed, schema):
    found = severities_for({**ALL_WARN, **narrowed}, NAMES)
    assert found["schema"] == schema
    assert set(found) == set(ALL_WARN)


def test_what_is_not_named_is_off():
    assert severities_for({"schema": "error"}, NAMES) == {"schema": "error"}
    assert severities_for({"schema:again": "error"}, NAMES) == {"schema": "error"}


@pytest.mark.parametrize(
    ("key", "numbers"),
    [
        ("w/s#1@1", (1, 1)),
        ("other.yaml#w/s#2@12", (12, 1)),
        (resend_key("w/s#1@3"), (3, 2)),
        ("w/s#1@1.2@4", (4, 1)),
        ("w/s#1@٣", (1, 1)),
        ("own", (1, 1)),
        ("", (1, 1)),
    ],
)
def test_the_numbers_in_a_key(key, numbers):
    assert attempt_numbers(key) == numbers


def test_a_key_of_a_second_request_has_the_same_step():
    assert step_text(resend_key("other.yaml#w/s#1@1")) == "other.yaml#w/s"
