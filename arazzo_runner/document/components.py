"""Components put in the place of the Reusable Objects that refer to them.

Arazzo Specification 1.1.0, Reusable Object and Components Object. Only then can be judged what
depends on a whole list: names used twice, and parameters that need their ``in``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from arazzo_runner.document.model import (
    ArazzoDocument,
    Components,
    EndAction,
    FailureAction,
    FinallyCall,
    OperationById,
    Parameter,
    Reusable,
    Step,
    SuccessAction,
    Workflow,
    WorkflowName,
)
from arazzo_runner.document.node import join_names
from arazzo_runner.document.parameters import LOCATIONS
from arazzo_runner.expression.value import Value
from arazzo_runner.text.diagnostic import Diagnostic, Label, Severity, did_you_mean, error
from arazzo_runner.text.source import Place
from arazzo_runner.text.suggested_fix import rename_to_known

_KINDS: Final = {
    "parameters": "parameter",
    "successActions": "success action",
    "failureActions": "failure action",
}
_Object = TypeVar("_Object", Parameter, SuccessAction, FailureAction)
_PlacedParameters: TypeAlias = Sequence[tuple[Parameter, Place]]
"""Parameters, each with the place where a list has it."""

_Action = TypeVar("_Action", SuccessAction, FailureAction)


class _Resolver(Struct, frozen=True):
    """The components that can be referred to, and what was found."""

    document: ArazzoDocument
    components: Components
    findings: list[Diagnostic] = field(default_factory=list)


def resolve_components(document: ArazzoDocument) -> tuple[ArazzoDocument, tuple[Diagnostic, ...]]:
    """The document without Reusable Objects; those that refer to nothing are left out.

    A reference to a parameter may set its ``value``. The findings are unknown components (AZ209),
    names used twice in one list (AZ115) and parameters that need their ``in`` (AZ111).
    """
    on = _Resolver(document, document.components)
    on = replace(on, components=_components(on))
    workflows = tuple(_workflow(on, one) for one in document.workflows)
    sources = document.source_descriptions
    _check_unique(on, "source description", [(one.name, one.place.at("name")) for one in sources])
    _check_unique(
        on, "workflow", [(one.workflow_id, one.place.at("workflowId")) for one in workflows]
    )
    resolved = replace(document, components=on.components, workflows=workflows, memo={})
    return resolved, tuple(dict.fromkeys(on.findings))


def _components(on: _Resolver) -> Components:
    """Actions may have parameters that are references themselves (1.1)."""
    return replace(
        on.components,
        success_actions=_with_all_parameters(on, on.components.success_actions),
        failure_actions=_with_all_parameters(on, on.components.failure_actions),
    )


def _with_all_parameters(on: _Resolver, actions: Mapping[str, _Action]) -> dict[str, _Action]:
    return {name: _with_parameters(on, one) for name, one in actions.items()}


def _workflow(on: _Resolver, workflow: Workflow) -> Workflow:
    parameters = _parameters(on, workflow.parameters)
    # Parameter Object: `in` may be left out only where all parameters are inputs of a workflow.
    calling = next((one for one in workflow.steps if _calls_operation(one)), None)
    if calling is not None:
        _need_location(on, parameters, f"the step `{calling.step_id}` calls an operation")
    names = [(one.step_id, one.place.at("stepId")) for one in workflow.steps]
    _check_unique(on, "step", names)
    return replace(
        workflow,
        steps=tuple(_step(on, one, parameters) for one in workflow.steps),
        success_actions=_actions(
            on, "successActions", workflow.success_actions, on.components.success_actions
        ),
        failure_actions=_actions(
            on, "failureActions", workflow.failure_actions, on.components.failure_actions
        ),
        parameters=tuple(one for one, _ in parameters),
        finally_call=_finally(on, workflow.finally_call),
    )


def _finally(on: _Resolver, call: FinallyCall | None) -> FinallyCall | None:
    if call is None:
        return None
    return replace(call, parameters=tuple(one for one, _ in _parameters(on, call.parameters)))


def _step(on: _Resolver, step: Step, inherited: _PlacedParameters) -> Step:
    parameters = _parameters(on, step.parameters)
    if _calls_operation(step):
        _need_location(on, parameters, "the step calls an operation")
        _check_single_query(on, [*inherited, *parameters])
    return replace(
        step,
        parameters=tuple(one for one, _ in parameters),
        on_success=_actions(on, "successActions", step.on_success, on.components.success_actions),
        on_failure=_actions(on, "failureActions", step.on_failure, on.components.failure_actions),
    )


def _check_single_query(on: _Resolver, parameters: _PlacedParameters) -> None:
    """Parameter Object: `querystring` cannot coexist with `query` in the same operation."""
    query = next((place for one, place in parameters if one.location == "query"), None)
    whole = next((place for one, place in parameters if one.location == "querystring"), None)
    if query is not None and whole is not None:
        message = "`in: querystring` and `in: query` exclude each other: it is the whole query"
        more = (Label(query, "in `query`"),)
        found = Diagnostic("AZ114", Severity.ERROR, message, whole, "the whole query", more=more)
        on.findings.append(found)


def _calls_operation(step: Step) -> bool:
    """Whether the step calls an operation: not so where what it calls could not be read."""
    match step.target:
        case WorkflowName() | OperationById(operation_id=""):
            return False
        case _:
            return True


def _need_location(on: _Resolver, parameters: Sequence[tuple[Parameter, Place]], why: str) -> None:
    for parameter, place in parameters:
        if parameter.location is None and not _has_location(on, parameter.place):
            on.findings.append(
                error(
                    "AZ111",
                    f"the parameter `{parameter.name}` needs its `in`: {why}",
                    place,
                    "`in` is missing",
                    f"one of {join_names(tuple(LOCATIONS))}",
                )
            )


def _has_location(on: _Resolver, place: Place) -> bool:
    """Whether an ``in`` is written here: what is wrong with it is said."""
    written: Value = on.document.raw
    for token in place.pointer:
        written = written[token]
    return "in" in written


# --- the lists ------------------------------------------------------------------------------------


def _parameters(
    on: _Resolver, items: Iterable[Parameter | Reusable]
) -> list[tuple[Parameter, Place]]:
    """The parameters of a list, each with the place where the list has it."""
    found = list(_each(on, "parameters", items, on.components.parameters))
    keys = [
        # "A unique parameter is defined by the combination of a `name` and `in` fields";
        # header names compare without case (RFC 9110).
        (one.name.lower() if one.location == "header" else one.name, one.location, place)
        for one, place in found
    ]
    _check_unique(
        on,
        "parameter",
        [(f"{name}` in `{where}" if where else name, at) for name, where, at in keys],
    )
    return found


def _actions(
    on: _Resolver, kind: str, items: Iterable[_Action | Reusable], components: Mapping[str, _Action]
) -> tuple[_Action, ...]:
    found = list(_each(on, kind, items, components))
    _check_unique(on, _KINDS[kind], [(one.name, place) for one, place in found])
    return tuple(_with_parameters(on, one) for one, _ in found)


def _with_parameters(on: _Resolver, action: _Action) -> _Action:
    if isinstance(action, EndAction):
        return action
    return replace(action, parameters=tuple(one for one, _ in _parameters(on, action.parameters)))


def _each(
    on: _Resolver,
    kind: str,
    items: Iterable[_Object | Reusable],
    components: Mapping[str, _Object],
) -> Iterable[tuple[_Object, Place]]:
    for item in items:
        if not isinstance(item, Reusable):
            yield item, item.place
        elif item.type == kind and item.name in components:
            yield _with_value(components[item.name], item), item.place
        else:
            _report_unknown(on, kind, item, components)


def _with_value(component: _Object, reference: Reusable) -> _Object:
    """The component, with the value that the reference sets.

    With it the place is that of the reference, where the value stands.
    """
    if isinstance(component, Parameter) and reference.value is not None:
        return replace(component, value=reference.value, place=reference.place)
    return component


# --- what is wrong --------------------------------------------------------------------------------


def _report_unknown(on: _Resolver, kind: str, item: Reusable, known: Iterable[str]) -> None:
    label = "no such component"
    if item.type != kind:
        message = (
            f"`$components.{item.type}.{item.name}` is a {_KINDS[item.type]},"
            f" and a {_KINDS[kind]} is expected here"
        )
        help_ = f"write `$components.{kind}.{item.name}`" if item.name in known else None
        label = f"not a {_KINDS[kind]}"
    elif item.name in _written_names(on, kind):
        return  # it is there, and what is wrong with it is said
    else:
        message = f"there is no `{item.name}` in `components.{kind}`"
        help_ = did_you_mean(item.name, known) or _other_component(on, item.name)
        listed = ", ".join(f"`{name}`" for name in known)
        help_ = help_ or (
            f"there are {listed}" if listed else f"there are none; add it to `components.{kind}`"
        )
    place = item.place.at("reference")
    fix = rename_to_known(place, item.name, known)
    on.findings.append(error("AZ209", message, place, label, help_, fix))


def _written_names(on: _Resolver, kind: str) -> Iterable[str]:
    """The names of components as written, of which some may have been left out of the model."""
    components = on.document.raw.get("components")
    written = components.get(kind) if isinstance(components, dict) else None
    return written if isinstance(written, dict) else ()


def _other_component(on: _Resolver, name: str) -> str | None:
    kind = next((one for one in (*_KINDS, "inputs") if name in _written_names(on, one)), None)
    if kind == "inputs":
        return f"that is a schema, for `$ref: '#/components/inputs/{name}'`"
    return f"`components.{kind}` has one" if kind else None


def _check_unique(on: _Resolver, what: str, named: Sequence[tuple[str, Place]]) -> None:
    first: dict[str, Place] = {}
    for name, place in named:
        if name not in first:
            first[name] = place
            continue
        on.findings.append(
            Diagnostic(
                "AZ115",
                Severity.ERROR,
                f"there are two {what}s `{name}`",
                place,
                "the second",
                "give one of them another name",
                more=(Label(first[name], "the first"),),
            )
        )
