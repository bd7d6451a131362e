"""The channel that a step sends to or receives from, by an operation or by itself.

Arazzo Specification 1.1.0, Step Object: ``operationId``, ``operationPath``, ``channelPath`` and
``action``. An AsyncAPI description tells what its application does; a step is a client of it, and
does the opposite: it sends what the application receives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from arazzo_runner.asyncapi.channels import address_variables
from arazzo_runner.asyncapi.model import AsyncApiDescription, AsyncOperation, Channel
from arazzo_runner.asyncapi.operations import (
    async_operation_ids,
    find_async_operation,
    find_at,
    target_pointers,
)
from arazzo_runner.asyncapi.webhooks import find_webhook, find_webhook_at
from arazzo_runner.document.model import ChannelByPath, OperationById, OperationByPath
from arazzo_runner.executor.bind.operation import (
    operation_candidates,
    report_ambiguous,
    report_source,
)
from arazzo_runner.executor.bind.request import bind_payload, merge_parameters
from arazzo_runner.executor.bind.webhooks import is_webhook_pointer, webhook_sources
from arazzo_runner.executor.channels.call import ChannelCall, MessageArgument
from arazzo_runner.executor.payload.plan import BodyPlan
from arazzo_runner.executor.plan import Unit
from arazzo_runner.openapi.references import value_at
from arazzo_runner.openapi.request.encoding import RequestRefused
from arazzo_runner.text.diagnostic import Diagnostic, Severity, error, nearest, warning
from arazzo_runner.text.source import pointer_text
from arazzo_runner.text.suggested_fix import Edit, Fix, rename_to_known, replace_text

if TYPE_CHECKING:
    from arazzo_runner.asyncapi.model import Direction
    from arazzo_runner.document.model import Step, Workflow
    from arazzo_runner.executor.bind.operation import BindContext

JSON: Final = "application/json"
"""The content type of a message where neither the step nor the description has one."""

_OPPOSITE: Final[Mapping[Direction, Direction]] = {"send": "receive", "receive": "send"}


def names_channel(target: OperationById | OperationByPath, unit: Unit) -> bool:
    """Whether a step's operation is one of an AsyncAPI source, or a webhook or callback."""
    if isinstance(target, OperationByPath):
        return target.source in unit.async_apis or is_webhook_pointer(target, unit)
    return bool(_candidates(target, unit))


def _candidates(target: OperationById, unit: Unit) -> list[str]:
    """The sources that have an operation on a channel."""
    apis = unit.async_apis.items()
    return [
        name
        for name, api in apis
        if target.source in (None, name) and target.operation_id in async_operation_ids(api)
    ] + webhook_sources(target, unit)


def bind_channel_call(
    step: Step,
    target: ChannelByPath | OperationById | OperationByPath,
    workflow: Workflow,
    unit: Unit,
    binding: BindContext,
) -> ChannelCall | None:
    """The channel that a step names; None is reported. Raises DocumentError where it is broken."""
    call = _find_channel(step, target, unit, binding)
    if call is None:
        return None
    if call.channel.is_webhook and call.action == "send":
        message = f"{call.label} is sent by the API: a step receives it"
        place = step.place.at("action")
        binding.report(error("AZ113", message, place, "", "write `action: receive`"))
        return None
    call = replace(call, arguments=tuple(_arguments(step, workflow, call)))
    if call.action == "receive":
        return replace(call, correlation=step.correlation_id)
    return replace(call, body=_bind_body(step, call, binding))


def _find_channel(
    step: Step,
    target: ChannelByPath | OperationById | OperationByPath,
    unit: Unit,
    binding: BindContext,
) -> ChannelCall | None:
    if isinstance(target, ChannelByPath):
        return _bind_channel_path(step, target, unit, binding)
    if isinstance(target, OperationByPath):
        return _bind_path(step, target, unit, binding)
    return _bind_id(step, target, unit, binding)


def _arguments(step: Step, workflow: Workflow, call: ChannelCall) -> Iterator[MessageArgument]:
    """The parts of the address, and of a message that is sent its headers."""
    variables = address_variables(call.channel)
    for parameter, _ in merge_parameters(step, workflow):
        name, value, place = parameter.name, parameter.value, parameter.place
        if parameter.location == "path" and name in variables:
            yield MessageArgument(name, "path", value, place)
        elif parameter.location == "header" and call.action == "send":
            yield MessageArgument(name, "header", value, place)


def _bind_body(step: Step, call: ChannelCall, binding: BindContext) -> BodyPlan | None:
    """How the payload is written: in the content type of the message, else as JSON."""
    body = step.request_body
    if body is None:
        return None
    described = (one.content_type for one in call.messages if one.content_type is not None)
    content_type = body.content_type or next(described, JSON)
    try:
        return bind_payload(body, content_type, None, binding)
    except RequestRefused as reason:
        place = body.place.at("contentType") if body.content_type else body.place.key()
        binding.report(error("AZ305", str(reason), place, "", reason.hint))
        return None


def _bind_id(
    step: Step, target: OperationById, unit: Unit, binding: BindContext
) -> ChannelCall | None:
    names = _candidates(target, unit)
    others = operation_candidates(target.operation_id, unit)[0] if target.source is None else []
    if len(names) + len(others) > 1:
        report_ambiguous(target, [*names, *(name for name, _ in others)], binding)
        return None
    if names[0] in unit.apis:
        operation = find_webhook(unit.apis[names[0]], target.operation_id)
    else:
        operation = find_async_operation(unit.async_apis[names[0]], target.operation_id)
    assert operation is not None
    return _of_operation(step, names[0], operation, unit, binding)


def _bind_channel_path(
    step: Step, path: ChannelByPath, unit: Unit, binding: BindContext
) -> ChannelCall | None:
    """Without an ``action``, which has been said to be missing, the step counts as receiving."""
    api = unit.async_apis.get(path.source)
    if api is None:
        report_source(path.source, path, unit, binding)
        return None
    found = find_at(api, path.pointer)
    if found is None and (tokens := _whole_name(path.pointer)):
        found = find_at(api, tokens)
        if found is not None:
            binding.report(_unescaped_warning(path, tokens))
    if isinstance(found, Channel):
        return ChannelCall(path.source, found, step.action or "receive", found.messages, None)
    binding.report(_operation_error(path, found) if found else _no_channel_error(path, api))
    return None


def _bind_path(
    step: Step, path: OperationByPath, unit: Unit, binding: BindContext
) -> ChannelCall | None:
    found: Channel | AsyncOperation | None
    if path.source in unit.apis:
        found = find_webhook_at(unit.apis[path.source], path.pointer)
    else:
        found = find_at(unit.async_apis[path.source], path.pointer)
    if isinstance(found, AsyncOperation):
        return _of_operation(step, path.source, found, unit, binding)
    written = f"#{pointer_text(path.pointer)}"
    message = f"`{written}` does not point to an operation of `{path.source}`"
    way_out, fix = None, None
    if found is not None:
        way_out = f"it is a channel: write `channelPath: '{path.text}'`"
        fix = Fix((Edit(path.place.key(), "channelPath"),), is_safe=True)
    binding.report(error("AZ206", message, path.place, "", way_out, fix))
    return None


def _of_operation(
    step: Step, source: str, operation: AsyncOperation, unit: Unit, binding: BindContext
) -> ChannelCall:
    """What a step does with an operation, by its ``action``.

    A step that does what the application does as well answers it, or waits for its answer: where
    the operation has a reply, that is meant. Without one the description is the client's own, and
    the step does what it says.
    """
    action = step.action or _OPPOSITE[operation.action]
    written, _ = value_at(unit.document.raw, step.place.pointer)
    if "action" not in written:  # one that is malformed has been reported
        binding.report(_no_action_hint(step, operation, action))
    channel, messages = operation.channel, operation.messages
    if action == operation.action and operation.reply is not None:
        messages = operation.reply.messages
        # Without a channel, the request says the address: it is not that of the request.
        late = replace(channel, address=None, messages=messages)
        channel = operation.reply.channel or (late if operation.reply.address else channel)
    return ChannelCall(source, channel, action, messages, operation)


def _no_action_hint(step: Step, operation: AsyncOperation, action: Direction) -> Diagnostic:
    verbs = {"send": "sends", "receive": "receives"}
    message = f"the step does not say whether it sends or receives a message: it {verbs[action]}"
    way_out = f"write `action: {action}`; the application {verbs[operation.action]} it"
    return Diagnostic("AZ119", Severity.HINT, message, step.target.place, "", way_out)


def _whole_name(tokens: tuple[str, ...]) -> tuple[str, str] | None:
    """The pointer to a channel whose name was written without escaping its ``/``."""
    first, *parts = tokens
    return ("channels", "/".join(parts)) if first == "channels" and len(parts) > 1 else None


def _unescaped_warning(path: ChannelByPath, tokens: tuple[str, ...]) -> Diagnostic:
    standard = f"#{pointer_text(tokens)}"
    fragment = path.place.within(path.text.index("#"), len(path.text))
    message = "the `/` of the channel in this JSON Pointer are not escaped"
    fix = replace_text(fragment, standard)
    return warning("AZ119", message, path.place, "", f"write `{standard}`", fix)


def _operation_error(path: ChannelByPath, operation: AsyncOperation) -> Diagnostic:
    message = f"`#{pointer_text(path.pointer)}` is an operation of `{path.source}`, not a channel"
    named = f"$sourceDescriptions.{path.source}.{operation.operation_id}"
    way_out = f"write `operationId: {named}`" if operation.operation_id else None
    return error("AZ223", message, path.place, "", way_out)


def _no_channel_error(path: ChannelByPath, api: AsyncApiDescription) -> Diagnostic:
    pointers = target_pointers(api)
    written = f"#{pointer_text(path.pointer)}"
    match = nearest(written, pointers)
    listed = ", ".join(f"`{one}`" for one in pointers[:8])
    way_out = f"its channels: {listed}" if pointers else "the description has no channels"
    if match:
        way_out = f"did you mean `{{$sourceDescriptions.{path.source}.url}}{match}`?"
    message = f"`{written}` does not point to a channel of `{path.source}`"
    fix = rename_to_known(path.place, written, pointers)
    return error("AZ223", message, path.place, "", way_out, fix)
