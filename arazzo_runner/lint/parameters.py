"""Parameters of steps by the operation's description: required, unknown, and those of credentials.

What belongs to AsyncAPI steps is reported in steps that call operations over HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator

from arazzo_runner.executor.plan import Argument
from arazzo_runner.expression.ast import BodyRef, HeaderRef, Literal
from arazzo_runner.expression.parse import parse_string
from arazzo_runner.lint.context import StepContext
from arazzo_runner.openapi.model import Location, Operation, Parameter, SecurityScheme
from arazzo_runner.openapi.request.build import needs_value
from arazzo_runner.openapi.schema.descend import shape_of
from arazzo_runner.openapi.schema.shape import schemas_of
from arazzo_runner.openapi.security.schemes import credential_carrier, is_carried
from arazzo_runner.text.diagnostic import Diagnostic, Severity, did_you_mean, warning
from arazzo_runner.text.suggested_fix import guess_known


def missing_parameter_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ301: a required parameter that the step never gives; path parameters bind a step."""
    given = {
        parameter_key(one.parameter.location, one.parameter.name) for one in view.call.arguments
    }
    if view.call.url is not None or any(location == "querystring" for location, _ in given):
        return  # the whole query, which may hold them all
    users = {parameter_key("header", name) for name, _ in view.call.authorization.user_headers}
    for parameter in view.operation.parameters:
        identity = parameter_key(parameter.location, parameter.name)
        if parameter.location == "cookie":
            is_needed = not is_carried(parameter, view.operation)
        else:
            is_needed = needs_value(parameter, view.operation)
        if parameter.required and is_needed and identity not in given and identity not in users:
            yield _missing_parameter(view, parameter)


def _missing_parameter(view: StepContext, parameter: Parameter) -> Diagnostic:
    step, where, name = view.step.step, parameter.location, parameter.name
    severity = Severity.WARNING if where == "cookie" else Severity.ERROR
    message = f"step `{step.step_id}` does not set the {where} parameter `{name}`"
    help_line = f"add it to `parameters`: name: {name}, in: {where}, value: …"
    if view.expects_refusal and not view.step.step.sends_invalid:
        help_line += "; or write `x-send-invalid: true`, to send the request without"
    place, subject = step.place.at("stepId"), f"{where}:{name}"
    return Diagnostic("AZ301", severity, message, place, "", help_line, subject=subject)


def unknown_parameter_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ302: a parameter that the operation does not have; path parameters bind a step."""
    inherited = {one.place for one in view.workflow.workflow.parameters}
    for argument in view.call.arguments:
        parameter = argument.parameter
        identity = parameter_key(parameter.location, parameter.name)
        if parameter.location == "path":
            continue  # that is said where the step is bound
        # What a workflow gives to all its steps need not be for each of them.
        if parameter in view.operation.parameters or argument.place in inherited:
            continue
        if identity in credential_carriers(view.operation) or _may_be_meant(
            view.operation, parameter
        ):
            continue
        yield _unknown_parameter(view, argument)


def _may_be_meant(operation: Operation, parameter: Parameter) -> bool:
    """Whether an undeclared name is known otherwise: a standard header, an object in the query."""
    match parameter.location:
        case "header":
            return not parameter.name.lower().startswith("x-")
        case "querystring":
            return any(one.location.startswith("query") for one in operation.parameters)
        case "query":
            name = parameter.name.partition("[")[0]
            declared = [one for one in operation.parameters if one.location.startswith("query")]
            return any(one.name == name or _accepts_any(operation, one) for one in declared)
        case _:
            return False


def _accepts_any(operation: Operation, parameter: Parameter) -> bool:
    """A whole query string, or an object whose members become names of their own."""
    if parameter.location == "querystring":
        return True
    kinds = shape_of(schemas_of(operation.description), parameter.schema).kinds
    return (
        parameter.explode and (kinds is None or "object" in kinds) and parameter.schema is not None
    )


def _unknown_parameter(view: StepContext, argument: Argument) -> Diagnostic:
    name, location = argument.parameter.name, argument.parameter.location
    operation = view.operation
    message = f"{view.operation_label} documents no {location} parameter `{name}`"
    elsewhere = [one.location for one in operation.parameters if one.name == name]
    known = [one.name for one in operation.parameters if one.location == location]
    if elsewhere:
        help_line: str | None = f"`{name}` is in `{elsewhere[0]}`"
    else:
        listed = ", ".join(f"`{one}`" for one in known)
        help_line = did_you_mean(name, known) or (f"documented: {listed}" if known else None)
    severity = Severity.HINT if location == "header" and not elsewhere else Severity.WARNING
    place = argument.place.at("name")
    fix = None if elsewhere else guess_known(place, name, known)
    return Diagnostic("AZ302", severity, message, place, "not documented", help_line, (), fix)


# --- credentials ----------------------------------------------------------------------------------


def credential_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ317: a credential in the document, for which the description has a security scheme.

    One that an input or a login gives is none in the document, and other runners know no other way.
    """
    declared = view.operation.description.schemes.values()
    schemes = {credential_carrier(one): one for one in declared if one.type != "mutualTLS"}
    for argument in view.call.arguments:
        identity = parameter_key(argument.parameter.location, argument.parameter.name)
        if identity in schemes and _is_credential(argument.value):
            yield _credential(argument, schemes[identity])


def _is_credential(value: object) -> bool:
    """Whether a value is written out, and no text with an expression without braces (AZ121)."""
    if not isinstance(value, Literal):
        return False
    return not isinstance(value.value, str) or not parse_string(value.value)[1]


def _credential(argument: Argument, scheme: SecurityScheme) -> Diagnostic:
    name, instead = argument.parameter.name, f"though `{scheme.name}` is a security scheme for it"
    message = f"the credential `{name}` is written in the document, {instead}"
    help_line = "remove it: credentials are read from the environment; `arazzo auth` lists them"
    return warning("AZ317", message, argument.place, "", help_line)


def credential_carriers(operation: Operation) -> set[tuple[str, str]]:
    """Where the security schemes of the description put credentials: places and names."""
    return {credential_carrier(one) for one in operation.description.schemes.values()}


def parameter_key(location: Location, name: str) -> tuple[str, str]:
    """What makes a parameter the same one: header names compare without case."""
    return location, name.lower() if location == "header" else name


def message_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ220: `$message` where there is none."""
    for expression, place in view.expressions:
        if isinstance(expression, BodyRef | HeaderRef) and expression.message == "message":
            text = expression.text
            message = f"`{text}` never has a value here: {view.operation_label} is called over HTTP"
            response = text.replace("$message.payload", "$response.body")
            way_out = f"write `{response.replace('$message.', '$response.')}`"
            yield warning("AZ220", message, place, "nothing to read", way_out)


def action_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ113: Step Object (1.1), ``action``: only applicable for `asyncapi` steps."""
    step = view.step.step
    if step.action is not None:
        message = f"`action` has no effect here: {view.operation_label} is called over HTTP"
        yield warning("AZ113", message, step.place.at("action").key(), "has no effect")
