"""From the operations of an API to a draft, and to another one where faults were found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from arazzo_runner.generate.draft import Draft, DraftSource, DraftWorkflow, WorkflowFault
from arazzo_runner.generate.identifiers import Words, split_words, unused_name
from arazzo_runner.generate.openapi.assembly import Mark, RecipeSettings, RecipeWorkflow
from arazzo_runner.generate.openapi.catalog import ApiOperation, ApiResource, find_resources
from arazzo_runner.generate.openapi.recipes import POLL, Recipe, recipes_of
from arazzo_runner.generate.openapi.workflows import make_workflow
from arazzo_runner.report.safe_text import escape


class OpenApiPlan:
    """The workflows of an API: made again without what was found to be wrong with them."""

    def __init__(
        self,
        operations: Sequence[ApiOperation],
        settings: RecipeSettings,
        *,
        calls: bool,
    ) -> None:
        self.settings = replace(settings, inputs={})
        self._operations = operations
        self._calls = calls
        self._excluded: dict[tuple[str, ...], set[str]] = {}
        self._current: dict[str, tuple[Recipe, RecipeWorkflow]] = {}
        self._callers: dict[str, list[str]] = {}
        self._names_of_operations = {one.key: one.name for one in operations}
        self._omitted: dict[tuple[str, ...], dict[str, str]] = {}
        self.reasons: dict[tuple[str, str], str] = {}
        """Why an operation is in no workflow of this name, by the operation's key."""
        self.broken: dict[str, str] = {}
        """Why an operation can be in no workflow, by its key."""
        self.remarks: dict[str, None] = {}
        """What is found in the API description whatever is written, in order."""
        self._find_recipes()

    def _find_recipes(self) -> None:
        operations = [one for one in self._operations if one.key not in self.broken]
        resources = find_resources(operations)
        self._names = _resource_names(resources)
        self._recipes = [*recipes_of(resources)]
        if self._calls:
            self._recipes += _calls(operations, resources)

    def workflows(self) -> tuple[DraftWorkflow, ...]:
        """The workflows that are left, behind them what they call."""
        made = [(recipe, one) for recipe in self._recipes if (one := self._make(recipe))]
        found = list[DraftWorkflow]()
        cleanups = list[DraftWorkflow]()
        used = set[str]()
        self._current = {}
        self._callers = {}
        for recipe, one in _whole_workflows(made):
            name = unused_name(one.workflow.workflow_id, used, "-")
            used.add(name)
            cleanup = one.cleanup
            if cleanup is not None:
                self._callers.setdefault(cleanup.workflow_id, []).append(name)
            if cleanup is not None and cleanup.workflow_id not in used:
                used.add(cleanup.workflow_id)
                cleanups.append(cleanup)
            self._current[name] = (recipe, one)
            comment = tuple(
                f"Without `{self._names_of_operations[key]}`: {escape(reason)}"
                for key, reason in self._omitted.get(recipe.key, {}).items()
            )
            found.append(replace(one.workflow, workflow_id=name, comment=comment))
        return (*found, *cleanups)

    def _make(self, recipe: Recipe) -> RecipeWorkflow | None:
        excluded = frozenset(self._excluded.get(recipe.key, ()))
        name = self._names.get(recipe.resource.segments, recipe.resource.words)
        return make_workflow(
            recipe.without(excluded), name, self.settings, polls=POLL not in excluded
        )

    def exclude(self, faults: Iterable[WorkflowFault]) -> bool:
        """Leave out what is to blame for faults; whether that changes anything."""
        faults = [*faults]
        before = len(self.broken)
        self.remarks |= dict.fromkeys(one.reason for one in faults if not one.workflow_id)
        changed = [self._exclude(one, fault) for fault in faults for one in self._blamed(fault)]
        if len(self.broken) > before:
            self._find_recipes()
        return any(changed)

    def _blamed(self, fault: WorkflowFault) -> Iterable[str]:
        """The workflow of a fault; those that call it where it only deletes."""
        if fault.workflow_id in self._current:
            return (fault.workflow_id,)
        return self._callers.get(fault.workflow_id, ())

    def _exclude(self, name: str, fault: WorkflowFault) -> bool:
        recipe, made = self._current[name]
        excluded = self._excluded.setdefault(recipe.key, set())
        is_own = name == fault.workflow_id
        operation = made.operations.get(fault.step_id) if is_own else made.cleanup_operations[0]
        if operation is None:
            gone = [one.key for one in made.operations.values()]
        elif fault.is_of_operation:
            gone = [operation.key]
            self.broken.setdefault(operation.key, fault.reason)
        elif is_own and made.marks.get(fault.step_id) == "poll" and POLL not in excluded:
            gone = [POLL]
        else:
            gone = [operation.key]
        if not fault.is_of_operation:
            for key in (one for one in gone if one not in {*excluded, POLL}):
                self.reasons.setdefault((name, key), fault.reason)
                self._omitted.setdefault(recipe.key, {}).setdefault(key, fault.reason)
        changed = not excluded.issuperset(gone)
        excluded.update(gone)
        return changed

    def covered(self) -> set[str]:
        """The operations that some workflow has."""
        return {key for _, made in self._current.values() for key in made.operation_keys()}


def _calls(
    operations: Sequence[ApiOperation],
    resources: Sequence[ApiResource],
) -> list[Recipe]:
    """A workflow for each operation that no resource has."""
    taken = {one.key for resource in resources for one in resource.operations}
    left = [one for one in operations if one.key not in taken]
    # All workflows are run one after the other: what is deleted is gone for those behind it.
    left.sort(key=lambda one: one.operation.method == "DELETE")
    return [Recipe("call", ApiResource(one.segments, _call_words(one)), call=one) for one in left]


def _call_words(operation: ApiOperation) -> Words:
    named = [split_words(one) for one in operation.segments if one != "{}"]
    return next((one for one in reversed(named) if one), ("call",))


def _whole_workflows(
    made: Sequence[tuple[Recipe, RecipeWorkflow]],
) -> Iterator[tuple[Recipe, RecipeWorkflow]]:
    """The workflows of which no other one does the same and more."""
    by_operation: dict[tuple[str, Mark], list[RecipeWorkflow]] = {}
    for _, one in made:
        for step in one.covered:
            by_operation.setdefault(step, []).append(one)
    seen = set[frozenset[tuple[str, Mark]]]()
    for recipe, one in made:
        others = by_operation[next(iter(one.covered))]
        if one.covered not in seen and not any(one.covered < other.covered for other in others):
            seen.add(one.covered)
            yield recipe, one


def _resource_names(resources: Sequence[ApiResource]) -> dict[tuple[str, ...], Words]:
    """Words for each resource that no other one has: those of its parents where they are needed."""
    names = {one.segments: one.words for one in resources}
    for depth in range(1, 4):
        counts = Counter(names.values())
        for one in resources:
            if counts[names[one.segments]] > 1:
                above = [word for words in one.parents[-depth:] for word in words]
                names[one.segments] = (*above, *one.words)
    return names


def make_draft(
    workflows: tuple[DraftWorkflow, ...], source: DraftSource, title: str, origin: str
) -> Draft:
    """The document around workflows; ``origin`` is what the API description is called."""
    name = title or source.name
    return Draft(
        title=f"{name} workflows",
        summary="",
        description=(
            f"Written by `arazzo new {origin}`. Each workflow passes against a mock of the API; "
            "rename, reorder and extend them as you need."
        ),
        sources=(source,),
        workflows=workflows,
    )
