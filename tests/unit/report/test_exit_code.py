import pytest

from arazzo_runner.executor.result import Status
from arazzo_runner.report.exit_code import (
    ExitCode,
    document_status,
    exit_code,
    first_code,
    status_of,
)

PASSED, FAILED, ERROR, SKIPPED = Status.PASSED, Status.FAILED, Status.ERROR, Status.SKIPPED


@pytest.mark.parametrize(
    ("statuses", "code", "status"),
    [
        ([PASSED], 0, PASSED),
        ([PASSED, SKIPPED], 0, PASSED),
        ([PASSED, FAILED], 1, FAILED),
        ([ERROR, PASSED, FAILED], 1, FAILED),
        ([PASSED, ERROR], 4, ERROR),
        ([ERROR, SKIPPED], 4, ERROR),
        ([SKIPPED], 5, ERROR),
        ([], 5, ERROR),
    ],
)
def test_the_workflows_decide_the_exit_code_and_the_status(build, statuses, code, status):
    result = build.run(*(build.workflow(status=one) for one in statuses))
    assert exit_code(result) == code
    assert document_status(result) is status


@pytest.mark.parametrize(
    ("codes", "first"),
    [
        ([], 0),
        ([0, 0], 0),
        ([0, 5], 5),
        ([5, 4], 4),
        ([4, 1], 1),
        ([1, 2], 2),
        ([2, 3], 3),
        ([3, 130], 130),
        ([130, 143], 143),
        ([143, 70], 70),
        ([5, 4, 1, 2, 3, 130, 143, 70], 70),
    ],
)
def test_of_several_codes_the_first_in_the_contract_applies(codes, first):
    assert first_code(codes) == first


@pytest.mark.parametrize("code", [2, 3, 4, 5, 70, 130, 143])
def test_whatever_is_neither_passed_nor_failed_is_an_error(code):
    assert status_of(ExitCode(code)) is ERROR
