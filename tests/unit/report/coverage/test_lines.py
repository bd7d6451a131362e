"""What is counted of operations, in words."""

import pytest

from arazzo_runner.report.coverage.lines import status_nouns
from arazzo_runner.report.coverage.measure import Coverage, StatusCoverage
from arazzo_runner.report.traversal import OperationName


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([], "documented statuses"), ([False], "documented statuses"), ([True], "messages"),
        ([True, False, True], "documented statuses and messages"),
    ],
)  # fmt: skip
def test_nouns(kinds, expected):
    name = OperationName("api", None, "GET", "/")
    statuses = [StatusCoverage(name, (), (), (), of_messages=one) for one in kinds]
    assert status_nouns(Coverage(0, 0, (), tuple(statuses), ())) == expected
