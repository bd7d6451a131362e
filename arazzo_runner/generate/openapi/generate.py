"""Workflows from an OpenAPI description: made, checked, made again without what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.errors import DocumentError, UsageError
from arazzo_runner.generate.draft import Draft, DraftSource, DraftStep, DraftWorkflow
from arazzo_runner.generate.identifiers import camel_case, split_words
from arazzo_runner.generate.openapi.assembly import RecipeSettings
from arazzo_runner.generate.openapi.catalog import (
    ApiOperation,
    operations_by_name,
    read_operations,
    unreadable_operations,
)
from arazzo_runner.generate.openapi.plan import OpenApiPlan, make_draft
from arazzo_runner.generate.verify import DraftReader, draft_faults
from arazzo_runner.openapi.model import ApiDescription
from arazzo_runner.text.diagnostic import Diagnostic, did_you_mean, error

_ROUNDS: Final = 12
"""How often workflows are made again: each round takes something away."""
_SHOWN: Final = 6
"""How many operations a note names."""


class OpenApiRequest(Struct, frozen=True):
    """What is asked for: the source as it will be written, and what it is called by the user.

    ``only`` are operationIds or ``GET /pets``; without any, workflows are made by resource.
    ``workflow`` is the one to write, or the name of the only one.
    """

    source: DraftSource
    origin: str
    only: tuple[str, ...] = ()
    cleanup: bool = False
    workflow: str = ""


class GeneratedDraft(Struct, frozen=True):
    """A document whose workflows pass, and what was omitted from it, in sentences.

    Without any workflow, ``problems`` are why.
    """

    draft: Draft
    notes: tuple[str, ...] = ()
    problems: tuple[Diagnostic, ...] = ()


def generate_workflows(request: OpenApiRequest, reader: DraftReader) -> GeneratedDraft:
    """Workflows for an API. Raises DocumentError and UsageError for what cannot be used."""
    api = read_source(request.source, reader)
    operations = read_operations(api)
    chosen = select_operations(operations, request.only)
    settings = RecipeSettings(request.source.name, request.cleanup)
    plan = OpenApiPlan(chosen, settings, calls=bool(request.only))
    workflows = _passing_workflows(plan, request, reader, api)
    if not workflows and not request.only:
        plan = OpenApiPlan(chosen, settings, calls=True)
        workflows = _passing_workflows(plan, request, reader, api)
    if not workflows and plan.broken:
        # Responses that are not described in full are no reason to write nothing.
        reader = replace(reader, accepts_warnings=True)
        plan = OpenApiPlan(chosen, settings, calls=True)
        workflows = _passing_workflows(plan, request, reader, api)
    workflows = _select_workflow(workflows, request)
    draft = make_draft(workflows, request.source, api.title, request.origin)
    notes = tuple(_notes(plan, chosen, request.origin))
    if workflows:
        return GeneratedDraft(draft, (*notes, *_remaining_notes(plan, chosen)))
    return GeneratedDraft(draft, notes, tuple(_problems(request.origin, operations, plan, api)))


def read_source(source: DraftSource, reader: DraftReader) -> ApiDescription:
    """The API description, read as it will be by whoever reads the document.

    Raises DocumentError.
    """
    step = DraftStep("step", "", operation_id="operation")
    workflow = DraftWorkflow("workflow", "", "", (), (step,))
    examined = reader.examine(Draft("draft", "", "", (source,), (workflow,)))
    for unit in examined.units.values():
        if source.name in unit.apis:
            return unit.apis[source.name]
    raise DocumentError(*examined.findings)


def select_operations(
    operations: Sequence[ApiOperation], only: Sequence[str]
) -> list[ApiOperation]:
    """The operations to use: all that are not deprecated, or those that are named.

    Raises UsageError for a name that the API does not have.
    """
    if not only:
        return [one for one in operations if not one.is_deprecated]
    by_name = dict(operations_by_name(operations))
    unknown = [name for name in only if name not in by_name]
    if unknown:
        raise UsageError(*(_unknown_operation_error(name, by_name) for name in unknown))
    keys = {by_name[name].key for name in only}
    return [one for one in operations if one.key in keys]


def _select_workflow(
    workflows: tuple[DraftWorkflow, ...], request: OpenApiRequest
) -> tuple[DraftWorkflow, ...]:
    """The workflow that is asked for with what it calls; a single one of `--only` gets its name."""
    name = request.workflow
    if not name or not workflows:
        return workflows
    called = {one.cleanup.workflow_id for one in workflows if one.cleanup}
    entries = [one for one in workflows if one.workflow_id not in called]
    entry = next((one for one in entries if one.workflow_id == name), None)
    if entry is None and request.only and len(entries) == 1:
        entry = replace(entries[0], workflow_id=name)
    if entry is None:
        names = [one.workflow_id for one in entries]
        listed = "its workflows: " + ", ".join(f"`{one}`" for one in names)
        message = f"no workflow is called `{name}`"
        raise UsageError(error("AZ901", message, None, "", did_you_mean(name, names) or listed))
    wanted = entry.cleanup.workflow_id if entry.cleanup else ""
    return (entry, *(one for one in workflows if one.workflow_id == wanted))


def _unknown_operation_error(name: str, known: Iterable[str]) -> Diagnostic:
    names = [*known]
    ids = [one for one in names if " " not in one] or names
    listed = ", ".join(f"`{one}`" for one in ids[:12])
    more = f" and {len(ids) - 12} more" if len(ids) > 12 else ""
    hint = did_you_mean(name, names) or f"its operations: {listed}{more}"
    return error("AZ906", f"`--only {name}`: the API has no such operation", None, "", hint)


def _passing_workflows(
    plan: OpenApiPlan, request: OpenApiRequest, reader: DraftReader, api: ApiDescription
) -> tuple[DraftWorkflow, ...]:
    passed = set[str]()
    for _ in range(_ROUNDS):
        workflows = plan.workflows()
        left = [one for one in workflows if _text(one) not in passed]
        if not left:
            return workflows
        called = {one.cleanup.workflow_id for one in left if one.cleanup}
        checked = tuple(one for one in workflows if one in left or one.workflow_id in called)
        draft = make_draft(checked, request.source, api.title, request.origin)
        faults = draft_faults(draft, reader)
        wrong = {one.workflow_id for one in faults}
        wrong |= {
            one.workflow_id
            for one in checked
            if one.cleanup is not None and one.cleanup.workflow_id in wrong
        }
        passed |= {_text(one) for one in checked if one.workflow_id not in wrong}
        if faults and not plan.exclude(faults):
            break
    return _without_faults(plan.workflows(), passed)


def _without_faults(
    workflows: tuple[DraftWorkflow, ...], passed: set[str]
) -> tuple[DraftWorkflow, ...]:
    return tuple(one for one in workflows if _text(one) in passed)


def _text(workflow: DraftWorkflow) -> str:
    return repr(workflow)


def _notes(plan: OpenApiPlan, operations: Sequence[ApiOperation], origin: str) -> Iterable[str]:
    remarks = [*plan.remarks]
    for remark in remarks[:_SHOWN]:
        yield f"`{origin}` itself has a finding: {remark}"
    if len(remarks) > _SHOWN:
        yield f"`{origin}` itself has {len(remarks) - _SHOWN} more findings"
    names = {one.key: one.name for one in operations}
    for (workflow_id, key), reason in plan.reasons.items():
        yield f"`{names[key]}` is omitted from `{workflow_id}`: {reason}"
    by_reason: dict[str, list[str]] = {}
    for key, reason in plan.broken.items():
        by_reason.setdefault(reason, []).append(names[key])
    for reason, broken in by_reason.items():
        verb = "are" if len(broken) > 1 else "is"
        yield f"{_name_list(broken)} {verb} omitted from all workflows: {reason}"


def _remaining_notes(plan: OpenApiPlan, operations: Sequence[ApiOperation]) -> Iterable[str]:
    known = plan.covered() | plan.broken.keys()
    left = [one.name for one in operations if one.key not in known]
    if left:
        hint = "`--only OPERATION` writes one for each that it names"
        yield f"in no workflow: {_name_list(left)}; {hint}"


def _name_list(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{one}`" for one in names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown


def _problems(
    origin: str, operations: Sequence[ApiOperation], plan: OpenApiPlan, api: ApiDescription
) -> Iterator[Diagnostic]:
    """Why there is no workflow at all."""
    broken = [] if operations else [*dict.fromkeys(unreadable_operations(api))]
    hint = "`arazzo new --from-scratch` writes a document to begin with"
    if broken:
        message = f"no operation of `{origin}` can be read"
        hint = "bundle the files of the description, or put the missing ones beside it"
    elif not operations:
        message = f"`{origin}` describes no operation"
    elif all(one.is_deprecated for one in operations):
        message = f"all operations of `{origin}` are deprecated"
        hint = "`--only OPERATION` uses them all the same"
    elif plan.broken:
        message = f"no workflow can be written for `{origin}`: its own errors are in the way"
        hint = "fix them in the API description; the notes name them"
    else:
        message = f"no workflow of `{origin}` passes against a mock of it"
    yield error("AZ906", message, None, "", hint)
    yield from broken[:_SHOWN]


def source_name(stem: str) -> str:
    """The name of a source by the stem of its file: ``studioApi`` for ``studio-api.openapi``."""
    return camel_case(split_words(stem.partition(".")[0]) or ("api",))
