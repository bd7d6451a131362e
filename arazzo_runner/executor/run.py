"""A whole run: the selected workflows in order, each result an entry of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from arazzo_runner.document.model import GotoAction
from arazzo_runner.executor.events import Observer
from arazzo_runner.executor.inputs import (
    InputProblem,
    find_problems,
    undeclared_problems,
    workflow_inputs,
)
from arazzo_runner.executor.plan import Clock, Plan, Settings, WorkflowKey
from arazzo_runner.executor.result import RunResult, Status, StepError, WorkflowResult
from arazzo_runner.executor.run_state import Compute, Debugger, RunState, compute_here
from arazzo_runner.executor.workflow import run_chain
from arazzo_runner.executor.world import World
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.response.contract import Judge


class RunContext(Struct, frozen=True):
    """All that a run needs from outside of its plan and inputs."""

    world: World
    clock: Clock
    settings: Settings
    observer: Observer
    interrupted: Callable[[], bool]
    judge: Judge | None = None
    compute: Compute = compute_here
    debugger: Debugger | None = None


def input_problems(
    plan: Plan, inputs: Mapping[str, Value]
) -> list[tuple[WorkflowKey, InputProblem]]:
    """What is wrong with the inputs of a run, before anything is sent.

    They go to every selected workflow and every prerequisite that declares them; an input that
    none declares is a problem of the first.
    """
    keys = run_keys(plan)
    found = [(key, problem) for key in keys for problem in _problems_of(plan, key, inputs)]
    for key, own in plan.own_inputs.items():
        if key not in keys:  # gone to: whether they fit is known when it is
            schema = plan.workflows[key].inputs_schema
            found.extend((key, one) for one in undeclared_problems(schema, own))
    for name in inputs:
        if not any(plan.workflows[key].inputs_schema.accepts(name) for key in keys):
            schema = plan.workflows[keys[0]].inputs_schema
            found.extend((keys[0], one) for one in undeclared_problems(schema, [name]))
    return found


def _problems_of(plan: Plan, key: WorkflowKey, inputs: Mapping[str, Value]) -> list[InputProblem]:
    schema = plan.workflows[key].inputs_schema
    return find_problems(schema, schema.with_defaults(plan.inputs_of(key, inputs)))


def run_keys(plan: Plan) -> list[WorkflowKey]:
    """The selected workflows and, after each, its prerequisites; each once."""
    order: dict[WorkflowKey, None] = {}
    todo = list(reversed(plan.selected))
    while todo:
        key = todo.pop()
        if key not in order:
            order[key] = None
            todo.extend(reversed(plan.workflows[key].depends_on))
    return list(order)


def startable_keys(plan: Plan) -> list[WorkflowKey]:
    """The workflows that a run itself starts: those of :func:`run_keys`, and where they go to."""
    order = dict.fromkeys(run_keys(plan))
    todo = list(order)
    while todo:
        steps = plan.workflows[todo.pop()].steps
        actions = (one for step in steps for one in (*step.on_success, *step.on_failure))
        goals = [one.target for one in actions if isinstance(one.action, GotoAction)]
        found = [one for one in goals if isinstance(one, WorkflowKey) and one not in order]
        order |= dict.fromkeys(found)
        todo += found
    return list(order)


def split_inputs(
    plan: Plan, inputs: Mapping[str, Value]
) -> tuple[dict[str, Value], dict[WorkflowKey, dict[str, Value]]]:
    """The inputs for all workflows, and those for one alone, by the workflow.

    For one are the members of an object under its workflowId, and what is called
    ``WORKFLOW.NAME``; an input that is declared with that very name wins.
    """
    keys = [one for one in startable_keys(plan) if one.document == plan.entry]
    stated = {name for key in keys for name in plan.workflows[key].inputs_schema.stated}
    shared = dict(inputs)
    own: dict[WorkflowKey, dict[str, Value]] = {}
    for key in keys:
        found = workflow_inputs(key.workflow, shared, stated)
        if found.names:
            own[key] = found.inputs
            shared = {name: one for name, one in shared.items() if name not in found.names}
    return shared, own


async def run_plan(plan: Plan, inputs: Mapping[str, Value], context: RunContext) -> RunResult:
    """Run the selected workflows; ``inputs`` have been checked with :func:`input_problems`."""
    ledger = RunState(
        plan,
        inputs,
        context.world,
        context.settings,
        context.clock,
        context.observer,
        context.interrupted,
    )
    ledger.judge = context.judge
    ledger.offload = context.compute
    ledger.debugger = context.debugger
    started = context.clock.monotonic()
    if plan.has_channels:
        await _open_channels(plan.selected[0], ledger)
    for key in plan.selected:
        if key in ledger.completed:
            continue
        if _is_skipped(ledger):
            ledger.entries.append(_skipped_result(plan, key))
            continue
        await _run_selected(key, ledger)
    return RunResult(tuple(ledger.entries), context.clock.monotonic() - started)


async def _open_channels(first: WorkflowKey, ledger: RunState) -> None:
    """Open the channels of the run; where one cannot be opened, the first workflow says why."""
    from arazzo_runner.executor.channels.attempt import fault_side
    from arazzo_runner.executor.channels.open import open_channels

    failure = await open_channels(ledger)
    if failure is None:
        return
    workflow = ledger.plan.workflows[first].workflow
    fault = fault_side(failure)
    error = StepError(failure.code, failure.message, failure.hint, fault, workflow.place)
    ledger.stopped = error
    status = Status.FAILED if fault == "request" else Status.ERROR
    result = WorkflowResult(
        workflow.workflow_id, status, {}, {}, failure.duration, (), None, error,
        workflow.place,
    )  # fmt: skip
    ledger.entries.append(result)
    ledger.completed[first] = result


def _is_skipped(ledger: RunState) -> bool:
    if ledger.stopped is not None or not ledger.settings.fail_fast:
        return ledger.stopped is not None
    return any(entry.status is not Status.PASSED for entry in ledger.entries)


async def _run_selected(key: WorkflowKey, ledger: RunState) -> None:
    schema = ledger.plan.workflows[key].inputs_schema
    given = schema.with_defaults(ledger.plan.inputs_of(key, ledger.run_inputs))
    results = await run_chain(key, given, ledger, 0)
    ledger.entries.extend(results)
    ledger.completed[key] = results[0]


def _skipped_result(plan: Plan, key: WorkflowKey) -> WorkflowResult:
    workflow = plan.workflows[key].workflow
    return WorkflowResult(
        workflow.workflow_id, Status.SKIPPED, {}, {}, 0.0, (), None, None, workflow.place
    )
