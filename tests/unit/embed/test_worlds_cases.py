"""``mock_cases``: what steps get of the mock, for programs."""

from pathlib import Path

import pytest

import arazzo_runner as arazzo

KENNEL = Path(__file__).parents[2] / "cases" / "mock" / "kennel.arazzo.yaml"


@pytest.mark.parametrize(
    ("cases", "status", "passed", "paid"),
    [
        ({}, 200, True, True),
        ({"pay": "cash"}, 200, True, True),
        ({"pay": "later"}, 200, True, False),
        ({"pay/pay": "later"}, 200, True, False),
        ({"pay": "402"}, 402, False, None),
        ({"pay/pay": "402", "pay": "cash"}, 402, False, None),
        ({"refuse/add": "201"}, 200, True, True),
    ],
)
def test_a_step_gets_its_case(cases, status, passed, paid) -> None:
    runner = arazzo.Runner(mock=True, mock_cases=cases)
    result = runner.run(KENNEL, ["pay", "refuse"] if "refuse/add" in cases else "pay")
    (attempt,) = result.workflows[0].steps[0].attempts
    assert (attempt.response.status, result.workflows[0].passed) == (status, passed)
    assert result.workflows[0].steps[0].outputs.get("paid") == paid


@pytest.mark.parametrize(
    ("cases", "message"),
    [
        ({"pay": "500"}, "documents no status and no example `500`"),
        ({"pay": "card"}, "documents no status and no example `card`"),
        ({"pya": "402"}, "no step `pya` calls an operation"),
        ({"walk/pay": "402"}, "no step `walk/pay` calls an operation"),
    ],
)
def test_a_case_that_cannot_be_given(cases, message) -> None:
    with pytest.raises(arazzo.UsageError, match=message):
        arazzo.run(KENNEL, "pay", mock=True, mock_cases=cases)
