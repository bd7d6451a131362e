"""Which contract checks apply to an operation and a step."""

import pytest

from arazzo_runner.executor.plan import ALL_WARN, severities_for

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
