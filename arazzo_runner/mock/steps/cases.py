"""Cases: a step that is to get a documented error, or an example by its name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from arazzo_runner.document.model import ArazzoDocument
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.plan import OperationCall, Plan
from arazzo_runner.openapi.model import Operation
from arazzo_runner.openapi.response.contract import documented_statuses, response_for
from arazzo_runner.text.diagnostic import Diagnostic, did_you_mean, error


def case_findings(
    plan: Plan, cases: Mapping[str, str], others: Collection[str] = ()
) -> Iterator[Diagnostic]:
    """Errors about cases of steps there are not, and of what their operations do not document.

    ``others`` are steps of workflows that this plan does not run.
    """
    calls = dict(_calls(plan))
    for name, case in cases.items():
        shown = f"`--mock-case {name}={case}`"
        named = [one for key, one in calls.items() if name in (key, key.partition("/")[2])]
        if not named and name in others:
            continue
        if not named:
            steps = [*calls, *(key.partition("/")[2] for key in calls)]
            hint = did_you_mean(name, steps) or f"its steps: {_list_text(calls)}"
            yield error("AZ906", f"{shown}: no step `{name}` calls an operation", help=hint)
        elif not any(_has_case(one, case) for one in named):
            message, known = _undocumented_case(named[0], case)
            yield error("AZ906", f"{shown}: {message}", help=f"documented: {_list_text(known)}")


def _undocumented_case(call: OperationCall | ChannelCall, case: str) -> tuple[str, list[str]]:
    """What is wrong with a case of a step, and what it can be."""
    if isinstance(call, ChannelCall):
        return f"the channel `{call.channel.name}` has no message `{case}`", channel_cases(call)
    label = f"`{call.operation.method} {call.operation.path}`"
    message = f"{label} documents no status and no example `{case}`"
    return message, documented_cases(call.operation)


def _has_case(call: OperationCall | ChannelCall, case: str) -> bool:
    if isinstance(call, ChannelCall):
        return case in channel_cases(call)
    return is_documented(call.operation, case)


NO_MESSAGE = "timeout"
"""The case of a step that waits for a message in vain."""


def channel_cases(call: ChannelCall) -> list[str]:
    """All that a case of a step on a channel can be: what it may receive, or that nothing comes."""
    if call.action == "send":
        return []
    return [*(one.name for one in call.messages), NO_MESSAGE]


def step_names(documents: Iterable[ArazzoDocument]) -> set[str]:
    """How cases name the steps of documents, by themselves and with their workflow."""
    steps = (
        (workflow.workflow_id, step.step_id)
        for document in documents
        for workflow in document.workflows
        for step in workflow.steps
    )
    return {name for workflow, step in steps for name in (step, f"{workflow}/{step}")}


def _list_text(names: Mapping[str, object] | list[str]) -> str:
    return ", ".join(f"`{one}`" for one in names) or "none"


def _calls(plan: Plan) -> Iterator[tuple[str, OperationCall | ChannelCall]]:
    for workflow in plan.workflows.values():
        for planned in workflow.steps:
            if isinstance(planned.call, OperationCall | ChannelCall):
                name = f"{workflow.workflow.workflow_id}/{planned.step.step_id}"
                yield name, planned.call


def is_documented(operation: Operation, case: str) -> bool:
    """Whether an operation documents a status, or an example of this name."""
    if is_status(case):
        return response_for(operation, int(case)) is not None
    return case in _example_names(operation)


def is_status(case: str) -> bool:
    """Whether a case is a status code."""
    return len(case) == len("200") and case.isdecimal()


def documented_cases(operation: Operation) -> list[str]:
    """All that a case of an operation can be."""
    return [*documented_statuses(operation), *_example_names(operation)]


def _example_names(operation: Operation) -> list[str]:
    names = (
        name
        for response in operation.responses
        for media in response.content
        for name in media.example_names
    )
    return list(dict.fromkeys(name for name in names if name))
