"""The control flow of a workflow: unreachable steps, loops without an end, dead actions.

Arazzo Specification 1.1.0, Success Action Object and Failure Action Object: the first action whose
criteria pass is taken; without one, a step that succeeded is followed by the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, TypeAlias

from msgspec import Struct

from arazzo_runner.document.model import (
    ArazzoDocument,
    EndAction,
    FailureAction,
    GotoAction,
    RetryAction,
    Reusable,
    Step,
    SuccessAction,
    Workflow,
    WorkflowName,
)
from arazzo_runner.document.rules.order import circles
from arazzo_runner.executor.bind.plan import run_order
from arazzo_runner.executor.plan import Plan
from arazzo_runner.text.diagnostic import Diagnostic, Severity, warning
from arazzo_runner.text.source import Place

_Action: TypeAlias = SuccessAction | FailureAction
_ExitMap: TypeAlias = Mapping[str, "_Exits"]


class _Exits(Struct, frozen=True):
    """The steps that one can lead to, and whether the workflow can end with it."""

    steps: frozenset[str]
    ends: bool


def unreachable_findings(document: ArazzoDocument) -> Iterator[Diagnostic]:
    """AZ401: a step that nothing leads to; those that only it leads to follow from it."""
    for workflow in document.workflows:
        ways = _exit_map(workflow)
        reached = _normal_steps(workflow, ways)
        for before, step in pairwise(run_order(workflow)):
            if step.step_id not in reached:
                message = f"the step `{step.step_id}` is unreachable"
                place = step.place.at("stepId")
                help_line = f"`{before.step_id}` always ends or goes elsewhere"
                yield warning("AZ401", message, place, "never runs", help_line)
                _reachable_steps([step.step_id], ways, reached)


def endless_findings(document: ArazzoDocument) -> Iterator[Diagnostic]:
    """AZ402: a loop that only a failure can end."""
    for workflow in document.workflows:
        ways = _exit_map(workflow)
        endless = _normal_steps(workflow, ways) - _ending_steps(ways)
        for step in workflow.steps:
            goto = next(iter(_unconditional_goto(step, workflow)), None)
            if step.step_id in endless and goto is not None:
                message = f"the loop through the step `{step.step_id}` has no exit"
                help_line = "give the `goto` a criterion, or add an `end` action before it"
                yield warning("AZ402", message, goto.place, "always taken", help_line)


def dead_action_findings(document: ArazzoDocument) -> Iterator[Diagnostic]:
    """AZ403: an action behind one that is always taken."""
    for workflow in document.workflows:
        yield from _actions_behind(workflow.success_actions)
        yield from _actions_behind(workflow.failure_actions)
        for step in workflow.steps:
            yield from _actions_behind(step.on_success)
            yield from _actions_behind(step.on_failure)


def _actions_behind(actions: Iterable[_Action | Reusable]) -> Iterator[Diagnostic]:
    taken: _Action | None = None
    for action in (one for one in actions if not isinstance(one, Reusable)):
        if taken is not None:
            message = f"the action `{action.name}` is unreachable"
            help_line = f"`{taken.name}` before it has no criteria, so it is always taken"
            yield warning("AZ403", message, action.place.at("name"), "", help_line)
        elif _is_always_taken(action):
            taken = action


def recursion_findings(document: ArazzoDocument) -> Iterator[Diagnostic]:
    """AZ404: workflows that call each other in a circle."""
    needs = {
        one.workflow_id: {
            step.target.workflow_id: step.target.place
            for step in one.steps
            if isinstance(step.target, WorkflowName) and step.target.source is None
        }
        for one in document.workflows
    }
    for circle in circles(needs):
        way = " → ".join(f"`{name}`" for name in (*circle, circle[0]))
        message = f"the workflow `{circle[0]}` calls itself: {way}"
        help_line = "a run stops where workflows nest deeper than `--max-depth`"
        place = needs[circle[-1]][circle[0]]
        yield warning("AZ404", message, place, "closes the cycle", help_line)


def retry_limit_findings(plan: Plan, limit: int) -> Iterator[Diagnostic]:
    """AZ405: a ``retryLimit`` that a run stops before, since one visit has ``limit`` retries."""
    steps = (step for workflow in plan.workflows.values() for step in workflow.steps)
    actions = {one.action.place: one.action for step in steps for one in step.on_failure}
    for action in actions.values():
        if isinstance(action, RetryAction) and (action.retry_limit or 0) > limit:
            message = f"`retryLimit` is {action.retry_limit}, and a run makes {limit} at most"
            help_line = f"run it with `--max-retries {action.retry_limit}`"
            place = action.place.at("retryLimit")
            yield warning("AZ405", message, place, "above the limit", help_line)


def hidden_failure_findings(document: ArazzoDocument) -> Iterator[Diagnostic]:
    """AZ406: a `goto` after any failure of a step, from where the workflow passes all the same.

    Nothing is hidden where the failed step runs again or another one stands in for it, where
    criteria say which failures are meant, or an `end` says that the workflow may pass.
    """
    found: dict[Place, Diagnostic] = {}
    for workflow in document.workflows:
        paths = _SuccessPaths(workflow)
        for step in run_order(workflow):
            for action in _possible_actions(step.on_failure, workflow.failure_actions):
                target = _next_step(action)
                is_known = not _takes_any_failure(action) or action.place in found
                if not is_known and paths.hide_failure(step, target):
                    found[action.place] = _hidden_failure(action, step, target, workflow)
    yield from found.values()


def _takes_any_failure(action: _Action) -> bool:
    return isinstance(action, GotoAction) and not action.criteria


_MOST_STEPS: Final = 1_000_000
"""Steps that are passed in search of hidden failures of one workflow: a hint is worth no more."""


class _SuccessPaths:
    """What follows in a workflow where its steps succeed."""

    def __init__(self, workflow: Workflow) -> None:
        self._steps = {one.step_id: one for one in workflow.steps}
        self._workflow = workflow
        self._ways = _success_map(workflow)
        self._normal = _normal_steps(workflow, self._ways)
        self._left = _MOST_STEPS

    def hide_failure(self, step: Step, target: str | None) -> bool:
        """Whether the workflow passes by the steps from ``target`` on, without the failed one."""
        if target is None or self._left < 0:
            return False
        failed = {step.step_id}
        after = _reachable_steps([target], self._ways, set(failed)) - failed
        self._left -= len(after)
        stands_in = target not in self._normal and not after.isdisjoint(self._normal)
        if stands_in or not any(self._ways[name].ends for name in after):
            return False
        inherited = self._workflow.success_actions
        following = (self._steps[name].on_success for name in after)
        actions = (_possible_actions(own, inherited) for own in following)
        return not any(_can_end(one) for each in actions for one in each)


def _hidden_failure(
    action: _Action, step: Step, target: str | None, workflow: Workflow
) -> Diagnostic:
    name = workflow.workflow_id
    message = f"the workflow `{name}` can pass although its step `{step.step_id}` failed"
    label = f"goes on to `{target}` after any failure"
    help_line = (
        "give it `criteria` for the failures that are meant, or clean up in an `x-finally`; "
        f"an `end` action after `{target}` says that the workflow may pass"
    )
    place = action.place.at("stepId")
    return Diagnostic("AZ406", Severity.HINT, message, place, label, help_line)


# --- the ways -------------------------------------------------------------------------------------


def _exit_map(workflow: Workflow) -> _ExitMap:
    return {one.step_id: _exits(one, workflow, then) for one, then in _with_following(workflow)}


def _success_map(workflow: Workflow) -> _ExitMap:
    """What each step leads to when it succeeds."""
    pairs = _with_following(workflow)
    return {one.step_id: _success_exits(one, workflow, then) for one, then in pairs}


def _with_following(workflow: Workflow) -> Iterator[tuple[Step, str | None]]:
    """Each step with the id of the one after it, in the order of the run."""
    order = run_order(workflow)
    following = (*(one.step_id for one in order[1:]), None)
    return zip(order, following, strict=False)  # without steps there is none that follows


def _exits(step: Step, workflow: Workflow, following: str | None) -> _Exits:
    passed = _success_exits(step, workflow, following)
    failed = _possible_actions(step.on_failure, workflow.failure_actions)
    return _Exits(passed.steps | _next_steps(failed), passed.ends or any(map(_can_end, failed)))


def _success_exits(step: Step, workflow: Workflow, following: str | None) -> _Exits:
    actions = _possible_actions(step.on_success, workflow.success_actions)
    steps, ends = _next_steps(actions), any(map(_can_end, actions))
    if any(_is_always_taken(one) for one in actions):
        return _Exits(steps, ends)
    return _Exits(steps | {one for one in (following,) if one}, ends or following is None)


def _next_steps(actions: Iterable[_Action]) -> frozenset[str]:
    return frozenset(name for one in actions if (name := _next_step(one)) is not None)


def _possible_actions(
    own: Sequence[_Action | Reusable], inherited: Sequence[_Action | Reusable]
) -> list[_Action]:
    """The actions that can be taken, in order: up to the first that always is."""
    if not own and not inherited:
        return []
    mine = [one for one in own if not isinstance(one, Reusable)]
    names = {one.name for one in mine}
    others = [one for one in inherited if not isinstance(one, Reusable) and one.name not in names]
    found: list[_Action] = []
    for action in (*mine, *others):
        found.append(action)
        if _is_always_taken(action):
            break
    return found


def _is_always_taken(action: _Action) -> bool:
    """A retry is followed by the next action when it is used up."""
    return not action.criteria and not isinstance(action, RetryAction)


def _next_step(action: _Action) -> str | None:
    if isinstance(action, EndAction) or not isinstance(action.target, str):
        return None
    return action.target


def _can_end(action: _Action) -> bool:
    """Whether the workflow ends here: by `end`, or by going on in another one."""
    if isinstance(action, EndAction):
        return True
    return not isinstance(action, RetryAction) and isinstance(action.target, WorkflowName)


def _unconditional_goto(step: Step, workflow: Workflow) -> Iterator[_Action]:
    for action in _possible_actions(step.on_success, workflow.success_actions):
        if _is_always_taken(action) and not _can_end(action):
            yield action


def _reachable_steps(
    start: Iterable[str], ways: _ExitMap, seen: set[str] | None = None
) -> set[str]:
    """The steps that ``start`` can lead to, with them; added to those that were ``seen``."""
    todo, reached = [*start], set[str]() if seen is None else seen
    while todo:
        name = todo.pop()
        if name in ways and name not in reached:
            reached.add(name)
            todo.extend(ways[name].steps)
    return reached


def _normal_steps(workflow: Workflow, ways: _ExitMap) -> set[str]:
    """The steps that the first one of a run can lead to."""
    return _reachable_steps((one.step_id for one in run_order(workflow)[:1]), ways)


def _ending_steps(ways: _ExitMap) -> set[str]:
    """The steps from which some way ends the workflow."""
    before: dict[str, list[str]] = {name: [] for name in ways}
    for name, exits in ways.items():
        for following in exits.steps:
            before.setdefault(following, []).append(name)
    todo = [name for name, exits in ways.items() if exits.ends]
    seen = set[str]()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo.extend(before[name])
    return seen
