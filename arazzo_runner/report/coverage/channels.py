"""Which operations and messages of AsyncAPI descriptions a run has covered.

An operation has its application's action as its method, and its channel as its path; a channel that
no operation names counts by itself. A message counts where one like it was sent or received.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

from arazzo_runner.errors import DocumentError
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.result import StepMessage, StepResult
from arazzo_runner.report.traversal import OperationName

if TYPE_CHECKING:
    from arazzo_runner.asyncapi.model import AsyncApiDescription, AsyncOperation

OF_CHANNEL: Final = "channel"
"""The method of a channel that no operation names."""


def channel_operation_names(
    apis: Mapping[str, AsyncApiDescription],
) -> Iterator[OperationName]:
    """All operations of descriptions by the names of their sources, and other channels.

    What is broken in a description is not among them.
    """
    from arazzo_runner.asyncapi.operations import channel_names

    for source, api in apis.items():
        operations = list(_operations(api))
        for one in operations:
            yield OperationName(source, one.operation_id, one.action, one.channel.name)
        named = {one.channel.name for one in operations}
        for reply in (one.reply for one in operations):
            if reply is not None and reply.channel is not None:
                named.add(reply.channel.name)
        for name in channel_names(api):
            if name not in named:
                yield OperationName(source, None, OF_CHANNEL, name)


def _operations(api: AsyncApiDescription) -> Iterator[AsyncOperation]:
    from arazzo_runner.asyncapi.operations import async_operation_ids, find_async_operation

    for name in async_operation_ids(api):
        try:
            found = find_async_operation(api, name)
        except DocumentError:
            continue
        if found is not None:
            yield found


def covered_name(call: ChannelCall) -> OperationName:
    """The operation that a step on a channel covers: that which it names, or which has it."""
    operation = call.operation or _operation_of(call)
    if operation is None:
        return OperationName(call.source, None, OF_CHANNEL, call.channel.name)
    return OperationName(
        call.source, operation.operation_id, operation.action, operation.channel.name
    )


def _operation_of(call: ChannelCall) -> AsyncOperation | None:
    """The operation of the application that is the other end of a step on a channel, if any."""
    name, found = call.channel.name, list(_operations(call.channel.description))
    ends = [one for one in found if one.channel.name == name]
    replies = [
        one for one in found if one.reply and one.reply.channel and one.reply.channel.name == name
    ]
    opposite = (one for one in ends if one.action != call.action)
    return next(opposite, next(iter([*ends, *replies]), None))


def covered_messages(calls: Iterable[ChannelCall], steps: Iterable[StepResult]) -> _Covered:
    """By operation the messages that steps may send and receive, each with whether one was."""
    found: dict[OperationName, dict[str, bool]] = {}
    for call in calls:
        known = found.setdefault(covered_name(call), {})
        for one in call.messages:
            known.setdefault(one.name, False)
    for step in steps:
        if step.channel is not None:
            known = found.setdefault(covered_name(step.channel), {})
            for attempt in step.attempts:
                if attempt.message is not None and attempt.error is None:
                    known[_message_name(step.channel, attempt.message)] = True
    return found


_Covered: TypeAlias = dict[OperationName, dict[str, bool]]


def _message_name(call: ChannelCall, message: StepMessage) -> str:
    """The message of the description that fits best."""
    from arazzo_runner.executor.channels.checks import message_verdicts
    from arazzo_runner.expression.scope import MessageValues

    values = MessageValues(message.headers, message.payload)

    def faults(at: int) -> int:
        verdicts = message_verdicts(call.messages[at], message.content_type, values)
        return sum(not one.passed for one in verdicts)

    best = min(range(len(call.messages)), key=faults, default=None)
    return "" if best is None else call.messages[best].name
