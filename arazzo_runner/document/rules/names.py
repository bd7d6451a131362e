"""The names of a document that others refer to, and what to say when one is not there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain, islice

from msgspec import Struct

from arazzo_runner.document.model import ArazzoDocument, Step, Workflow
from arazzo_runner.document.node import join_names
from arazzo_runner.text.diagnostic import Diagnostic, did_you_mean, error, nearest
from arazzo_runner.text.source import Place
from arazzo_runner.text.suggested_fix import rename_to_known


class DocumentNames(Struct, frozen=True):
    """The sources, workflows and steps of one document; steps by workflow, then by id.

    ``owners`` are the first workflows that have a step of a name, ``documents`` the sources that
    may be Arazzo documents.
    """

    sources: frozenset[str]
    workflows: Mapping[str, Workflow]
    steps: Mapping[str, Mapping[str, Step]]
    owners: Mapping[str, str]
    documents: frozenset[str] = frozenset()


def names_of(document: ArazzoDocument) -> DocumentNames:
    """Gather the names of a document, once."""
    return DocumentNames(
        frozenset(one.name for one in document.source_descriptions),
        {one.workflow_id: one for one in document.workflows},
        {one.workflow_id: {step.step_id: step for step in one.steps} for one in document.workflows},
        {
            step.step_id: one.workflow_id
            for one in reversed(document.workflows)
            for step in one.steps
        },
        frozenset(one.name for one in document.source_descriptions if one.type in (None, "arazzo")),
    )


def check_source(name: str, place: Place, names: DocumentNames) -> Iterator[Diagnostic]:
    """AZ203 when the document has no source description of this name."""
    if name not in names.sources:
        help_ = did_you_mean(name, names.sources)
        help_ = help_ or _known_names("source descriptions", sorted(names.sources))
        message = f"no source description is called `{name}`"
        fix = rename_to_known(place, name, names.sources)
        yield error("AZ203", message, place, "unknown", help_, fix)


def check_workflow(
    workflow_id: str, place: Place, names: DocumentNames, elsewhere: Collection[str] = ()
) -> Iterator[Diagnostic]:
    """AZ207 when the document has no such workflow.

    ``elsewhere`` are further names to suggest: in place of this one, of workflows of other
    documents whose values can be read.
    """
    if workflow_id in names.workflows:
        return
    foreign = {one.rpartition(".")[2]: one for one in sorted(elsewhere)}
    match = nearest(workflow_id, (*names.workflows, *foreign) if foreign else names.workflows)
    help_ = f"did you mean `{foreign.get(match, match)}`?" if match else None
    if workflow_id in names.owners:
        help_ = f"`{workflow_id}` is a step: write `stepId`"
    help_ = help_ or _known_names("workflows", chain(names.workflows, foreign.values()))
    message = f"no workflow is called `{workflow_id}`"
    fix = rename_to_known(place, workflow_id, names.workflows)
    yield error("AZ207", message, place, "unknown", help_, fix)


def check_step(
    step_id: str, place: Place, workflow_id: str, names: DocumentNames
) -> Iterator[Diagnostic]:
    """AZ208 when the workflow has no such step."""
    steps = names.steps[workflow_id]
    if step_id in steps:
        return
    help_ = did_you_mean(step_id, steps) or _not_a_step(step_id, names)
    help_ = help_ or _known_names("steps", steps)
    message = f"the workflow `{workflow_id}` has no step `{step_id}`"
    yield error("AZ208", message, place, "unknown", help_, rename_to_known(place, step_id, steps))


def _not_a_step(name: str, names: DocumentNames) -> str | None:
    if name in names.workflows:
        return f"`{name}` is a workflow, not a step"
    owner = names.owners.get(name)
    return f"`{name}` is a step of the workflow `{owner}`" if owner else None


def _known_names(what: str, known: Iterable[str]) -> str:
    first = [*islice(known, 11)]
    shown = join_names(first[:10], "and") + (" and more" if len(first) > 10 else "")
    return f"the {what} are {shown}" if first else f"there are no {what}"
