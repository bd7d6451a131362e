"""A step that calls an operation: its arguments and its body, bound to the description."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from arazzo_runner.document.model import (
    Parameter,
    RequestBody,
    Reusable,
    Step,
    Workflow,
)
from arazzo_runner.errors import DocumentError, UsageError
from arazzo_runner.executor.bind.operation import (
    BindContext,
)
from arazzo_runner.executor.payload.pieces import TextFault
from arazzo_runner.executor.payload.plan import BodyPlan
from arazzo_runner.executor.payload.text import (
    FormText,
    JsonText,
    PayloadText,
    XmlText,
    read_payload_text,
)
from arazzo_runner.executor.plan import Argument, OperationCall
from arazzo_runner.expression.ast import ArrayTemplate, DynamicValue, ObjectTemplate
from arazzo_runner.expression.ast import Literal as Constant
from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.http_semantics.headers import OF_CONNECTION
from arazzo_runner.http_semantics.media_type import FORM, is_xml
from arazzo_runner.openapi.model import MediaType, Operation
from arazzo_runner.openapi.model import Parameter as ApiParameter
from arazzo_runner.openapi.request.body import choose_media_type, encode_body
from arazzo_runner.openapi.request.build import (
    RequestRefused,
    check_argument,
    path_variables,
    undeclared_parameter,
)
from arazzo_runner.openapi.request.parameters import check_name
from arazzo_runner.openapi.schema.compile import broken_references
from arazzo_runner.openapi.security.requirements import security_findings
from arazzo_runner.openapi.security.schemes import parameter_key
from arazzo_runner.openapi.servers import server_url
from arazzo_runner.text.diagnostic import as_warning, did_you_mean, error, warning
from arazzo_runner.text.source import Place
from arazzo_runner.text.suggested_fix import rename_to_known

_AUTHORIZATION: Final = ("header", "authorization")


def bind_operation_call(
    step: Step, source: str, operation: Operation, workflow: Workflow, binding: BindContext
) -> OperationCall | None:
    """The arguments, body, server and credentials of a step; None where a finding says why."""
    bound = tuple(_bind_arguments(step, workflow, operation, binding))
    arguments = tuple(one for one in bound if not _is_of_connection(one, binding))
    if step.url is None:
        _require_path_parameters(step, operation, arguments, binding)
    given = frozenset(parameter_key(argument.parameter) for argument in arguments)
    # Who sends the header that credentials belong in needs no scheme that says so.
    for finding in () if _AUTHORIZATION in given else security_findings(operation):
        binding.report(finding if binding.needs_credentials else as_warning(finding))
    try:
        server = _server(source, operation, binding)
        body = _bind_body(step, operation, binding)
        authorization = binding.authorize(source, operation, given, server, step.credentials)
    except RequestRefused as reason:
        binding.report(error("AZ305", str(reason), _place_of_content(step), "", reason.hint))
        return None
    except DocumentError as reason:
        for finding in reason.diagnostics:
            binding.report(finding)
        return None
    call = OperationCall(
        source, operation, server, arguments, body, authorization, step.url, step.sends_invalid
    )
    _check_literals(call, binding)
    return call


def _check_literals(call: OperationCall, binding: BindContext) -> None:
    """Report what no request can be written with, whatever the values of expressions."""
    users = {name.lower() for name, _ in call.authorization.user_headers}
    for argument in call.arguments:
        parameter, place = argument.parameter, argument.place
        is_given = parameter.location == "header" and parameter.name.lower() in users
        requires = not (call.is_free or is_given or call.url is not None)
        at = place.at("name")
        try:
            check_name(parameter)
            if isinstance(argument.value, Constant):
                at = place.at("value")
                check_argument(call.operation, parameter, argument.value.value, requires=requires)
        except RequestRefused as reason:
            binding.report(error("AZ323", str(reason), at, "", reason.hint))


def _place_of_content(step: Step) -> Place:
    body = step.request_body
    assert body is not None  # nothing else is refused before there are values
    return body.place.at("contentType") if body.content_type else body.place.key()


def _server(source: str, operation: Operation, binding: BindContext) -> str:
    override = binding.servers.get(source, binding.servers.get(""))
    try:
        return server_url(operation, override, binding.variables)
    except UsageError:
        if override is not None or binding.fallback_server is None:
            raise
        return binding.fallback_server


def merge_parameters(step: Step, workflow: Workflow) -> list[tuple[Parameter, str]]:
    """The workflow's parameters that the step does not override, then the step's, with levels."""
    own = [one for one in step.parameters if not isinstance(one, Reusable)]
    taken = {(one.name, one.location) for one in own}
    inherited = (one for one in workflow.parameters if not isinstance(one, Reusable))
    return [
        *((one, "workflow") for one in inherited if (one.name, one.location) not in taken),
        *((one, "step") for one in own),
    ]


def _bind_arguments(
    step: Step, workflow: Workflow, operation: Operation, binding: BindContext
) -> Iterable[Argument]:
    for parameter, level in merge_parameters(step, workflow):
        location = parameter.location
        if location is None:
            continue  # document/load.py has said that `in` is missing
        known = _declared_parameter(operation, parameter)
        if location == "path" and parameter.name not in path_variables(operation):
            if known is not None:
                _warn_of_parameter(parameter, operation, binding)
            elif level == "step":
                _refuse_path_parameter(parameter, operation, binding)
            continue
        if location == "path" and known is None:
            _warn_of_variable(parameter, operation, binding)
        api = known or undeclared_parameter(parameter.name, location)
        text = _read_querystring(api, parameter, binding) if location == "querystring" else None
        yield Argument(api, parameter.value, parameter.place, text)


def _read_querystring(
    api: ApiParameter, parameter: Parameter, binding: BindContext
) -> FormText | JsonText | None:
    """A whole query string that is written as text."""
    what, place = f"the parameter `{parameter.name}`", parameter.place.at("value")
    text = _read_text(api.media_type or FORM, parameter.value, what, place, binding)
    assert not isinstance(text, XmlText)  # a query string is a form or JSON
    return text


def _warn_of_variable(parameter: Parameter, operation: Operation, binding: BindContext) -> None:
    message = (
        f"`{operation.method.upper()} {operation.path}` does not describe its path parameter"
        f" `{parameter.name}`"
    )
    place = parameter.place.at("name")
    help_line = "describe it in the `parameters` of the operation"
    binding.report(warning("AZ302", message, place, "sent as it is", help_line))


def _warn_of_parameter(parameter: Parameter, operation: Operation, binding: BindContext) -> None:
    message = f"the path `{operation.path}` has no variable `{parameter.name}`"
    help_line = "remove it, or correct the path in the API description"
    binding.report(warning("AZ302", message, parameter.place.at("name"), "not sent", help_line))


def _is_of_connection(argument: Argument, binding: BindContext) -> bool:
    """Whether an argument is a header that the connection alone sets, which is told."""
    parameter = argument.parameter
    if parameter.location != "header" or parameter.name.lower() not in OF_CONNECTION:
        return False
    message = f"the connection sets the header `{parameter.name}`; this value is not sent"
    place = argument.place.at("name")
    binding.report(warning("AZ321", message, place, "has no effect", "leave it out"))
    return True


def _declared_parameter(operation: Operation, parameter: Parameter) -> ApiParameter | None:
    """The description's parameter of this name and place; header names compare without case."""
    for known in operation.parameters:
        same = known.name == parameter.name or (
            known.location == "header" and known.name.lower() == parameter.name.lower()
        )
        if same and known.location == parameter.location:
            return known
    return None


def _refuse_path_parameter(
    parameter: Parameter, operation: Operation, binding: BindContext
) -> None:
    known = [one.name for one in operation.parameters if one.location == "path"]
    message = (
        f"`{operation.method.upper()} {operation.path}` has no path parameter `{parameter.name}`"
    )
    listed = ", ".join(f"`{one}`" for one in known) or "none"
    help_line = did_you_mean(parameter.name, known) or f"its path parameters: {listed}"
    place = parameter.place.at("name")
    fix = rename_to_known(place, parameter.name, known)
    binding.report(error("AZ302", message, place, "", help_line, fix))


def _require_path_parameters(
    step: Step, operation: Operation, arguments: tuple[Argument, ...], binding: BindContext
) -> None:
    given = {one.parameter.name for one in arguments if one.parameter.location == "path"}
    for name in dict.fromkeys(path_variables(operation)):
        if name not in given:
            message = f"step `{step.step_id}` does not set the path parameter `{name}`"
            help_line = f"add it to `parameters`: name: {name}, in: path, value: …"
            finding = error("AZ301", message, step.place.at("stepId"), "", help_line)
            binding.report(replace(finding, subject=f"path:{name}"))


def _choose_media_type(
    step: Step, operation: Operation, sample: MaybeValue, binding: BindContext
) -> tuple[str, MediaType | None]:
    """The content type, which the description may be behind with: then it is sent as written."""
    wanted = step.request_body.content_type if step.request_body else None
    try:
        return choose_media_type(operation, wanted, sample)
    except RequestRefused as reason:
        if wanted is None:
            raise
        place = _place_of_content(step)
        binding.report(warning("AZ305", str(reason), place, "", reason.hint))
        return wanted, None


def _bind_body(step: Step, operation: Operation, binding: BindContext) -> BodyPlan | None:
    body = step.request_body
    if body is None:
        return None
    sample = body.payload.value if isinstance(body.payload, Constant) else MISSING
    content_type, media = _choose_media_type(step, operation, sample, binding)
    return bind_payload(body, content_type, media, binding)


def bind_payload(
    body: RequestBody, content_type: str, media: MediaType | None, binding: BindContext
) -> BodyPlan:
    """How a payload is written in a content type; raises RequestRefused where it cannot be."""
    place = body.place.at("payload")
    text = _read_text(content_type, body.payload, "the payload", place, binding)
    if text is None and media is not None and is_xml(content_type):
        _require_schema(media)
    structure = _empty_structure(body.payload)
    if structure is not None:
        # What cannot be written from an empty one cannot be written from any.
        encode_body(content_type, structure, media)
    if text is None and not body.replacements and isinstance(body.payload, Constant):
        try:
            encode_body(content_type, body.payload.value, media)
        except RequestRefused as reason:
            binding.report(error("AZ323", str(reason), place, "", reason.hint))
    return BodyPlan(content_type, media, body.payload, text, body.replacements, body.place)


def _empty_structure(payload: DynamicValue | None) -> Value:
    """An empty object or array, where the payload is one for sure; None for any other."""
    match payload:
        case ObjectTemplate() | Constant(dict()):
            return {}
        case ArrayTemplate() | Constant(list()):
            return []
        case _:
            return None


def _require_schema(media: MediaType) -> None:
    """Raise DocumentError where a schema that gives an XML body its names cannot be resolved."""
    if media.schema is not None and media.description is not None:
        found = broken_references(media.schema, media.description)
        if found:
            raise DocumentError(*found)


def _read_text(
    content_type: str, value: DynamicValue | None, what: str, place: Place, binding: BindContext
) -> PayloadText | None:
    """A value that is written as text, read as a document of its type; None is reported."""
    try:
        return read_payload_text(content_type, value)
    except TextFault as fault:
        message = f"the text of {what} {fault.message}"
        at = place.within(fault.start, fault.start + 1)
        label = f"sent as `{content_type}`"
        binding.report(error("AZ320", message, at, label, fault.way_out))
        return None
