"""Binding a step to its operation or workflow, with its parameters and body.

Arazzo Specification 1.1.0, Step Object and Parameter Object.

Binding actions: the step's list, then the workflow's, each with its target.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal as Choice
from typing import TypeAlias, assert_never

from arazzo_runner.document.model import (
    ChannelByPath,
    EndAction,
    FailureAction,
    OperationById,
    OperationByPath,
    Parameter,
    Reusable,
    Step,
    SuccessAction,
    Workflow,
    WorkflowName,
)
from arazzo_runner.errors import DocumentError, UsageError
from arazzo_runner.executor.bind.operation import (
    BindContext,
    SourceOperation,
    asyncapi_finding,
    find_by_operation_id,
    find_by_operation_path,
    find_workflow,
    operation_candidates,
)
from arazzo_runner.executor.payload_text import (
    FormText,
    JsonText,
    PayloadText,
    TextFault,
    XmlText,
    read_payload_text,
)
from arazzo_runner.executor.plan import (
    Argument,
    BodyPlan,
    InputArgument,
    OperationCall,
    PlannedAction,
    Unit,
    WorkflowCall,
    WorkflowKey,
)
from arazzo_runner.expression.ast import DynamicValue
from arazzo_runner.expression.ast import Literal as Constant
from arazzo_runner.expression.value import MISSING, MaybeValue
from arazzo_runner.openapi.media_type import FORM
from arazzo_runner.openapi.model import MediaType, Operation
from arazzo_runner.openapi.model import Parameter as ApiParameter
from arazzo_runner.openapi.request.body import choose_media_type
from arazzo_runner.openapi.request.build import RequestRefused, undeclared_parameter
from arazzo_runner.openapi.security.schemes import parameter_key
from arazzo_runner.openapi.servers import server_url
from arazzo_runner.text.diagnostic import did_you_mean, error, warning
from arazzo_runner.text.source import Place
from arazzo_runner.text.suggested_fix import rename_to_known

StepAction: TypeAlias = SuccessAction | FailureAction


def bind_actions(
    of_step: Iterable[StepAction | Reusable],
    of_workflow: Iterable[StepAction | Reusable],
    unit: Unit,
    positions: Mapping[str, int],
    binding: BindContext,
) -> tuple[PlannedAction, ...]:
    """The candidates in the order they are tried.

    The workflow's actions without those whose name the step has redefined ("can be overridden at
    the step level but cannot be removed there"). Reusable Objects have been resolved before.
    """
    own = [one for one in of_step if not isinstance(one, Reusable)]
    names = {action.name for action in own}
    inherited = [
        one for one in of_workflow if not isinstance(one, Reusable) and one.name not in names
    ]
    return (
        *(_bind_action(action, "step", unit, positions, binding) for action in own),
        *(_bind_action(action, "workflow", unit, positions, binding) for action in inherited),
    )


def _bind_action(
    action: StepAction,
    level: Choice["step", "workflow"],
    unit: Unit,
    positions: Mapping[str, int],
    binding: BindContext,
) -> PlannedAction:
    if isinstance(action, EndAction):
        return PlannedAction(action, level)
    target = _bind_target(action.target, action, unit, positions, binding)
    return PlannedAction(action, level, target, input_arguments(action.parameters, "step"))


def _bind_target(
    target: str | WorkflowName | None,
    action: StepAction,
    unit: Unit,
    positions: Mapping[str, int],
    binding: BindContext,
) -> int | WorkflowKey | None:
    if target is None:
        return None
    if isinstance(target, WorkflowName):
        return find_workflow(target, unit, binding)
    if target in positions:
        return positions[target]
    place = action.place.at("stepId")
    message = f"no step of this workflow is called `{target}`"
    help_line = did_you_mean(target, positions)
    fix = rename_to_known(place, target, positions)
    binding.report(error("AZ208", message, place, "unknown stepId", help_line, fix))
    return None


def input_arguments(
    parameters: Iterable[Parameter | Reusable], level: Choice["step", "workflow"]
) -> tuple[InputArgument, ...]:
    """Parameters as inputs of a workflow."""
    return tuple(
        InputArgument(one.name, one.value, level, one.place)
        for one in parameters
        if not isinstance(one, Reusable)
    )


def bind_call(
    step: Step, workflow: Workflow, unit: Unit, binding: BindContext
) -> OperationCall | WorkflowCall | None:
    """What a step calls; None when it could not be bound, which has been reported."""
    match step.target:
        case WorkflowName() as name:
            return _bind_workflow_call(step, name, workflow, unit, binding)
        case ChannelByPath(place=place):
            binding.report(asyncapi_finding(place))
            return None
        case OperationById() | OperationByPath() as target:
            found = _find_operation(step, target, unit, binding)
        case _:
            assert_never(step.target)
    if found is None:
        return None
    source, operation = found
    return _bind_operation_call(step, source, operation, workflow, binding)


def _is_async(step: Step, target: OperationById, unit: Unit) -> bool:
    """Whether a step names, without its source, an operation that only AsyncAPI can have."""
    if step.action is None or target.source is not None:
        return False
    has_source = any(fields.get("type") == "asyncapi" for fields in unit.fields.values())
    return has_source and not any(operation_candidates(target.operation_id, unit))


def _find_operation(
    step: Step, target: OperationById | OperationByPath, unit: Unit, binding: BindContext
) -> SourceOperation | None:
    try:
        if isinstance(target, OperationById):
            if _is_async(step, target, unit):
                binding.report(asyncapi_finding(target.place))
                return None
            return find_by_operation_id(target, unit, binding)
        return find_by_operation_path(target, unit, binding)
    except DocumentError as reason:
        for finding in reason.diagnostics:
            binding.report(finding)
        return None


def _bind_workflow_call(
    step: Step, name: WorkflowName, workflow: Workflow, unit: Unit, binding: BindContext
) -> WorkflowCall | None:
    key = find_workflow(name, unit, binding)
    if key is None:
        return None
    own = input_arguments(step.parameters, "step")
    named = {argument.name for argument in own}
    inherited = input_arguments(workflow.parameters, "workflow")
    return WorkflowCall(key, (*(one for one in inherited if one.name not in named), *own))


def _bind_operation_call(
    step: Step, source: str, operation: Operation, workflow: Workflow, binding: BindContext
) -> OperationCall | None:
    arguments = tuple(_bind_arguments(step, workflow, operation, binding))
    if step.url is None:
        _require_path_parameters(step, operation, arguments, binding)
    given = frozenset(parameter_key(argument.parameter) for argument in arguments)
    try:
        server = _server(source, operation, binding)
        body = _bind_body(step, operation, binding)
        authorization = binding.authorize(source, operation, given, server)
    except RequestRefused as reason:
        binding.report(error("AZ305", str(reason), _place_of_content(step), "", reason.hint))
        return None
    except DocumentError as reason:
        for finding in reason.diagnostics:
            binding.report(finding)
        return None
    return OperationCall(
        source, operation, server, arguments, body, authorization, step.url, step.sends_invalid
    )


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
        if known is None and location == "path":
            if level == "step":
                _refuse_path_parameter(parameter, operation, binding)
            continue
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
    for parameter in operation.parameters:
        if parameter.location == "path" and parameter.name not in given:
            message = f"step `{step.step_id}` does not set the path parameter `{parameter.name}`"
            help_line = f"add it to `parameters`: name: {parameter.name}, in: path, value: …"
            binding.report(error("AZ301", message, step.place.at("stepId"), "", help_line))


def _media_type(
    step: Step,
    operation: Operation,
    content_type: str | None,
    sample: MaybeValue,
    binding: BindContext,
) -> tuple[str, MediaType | None]:
    try:
        return choose_media_type(operation, content_type, sample)
    except RequestRefused as reason:
        if not step.sends_invalid or content_type is None:
            raise
        place = _place_of_content(step)
        binding.report(warning("AZ305", str(reason), place, "", reason.hint))
        return content_type, None


def _bind_body(step: Step, operation: Operation, binding: BindContext) -> BodyPlan | None:
    body = step.request_body
    if body is None:
        return None
    sample = body.payload.value if isinstance(body.payload, Constant) else MISSING
    content_type, media = _media_type(step, operation, body.content_type, sample, binding)
    place = body.place.at("payload")
    text = _read_text(content_type, body.payload, "the payload", place, binding)
    return BodyPlan(content_type, media, body.payload, text, body.replacements, body.place)


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
