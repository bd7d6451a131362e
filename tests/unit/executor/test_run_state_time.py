"""The time of a run and interruptions are heeded whatever a step is doing.

The clock of these tests goes on by a millisecond whenever it is looked at, so that what is looked
at between any two criteria runs out of time among them.
"""

import pytest

from arazzo_runner.executor.plan import Clock, Limits, Plan, Settings
from arazzo_runner.executor.run_state import LAST_SECONDS, RunState
from arazzo_runner.executor.world import run_coroutine
from arazzo_runner.expression.query.limits import QueryError, seconds_for_query
from arazzo_runner.text.source import Place, SourceFile

MANY = "\n".join("    - condition: $statusCode == 200" for _ in range(300))
CRITERIA = f"""
- workflowId: w
  steps:
  - stepId: a
    operationId: listThings
    successCriteria:
{MANY}
"""
# Each level is visited by each `..*` again: far more visits than one look at the clock is for.
SLOW = "$..*..*..*"
ITEMS = [[[1] * 20] * 20] * 20


def timed(seconds):
    return Settings(Limits(run_timeout=seconds, query_seconds=60.0))


def interrupted_after(looks):
    left = iter(range(looks))
    return lambda: next(left, None) is None


def attempt_of(ran):
    return ran.first.steps[0].attempts[-1]


def test_the_time_of_the_run_is_over_between_two_criteria(run):
    ran = run(CRITERIA, settings=timed(0.1))
    assert (ran.first.status.value, ran.first.error.code) == ("error", "run-timeout")
    assert 0 < len(attempt_of(ran).criteria) < 300
    assert all(one.passed for one in attempt_of(ran).criteria)
    assert attempt_of(ran).error.code == "run-timeout"


def test_a_signal_is_heeded_between_two_criteria(run):
    ran = run(CRITERIA, interrupted=interrupted_after(50))
    assert (ran.first.status.value, ran.first.error.code) == ("error", "cancelled")
    assert 0 < len(attempt_of(ran).criteria) < 50
    assert not attempt_of(ran).succeeded


def test_criteria_within_the_time_are_all_judged(run):
    ran = run(CRITERIA, settings=timed(60.0))
    assert (ran.first.status.value, len(attempt_of(ran).criteria)) == ("passed", 300)


IN_STEP = {
    "a criterion": """
    successCriteria: [{context: $response.body, type: jsonpath, condition: '%s'}]
""",
    "an output": """
    outputs: {o: {context: $response.body, type: jsonpath, selector: '%s'}}
""",
    "an action": """
    onSuccess:
    - {name: n, type: end, criteria: [{context: $response.body, type: jsonpath, condition: '%s'}]}
""",
}


@pytest.mark.parametrize("part", IN_STEP)
@pytest.mark.parametrize("code", ["run-timeout", "cancelled"])
def test_a_query_ends_with_the_run(run, answer, part, code):
    text = f"""
- workflowId: w
  steps:
  - stepId: a
    operationId: listThings
    {IN_STEP[part] % SLOW}
  - {{stepId: b, operationId: listThings}}
"""
    limits = {"settings": timed(0.012)} if code == "run-timeout" else {}
    stop = {"interrupted": interrupted_after(8)} if code == "cancelled" else {}
    ran = run(text, answer(200, ITEMS), **{"settings": timed(600.0), **limits, **stop})
    assert (ran.visited, ran.first.error.code) == (["a"], code)
    assert attempt_of(ran).action is None


def test_a_query_of_a_request_ends_with_the_run(run, answer):
    text = f"""
- workflowId: w
  steps:
  - stepId: first
    operationId: listThings
    outputs: {{all: $response.body}}
  - stepId: second
    operationId: listThings
    parameters:
    - name: q
      in: query
      value: {{context: $steps.first.outputs.all, type: jsonpath, selector: '{SLOW}'}}
"""
    ran = run(text, answer(200, ITEMS), settings=timed(0.03))
    assert ran.first.error.code == "run-timeout"
    assert len(ran.world.calls) == 1
    assert attempt_of(ran).succeeded
    assert ran.first.steps[1].attempts[0].error.code == "run-timeout"


def test_a_query_of_an_input_ends_with_the_run(run, answer):
    text = f"""
- workflowId: w
  steps:
  - stepId: first
    operationId: listThings
    outputs: {{all: $response.body}}
  - stepId: second
    workflowId: other
    parameters:
    - name: q
      value: {{context: $steps.first.outputs.all, type: jsonpath, selector: '{SLOW}'}}
- workflowId: other
  inputs: {{type: object, properties: {{q: {{}}}}}}
  steps: [{{stepId: a, operationId: listThings}}]
"""
    ran = run(text, answer(200, ITEMS), settings=timed(0.03), only="w")
    assert ran.first.error.code == "run-timeout"
    assert len(ran.world.calls) == 1
    assert ran.first.steps[1].attempts[0].error.code == "run-timeout"


OUTPUTS = """
- workflowId: w
  steps: [{stepId: a, operationId: listThings, outputs: {all: $response.body}}]
  outputs:
    quick: {context: $steps.a.outputs.all, type: jsonpath, selector: '$[0]'}
    slow: {context: $steps.a.outputs.all, type: jsonpath, selector: '%s'}
    plain: $steps.a.outputs.all
"""


def test_the_outputs_of_a_workflow_end_with_the_run(run, answer):
    ran = run(OUTPUTS % SLOW, answer(200, ITEMS), settings=timed(0.012))
    assert (ran.visited, ran.first.error.code) == (["a"], "run-timeout")
    assert ran.first.outputs["slow"] is None
    assert ran.first.outputs["plain"] == ITEMS


def test_what_was_stopped_has_a_moment_left_for_its_outputs(run, answer):
    """A partial report has what can be had at once."""
    two = (OUTPUTS % "$[1]").replace("}}]", "}}, {stepId: b, operationId: listThings}]")
    ran = run(two, answer(200, ITEMS), settings=Settings(Limits(max_steps=1)))
    assert ran.first.error.code == "max-steps"
    assert ran.first.outputs == {"quick": ITEMS[0], "slow": ITEMS[1], "plain": ITEMS}


@pytest.mark.parametrize("is_heavy", [True, False])
def test_the_moment_is_over_for_a_query_that_goes_on(is_heavy):
    seconds = iter(range(100))
    clock = Clock(lambda: next(seconds) * LAST_SECONDS / 4, lambda: 0.0)
    state = RunState(Plan(()), {}, None, Settings(), clock, lambda _event: None, lambda: False)
    place = Place(SourceFile("x", "", "file:///x"), ())
    state.stop("max-steps", "enough", None, place)
    asked = []

    def work():
        with pytest.raises(QueryError, match="the run is over"):
            while len(asked) < 100:
                asked.append(seconds_for_query(60.0))

    run_coroutine(state.compute_last(work, place, is_heavy=is_heavy))
    assert asked == [LAST_SECONDS * 3 / 4, LAST_SECONDS / 2, LAST_SECONDS / 4]
