"""AZ5xx, style: what is declared and never read, and the preferred way to name an operation.

Arazzo Specification 1.1.0, Step Object, ``operationId`` and ``operationPath``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from arazzo_runner.document.model import (
    ArazzoDocument,
    EndAction,
    OperationById,
    OperationByPath,
    Reusable,
    StepTarget,
    Workflow,
    WorkflowName,
)
from arazzo_runner.document.rules.expressions import expressions_in, values_in
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.plan import (
    OperationCall,
    Plan,
    Unit,
    WorkflowCall,
    WorkflowKey,
    WorkflowPlan,
)
from arazzo_runner.expression.ast import (
    ArrayTemplate,
    Expression,
    InputRef,
    Literal,
    ObjectTemplate,
    SourceRef,
    StepOutputRef,
    Template,
    WorkflowRef,
)
from arazzo_runner.expression.value import Value
from arazzo_runner.lint.context import StepContext
from arazzo_runner.openapi.lookup import namesakes
from arazzo_runner.text.diagnostic import Diagnostic, Severity
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import Place, pointer_text
from arazzo_runner.text.suggested_fix import replace_text

_INPUT: Final = lazy_pattern(r"\$inputs\.([\w.-]*\w)")


def unused_input_findings(unit: Unit) -> Iterator[Diagnostic]:
    """AZ501: an input that no workflow reads which has it."""
    workflows = unit.document.workflows
    reads = {one.workflow_id: list(_expressions(one)) for one in workflows}
    outside = _read_from_outside(one for every in reads.values() for one in every)
    unused, used = dict[Place, str](), set[Place]()
    for workflow in workflows:
        names = [one.name for one in reads[workflow.workflow_id] if isinstance(one, InputRef)]
        names += _read_in_text(workflow)
        read = {*names, *map(_first, names), *outside.get(workflow.workflow_id, ())}
        for one in unit.inputs[workflow.workflow_id].stated.values():
            if one.name in read or _passes_inputs_on(workflow):
                used.add(one.place)
            else:
                unused[one.place] = one.name
    for place, name in unused.items():
        if place not in used and place.source is unit.document.source:
            way_out = f"remove it, or read it as `$inputs.{name}`"
            yield _hint("AZ501", f"the input `{name}` is never used", place.key(), way_out)


def _read_in_text(workflow: Workflow) -> Iterator[str]:
    """The inputs that text means to read, in an expression that lacks its braces (AZ121)."""
    todo: list[object] = [value for value, _ in values_in(workflow)]
    while todo:
        one = todo.pop()
        match one:
            case str():
                yield from _INPUT.findall(one)
            case Literal(value=value):
                todo.append(value)
            case ObjectTemplate(members=members):
                todo += (member for _, member in members)
            case ArrayTemplate(items=items):
                todo += items
            case Template(parts=parts):
                todo += parts
            case dict():
                todo += one.values()
            case list():
                todo += one
            case _:
                pass


def _passes_inputs_on(workflow: Workflow) -> bool:
    """Whether a workflow that is gone to without parameters gets the inputs of the same name."""
    actions = [*workflow.success_actions, *workflow.failure_actions]
    for step in workflow.steps:
        actions += (*step.on_success, *step.on_failure)
    return any(
        isinstance(one.target, WorkflowName) and not one.parameters
        for one in actions
        if not isinstance(one, EndAction | Reusable)
    )


def _read_from_outside(expressions: Iterable[Expression]) -> dict[str, set[str]]:
    """The inputs that ``$workflows.<id>.inputs`` reads, by workflow."""
    found: dict[str, set[str]] = {}
    for one in expressions:
        if isinstance(one, WorkflowRef) and one.field == "inputs":
            found.setdefault(one.workflow_id, set()).update((one.name, _first(one.name)))
    return found


def unused_output_findings(document: ArazzoDocument) -> Iterator[Diagnostic]:
    """AZ502: an output of a step that nothing reads."""
    read = set(_outputs_read(document))
    for workflow in document.workflows:
        for step in workflow.steps:
            for name, _ in step.outputs:
                if (workflow.workflow_id, step.step_id, name) not in read:
                    message = f"the output `{name}` of `{step.step_id}` is never used"
                    way_out = f"remove it, or read it as `$steps.{step.step_id}.outputs.{name}`"
                    place = step.place.at("outputs", name).key()
                    yield _hint("AZ502", message, place, way_out)


def _outputs_read(document: ArazzoDocument) -> Iterator[tuple[str, str, str]]:
    """The outputs of steps that expressions read, by workflow, step and name."""
    for workflow in document.workflows:
        for one in _expressions(workflow):
            match one:
                case StepOutputRef(step_id=step_id, name=name):
                    owner = workflow.workflow_id
                case WorkflowRef(workflow_id=owner, step_id=step_id, name=name) if step_id:
                    pass
                case _:
                    continue
            yield owner, step_id, name
            yield owner, step_id, _first(name)


def unused_component_findings(document: ArazzoDocument) -> Iterator[Diagnostic]:
    """AZ503: a component that nothing refers to."""
    written = document.raw.get("components")
    if not isinstance(written, dict):
        return
    referred = set(_references(document.raw))
    for kind in ("inputs", "parameters", "successActions", "failureActions"):
        members = written.get(kind)
        members = members if isinstance(members, dict) else {}
        for name in members:
            names = {f"$components.{kind}.{name}", "#" + pointer_text(("components", kind, name))}
            if names & referred or _is_anchored(members[name], referred):
                continue
            place = Place(document.source, ("components", kind, name)).key()
            field = (
                "$ref: '#/components/inputs/"
                if kind == "inputs"
                else f"reference: '$components.{kind}."
            )
            way_out = f"remove it, or refer to it with `{field}{name}'`"
            yield _hint("AZ503", f"the component `{name}` is never used", place, way_out)


def _is_anchored(schema: Value, referred: set[str]) -> bool:
    return isinstance(schema, dict) and f"#{schema.get('$anchor')}" in referred


def _references(node: Value) -> Iterator[str]:
    """What Reusable Objects and schemas refer to, of a schema below a component the component."""
    todo = [node]
    while todo:
        one = todo.pop()
        if isinstance(one, list):
            todo += one
        elif isinstance(one, dict):
            todo += one.values()
            for key in ("reference", "$ref"):
                if isinstance(one.get(key), str):
                    yield one[key]
                    yield "/".join(one[key].split("/")[:4])


def unused_source_findings(unit: Unit, plan: Plan) -> Iterator[Diagnostic]:
    """AZ504: a source description of which nothing is used."""
    document = unit.document
    if not _is_bound(document, plan):
        return  # what could not be bound may be meant to be in one of them
    used = set(_used_sources(unit, plan))
    for source in document.source_descriptions:
        if source.name not in used:
            message = f"the source description `{source.name}` is never used"
            example = f"`$sourceDescriptions.{source.name}.<operationId>`"
            way_out = f"remove it, or name it in a step: {example}"
            yield _hint("AZ504", message, source.place.at("name"), way_out)


def _is_bound(document: ArazzoDocument, plan: Plan) -> bool:
    bound = {
        key.workflow: one
        for key, one in plan.workflows.items()
        if key.document == document.base_uri
    }
    return all(
        one.workflow_id in bound and _is_whole(one, bound[one.workflow_id])
        for one in document.workflows
    )


def _is_whole(workflow: Workflow, planned: WorkflowPlan) -> bool:
    if (workflow.finally_call is None) != (planned.finally_call is None):
        return False
    if len(planned.webhooks) < len(planned.inputs_schema.webhooks):
        return False
    return len(planned.steps) == len(workflow.steps) and all(
        len(one.depends_on) == len(one.step.depends_on) for one in planned.steps
    )


def _used_sources(unit: Unit, plan: Plan) -> Iterator[str]:
    for workflow in unit.document.workflows:
        yield from (one.name for one in _expressions(workflow) if isinstance(one, SourceRef))
        yield from (name.source for name in workflow.depends_on if name.source)
        owners = (one.workflow for step in workflow.steps for one in step.depends_on)
        yield from (owner.source for owner in owners if owner is not None and owner.source)
    for planned in plan.workflows.values():
        if planned.unit is not unit:
            continue
        if planned.finally_call is not None:
            yield from _source_names(planned.finally_call.key, unit.documents)
        yield from (one.source for one in planned.webhooks)
        for step in planned.steps:
            yield from _source_names(step.call, unit.documents)
            for action in (*step.on_success, *step.on_failure):
                yield from _source_names(action.target, unit.documents)


def _source_names(target: object, documents: Mapping[str, str]) -> Iterator[str]:
    if isinstance(target, OperationCall | ChannelCall):
        yield target.source
        return
    key = target.key if isinstance(target, WorkflowCall) else target
    if isinstance(key, WorkflowKey):
        yield from (name for name, uri in documents.items() if uri == key.document)


def _expressions(workflow: Workflow) -> Iterator[Expression]:
    yield from (one for one, _ in expressions_in((workflow, *workflow.steps)))


def _first(name: str) -> str:
    return name.partition(".")[0]


def _hint(code: str, message: str, place: Place, way_out: str) -> Diagnostic:
    return Diagnostic(code, Severity.HINT, message, place, "unused", way_out)


def unqualified_id_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ505: with several sources, an operationId MUST be qualified by its own."""
    yield from unqualified_finding(view.step.step.target, view.workflow.unit, view.call.source)


def unqualified_finding(target: StepTarget, unit: Unit, source: str) -> Iterator[Diagnostic]:
    """AZ505, for a step whose operation is one of ``source``."""
    if not isinstance(target, OperationById) or target.source is not None:
        return
    sources = [one.name for one in unit.document.source_descriptions]
    if len([name for name in sources if name not in unit.documents]) > 1:
        message = f"`{target.operation_id}` does not name its source description"
        qualified = f"$sourceDescriptions.{source}.{target.operation_id}"
        fix = replace_text(target.place, qualified)
        yield Diagnostic(
            "AZ505", Severity.HINT, message, target.place, "", f"write `{qualified}`", (), fix
        )


def operation_path_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ506: an operationId SHOULD be preferred over the operationPath."""
    target, operation_id = view.step.step.target, view.operation.operation_id
    if not isinstance(target, OperationByPath) or not operation_id:
        return
    if len(namesakes(view.operation.description, operation_id)) < 2:
        message = f"this operation has an operationId, `{operation_id}`"
        way_out = f"write `operationId: $sourceDescriptions.{target.source}.{operation_id}`"
        yield Diagnostic("AZ506", Severity.HINT, message, target.place, "", way_out)
