"""What a visit of a step says of itself: how deep it stands, and at which limit it ended."""

import pytest

from arazzo_runner.executor.events import StepFinished, StepStarted
from arazzo_runner.executor.plan import Limits, Settings

WITH_STEP_BETWEEN = """
- workflowId: w
  steps:
  - stepId: a
    operationId: listThings
    onFailure: [{name: again, type: retry, retryLimit: 1, stepId: b}]
  - {stepId: b, operationId: listThings}
"""


def test_a_step_between_two_attempts_stands_one_deeper(run, answer):
    ran = run(WITH_STEP_BETWEEN, answer(500), answer(200), answer(200), answer(200))
    depths = [
        (type(one).__name__, getattr(one, "step", getattr(one, "result", None)).step_id, one.depth)
        for one in ran.events
        if isinstance(one, StepStarted | StepFinished)
    ]
    assert depths == [
        ("StepStarted", "a", 0),
        ("StepStarted", "b", 1),
        ("StepFinished", "b", 1),
        ("StepFinished", "a", 0),
        ("StepStarted", "b", 0),
        ("StepFinished", "b", 0),
    ]


@pytest.mark.parametrize(("limit", "words"), [(1, "1 retry"), (2, "2 retries")])
def test_the_limit_of_retries_is_counted_in_words(run, answer, limit, words):
    text = """
- workflowId: w
  steps: [{stepId: a, operationId: listThings, onFailure: [{name: r, type: retry, retryLimit: 9}]}]
"""
    ran = run(text, answer(500), settings=Settings(Limits(max_retries=limit)))
    assert ran.first.error.message == f"the step failed after {words}, the limit for one visit"
    assert len(ran.world.calls) == limit + 1
