"""What a debugger may do to a run: leave a step out, send it again, change an input, end the run."""

from dataclasses import dataclass, field

from arazzo_runner.executor.events import StepRetried
from arazzo_runner.executor.plan import Limits, Settings
from arazzo_runner.executor.step import BY_HAND

TWO_STEPS = """
- workflowId: w
  inputs: {type: object, properties: {q: {type: string}}}
  steps:
  - stepId: a
    operationId: listThings
    parameters: [{name: q, in: query, value: $inputs.q}]
    outputs: {id: $response.body#/id}
  - stepId: b
    operationId: getThing
    parameters: [{name: id, in: path, value: $steps.a.outputs.id}]
  outputs: {q: $inputs.q, id: $steps.a.outputs.id}
"""
RETRYING = """
- workflowId: w
  steps:
  - stepId: a
    operationId: listThings
    onFailure: [{name: again, type: retry, retryLimit: 1}]
    outputs: {id: $response.body#/id}
"""
URL = "https://api.example/v1/things"


@dataclass
class Script:
    """Does by the attempt's key what stands there; keeps what it was asked."""

    before_steps: dict = field(default_factory=dict)
    after_steps: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)

    async def before(self, planned, frame, key):
        self.asked.append(key)
        return self.before_steps.get(key, lambda _frame: True)(frame)

    async def after(self, planned, frame, attempt, scope, action):
        key, what = attempt.key, action.action.name if action else ""
        self.asked.append(f"{key} {'passed' if attempt.succeeded else 'failed'} {what}")
        return self.after_steps.get(key, lambda _frame: False)(frame)


def skip(_frame):
    return False


def again(_frame):
    return True


def test_each_attempt_is_asked_for_before_and_after(run, answer):
    script = Script()
    run(RETRYING, answer(500), answer(200, {"id": "x"}), debugger=script)
    assert script.asked == ["w/a#1@1", "w/a#1@1 failed again", "w/a#1@2", "w/a#1@2 passed "]


def test_a_skipped_step_sends_nothing_and_has_no_outputs(run, answer):
    ran = run(TWO_STEPS, answer(200, {"id": "x"}), debugger=Script({"w/a#1@1": skip}))
    a, b = ran.first.steps
    assert ran.world.sent == []
    assert (a.status, a.attempts, a.outputs) == ("skipped", (), {})
    assert b.attempts[0].error.code == "request-refused"  # `$steps.a.outputs.id` has no value
    assert ran.first.outputs["id"] is None


def test_a_workflow_goes_on_behind_a_skipped_step(run, answer):
    ran = run(TWO_STEPS, answer(200, {"id": "x"}), debugger=Script({"w/b#1@1": skip}))
    assert [one.status for one in ran.first.steps] == ["passed", "skipped"]
    assert ran.statuses == [("w", "passed")]


def test_a_step_that_is_skipped_between_attempts_keeps_those_before(run, answer):
    ran = run(RETRYING, answer(500), debugger=Script({"w/a#1@2": skip}))
    (a,) = ran.first.steps
    assert a.status == "skipped"
    assert [one.response.status for one in a.attempts] == [500]


def test_a_skipped_step_of_a_retry_is_no_attempt(run, answer):
    text = """
- workflowId: w
  steps:
  - stepId: a
    operationId: listThings
    onFailure: [{name: again, type: retry, retryLimit: 1, stepId: b}]
  - {stepId: b, operationId: listThings}
"""
    ran = run(text, answer(500), answer(200), debugger=Script({"w/b#1@1": skip}))
    between = ran.first.steps[0].attempts[0].interlude
    assert (between.status, between.attempts) == ("skipped", ())


def test_a_dependent_of_a_skipped_step_runs(run, answer):
    text = """
- workflowId: w
  steps:
  - {stepId: a, operationId: listThings}
  - {stepId: b, operationId: listThings, dependsOn: [a]}
"""
    ran = run(text, answer(200), debugger=Script({"w/a#1@1": skip}))
    assert [one.status for one in ran.first.steps] == ["skipped", "passed"]


def test_a_step_is_sent_again_and_each_attempt_is_kept(run, answer):
    script = Script({}, {"w/a#1@1": again})
    replies = [answer(200, {"id": "x"}), answer(200, {"id": "y"})]
    ran = run(TWO_STEPS, *replies, inputs={"q": "1"}, debugger=script)
    first, second = ran.first.steps[0].attempts
    assert (first.action, first.outputs, second.action) == (BY_HAND, {"id": "x"}, None)
    assert ran.first.outputs["id"] == "y"
    assert ran.world.sent == [f"GET {URL}?q=1", f"GET {URL}?q=1", f"GET {URL}/y"]
    assert [one.action for one in ran.events if isinstance(one, StepRetried)] == [BY_HAND]


def test_what_is_sent_again_by_hand_counts_for_no_limit(run, answer):
    script = Script({}, {"w/a#1@1": again, "w/a#1@2": again})
    settings = Settings(Limits(max_retries=1))
    replies = [answer(500)] * 3 + [answer(200, {"id": "x"})]
    ran = run(RETRYING, *replies, settings=settings, debugger=script)
    assert ran.statuses == [("w", "passed")]
    assert len(ran.first.steps[0].attempts) == 4


def test_an_input_is_changed_for_all_that_comes(run, answer):
    script = Script({"w/a#1@1": lambda frame: frame.set_input("q", "new") is None})
    given = {"q": "old"}
    ran = run(TWO_STEPS, answer(200, {"id": "x"}), inputs=given, debugger=script)
    assert ran.world.sent[0] == f"GET {URL}?q=new"
    assert (ran.first.inputs["q"], ran.first.outputs["q"]) == ("new", "new")
    assert given == {"q": "old"}  # another workflow of the run has what was given
    assert ran.events[0].inputs == {"q": "old"}


def test_a_run_that_is_ended_before_a_step_sends_no_more(run, answer):
    ended = []
    script = Script({"w/b#1@1": lambda _frame: ended.append(1) is None})
    ran = run(TWO_STEPS, answer(200, {"id": "x"}), debugger=script, interrupted=lambda: bool(ended))
    assert len(ran.world.calls) == 1
    assert ran.first.error.code == "cancelled"
    assert ran.first.steps[1].attempts[0].error.code == "cancelled"


def test_what_has_been_ended_is_not_asked_again(run, answer):
    script = Script()
    run(RETRYING, answer(500), debugger=script, settings=Settings(Limits(run_timeout=0.000001)))
    assert script.asked == []
