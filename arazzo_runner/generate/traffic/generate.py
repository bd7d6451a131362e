"""Workflows from requests: made, checked, made again without what is wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.document.retrieval import RetrievedDocument
from arazzo_runner.expression.value import Value
from arazzo_runner.generate.draft import Draft, DraftSource, DraftWorkflow, WorkflowFault
from arazzo_runner.generate.identifiers import kebab_case, split_words, unused_name
from arazzo_runner.generate.openapi.catalog import read_operations
from arazzo_runner.generate.openapi.generate import read_source, select_operations
from arazzo_runner.generate.traffic.calls import OmittedCall, Traffic, TrafficCall, traffic_error
from arazzo_runner.generate.traffic.description import infer_description, is_describable
from arazzo_runner.generate.traffic.inputs import TrafficInputs
from arazzo_runner.generate.traffic.operations import OperationMatcher
from arazzo_runner.generate.traffic.polls import poll_of
from arazzo_runner.generate.traffic.requests import described_calls, unread_elsewhere
from arazzo_runner.generate.traffic.selection import CallGroup, main_origin, select_calls
from arazzo_runner.generate.traffic.steps import (
    Relaxation,
    TrafficSource,
    TrafficWorkflow,
    traffic_workflow,
)
from arazzo_runner.generate.verify import DraftReader, draft_faults
from arazzo_runner.generate.writer import has_selectors
from arazzo_runner.generate.yaml_text import write_yaml
from arazzo_runner.text.source import Pointer

_ROUNDS: Final = 60
"""How often a draft is made again: each round takes something away from one step at least."""
_MOST: Final = 200
"""How many steps are written: more are a crawl, not a workflow."""
_LISTED: Final = 30


class TrafficRequest(Struct, frozen=True):
    """What is asked for: the source as it will be written, and what the file is called.

    ``inferred`` is the name and URI under which the inferred description will stand, None where
    ``source`` is one that is there. ``workflow`` is the workflow to write, or its name. ``only``
    are the operations whose requests become steps, by operationId or as ``GET /pets``.
    """

    source: DraftSource
    origin: str
    inferred: tuple[str, str] | None = None
    workflow: str = ""
    only: tuple[str, ...] = ()


class TrafficDraft(Struct, frozen=True):
    """A document, the text of the inferred description (empty without one), and notes."""

    draft: Draft
    description: str
    notes: tuple[str, ...]


def generate_traffic_workflows(
    traffic: Traffic, request: TrafficRequest, reader: DraftReader
) -> TrafficDraft:
    """A workflow of the requests in their order, for each recorded workflow one.

    Raises UsageError where no request can be a step, and DocumentError for a description that
    cannot be read.
    """
    selection = select_calls(traffic.calls)
    groups, omitted = [*selection.groups], [*traffic.omitted, *selection.omitted]
    if request.inferred is not None:
        groups = _describable(groups, omitted)
    if len(groups) > _MOST:
        omitted += (_omitted(one.call, "too many requests") for one in groups[_MOST:])
        groups = groups[:_MOST]
    if not groups:
        raise _no_step_error(traffic, request, omitted)
    text = ""
    if request.inferred is not None:
        text = _inferred_text(request, groups)
        data = RetrievedDocument(text.encode(), *request.inferred)
        reader = replace(reader, retrieved=data)
    api = read_source(request.source, reader)
    operations = read_operations(api)
    source = TrafficSource(request.source.name, OperationMatcher(operations))
    if request.only:
        chosen = {one.key for one in select_operations(operations, request.only)}
        groups, omitted = _of_operations(groups, source.matcher, chosen), []
        if not groups:
            raise traffic_error(f"no request of `{request.origin}` is for an operation of `--only`")
    made = _PassingWorkflows(traffic, request, source, reader).workflows(groups)
    workflows = [one for one in made if one.workflow.steps]
    omitted += (one for each in made for one in each.omitted)
    if not workflows:
        raise _no_step_error(traffic, request, omitted)
    draft = _draft(api.title, [one.workflow for one in workflows], request, traffic, omitted)
    return TrafficDraft(draft, text, tuple(_notes(omitted)))


def _describable(groups: list[CallGroup], omitted: list[OmittedCall]) -> list[CallGroup]:
    """The requests that an inferred description has; the others are omitted."""
    kept = []
    for one in groups:
        if is_describable(one.call.request.method):
            kept.append(one)
        else:
            omitted.append(_omitted(one.call, "a method that OpenAPI does not have"))
    if any(one.call.workflow for one in kept):
        return kept
    unread = unread_elsewhere(kept)
    origin = main_origin([one.call for one in kept])
    reason = f"another site than `{origin}`, and no later request has a value of it"
    omitted += (_omitted(one.call, reason) for index, one in enumerate(kept) if index in unread)
    return [one for index, one in enumerate(kept) if index not in unread]


def _of_operations(
    groups: Iterable[CallGroup], matcher: OperationMatcher, keys: Collection[str]
) -> list[CallGroup]:
    """The requests for some operations."""
    found = ((one, matcher.find(one.call)) for one in groups)
    return [one for one, operation in found if operation is not None and operation.key in keys]


def _omitted(call: TrafficCall, reason: str) -> OmittedCall:
    return OmittedCall(call.title, reason)


def _inferred_text(request: TrafficRequest, groups: Sequence[CallGroup]) -> str:
    calls = [*described_calls(groups)]
    title = main_origin([one.call for one in calls]).partition("://")[2]
    states = {one.call.place: _member_states(one) for one in groups}
    description = infer_description(title, calls, states)
    comment = (
        f"# Inferred by `arazzo new {request.origin}` from the requests and responses in it: what\n"
        "# was not seen is not here. Correct and extend it, or use the API's own description.\n"
    )
    return comment + write_yaml(description)


def _member_states(group: CallGroup) -> dict[Pointer, tuple[Value, ...]]:
    """The members of the body that are waited for, or tested, with their values."""
    poll, script = poll_of(group), group.call.script
    states = {poll.place: poll.values} if poll and poll.place else {}
    for place, value, _ in script.values if script else ():
        states.setdefault(place, (value,))
    return states


class _PassingWorkflows:
    """Makes workflows until they are valid and pass against the mock."""

    def __init__(
        self, traffic: Traffic, request: TrafficRequest, source: TrafficSource, reader: DraftReader
    ) -> None:
        self._traffic = traffic
        self._request = request
        self._source = source
        self._reader = reader

    def workflows(self, groups: Sequence[CallGroup]) -> list[TrafficWorkflow]:
        """The workflows of requests, each by its name in the recording."""
        by_name: dict[str, list[CallGroup]] = {}
        for one in groups:
            by_name.setdefault(one.call.workflow, []).append(one)
        by_name = self._select(by_name)
        names = self._names([*by_name])
        return [self._passing_workflow(names[name], own) for name, own in by_name.items()]

    def _select(self, by_name: dict[str, list[CallGroup]]) -> dict[str, list[CallGroup]]:
        wanted = self._request.workflow
        if not wanted or len(by_name) < 2:
            return by_name
        if wanted not in by_name:
            names = ", ".join(f"`{one}`" for one in by_name)
            raise traffic_error(f"no workflow is called `{wanted}`", f"its workflows: {names}")
        return {wanted: by_name[wanted]}

    def _names(self, recorded: Sequence[str]) -> dict[str, str]:
        stem = self._request.origin.partition(".")[0]
        if len(recorded) == 1:
            name = self._request.workflow or recorded[0] or kebab_case(split_words(stem))
            return {recorded[0]: name}
        names: dict[str, str] = {}
        for one in recorded:
            names[one] = unused_name(one or kebab_case(split_words(stem)), names.values(), "-")
        return names

    def _passing_workflow(self, name: str, groups: Sequence[CallGroup]) -> TrafficWorkflow:
        relaxed: dict[str, Relaxation] = {}
        made = self._made(name, groups, relaxed)
        if has_selectors([made.workflow]) and self._faults(made):
            # A mock, or the description, has other URLs in its header fields.
            groups = [_without_links(one) for one in groups]
            made = self._made(name, groups, relaxed)
        for _ in range(_ROUNDS):
            if not made.workflow.steps:
                return made
            faults = self._faults(made)
            if not faults:
                return made
            if not self._relax(made, faults, relaxed):
                return _lost_workflow(made, groups, faults[0].reason)
            made = self._made(name, groups, relaxed)
        return _lost_workflow(made, groups, "it does not pass against a mock of the API")

    def _faults(self, made: TrafficWorkflow) -> list[WorkflowFault]:
        return draft_faults(_bare_draft(made.workflow, self._request.source), self._reader)

    def _made(
        self, name: str, groups: Sequence[CallGroup], relaxed: Mapping[str, Relaxation]
    ) -> TrafficWorkflow:
        inputs = TrafficInputs(self._traffic.inputs, self._traffic.defaults)
        return traffic_workflow(name, groups, self._source, inputs, relaxed)

    def _relax(
        self,
        made: TrafficWorkflow,
        faults: Iterable[WorkflowFault],
        relaxed: dict[str, Relaxation],
    ) -> bool:
        """Take something away from the steps that are at fault; False where none is."""
        has_changed = False
        criteria = {one.step_id: len(one.criteria) for one in made.workflow.steps}
        polled = {one.step_id for one in made.workflow.steps if one.retries}
        for fault in {one.step_id: one for one in faults}.values():
            place = made.places.get(fault.step_id)
            if place is None:
                continue
            level = relaxed[place].level if place in relaxed else 0
            is_tested = (
                fault.step_id in polled
                or criteria.get(fault.step_id, 0) > 1
                or "AZ310" in fault.reason
            )
            lowest = 1 if is_tested else 2 if "AZ304" in fault.reason else 3
            relaxed[place] = Relaxation(max(level + 1, lowest), fault.reason)
            has_changed = True
        return has_changed


def _without_links(group: CallGroup) -> CallGroup:
    return CallGroup(tuple(replace(one, has_links=False) for one in group.attempts))


def _lost_workflow(
    made: TrafficWorkflow, groups: Sequence[CallGroup], reason: str
) -> TrafficWorkflow:
    omitted = tuple(_omitted(one.call, reason) for one in groups)
    return TrafficWorkflow(replace(made.workflow, steps=()), {}, omitted)


def _bare_draft(workflow: DraftWorkflow, source: DraftSource) -> Draft:
    return Draft("draft", "", "", (source,), (workflow,))


def _draft(
    title: str,
    workflows: Sequence[DraftWorkflow],
    request: TrafficRequest,
    traffic: Traffic,
    omitted: Sequence[OmittedCall],
) -> Draft:
    return Draft(
        title=f"{title or request.source.name} workflows",
        summary=f"What the {traffic.kind} `{request.origin}` did, as a workflow.",
        description=(
            f"Written by `arazzo new {request.origin}`. Values of earlier responses are wired, "
            "recorded values that will differ are inputs; credentials are in no document."
        ),
        sources=(request.source,),
        workflows=tuple(workflows),
        comment=tuple(_comment(omitted)),
    )


def _comment(omitted: Sequence[OmittedCall]) -> Iterator[str]:
    if omitted:
        yield "Requests that are in no step:"
        lines = dict.fromkeys(f"{one.title}: {one.reason}" for one in omitted)
        for line in [*lines][:_LISTED]:
            yield f"- {' '.join(line.split())[:300]}"
        if len(lines) > _LISTED:
            yield f"- and {len(lines) - _LISTED} more"


def _notes(omitted: Sequence[OmittedCall]) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    for one in omitted:
        by_reason.setdefault(one.reason, []).append(one.title)
    for reason, titles in by_reason.items():
        shown = f"`{titles[0]}`" if len(titles) == 1 else f"{len(titles)} requests"
        verb = "is" if len(titles) == 1 else "are"
        yield f"{shown} {verb} in no step: {reason}"


def _no_step_error(
    traffic: Traffic, request: TrafficRequest, omitted: Sequence[OmittedCall]
) -> Exception:
    if not traffic.calls and not omitted:
        return traffic_error(f"`{request.origin}` has no request", "record some, with responses")
    reasons: Mapping[str, None] = dict.fromkeys(one.reason for one in omitted)
    shown = "; ".join([*reasons][:3])
    return traffic_error(f"no request of `{request.origin}` can be a step: {shown}")
