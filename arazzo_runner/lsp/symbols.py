"""The names of a document: where each is defined, and where it is referred to.

Workflows, steps, inputs, outputs, components and source descriptions, in a document and in those
Arazzo documents that it names. Arazzo 1.1.0, "Runtime Expressions" and the objects of the schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeAlias
from typing import Literal as Choice

from msgspec import Struct

from arazzo_runner.document.targets import parse_qualified
from arazzo_runner.executor.plan import Unit
from arazzo_runner.expression.ast import (
    ComponentRef,
    InputRef,
    OutputRef,
    SourceRef,
    StepOutputRef,
    WorkflowRef,
)
from arazzo_runner.lsp.draft import Draft, mapping, objects, outputs_of, steps_of, text_of
from arazzo_runner.lsp.location import ExpressionUse, expression_uses
from arazzo_runner.lsp.workspace.analysis import Analysis
from arazzo_runner.openapi.schema.walk import properties_of
from arazzo_runner.text.source import Place, Pointer

SymbolKind: TypeAlias = Choice[
    "workflow", "step", "input", "step-output", "output", "source", "component"
]


class Symbol(Struct, frozen=True):
    """A name: what it is of, in which document, within which other names."""

    kind: SymbolKind
    document: str
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name itself."""
        return self.names[-1]


class Occurrence(Struct, frozen=True):
    """A place where a name is written."""

    symbol: Symbol
    place: Place
    is_definition: bool = False


def occurrences(analysis: Analysis) -> tuple[Occurrence, ...]:
    """All places of all names, in the document and in those Arazzo documents that it names."""
    if "occurrences" not in analysis.memo:
        found = (one for unit in analysis.units.values() for one in _UnitNames(unit).all())
        analysis.memo["occurrences"] = tuple(dict.fromkeys(found))
    known: tuple[Occurrence, ...] = analysis.memo["occurrences"]
    return known


_DEPTH: Final = 8
"""References to components within each other are followed so far."""

_ACTIONS: Final = ("onSuccess", "onFailure", "successActions", "failureActions")


class _UnitNames(Struct, frozen=True):
    """The names of one document; its data is gone through as it is written."""

    unit: Unit

    def all(self) -> Iterator[Occurrence]:
        yield from self.sources()
        for at, workflow in self.items((), "workflows", "workflowId"):
            yield from self.workflow(at, workflow)
        yield from self.components()
        for use in expression_uses(self.unit):
            yield from self.expression(use)

    @property
    def draft(self) -> Draft:
        return Draft(self.unit.document.raw, ())

    @property
    def uri(self) -> str:
        return self.unit.document.base_uri

    def items(
        self, pointer: Pointer, field: str, name: str
    ) -> Iterator[tuple[Pointer, dict[str, Any]]]:
        """The objects of a list that have a string of this name, each with its pointer."""
        items = self.draft.at(*pointer, field)
        for at, one in enumerate(items if isinstance(items, list) else ()):
            if next(objects([one], name), None) is not None:
                yield (*pointer, field, at), one

    def symbol(self, kind: SymbolKind, *names: str) -> Symbol:
        return Symbol(kind, self.uri, names)

    def value(self, symbol: Symbol, pointer: Pointer, start: int, size: int) -> Occurrence:
        place = Place(self.unit.document.source, pointer, "value", (start, start + size))
        return Occurrence(symbol, place)

    def definition(self, symbol: Symbol, pointer: Pointer) -> Occurrence:
        """A name that is the whole string at a pointer."""
        place = Place(self.unit.document.source, pointer, "value", (0, len(symbol.name)))
        return Occurrence(symbol, place, is_definition=True)

    def key(self, symbol: Symbol, pointer: Pointer) -> Occurrence:
        """A name that is a key."""
        place = Place(self.unit.document.source, pointer, "key")
        return Occurrence(symbol, place, is_definition=True)

    # --- objects ----------------------------------------------------------------------------------

    def sources(self) -> Iterator[Occurrence]:
        for at, one in self.items((), "sourceDescriptions", "name"):
            yield self.definition(self.symbol("source", one["name"]), (*at, "name"))

    def components(self) -> Iterator[Occurrence]:
        for kind, members in mapping(self.draft.at("components")).items():
            for name in mapping(members):
                yield self.key(self.symbol("component", kind, name), ("components", kind, name))

    def workflow(self, at: Pointer, workflow: dict[str, Any]) -> Iterator[Occurrence]:
        name = workflow["workflowId"]
        yield self.definition(self.symbol("workflow", name), (*at, "workflowId"))
        yield from self.workflow_names(workflow.get("dependsOn"), (*at, "dependsOn"))
        yield from self.inputs(name, workflow.get("inputs"), (*at, "inputs"))
        for output in outputs_of(workflow):
            yield self.key(self.symbol("output", name, output), (*at, "outputs", output))
        yield from self.call_names(mapping(workflow.get("x-finally")), (*at, "x-finally"))
        yield from self.references(workflow, at)
        yield from self.actions(name, workflow, at)
        for below, step in self.items(at, "steps", "stepId"):
            yield from self.step(name, step, below)

    def step(self, workflow: str, step: dict[str, Any], at: Pointer) -> Iterator[Occurrence]:
        name = step["stepId"]
        yield self.definition(self.symbol("step", workflow, name), (*at, "stepId"))
        yield from self.call_names(step, at)
        for field in ("operationId", "operationPath"):
            yield from self.source_in(text_of(step, field), (*at, field))
        listed = step.get("dependsOn")
        for index, one in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(one, str) and not one.startswith("$"):
                symbol = self.symbol("step", workflow, one)
                yield self.value(symbol, (*at, "dependsOn", index), 0, len(one))
        for output in outputs_of(step):
            symbol = self.symbol("step-output", workflow, name, output)
            yield self.key(symbol, (*at, "outputs", output))
        yield from self.references(step, at)
        yield from self.actions(workflow, step, at)

    def actions(self, workflow: str, owner: dict[str, Any], at: Pointer) -> Iterator[Occurrence]:
        for field in (one for one in _ACTIONS if one in owner):
            actions = owner[field]
            for index, one in enumerate(actions if isinstance(actions, list) else ()):
                below = (*at, field, index)
                if step := text_of(one, "stepId"):
                    symbol = self.symbol("step", workflow, step)
                    yield self.value(symbol, (*below, "stepId"), 0, len(step))
                yield from self.call_names(mapping(one), below)

    def references(self, owner: dict[str, Any], at: Pointer) -> Iterator[Occurrence]:
        """The components that Reusable Objects name."""
        for field in ("parameters", *_ACTIONS):
            items = owner.get(field)
            for index, one in enumerate(items if isinstance(items, list) else ()):
                text = text_of(one, "reference")
                kind, _, name = text.removeprefix("$components.").partition(".")
                if name and text.startswith("$components."):
                    symbol = self.symbol("component", kind, name)
                    start = len(text) - len(name)
                    yield self.value(symbol, (*at, field, index, "reference"), start, len(name))

    def inputs(self, workflow: str, schema: Any, at: Pointer) -> Iterator[Occurrence]:
        """The inputs that a schema declares, also in a component that it refers to."""
        prefix = "#/components/inputs/"
        for _ in range(_DEPTH):
            if not isinstance(schema, dict):
                return
            yield from self.declared_inputs(workflow, schema, at)
            reference = text_of(schema, "$ref")
            name = reference.removeprefix(prefix)
            if not reference.startswith(prefix):
                return
            component = self.symbol("component", "inputs", name)
            yield self.value(component, (*at, "$ref"), len(prefix), len(name))
            schema, at = self.draft.at("components", "inputs", name), ("components", "inputs", name)

    def declared_inputs(
        self, workflow: str, schema: dict[str, Any], at: Pointer
    ) -> Iterator[Occurrence]:
        for name in properties_of(schema):
            yield self.key(self.symbol("input", workflow, name), (*at, "properties", name))
        required = schema.get("required")
        for index, name in enumerate(required if isinstance(required, list) else ()):
            if isinstance(name, str):
                symbol = self.symbol("input", workflow, name)
                yield self.value(symbol, (*at, "required", index), 0, len(name))

    # --- what is called ---------------------------------------------------------------------------

    def call_names(self, caller: dict[str, Any], at: Pointer) -> Iterator[Occurrence]:
        """The workflow that a step or an action names, and the inputs that it is given."""
        text = text_of(caller, "workflowId")
        called = self.named_workflow(text)
        yield from self.source_in(text, (*at, "workflowId"))
        if called is None:
            return
        size = len(called.name)
        yield self.value(called, (*at, "workflowId"), len(text) - size, size)
        for below, one in self.items(at, "parameters", "name"):
            symbol = Symbol("input", called.document, (*called.names, one["name"]))
            yield self.value(symbol, (*below, "name"), 0, len(one["name"]))

    def named_workflow(self, text: str) -> Symbol | None:
        """The workflow that a ``workflowId`` names; None where its document was not read."""
        qualified = parse_qualified(text, [one["name"] for one in self.draft.sources()])
        if qualified is None:
            return self.symbol("workflow", text) if text else None
        uri = self.unit.documents.get(qualified[0])
        return Symbol("workflow", uri, (qualified[1],)) if uri else None

    def workflow_names(self, names: Any, at: Pointer) -> Iterator[Occurrence]:
        for index, text in enumerate(names if isinstance(names, list) else ()):
            called = self.named_workflow(text) if isinstance(text, str) else None
            if called is not None:
                size = len(called.name)
                yield self.value(called, (*at, index), len(text) - size, size)
                yield from self.source_in(text, (*at, index))

    def source_in(self, text: str, at: Pointer) -> Iterator[Occurrence]:
        """The source description that a string names, wherever in it."""
        begin = text.find("$sourceDescriptions.")
        if begin >= 0:
            start = begin + len("$sourceDescriptions.")
            names = [one["name"] for one in self.draft.sources()]
            name = max((one for one in names if text.startswith(f"{one}.", start)), default="")
            if name:
                yield self.value(self.symbol("source", name), at, start, len(name))

    # --- expressions ------------------------------------------------------------------------------

    def expression(self, use: ExpressionUse) -> Iterator[Occurrence]:
        """The names in an expression."""
        match use.expression:
            case InputRef(name=name):
                known = self.draft.inputs_of(self.draft.workflow_of(use.workflow))
                yield self.within(use, self.owned(("input", use.workflow), name, known), 8)
            case OutputRef(name=name):
                known = outputs_of(self.draft.workflow_of(use.workflow))
                yield self.within(use, self.owned(("output", use.workflow), name, known), 9)
            case StepOutputRef(step_id=step, name=name):
                yield from self.step_output(use, use.workflow, step, name, len("$steps."))
            case WorkflowRef(workflow_id=workflow, field=field, name=name, step_id=step):
                start = len("$workflows.")
                yield self.within(use, self.symbol("workflow", workflow), start)
                start += len(workflow) + 1
                owner = self.draft.workflow_of(workflow)
                if step:
                    begin = start + len("steps.")
                    yield from self.step_output(use, workflow, step, name, begin)
                elif field == "inputs":
                    known = self.draft.inputs_of(owner)
                    symbol = self.owned(("input", workflow), name, known)
                    yield self.within(use, symbol, start + len("inputs."))
                else:
                    symbol = self.owned(("output", workflow), name, outputs_of(owner))
                    yield self.within(use, symbol, start + len("outputs."))
            case SourceRef(name=name):
                yield self.within(use, self.symbol("source", name), len("$sourceDescriptions."))
            case ComponentRef(type=kind, name=name):
                start = len("$components.") + len(kind) + 1
                yield self.within(use, self.symbol("component", kind, name), start)

    def step_output(
        self, use: ExpressionUse, workflow: str, step: str, name: str, start: int
    ) -> Iterator[Occurrence]:
        """A step, and its output: its own one, or that of the workflow that it calls."""
        yield self.within(use, self.symbol("step", workflow, step), start)
        steps = steps_of(self.draft.workflow_of(workflow))
        data = next((one for one in steps if one["stepId"] == step), None)
        own = outputs_of(data)
        called = self.named_workflow(text_of(data, "workflowId"))
        begin = start + len(step) + len(".outputs.")
        if called is not None and not any(one in own for one in _readings(name)):
            names = outputs_of(self.draft.workflow_of(called.name))
            symbol = self.owned(("output", called.name), name, names)
            yield self.within(use, Symbol("output", called.document, symbol.names), begin)
        else:
            yield self.within(use, self.owned(("step-output", workflow, step), name, own), begin)

    def owned(self, owner: tuple[Any, ...], name: str, known: Any) -> Symbol:
        """The name among those of its owner: the whole of it, or what is before its first dot."""
        kind, *names = owner
        found = next((one for one in _readings(name) if one in known), name)
        return self.symbol(kind, *names, found)

    def within(self, use: ExpressionUse, symbol: Symbol, start: int) -> Occurrence:
        """A name within an expression, so many characters behind its beginning."""
        first = (use.place.part or (0, 0))[0] + start
        place = Place(
            use.place.source, use.place.pointer, "value", (first, first + len(symbol.name))
        )
        return Occurrence(symbol, place)


def _readings(name: str) -> tuple[str, str]:
    """The names that a name with dots may mean: the whole, else its first part and a member."""
    return name, name.partition(".")[0]
