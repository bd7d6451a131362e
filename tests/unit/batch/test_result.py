"""Results of rows, packed."""

import pytest

from arazzo_runner.batch.model import DatabaseError
from arazzo_runner.batch.result import RowReport, pack_report, unpack_report

REPORT = RowReport(b'[{"workflow_id": "w", "status": "passed"}]', ("1:w/s#1@1",), ("w/s",))


def test_a_report_is_as_it_was() -> None:
    assert unpack_report(pack_report(REPORT)) == REPORT


def test_members_of_reports_take_next_to_nothing() -> None:
    step = b'{"kind": "simple", "condition": "$statusCode == 200", "context": null, "passed": true}'
    assert len(pack_report(RowReport(step))) < len(step) / 3


@pytest.mark.parametrize("packed", [b"", b"x", pack_report(REPORT)[:-9]])
def test_what_is_damaged(packed) -> None:
    with pytest.raises(DatabaseError, match="damaged"):
        unpack_report(packed)
