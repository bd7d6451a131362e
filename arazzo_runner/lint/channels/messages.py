"""What a step that sends or receives, and the description of its channel, say of each other.

Arazzo Specification 1.1.0, Step Object (``action``, ``correlationId``, ``parameters``,
``requestBody``) and Runtime Expressions (``$message``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from arazzo_runner.asyncapi.channels import address_variables
from arazzo_runner.executor.bind.request import merge_parameters
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.plan import StepPlan, WorkflowPlan
from arazzo_runner.expression.ast import Literal
from arazzo_runner.expression.value import Value
from arazzo_runner.lint.broken_references import broken_reference_findings
from arazzo_runner.lint.channels.context import payload_shape
from arazzo_runner.lint.channels.reads import header_finding, read_findings
from arazzo_runner.lint.comparisons import incomparable_findings, unlisted_findings
from arazzo_runner.lint.context import StepContext
from arazzo_runner.lint.unused import unqualified_finding
from arazzo_runner.lint.values.requests import json_value
from arazzo_runner.lint.values.types import TypeCheckContext, value_findings
from arazzo_runner.openapi.schema.errors import schema_errors
from arazzo_runner.text.diagnostic import Diagnostic, Severity, did_you_mean, error, warning
from arazzo_runner.text.source import Place
from arazzo_runner.text.suggested_fix import guess_known

if TYPE_CHECKING:
    from arazzo_runner.asyncapi.model import Message, MessageSchema
    from arazzo_runner.document.model import Parameter

_NOT_OF_MESSAGES: Final = ("query", "querystring", "cookie")


def channel_findings(view: StepContext, call: ChannelCall) -> Iterator[Diagnostic]:
    """All findings about a step that sends or receives a message."""
    step = view.step
    yield from unqualified_finding(step.step.target, view.workflow.unit, call.source)
    yield from _description_findings(step, call)
    yield from _correlation_findings(step, call)
    yield from _wait_findings(step, call)
    yield from _parameter_findings(view.workflow, step, call)
    yield from _payload_findings(view, call)
    yield from read_findings(step, call)
    yield from incomparable_findings(view)
    yield from unlisted_findings(view)


# --- the description ------------------------------------------------------------------------------


def _description_findings(step: StepPlan, call: ChannelCall) -> Iterator[Diagnostic]:
    """AZ214: a schema that refers to nothing; AZ325: a language that is not read."""
    for message in call.messages:
        for what, one in _schemas(message):
            if one.schema is not None:
                yield from broken_reference_findings(one.schema, one.description, "response")
            else:
                sentence = f"the {what} of `{message.name}` is described in {one.language}"
                sentence += ", which is not read: nothing of it is checked"
                place = step.step.target.place
                yield Diagnostic("AZ325", Severity.HINT, sentence, place, "", None)


def _schemas(message: Message) -> Iterator[tuple[str, MessageSchema]]:
    if message.payload is not None:
        yield "payload", message.payload
    yield from (("header", one) for one in message.headers)


def _correlation_findings(step: StepPlan, call: ChannelCall) -> Iterator[Diagnostic]:
    """AZ224: Step Object, `correlationId`: "has to be in-sync with" that of the description."""
    is_asked = step.step.correlation_id is not None and call.action == "receive"
    if not is_asked or any(one.correlation_id is not None for one in call.messages):
        return
    names = ", ".join(f"`{one.name}`" for one in call.messages)
    message = f"the messages of {call.label} ({names}) have no correlation id"
    if not names:
        message = f"{call.label} has no messages, and so no correlation id"
    way_out = "give a message `correlationId: {location: $message.header#/…}` in the description"
    yield error("AZ224", message, step.step.place.at("correlationId"), "", way_out)


def _wait_findings(step: StepPlan, call: ChannelCall) -> Iterator[Diagnostic]:
    """AZ508: "Defining Success for Asynchronous Steps", and a step without a `timeout`."""
    if call.action != "receive":
        return
    if len(call.messages) > 1 and not step.criteria:
        names = ", ".join(f"`{one.name}`" for one in call.messages)
        message = f"any of {names} makes this step pass"
        way_out = "say by `successCriteria` which of them is a success"
        yield Diagnostic("AZ508", Severity.HINT, message, step.step.target.place, "", way_out)
    if step.step.timeout is None:
        message = "the step does not say how long it waits for a message"
        way_out = "add a `timeout` in milliseconds; without one that of a request counts"
        yield Diagnostic("AZ508", Severity.HINT, message, step.step.target.place, "", way_out)


# --- what is sent ---------------------------------------------------------------------------------


def _parameter_findings(
    workflow: WorkflowPlan, step: StepPlan, call: ChannelCall
) -> Iterator[Diagnostic]:
    """AZ301, AZ302: parameters of the address; AZ113: those that a message has no place for."""
    variables = address_variables(call.channel)
    given = set[str]()
    for parameter, level in merge_parameters(step.step, workflow.workflow):
        if parameter.location == "path":
            given.add(parameter.name)
        if level == "step":
            yield from _parameter_finding(parameter, variables, call)
    if call.action == "send":
        known = {one.name for one in call.channel.parameters if one.default is not None}
        for name in variables:
            if name not in given | known:
                message = f"the address of `{call.channel.name}` requires the parameter `{name}`"
                way_out = f"add it to `parameters`: name: {name}, in: path, value: …"
                yield error("AZ301", message, step.step.place.at("stepId"), "", way_out)


def _parameter_finding(
    parameter: Parameter, variables: Iterable[str], call: ChannelCall
) -> Iterator[Diagnostic]:
    name, place = parameter.name, parameter.place
    if parameter.location in _NOT_OF_MESSAGES:
        message = f"a message has no {parameter.location} parameters: `{name}` is not sent"
        way_out = "`in` is `header`, or `path` for a part of the channel's address"
        yield warning("AZ113", message, place.at("in"), "has no effect", way_out)
    elif parameter.location == "path" and name not in variables:
        message = f"the address of `{call.channel.name}` has no parameter `{name}`"
        hint = did_you_mean(name, variables)
        fix = guess_known(place.at("name"), name, variables)
        yield warning("AZ302", message, place.at("name"), "not in the address", hint, fix)
    elif parameter.location == "header" and call.action == "receive":
        message = f"`{name}` has no effect on a step that receives a message"
        way_out = "what is received is chosen by `correlationId`"
        yield warning("AZ113", message, place.key(), "has no effect", way_out)
    elif parameter.location == "header":
        yield from header_finding(name, place.at("name"), call)


def _payload_findings(view: StepContext, call: ChannelCall) -> Iterator[Diagnostic]:
    """AZ113: a payload where nothing is sent; AZ303: none; AZ313 to AZ316: a wrong one."""
    step, body = view.step.step, view.step.step.request_body
    if call.action == "receive":
        if body is not None:
            message = "`requestBody` has no effect on a step that receives a message"
            yield warning("AZ113", message, body.place.key(), "has no effect")
        return
    if body is None:
        if all(_first_error(one, None) for one in call.messages) and call.messages:
            message = f"{call.label} sends a message with a payload, and the step has none"
            yield error("AZ303", message, step.place.at("stepId"), "", "add a `requestBody`")
        return
    shape = payload_shape(call)
    if body.payload is None or call.body is None or shape is None:
        return
    payload = json_value(body.payload, call.body.text)
    if payload is None:
        return
    is_whole = not body.replacements
    on = TypeCheckContext(view, "json", is_whole, noun="payload")
    found = list(value_findings(payload, shape, body.place.at("payload"), on))
    yield from found
    if is_whole and not found and isinstance(payload, Literal):
        yield from _literal_finding(payload.value, body.place.at("payload"), call)


def _literal_finding(value: Value, place: Place, call: ChannelCall) -> Iterator[Diagnostic]:
    """AZ315: what the parts of a value do not break each, and the whole does."""
    errors = [_first_error(one, value) for one in call.messages]
    if None not in errors:
        names = ", ".join(f"`{one.name}`" for one in call.messages)
        which = f"any of {names}" if len(errors) > 1 else names
        message = f"the payload does not fit {which}: {errors[0]}"
        yield error("AZ315", message, place, "", "correct it, or the description")


def _first_error(message: Message, value: Value) -> str | None:
    """What is wrong with a payload by the schema of a message; None where nothing is."""
    payload = message.payload
    if payload is None or payload.schema is None:
        return None
    found = schema_errors(value, payload.schema, payload.description, "request")
    if not found:
        return None
    where = f"`{found[0].pointer}` " if found[0].pointer else ""
    return f"{where}{found[0].message}"
