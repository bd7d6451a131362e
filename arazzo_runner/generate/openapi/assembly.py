"""The steps of a recipe's workflow, put together one by one and wired to each other."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Final, TypeAlias
from typing import Literal as Choice

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.generate.draft import DraftCleanup, DraftStep, DraftWorkflow
from arazzo_runner.generate.identifiers import (
    Words,
    camel_case,
    kebab_case,
    phrase,
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
    fragment,
    resource_envelope,
    state_outputs,
)
from arazzo_runner.generate.openapi.pages import NEXT_CURSOR, page_cursor
from arazzo_runner.generate.openapi.payload import settable_members
from arazzo_runner.generate.openapi.recipes import Recipe
from arazzo_runner.generate.openapi.states import EndState, end_state, is_settable
from arazzo_runner.generate.openapi.steps import POLL_LIMIT, POLL_SECONDS, StepMaker, StepOrder
from arazzo_runner.generate.sentences import joined_clauses, joined_nouns

Mark: TypeAlias = Choice["", "poll", "pages"]
"""What a step does with its operation besides one call: it waits for a state, or reads pages."""
_PAGES_DETAIL: Final = (
    "The output holds the items of the last page. `--max-steps` of `arazzo run` bounds how many "
    "pages are read."
)


class RecipeWorkflow(Struct, frozen=True, dict=True):
    """A workflow with the operation of each of its steps; ``cleanup`` is what ends it."""

    workflow: DraftWorkflow
    operations: Mapping[str, ApiOperation]
    marks: Mapping[str, Mark] = {}
    cleanup: DraftWorkflow | None = None
    cleanup_operations: tuple[ApiOperation, ...] = ()

    def operation_keys(self) -> set[str]:
        """The operations of its steps, and of what it ends with."""
        return {one.key for one in (*self.operations.values(), *self.cleanup_operations)}

    @cached_property
    def covered(self) -> frozenset[tuple[str, Mark]]:
        """The operations, and those that do more than one call, once more."""
        calls: set[tuple[str, Mark]] = {(one.key, "") for one in self.operations.values()}
        calls |= {(self.operations[name].key, mark) for name, mark in self.marks.items()}
        return frozenset(calls)


class RecipeSettings(Struct, frozen=True):
    """The name of the source description, and whether what was created is deleted at the end."""

    source: str
    cleanup: bool = False
    inputs: SharedInputs = {}


class WorkflowMaker:
    """Makes the workflow of a recipe, step by step.

    Without ``polls`` no state is waited for.
    """

    def __init__(self, recipe: Recipe, name: Words, settings: RecipeSettings, polls: bool) -> None:  # noqa: FBT001
        self.recipe = recipe
        self.resource = recipe.resource
        self.name = name
        self.settings = settings
        self.polls = polls
        self.steps = self._step_maker()
        self.drafts: list[DraftStep] = []
        self.operations: dict[str, ApiOperation] = {}
        self.marks: dict[str, Mark] = {}
        self.outputs: dict[str, str] = {}
        self.clauses: list[str] = []
        self.details: list[str] = []
        self.id: IdOutput | None = None
        self.has_created_id = False
        self.location = ""

    def _step_maker(self) -> StepMaker:
        inputs = InputCollector(self.settings.inputs, self.resource.words)
        return StepMaker(self.settings.source, inputs)

    @property
    def collection(self) -> tuple[str, ...]:
        """The segments of the collection."""
        return self.resource.segments

    @property
    def item(self) -> str:
        """One item, in words."""
        return with_article(self.resource.words)

    def add(self, order: StepOrder, clause: str) -> DraftStep:
        """Add a step; ``clause`` is what the summary has of it."""
        name = camel_case((order.verb, *order.words))
        number = 2
        while name in self.operations:
            name = f"{camel_case((order.verb, *order.words))}{number}"
            number += 1
        step = self.steps.step(order, name)
        self.drafts.append(step)
        self.operations[name] = order.operation
        if order.state is not None:
            self.marks[name] = "poll"
            self.details.append(
                f"The state of the {phrase(self.resource.words)} is read every {POLL_SECONDS} "
                f"seconds, {POLL_LIMIT} times at most."
            )
        if order.cursor is not None:
            self.marks[name] = "pages"
        if clause:
            self.clauses.append(clause)
        for output, _ in order.outputs:
            self.outputs[output] = f"$steps.{name}.outputs.{output}"
        return step

    def create(self) -> None:
        """Create an item, and keep its id or its URL."""
        create = self.resource.create
        if create is None:
            return
        parameter = _item_parameter(self.resource)
        self.id = created_id(self.resource, parameter) if parameter else None
        schema = create.response_schema
        if self.id is None and schema is not None and "id" in schema.names:
            self.id = IdOutput(id_name(self.resource.words, "id"), "$response.body#/id")
        self.has_created_id = self.id is not None
        outputs = [(self.id.name, self.id.expression)] if self.id else []
        if self.id is None and create.has_location:
            outputs.append(("location", "$response.header.Location"))
            self.location = (
                f"$steps.{camel_case(('create', *self.resource.words))}.outputs.location"
            )
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
        """Read the item."""
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
            url=self.location,
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
        """List a collection; where no item is known yet, the first one is from here."""
        listing = resource.listing
        pointer = list_pointer(listing) if listing is not None else None
        if listing is None or pointer is None:
            return
        outputs = [(camel_case(resource.many), f"$response.body{fragment(pointer)}")]
        if not self.has_id() and resource is self.resource:
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

    def children(self) -> None:
        """List what came of the resource."""
        children = self.recipe.children
        for child in children:
            self.list(child, "")
        if children:
            nouns = joined_nouns([phrase(one.many) for one in children])
            self.clauses.append(f"list its {nouns}")

    def pages(self) -> None:
        """List all pages, one after the other."""
        listing, cursor = self.resource.listing, page_cursor(self.resource.listing)
        pointer = list_pointer(listing) if listing is not None else None
        if listing is None or cursor is None or pointer is None:
            return
        many = self.resource.many
        order = StepOrder(
            "list",
            many,
            listing,
            f"List {phrase(many)}",
            (
                (camel_case(many), f"$response.body{fragment(pointer)}"),
                (NEXT_CURSOR, cursor.expression),
            ),
            pages=True,
            cursor=cursor,
        )
        self.add(order, f"list {phrase(many)}, page by page")
        self.outputs.pop(NEXT_CURSOR)
        self.details.append(_PAGES_DETAIL)

    def update(self, clause: str) -> None:
        """Change the item."""
        update = self.resource.update
        if update is None:
            return
        order = StepOrder(
            "update",
            self.resource.words,
            update,
            f"Change the {phrase(self.resource.words)}",
            change="differs" if self.resource.create else "some",
            url=self.item_url(update),
        )
        self.add(order, clause)

    def delete(self, clause: str) -> None:
        """Delete the item."""
        delete = self.resource.delete
        if delete is None:
            return
        noun = phrase(self.resource.words)
        order = StepOrder(
            "delete", self.resource.words, delete, f"Delete the {noun}", url=self.item_url(delete)
        )
        self.add(order, clause)

    def item_url(self, operation: ApiOperation) -> str:
        """The URL of the item, where nothing else is known of it."""
        return self.location if operation.segments[-1:] == ("{}",) else ""

    def has_id(self) -> bool:
        """Whether an earlier step knows the resource: by its id, or by its URL."""
        return self.id is not None or bool(self.location)

    def is_deleted_after(self) -> bool:
        """Whether the item is deleted when the workflow has ended."""
        # The first of a list was there before: it is no workflow's to delete.
        return self.settings.cleanup and self.resource.delete is not None and self.has_created_id

    def result(self, workflow_id: str) -> RecipeWorkflow:
        """The workflow of the steps so far."""
        cleanup = self._cleanup() if self.is_deleted_after() else None
        noun = phrase(self.resource.words)
        details = [f"The {noun} is deleted at the end, also after a failure."] if cleanup else []
        workflow = DraftWorkflow(
            workflow_id,
            self._summary(),
            " ".join((*self.details, *details)),
            self.steps.inputs.inputs(),
            tuple(self.drafts),
            tuple(self.outputs.items()),
            cleanup[0] if cleanup else None,
        )
        made = RecipeWorkflow(workflow, self.operations, self.marks)
        if cleanup is None or self.resource.delete is None:
            return made
        return replace(made, cleanup=cleanup[1], cleanup_operations=(self.resource.delete,))

    def _summary(self) -> str:
        """What the workflow does; of a single step what the API description says it does."""
        if len(self.drafts) == 1 and not self.marks:
            (operation,) = self.operations.values()
            if operation.summary:
                return self.drafts[0].description
        clauses = joined_clauses(self.clauses)
        return f"{clauses[:1].upper()}{clauses[1:]}."

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


def _item_parameter(resource: ApiResource) -> str | None:
    """The name of the path parameter that names an item."""
    for one in (resource.fetch, resource.update, resource.delete):
        if one is not None and one.segments[-1:] == ("{}",) and one.parameters_of_path:
            return one.parameters_of_path[-1]
    return None
