"""The workflow of a recipe: which steps it has, in which order, and what it is called."""

from __future__ import annotations

from arazzo_runner.generate.identifiers import Words, kebab_case, phrase, plural, split_words
from arazzo_runner.generate.openapi.assembly import (
    RecipeSettings,
    RecipeWorkflow,
    WorkflowMaker,
)
from arazzo_runner.generate.openapi.outputs import call_outputs
from arazzo_runner.generate.openapi.recipes import Recipe
from arazzo_runner.generate.openapi.steps import StepOrder
from arazzo_runner.generate.sentences import first_sentence


def make_workflow(
    recipe: Recipe, name: Words, settings: RecipeSettings, *, polls: bool
) -> RecipeWorkflow | None:
    """The workflow of a recipe; None where what is left of it is none.

    ``name`` are the words that tell the resource from others; without ``polls`` no state is waited
    for.
    """
    maker = WorkflowMaker(recipe, name, settings, polls)
    match recipe.kind:
        case "track":
            return _track(maker)
        case "lifecycle":
            return _lifecycle(maker)
        case "read":
            return _read(maker)
        case "pages":
            return _pages(maker)
        case "update":
            return _update(maker)
        case "call":
            return _call(maker)


def _track(maker: WorkflowMaker) -> RecipeWorkflow | None:
    if maker.resource.create is None or maker.resource.fetch is None:
        return None
    maker.create()
    if not maker.has_id():
        return None
    # What is below an item is found by its id alone.
    children = maker.recipe.children if maker.id is not None else ()
    if maker.end_state() is None and not children:
        return None
    maker.fetch(waits=True)
    if children:
        maker.children()
    ends = ("and", "list", *children[0].many) if children else ("and", "wait")
    return maker.result(kebab_case(("create", *maker.name, *ends)))


def _lifecycle(maker: WorkflowMaker) -> RecipeWorkflow | None:
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
    # Where another workflow waits and goes on, this one need not wait as well.
    maker.fetch(waits=resource.update is None and not maker.recipe.children)
    maker.list(resource, f"list the {many}")
    if maker.has_id():
        maker.update(f"change the {phrase(resource.words)}")
        if not maker.is_deleted_after():
            maker.delete("delete it")
    is_whole = len(maker.drafts) > 2
    name = (*maker.name, "lifecycle") if is_whole else ("create", *maker.name)
    return maker.result(kebab_case(name))


def _read(maker: WorkflowMaker) -> RecipeWorkflow | None:
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
    name = plural(maker.name) if is_listed else maker.name
    return maker.result(kebab_case((verb, *name)))


def _pages(maker: WorkflowMaker) -> RecipeWorkflow | None:
    maker.pages()
    if not maker.drafts:
        return None
    return maker.result(kebab_case(("list", "all", *plural(maker.name))))


def _update(maker: WorkflowMaker) -> RecipeWorkflow | None:
    if maker.resource.update is None:
        return None
    maker.update(f"change {maker.item}")
    maker.fetch(pronoun="it again")
    return maker.result(kebab_case(("update", *maker.name)))


def _call(maker: WorkflowMaker) -> RecipeWorkflow | None:
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
