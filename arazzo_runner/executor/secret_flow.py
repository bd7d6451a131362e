"""Which inputs and outputs a plan passes into secret places: they are secret wherever they appear.

A secret place is a header field, cookie or query parameter that carries credentials. From there
references are followed back, from workflow to workflow, to the inputs and outputs that they read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TypeAlias, TypeVar, assert_never
from typing import Literal as Choice

from msgspec import Struct

from arazzo_runner.executor.plan import (
    InputArgument,
    OperationCall,
    Plan,
    SecretFlow,
    Slot,
    StepPlan,
    Tokens,
    WorkflowCall,
    WorkflowKey,
    WorkflowPlan,
)
from arazzo_runner.expression.ast import (
    ArrayTemplate,
    DynamicValue,
    Expression,
    InputRef,
    Literal,
    ObjectTemplate,
    OutputRef,
    Path,
    Selector,
    StepOutputRef,
    Template,
    WorkflowRef,
)
from arazzo_runner.openapi.security.schemes import credential_carrier

IsSecret: TypeAlias = Callable[[str, str], bool]
"""Whether a parameter carries credentials, by its location and its name in lower case."""

_DEEPEST: Final = 16


def secret_flow(plan: Plan, is_secret: IsSecret, names: Iterable[str] = ()) -> SecretFlow:
    """What flows into arguments that are secret, and into inputs and outputs of these names.

    ``is_secret`` knows what carries credentials everywhere; what does in an API, its security
    schemes say.
    """
    carriers = frozenset(_carriers(plan))
    todo = [*_by_name(plan, frozenset(names)), *_used(plan, carriers, is_secret)]
    callers = _callers(plan) if todo else {}
    seen: dict[Slot, None] = {}
    while todo:
        slot = todo.pop()
        if slot not in seen:
            seen[slot] = None
            todo += _sources(slot, plan, callers)
    return SecretFlow(
        frozenset(name for location, name in carriers if location == "header"),
        frozenset(name for location, name in carriers if location == "query"),
        _group((one.workflow, one) for one in seen if one.kind == "input"),
        _group((one.workflow, one) for one in seen if one.kind == "workflow"),
        _group((one.workflow.step(one.step), one) for one in seen if one.kind == "step"),
    )


Key = TypeVar("Key")


def _group(pairs: Iterable[tuple[Key, Slot]]) -> dict[Key, tuple[Slot, ...]]:
    groups: dict[Key, list[Slot]] = {}
    for key, slot in pairs:
        groups.setdefault(key, []).append(slot)
    return {key: tuple(slots) for key, slots in groups.items()}


def _carriers(plan: Plan) -> Iterator[tuple[str, str]]:
    apis = {id(api): api for one in plan.workflows.values() for api in one.unit.apis.values()}
    for api in apis.values():
        for scheme in api.schemes.values():
            location, name = credential_carrier(scheme)
            yield location, name.lower()


def _by_name(plan: Plan, names: frozenset[str]) -> Iterator[Slot]:
    for key, workflow in plan.workflows.items() if names else ():
        yield from (Slot("input", key, "", name, is_named=True) for name in names)
        for name, _ in workflow.workflow.outputs:
            if name in names:
                yield Slot("workflow", key, "", name, is_named=True)
        for step in workflow.steps:
            for name, _ in step.step.outputs:
                if name in names:
                    yield Slot("step", key, step.step.step_id, name, is_named=True)


def _used(plan: Plan, carriers: frozenset[tuple[str, str]], is_secret: IsSecret) -> Iterator[Slot]:
    for workflow in plan.workflows.values():
        for step in workflow.steps:
            for one in step.call.arguments if isinstance(step.call, OperationCall) else ():
                place = (one.parameter.location, one.parameter.name.lower())
                if place in carriers or is_secret(*place):
                    yield from _slots(one.value, (), workflow, plan, step)


class _Caller(Struct, frozen=True):
    """Who gives a workflow its inputs; with ``inherits`` those of the same names."""

    workflow: WorkflowPlan
    arguments: tuple[InputArgument, ...]
    inherits: bool = False


Callers: TypeAlias = Mapping[WorkflowKey, list[_Caller]]


def _callers(plan: Plan) -> Callers:
    found: dict[WorkflowKey, list[_Caller]] = {}
    for workflow in plan.workflows.values():
        for step in workflow.steps:
            if isinstance(step.call, WorkflowCall):
                caller = _Caller(workflow, step.call.arguments)
                found.setdefault(step.call.key, []).append(caller)
            for one in (*step.on_success, *step.on_failure):
                if isinstance(one.target, WorkflowKey):
                    caller = _Caller(workflow, one.arguments, inherits=not one.arguments)
                    found.setdefault(one.target, []).append(caller)
    return found


def _sources(slot: Slot, plan: Plan, callers: Callers) -> Iterator[Slot]:
    """What a slot is made of."""
    workflow = plan.workflows[slot.workflow]
    match slot.kind:
        case "input":
            for caller in callers.get(slot.workflow, ()):
                yield from _arguments(slot, caller, plan)
        case "workflow":
            for name, value in workflow.workflow.outputs:
                if name == slot.name:
                    yield from _slots(value, slot.tokens, workflow, plan, None)
        case "step":
            for step in workflow.steps:
                if step.step.step_id == slot.step:
                    yield from _of_step(slot, step, workflow, plan)
        case _:
            assert_never(slot.kind)


def _arguments(slot: Slot, caller: _Caller, plan: Plan) -> Iterator[Slot]:
    if caller.inherits:
        yield Slot("input", caller.workflow.key, "", slot.name, slot.tokens)
    for one in caller.arguments:
        if one.name == slot.name:
            yield from _slots(one.value, slot.tokens, caller.workflow, plan, None)


def _of_step(slot: Slot, step: StepPlan, workflow: WorkflowPlan, plan: Plan) -> Iterator[Slot]:
    for name, value in step.step.outputs:
        if name == slot.name:
            yield from _slots(value, slot.tokens, workflow, plan, step)
    if not step.step.outputs and isinstance(step.call, WorkflowCall):
        yield Slot("workflow", step.call.key, "", slot.name, slot.tokens)


def _slots(
    value: DynamicValue, tokens: Tokens, of: WorkflowPlan, plan: Plan, step: StepPlan | None
) -> Iterator[Slot]:
    """The slots that a value reads, where ``tokens`` lead on from it."""
    match value:
        case Literal():
            return
        case Template(parts):
            for part in parts:
                if not isinstance(part, str):
                    yield from _slots(part, (), of, plan, step)
        case Selector(context):
            yield from _slots(context, (), of, plan, step)
        case ObjectTemplate() | ArrayTemplate():
            for one in _members(value, tokens):
                yield from _slots(one, tokens[1:], of, plan, step)
        case _:
            yield from _read(value, tokens, of, plan, step)


def _members(value: ObjectTemplate | ArrayTemplate, tokens: Tokens) -> list[DynamicValue]:
    if isinstance(value, ObjectTemplate):
        return [one for name, one in value.members if not tokens or name == str(tokens[0])]
    indices = [str(index) for index in range(len(value.items))]
    pairs = zip(indices, value.items, strict=True)
    return [one for index, one in pairs if not tokens or index == str(tokens[0])]


def _read(
    value: Expression, tokens: Tokens, of: WorkflowPlan, plan: Plan, step: StepPlan | None
) -> Iterator[Slot]:
    match value:
        case InputRef(_, _, name, path, walk):
            yield from _slot(Slot("input", of.key, "", name), path, walk, tokens)
        case StepOutputRef(_, _, step_id, name, path, walk):
            yield from _slot(Slot("step", of.key, step_id, name), path, walk, tokens)
        case OutputRef(_, _, name, path, walk) if step and isinstance(step.call, WorkflowCall):
            yield from _slot(Slot("workflow", step.call.key, "", name), path, walk, tokens)
        case WorkflowRef(_, _, workflow_id, field_, name, path, walk, step_id):
            kind: Choice["input", "step", "workflow"] = "step" if step_id else "workflow"
            kind = "input" if field_ == "inputs" else kind
            for key in _keys(workflow_id, of, plan):
                yield from _slot(Slot(kind, key, step_id, name), path, walk, tokens)


def _keys(workflow_id: str, of: WorkflowPlan, plan: Plan) -> list[WorkflowKey]:
    keys = (WorkflowKey(uri, workflow_id) for uri in (of.key.document, *of.unit.documents.values()))
    return [key for key in keys if key in plan.workflows]


def _slot(slot: Slot, path: Path, walk: Tokens, tokens: Tokens) -> Iterator[Slot]:
    """The slot of a reference; its name may be the name itself, or lead into what has its start."""
    rest = (*path.tokens, *tokens)
    ways = [(slot.name, rest)]
    if walk:
        ways.append((slot.name.partition(".")[0], (*walk, *rest)))
    for name, way in ways:
        # A workflow that goes to itself may lead deeper each time.
        if len(way) <= _DEEPEST:
            yield Slot(slot.kind, slot.workflow, slot.step, name, way)
