"""Maximum durations of steps: which one counts, and how severe it is."""

import pytest
from msgspec.structs import replace

from arazzo_runner.executor.plan import Settings

TEXT = """
- workflowId: w
  steps: [{stepId: a, operationId: listThings}]
"""


@pytest.mark.parametrize(
    ("durations", "checks", "status", "found"),
    [
        ({}, {}, "passed", []),
        ({"b": 0.1}, {}, "passed", []),
        ({"a": 0.5}, {}, "passed", [("error", True)]),
        ({"a": 0.1}, {}, "failed", [("error", False)]),
        ({"w/a": 0.1}, {}, "failed", [("error", False)]),
        # Whichever is narrower counts.
        ({"a": 0.1, "w/a": 0.5}, {}, "passed", [("error", True)]),
        ({"a": 0.1}, {"duration": "warn"}, "passed", [("warn", False)]),
        ({"a": 0.1}, {"duration": "off"}, "passed", []),
        ({"a": 0.1}, {"duration": "off", "duration:a": "error"}, "failed", [("error", False)]),
    ],
)
def test_durations(run, answer, durations, checks, status, found):
    slow = replace(answer(200), duration=0.4)
    ran = run(TEXT, slow, settings=Settings(checks=checks, max_durations=durations))
    checked = ran.first.steps[0].attempts[0].checks
    assert [(one.severity, one.passed) for one in checked if one.kind == "duration"] == found
    assert ran.first.status.value == status
