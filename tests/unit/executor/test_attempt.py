"""Steps of channels, which binding refuses, and what a plan with them says all the same."""

from arazzo_runner.executor.bind.operation import BindContext
from arazzo_runner.executor.bind.plan import bind
from arazzo_runner.executor.dry_run import dry_run_steps
from arazzo_runner.executor.plan import Clock, Settings, WorkflowKey
from arazzo_runner.executor.run import RunContext, run_plan
from arazzo_runner.executor.world import run_coroutine

TEXT = """
arazzo: 1.1.0
info: {title: Test, version: '1'}
sourceDescriptions: [{name: events, url: events.yaml, type: asyncapi}]
workflows:
- workflowId: w
  steps:
  - {stepId: s, channelPath: '{$sourceDescriptions.events.url}#/channels/c', action: send}
  - {stepId: r, channelPath: '{$sourceDescriptions.events.url}#/channels/c', action: receive}
"""
EVENTS = "{asyncapi: 3.0.0, info: {title: E, version: '1'}, channels: {c: {address: c}}}"


def test_a_channel_is_reached_by_no_world(examine, make_world):
    units = examine(TEXT, events=EVENTS).units
    plan = bind(BindContext(units), [WorkflowKey(next(iter(units)), "w")])
    world = make_world()
    context = RunContext(
        world, Clock(lambda: 0.0, lambda: 0.0), Settings(), lambda _: None, lambda: False
    )
    (result,) = run_coroutine(run_plan(plan, {}, context)).workflows
    assert result.status.value == "error"
    error = result.steps[0].attempts[0].error
    assert (error.code, error.fault) == ("unsupported", "call")
    assert error.message == "the channel `c` cannot be reached: messages are not sent yet"
    assert world.calls == []
    (workflow,) = plan.workflows.values()
    assert [one.reason for one in dry_run_steps(workflow, {}, 1.0)] == [
        "sends a message to the channel `c`",
        "receives a message from the channel `c`",
    ]
