"""Which steps ask queries, so that an event loop need not wait for them.

A regular expression, JSONPath or XPath may take its whole limit of time; what else a step evaluates
is quick, unless there is very much of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from arazzo_runner.document.model import Criterion, QueryCriterion, Workflow
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.plan import OperationCall, StepPlan
from arazzo_runner.expression.ast import ArrayTemplate, DynamicValue, ObjectTemplate, Selector

MANY_CRITERIA: Final = 500
"""From so many criteria on, simple ones are worth a thread as well."""


def is_heavy_step(planned: StepPlan) -> bool:
    """Whether anything of a step may keep an event loop waiting."""
    criteria = [*planned.criteria, *_action_criteria(planned)]
    if len(criteria) >= MANY_CRITERIA or any(isinstance(one, QueryCriterion) for one in criteria):
        return True
    call = planned.call
    body = call.body if isinstance(call, OperationCall) else None
    return bool(body and body.replacements) or has_selectors(_values(planned))


def is_heavy_workflow(workflow: Workflow) -> bool:
    """Whether the outputs of a workflow may keep an event loop waiting."""
    return has_selectors(value for _, value in workflow.outputs)


def _action_criteria(planned: StepPlan) -> Iterator[Criterion]:
    for one in (*planned.on_success, *planned.on_failure):
        yield from one.action.criteria


def _values(planned: StepPlan) -> Iterator[DynamicValue]:
    call = planned.call
    if not isinstance(call, ChannelCall):
        yield from (one.value for one in call.arguments)
    yield from (value for _, value in planned.step.outputs)
    for action in (*planned.on_success, *planned.on_failure):
        yield from (one.value for one in action.arguments)
    if isinstance(call, OperationCall):
        payload = call.body.payload if call.body else None
        yield from (one for one in (call.url, payload) if one is not None)


def has_selectors(values: Iterable[DynamicValue]) -> bool:
    """Whether there is a Selector Object in any of the values."""
    todo = list(values)
    while todo:
        one = todo.pop()
        match one:
            case Selector():
                return True
            case ObjectTemplate(members):
                todo.extend(value for _, value in members)
            case ArrayTemplate(items):
                todo.extend(items)
            case _:
                pass
    return False
