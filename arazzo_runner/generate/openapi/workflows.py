"""The workflow of a recipe: its steps in order, wired to each other, with words about them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.generate.draft import DraftCleanup, DraftStep, DraftWorkflow
from arazzo_runner.generate.identifiers import (
    Words,
    camel_case,
    kebab_case,
    phrase,
    plural,
    split_words,
    with_article,
)
from arazzo_runner.generate.openapi.catalog import (
    ApiOperation,
    ApiResource,
    list_pointer,
    schema_at,
)
from arazzo_runner.generate.openapi.ids import IdOutput, created_id, id_name, listed_id
from arazzo_runner.generate.openapi.inputs import InputCollector, SharedInputs
from arazzo_runner.generate.openapi.outputs import (
    call_outputs,
    fragment,
    resource_envelope,
    state_outputs,
)
from arazzo_runner.generate.openapi.payload import settable_members
from arazzo_runner.generate.openapi.recipes import Recipe
from arazzo_runner.generate.openapi.states import EndState, end_state, is_settable
from arazzo_runner.generate.openapi.steps import POLL_LIMIT, POLL_SECONDS, StepMaker, StepOrder
from arazzo_runner.generate.sentences import first_sentence, joined_clauses, third_person


class RecipeWorkflow(Struct, frozen=True, dict=True):
    """A workflow with the operation of each of its steps; ``cleanup`` is what ends it."""

    workflow: DraftWorkflow
    operations: dict[str, ApiOperation]
    polls: frozenset[str] = frozenset()
    cleanup: DraftWorkflow | None = None
    cleanup_operations: tuple[ApiOperation, ...] = ()

    def operation_keys(self) -> set[str]:
        """The operations of its steps, and of what it ends with."""
        return {one.key for one in (*self.operations.values(), *self.cleanup_operations)}

    @cached_property
    def covered(self) -> frozenset[tuple[str, bool]]:
        """The operations, and those by which a state is waited for once more."""
        calls = {(one.key, False) for one in self.operations.values()}
        return frozenset(calls | {(self.operations[name].key, True) for name in self.polls})


class RecipeSettings(Struct, frozen=True):
    """The name of the source description, and whether what was created is deleted at the end."""

    source: str
    cleanup: bool = False
    inputs: SharedInputs = {}


class _Maker:
    """Makes the workflow of a recipe."""

    def __init__(self, recipe: Recipe, name: Words, settings: RecipeSettings, polls: bool) -> None:  # noqa: FBT001
        self.recipe = recipe
        self.resource = recipe.resource
        self.name = name
        self.settings = settings
        self.polls = polls
        self.steps = self._step_maker()
        self.drafts: list[DraftStep] = []
        self.operations: dict[str, ApiOperation] = {}
        self.waits: set[str] = set()
        self.outputs: dict[str, str] = {}
        self.clauses: list[str] = []
        self.id: IdOutput | None = None

    def _step_maker(self) -> StepMaker:
        inputs = InputCollector(self.settings.inputs, self.resource.words)
        return StepMaker(self.settings.source, inputs)

    @property
    def collection(self) -> tuple[str, ...]:
        return self.resource.segments

    @property
    def item(self) -> str:
        return with_article(self.resource.words)

    def add(self, order: StepOrder, clause: str) -> DraftStep:
        name = camel_case((order.verb, *order.words))
        number = 2
        while name in self.operations:
            name = f"{camel_case((order.verb, *order.words))}{number}"
            number += 1
        step = self.steps.step(order, name)
        self.drafts.append(step)
        self.operations[name] = order.operation
        if order.state is not None:
            self.waits.add(name)
        self.clauses.append(clause)
        for output, _ in order.outputs:
            self.outputs[output] = f"$steps.{name}.outputs.{output}"
        return step

    def create(self) -> None:
        create = self.resource.create
        if create is None:
            return
        parameter = _item_parameter(self.resource)
        self.id = created_id(self.resource, parameter) if parameter else None
        schema = create.response_schema
        if self.id is None and schema is not None and "id" in schema.names:
            self.id = IdOutput(id_name(self.resource.words, "id"), "$response.body#/id")
        outputs = [(self.id.name, self.id.expression)] if self.id else []
        fetch = self.resource.fetch
        if fetch is None and schema is not None:
            outputs += state_outputs(schema, self.id.envelope if self.id else ())
        order = StepOrder(
            "create", self.resource.words, create, f"Create {self.item}", tuple(outputs)
        )
        step = self.add(order, f"create {self.item}")
        if self.id is not None:
            expression = f"$steps.{step.step_id}.outputs.{self.id.name}"
            self.steps.learn_id(self.collection, self.resource.words, expression)

    def fetch(self, *, waits: bool = False, pronoun: str = "it") -> None:
        fetch = self.resource.fetch
        if fetch is None:
            return
        schema = fetch.response_schema
        envelope = resource_envelope(schema, self.id.envelope if self.id else ())
        state = self.end_state() if waits else None
        outputs = state_outputs(schema, envelope) if schema is not None else []
        order = StepOrder(
            "fetch",
            self.resource.words,
            fetch,
            f"Read the {phrase(self.resource.words)}",
            tuple(outputs),
            state,
            envelope,
        )
        self.add(order, "wait until it has ended" if state else f"read {pronoun}")

    def end_state(self) -> EndState | None:
        """What can be waited for, where the client does not set it itself."""
        fetch, create = self.resource.fetch, self.resource.create
        if not self.polls or fetch is None or create is None or fetch.response_schema is None:
            return None
        envelope = resource_envelope(fetch.response_schema, self.id.envelope if self.id else ())
        state = end_state(schema_at(fetch.response_schema, envelope))
        if state is None or is_settable(settable_members(create), state.member):
            return None
        return state

    def list(self, resource: ApiResource, clause: str) -> None:
        listing = resource.listing
        pointer = list_pointer(listing) if listing is not None else None
        if listing is None or pointer is None:
            return
        outputs = [(camel_case(resource.many), f"$response.body{fragment(pointer)}")]
        if self.id is None and resource is self.resource:
            parameter = _item_parameter(resource)
            found = listed_id(resource, parameter) if parameter and resource.fetch else None
            if found is not None:
                outputs.append((found.name, found.expression))
                self.id = IdOutput(found.name, found.expression)
        order = StepOrder(
            "list",
            resource.many,
            listing,
            f"List {phrase(resource.many)}",
            tuple(outputs),
            pages=True,
        )
        step = self.add(order, clause)
        if len(outputs) > 1:
            expression = f"$steps.{step.step_id}.outputs.{outputs[1][0]}"
            self.steps.learn_id(self.collection, resource.words, expression)

    def update(self, clause: str) -> None:
        update = self.resource.update
        if update is None:
            return
        order = StepOrder(
            "update",
            self.resource.words,
            update,
            f"Change the {phrase(self.resource.words)}",
            changes=True,
        )
        self.add(order, clause)

    def delete(self, clause: str) -> None:
        delete = self.resource.delete
        if delete is None:
            return
        order = StepOrder(
            "delete", self.resource.words, delete, f"Delete the {phrase(self.resource.words)}"
        )
        self.add(order, clause)

    def has_id(self) -> bool:
        """Whether an earlier step has the id of the resource."""
        return self.id is not None

    def is_deleted_after(self) -> bool:
        return self.settings.cleanup and self.resource.delete is not None and self.id is not None

    def result(self, workflow_id: str, details: Sequence[str] = ()) -> RecipeWorkflow:
        """The workflow of the steps so far."""
        cleanup = self._cleanup() if self.is_deleted_after() else None
        summary = joined_clauses(self.clauses)
        workflow = DraftWorkflow(
            workflow_id,
            f"{summary[:1].upper()}{summary[1:]}.",
            " ".join((third_person(self.clauses), *details)) if self.recipe.kind != "call" else "",
            self.steps.inputs.inputs(),
            tuple(self.drafts),
            tuple(self.outputs.items()),
            cleanup[0] if cleanup else None,
        )
        made = RecipeWorkflow(workflow, self.operations, frozenset(self.waits))
        if cleanup is None or self.resource.delete is None:
            return made
        return replace(made, cleanup=cleanup[1], cleanup_operations=(self.resource.delete,))

    def _cleanup(self) -> tuple[DraftCleanup, DraftWorkflow]:
        """What deletes the resource when the workflow has ended, and the call of it."""
        maker = self._step_maker()
        delete = self.resource.delete
        if delete is None or self.id is None:
            raise AssertionError
        noun = phrase(self.resource.words)
        order = StepOrder("delete", self.resource.words, delete, f"Delete the {noun}")
        step = maker.step(order)
        workflow_id = kebab_case(("delete", *self.name))
        inputs = maker.inputs.inputs()
        known = {f"$inputs.{one.name}" for one in self.steps.inputs.inputs()}
        created = f"$steps.{self.drafts[0].step_id}.outputs.{self.id.name}"
        parameters = tuple(
            (one.name, f"$inputs.{one.name}" if f"$inputs.{one.name}" in known else created)
            for one in inputs
        )
        workflow = DraftWorkflow(
            workflow_id,
            f"Delete {self.item}.",
            f"Runs at the end of workflows that create {self.item}, also of those that fail.",
            inputs,
            (step,),
        )
        return DraftCleanup(workflow_id, parameters), workflow


def make_workflow(
    recipe: Recipe, name: Words, settings: RecipeSettings, *, polls: bool
) -> RecipeWorkflow | None:
    """The workflow of a recipe; None where what is left of it is none.

    ``name`` are the words that tell the resource from others; without ``polls`` no state is waited
    for.
    """
    maker = _Maker(recipe, name, settings, polls)
    match recipe.kind:
        case "track":
            return _track(maker)
        case "lifecycle":
            return _lifecycle(maker)
        case "read":
            return _read(maker)
        case "update":
            return _update(maker)
        case "call":
            return _call(maker)


def _track(maker: _Maker) -> RecipeWorkflow | None:
    if maker.resource.create is None or maker.resource.fetch is None:
        return None
    maker.create()
    if not maker.has_id():
        return None
    state = maker.end_state()
    children = maker.recipe.children
    if state is None and not children:
        return None
    maker.fetch(waits=True)
    for child in children:
        maker.list(child, f"list its {phrase(child.many)}")
    ends = ("and", "list", *children[0].many) if children else ("and", "wait")
    details = (
        [f"Its state is read every {POLL_SECONDS} seconds, {POLL_LIMIT} times at most."]
        if state
        else []
    )
    return maker.result(kebab_case(("create", *maker.name, *ends)), details)


def _lifecycle(maker: _Maker) -> RecipeWorkflow | None:
    resource = maker.resource
    if resource.create is None:
        return None
    maker.create()
    many = phrase(resource.many)
    if not maker.has_id() and resource.fetch is not None:
        # What was created cannot be told from others: the first of the list is read.
        maker.list(resource, f"list the {many}")
        if maker.has_id():
            maker.fetch(pronoun="the first of them")
        return maker.result(kebab_case(("create", *maker.name)))
    maker.fetch(waits=resource.update is None)
    maker.list(resource, f"list the {many}")
    if maker.has_id():
        maker.update(f"change the {phrase(resource.words)}")
        if not maker.is_deleted_after():
            maker.delete("delete it")
    is_whole = len(maker.drafts) > 2
    name = (*maker.name, "lifecycle") if is_whole else ("create", *maker.name)
    return maker.result(kebab_case(name))


def _read(maker: _Maker) -> RecipeWorkflow | None:
    resource = maker.resource
    if resource.listing is None and resource.fetch is None:
        return None
    maker.list(resource, f"list {phrase(resource.many)}")
    is_listed = bool(maker.drafts)
    if resource.fetch is not None and (maker.has_id() or not is_listed):
        maker.fetch(pronoun="the first of them" if is_listed else maker.item)
    if not maker.drafts:
        return None
    verb = "read" if len(maker.drafts) > 1 else "list" if is_listed else "fetch"
    return maker.result(kebab_case((verb, *_many(maker.name, is_many=is_listed))))


def _update(maker: _Maker) -> RecipeWorkflow | None:
    if maker.resource.update is None:
        return None
    maker.update(f"change {maker.item}")
    maker.fetch(pronoun="it again")
    return maker.result(kebab_case(("update", *maker.name)))


def _call(maker: _Maker) -> RecipeWorkflow | None:
    call = maker.recipe.call
    if call is None:
        return None
    verb, *others = split_words(call.operation.operation_id or "") or (
        call.operation.method.lower(),
        *maker.name,
    )
    summary = first_sentence(call.summary).rstrip(".") or phrase((verb, *others))
    order = StepOrder(verb, tuple(others), call, summary, tuple(call_outputs(call)))
    maker.add(order, summary)
    return maker.result(kebab_case((verb, *others)))


def _many(words: Words, *, is_many: bool) -> Words:
    return plural(words) if is_many else words


def _item_parameter(resource: ApiResource) -> str | None:
    """The name of the path parameter that names an item."""
    for one in (resource.fetch, resource.update, resource.delete):
        if one is not None and one.segments[-1:] == ("{}",) and one.parameters_of_path:
            return one.parameters_of_path[-1]
    return None
