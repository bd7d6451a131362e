"""What a step that sends or receives, and the description of its channel, say of each other.

Arazzo Specification 1.1.0, Step Object (``action``, ``correlationId``, ``parameters``,
``requestBody``) and Runtime Expressions (``$message``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from arazzo_runner.asyncapi.channels import address_variables
from arazzo_runner.executor.bind.request import merge_parameters
from arazzo_runner.executor.plan import ChannelCall, Plan, StepPlan, WorkflowPlan
from arazzo_runner.expression.ast import Literal
from arazzo_runner.lint.broken_references import broken_reference_findings
from arazzo_runner.lint.channels.reads import header_finding, read_findings
from arazzo_runner.lint.unused import unqualified_finding
from arazzo_runner.openapi.schema.errors import schema_errors
from arazzo_runner.text.diagnostic import Diagnostic, Severity, did_you_mean, error, warning
from arazzo_runner.text.suggested_fix import guess_known

if TYPE_CHECKING:
    from arazzo_runner.asyncapi.model import Message, MessageSchema
    from arazzo_runner.document.model import Parameter

_NOT_OF_MESSAGES: Final = ("query", "querystring", "cookie")


def channel_findings(plan: Plan) -> Iterator[Diagnostic]:
    """All findings about the steps of a plan that send or receive messages."""
    for workflow in plan.workflows.values():
        for step in workflow.steps:
            if isinstance(step.call, ChannelCall):
                yield from _step_findings(workflow, step, step.call)


def _step_findings(
    workflow: WorkflowPlan, step: StepPlan, call: ChannelCall
) -> Iterator[Diagnostic]:
    yield from unqualified_finding(step.step.target, workflow.unit, call.source)
    yield from _description_findings(step, call)
    yield from _correlation_findings(step, call)
    yield from _parameter_findings(workflow, step, call)
    yield from _payload_findings(step, call)
    yield from read_findings(step, call)


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


def _payload_findings(step: StepPlan, call: ChannelCall) -> Iterator[Diagnostic]:
    """AZ113: a payload where nothing is sent; AZ303, AZ315: none, or one that no message has."""
    body = step.step.request_body
    if call.action == "receive":
        if body is not None:
            message = "`requestBody` has no effect on a step that receives a message"
            yield warning("AZ113", message, body.place.key(), "has no effect")
        return
    payload = body.payload if body is not None else None
    if payload is not None and not isinstance(payload, Literal):
        return  # what it will be is not known before it runs
    if body is not None and body.replacements:
        return
    value = payload.value if payload is not None else None
    misfits = [_misfit(one, value) for one in call.messages]
    if not misfits or None in misfits:
        return
    if body is None:
        message = f"{call.label} sends a message with a payload, and the step has none"
        yield error("AZ303", message, step.step.place.at("stepId"), "", "add a `requestBody`")
        return
    names = ", ".join(f"`{one.name}`" for one in call.messages)
    message = (
        f"the payload does not fit {'any of ' if len(misfits) > 1 else ''}{names}: {misfits[0]}"
    )
    yield error("AZ315", message, body.place.at("payload"), "", "correct it, or the description")


def _misfit(message: Message, value: object) -> str | None:
    """What is wrong with a payload by the schema of a message; None where nothing is."""
    payload = message.payload
    if payload is None or payload.schema is None:
        return None
    found = schema_errors(value, payload.schema, payload.description, "request")
    if not found:
        return None
    where = f"`{found[0].pointer}` " if found[0].pointer else ""
    return f"{where}{found[0].message}"
