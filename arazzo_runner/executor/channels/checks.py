"""The contract checks of a message that was received, by the messages of its channel.

A channel may have several messages: one that is as any of them describes it is right. AsyncAPI
Specification 3.0.0, "Message Object" (``payload``, ``headers``, ``contentType``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.plan import StepPlan, severities_for
from arazzo_runner.executor.run_state import WorkflowState
from arazzo_runner.expression.scope import MessageValues
from arazzo_runner.expression.value import MISSING, Value
from arazzo_runner.http_semantics.headers import Headers, header_value
from arazzo_runner.http_semantics.media_type import FORM, essence, is_xml
from arazzo_runner.openapi.response.contract import CheckKind, CheckResult, header_values
from arazzo_runner.openapi.schema.descend import SchemaShape, descend_step, names_of, shape_of
from arazzo_runner.openapi.schema.errors import may_take_long, schema_errors
from arazzo_runner.openapi.schema.shape import schemas_of

if TYPE_CHECKING:
    from arazzo_runner.asyncapi.model import Message, MessageSchema
    from arazzo_runner.openapi.model import Schema
    from arazzo_runner.text.source import Place


class MessageVerdict(Struct, frozen=True):
    """Whether a message is as its description has it; ``place`` is the place of that."""

    kind: CheckKind
    passed: bool
    message: str
    place: Place
    pointer: str | None = None


def message_checks(
    planned: StepPlan,
    call: ChannelCall,
    content_type: str | None,
    values: MessageValues,
    frame: WorkflowState,
) -> tuple[CheckResult, ...]:
    """The results by the severities of the run, against the message that fits best.

    ``content_type`` is what came with the message, None where its protocol has none.
    """
    step_id = planned.step.step_id
    step = f"{frame.plan.workflow.workflow_id}/{step_id}"
    severities = severities_for(frame.ledger.settings.checks, (call.name, step_id, step))
    judged = [list(message_verdicts(one, content_type, values)) for one in call.messages]
    best = min(judged, key=_failures, default=[])
    return tuple(
        CheckResult(one.kind, severity, one.passed, one.message, one.pointer, one.place)
        for one in best
        if (severity := severities.get(one.kind, "off")) != "off"
    )


def _failures(verdicts: list[MessageVerdict]) -> int:
    return sum(not one.passed for one in verdicts)


def message_verdicts(
    message: Message, content_type: str | None, values: MessageValues
) -> Iterator[MessageVerdict]:
    """How a message fits one of the description; ``content_type`` is that which came with it."""
    documented = message.content_type
    if documented is not None and content_type is not None:
        passed = essence(documented) == essence(content_type)
        text = f"the content type `{content_type}` of the message is documented"
        if not passed:
            text = f"the content type of the message is `{content_type}`, not `{documented}`"
        yield MessageVerdict("content-type", passed, text, message.place)
    if not _is_opaque(content_type or documented or ""):
        yield from _payload_verdicts(message, values)
    yield from _header_verdicts(message, values.headers)


def _is_opaque(content_type: str) -> bool:
    """Whether a payload is a text with a structure of its own, of which its schema tells."""
    return essence(content_type) == FORM or is_xml(content_type)


def _payload_verdicts(message: Message, values: MessageValues) -> Iterator[MessageVerdict]:
    held = message.payload
    if held is None or held.schema is None or isinstance(values.payload, bytes):
        return
    if values.payload is MISSING:
        # A message without a payload is one with null, as far as its schema goes.
        found = schema_errors(None, held.schema, held.description, "response")
        if found:
            text = f"the message is empty; `{message.name}` has a payload"
            yield MessageVerdict("schema", passed=False, message=text, place=held.schema.place)
        return
    found = schema_errors(values.payload, held.schema, held.description, "response")
    for one in found:
        where = f"`{one.pointer}`: " if one.pointer else ""
        text = f"{where}{one.message}"
        yield MessageVerdict(
            "schema", passed=False, message=text, place=one.place, pointer=one.pointer
        )
    if not found:
        text = f"the payload is as `{message.name}` documents it"
        yield MessageVerdict("schema", passed=True, message=text, place=held.schema.place)


def _header_verdicts(message: Message, headers: Headers) -> Iterator[MessageVerdict]:
    for one in message.headers:
        if one.schema is not None:
            yield from _object_verdicts(message, one, one.schema, headers)


def _object_verdicts(
    message: Message, held: MessageSchema, schema: Schema, headers: Headers
) -> Iterator[MessageVerdict]:
    """The headers as the object that their schema describes."""
    shape = shape_of(schemas_of(held.description), schema)
    value = _header_object(shape, headers)
    found = schema_errors(value, schema, held.description, "response")
    for one in found:
        where = f" `{one.pointer}`" if one.pointer else ""
        text = f"the headers{where}: {one.message}"
        yield MessageVerdict("headers", passed=False, message=text, place=one.place)
    if not found:
        text = f"the headers are as `{message.name}` documents them"
        yield MessageVerdict("headers", passed=True, message=text, place=schema.place)


def _header_object(shape: SchemaShape, headers: Headers) -> dict[str, Value]:
    """The headers that the schema names, as its types; brokers and libraries add others."""
    names = dict.fromkeys(name for one in shape.alternatives or () for name in names_of(one))
    found: dict[str, Value] = {}
    for name in names:
        text = header_value(headers, name)
        member = descend_step(shape, name)
        if text is not None and isinstance(member, SchemaShape):
            found[name] = next(header_values(member, text))
    return found


def is_slow(call: ChannelCall) -> bool:
    """Whether to judge a small message may take seconds by its schemas; found out once."""
    description = call.channel.description
    key = ("takes long", *(one.place.pointer for one in call.messages))
    if key not in description.memo:
        schemas = [held for one in call.messages for held in (one.payload, *one.headers) if held]
        description.memo[key] = any(
            may_take_long(one.schema, one.description, "response")
            for one in schemas
            if one.schema is not None
        )
    return bool(description.memo[key])
