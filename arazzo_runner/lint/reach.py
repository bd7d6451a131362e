"""Which errors of a description concern the workflows of a plan; all others stop nothing.

An error is about a workflow, a component or a source description of a document, or about what a
source description names; whatever it is not about need not be right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from arazzo_runner.document.model import OperationById, StepTarget
from arazzo_runner.document.uris import resolve_reference, without_fragment
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.plan import Plan, Unit, WorkflowCall, WorkflowKey, WorkflowPlan
from arazzo_runner.expression.value import Value
from arazzo_runner.lint.cascades import MissingNames, targets_of
from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.text.source import Place, SourceFile

_LIMIT: Final = "AZ109"


class _Reach(Struct, frozen=True):
    """What the workflows of a plan use.

    ``sources`` are named by (document URI, name), ``components``
    by (document URI, kind, name), ``files`` of the API descriptions. ``unread`` are the sources
    that could not be read, by the URI of the text.
    """

    workflows: frozenset[WorkflowKey]
    sources: frozenset[tuple[str, str]]
    components: frozenset[tuple[str, str, str]]
    files: frozenset[SourceFile]
    unread: Mapping[str, set[tuple[str, str]]]


def findings_in_reach(
    found: Iterable[Diagnostic], units: Mapping[str, Unit], missing: MissingNames, plan: Plan
) -> list[Diagnostic]:
    """Those findings about texts that concern the workflows of a plan.

    ``missing`` are the sources that could not be read.
    """
    documents = {unit.document.source: unit for unit in units.values()}
    reach = _reach(units, missing, plan)
    return [one for one in found if _concerns(one, documents, reach)]


def _concerns(found: Diagnostic, documents: Mapping[SourceFile, Unit], reach: _Reach) -> bool:
    if found.place is None or found.code == _LIMIT:
        return True
    unit = documents.get(found.place.source)
    if unit is None:
        return _concerns_text(found.place.source, reach)
    uri = unit.document.base_uri
    match found.place.pointer:
        case ("workflows", int(index), *_):
            return WorkflowKey(uri, _workflow_id(unit, index)) in reach.workflows
        case ("components", str(kind), str(name), *_):
            return (uri, kind, name) in reach.components
        case ("sourceDescriptions", int(), *_):
            source = _source_name(unit, found.place)
            return source is None or (uri, source) in reach.sources
        case _:
            return any(uri == one.document for one in reach.workflows)


def _concerns_text(file: SourceFile, reach: _Reach) -> bool:
    """Whether the text of a source is used; one that was read elsewhere may be any of them."""
    named = reach.unread.get(file.uri) or {one for each in reach.unread.values() for one in each}
    return file in reach.files or not named.isdisjoint(reach.sources)


def _workflow_id(unit: Unit, index: int) -> str:
    written = unit.document.raw["workflows"][index]
    return str(written.get("workflowId")) if isinstance(written, dict) else ""


def _source_name(unit: Unit, place: Place) -> str | None:
    """The name of the source description that a place is in, where it could be understood."""
    own = (one for one in unit.document.source_descriptions)
    return next((one.name for one in own if one.place.pointer == place.pointer[:2]), None)


def _reach(units: Mapping[str, Unit], missing: MissingNames, plan: Plan) -> _Reach:
    workflows = plan.workflows.values()
    used = {one for workflow in workflows for one in _sources_used(workflow, missing)}
    calls = [step.call for workflow in workflows for step in workflow.steps]
    return _Reach(
        frozenset(plan.workflows),
        frozenset(used),
        frozenset(one for workflow in workflows for one in _components_used(workflow)),
        frozenset(
            one.channel.description.source
            if isinstance(one, ChannelCall)
            else one.operation.description.source
            for one in calls
            if not isinstance(one, WorkflowCall)
        ),
        _unread(units, missing),
    )


def _unread(units: Mapping[str, Unit], missing: MissingNames) -> dict[str, set[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = {}
    for uri, unit in units.items():
        for one in unit.document.source_descriptions:
            if (uri, one.name) in missing:
                text = without_fragment(resolve_reference(uri, one.url))
                found.setdefault(text, set()).add((uri, one.name))
    return found


def _sources_used(plan: WorkflowPlan, missing: MissingNames) -> Iterator[tuple[str, str]]:
    uri = plan.key.document
    for step in plan.steps:
        if not isinstance(step.call, WorkflowCall):
            yield uri, step.call.source
    for target in targets_of(plan.workflow):
        if target.source is not None:
            yield uri, target.source
    bound = {step.step.step_id for step in plan.steps}
    unbound = (one.target for one in plan.workflow.steps if one.step_id not in bound)
    if any(map(_is_anywhere, unbound)):
        yield from (one for one in missing if one[0] == uri)


def _is_anywhere(target: StepTarget) -> bool:
    return isinstance(target, OperationById) and target.source is None


def _components_used(plan: WorkflowPlan) -> Iterator[tuple[str, str, str]]:
    uri = plan.key.document
    document = plan.unit.document
    for kind, name in _references(document.raw["workflows"][plan.workflow.place.pointer[1]]):
        yield uri, kind, name
    for place in plan.inputs_schema.bundle.places.values():
        if place.source is document.source and place.pointer[:2] == ("components", "inputs"):
            yield uri, "inputs", str(place.pointer[2])


def _references(node: Value) -> Iterator[tuple[str, str]]:
    """The components that Reusable Objects name: their kinds and names."""
    todo = [node]
    while todo:
        one = todo.pop()
        if isinstance(one, list):
            todo += one
        elif isinstance(one, dict):
            written = one.get("reference")
            if isinstance(written, str) and written.startswith("$components."):
                kind, _, name = written.removeprefix("$components.").partition(".")
                yield kind, name
            todo += one.values()
