"""The steps of a workflow from requests, each with the operation that it was for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import parse_qsl

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.generate.draft import DraftParameter, DraftStep, DraftWorkflow, NamedExpressions
from arazzo_runner.generate.identifiers import camel_case, split_words, unused_name
from arazzo_runner.generate.openapi.catalog import ApiOperation
from arazzo_runner.generate.openapi.schemas import documented_schema
from arazzo_runner.generate.sentences import first_sentence, joined_clauses
from arazzo_runner.generate.traffic.actions import CallAction, action_of
from arazzo_runner.generate.traffic.calls import CallScript, OmittedCall, TrafficCall
from arazzo_runner.generate.traffic.credentials import (
    Credential,
    cookies_of,
    credentials_of,
    is_secret_member,
    set_cookies,
)
from arazzo_runner.generate.traffic.description import has_items, request_value
from arazzo_runner.generate.traffic.inputs import Slot, TrafficInputs
from arazzo_runner.generate.traffic.members import KnownMembers
from arazzo_runner.generate.traffic.operations import OperationMatcher
from arazzo_runner.generate.traffic.polls import Poll, poll_of
from arazzo_runner.generate.traffic.requests import sent_values
from arazzo_runner.generate.traffic.selection import CallGroup
from arazzo_runner.generate.traffic.wires import ValueWires, WiredStep
from arazzo_runner.http_semantics.media_type import is_json
from arazzo_runner.mock.problem import ProblemError
from arazzo_runner.mock.request import ParsedRequest, read_request
from arazzo_runner.report.secrets import MASK
from arazzo_runner.text.source import pointer_text

_SHOWN = 6
_UNDOCUMENTED = "AZ310"
"""The finding about a member that the documented response does not have."""


class Relaxation(Struct, frozen=True):
    """What a step goes without, since it is at odds with `validate` or the mock: 0 to 3.

    1: what it waits for, 2: its criteria, 3: all of it, for a ``reason``.
    """

    level: int = 0
    reason: str = ""

    @property
    def has_undocumented_response(self) -> bool:
        """Whether nothing is read of the response, since the description does not have it."""
        return self.level > 0 and _UNDOCUMENTED in self.reason


class TrafficSource(Struct, frozen=True):
    """The API of the requests: its description, and the name of the source in the document."""

    name: str
    matcher: OperationMatcher


class TrafficWorkflow(Struct, frozen=True):
    """A workflow, with the place of each step's request by stepId, and what is in no step."""

    workflow: DraftWorkflow
    places: Mapping[str, str]
    omitted: tuple[OmittedCall, ...]


def traffic_workflow(
    workflow_id: str,
    groups: Sequence[CallGroup],
    source: TrafficSource,
    inputs: TrafficInputs,
    relaxed: Mapping[str, Relaxation],
) -> TrafficWorkflow:
    """The workflow of requests in their order; ``inputs`` collects what they need."""
    maker = _StepMaker(source, inputs)
    for index, group in enumerate(groups):
        maker.add(index, group, relaxed.get(group.call.place, Relaxation()))
    steps = maker.finished_steps()
    summary = _summary(maker.clauses)
    workflow = DraftWorkflow(
        workflow_id,
        summary,
        "",
        maker.wires.inputs.inputs(),
        steps,
        _workflow_outputs(maker.wires.steps.values()),
    )
    return TrafficWorkflow(workflow, maker.places, tuple(maker.omitted))


def _summary(clauses: Sequence[str]) -> str:
    distinct = [*dict.fromkeys(clauses)]
    if len(distinct) > _SHOWN:
        distinct = [*distinct[: _SHOWN - 1], f"{len(distinct) - _SHOWN + 1} more"]
    text = joined_clauses(distinct)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _workflow_outputs(steps: Iterable[WiredStep]) -> NamedExpressions:
    outputs: dict[str, str] = {}
    for step in steps:
        # A token is passed on, and is no result.
        for name in (one for one in step.outputs.values() if not is_secret_member(one)):
            outputs[unused_name(name, outputs)] = f"$steps.{step.step_id}.outputs.{name}"
    return tuple(outputs.items())


class _StepMaker:
    def __init__(self, source: TrafficSource, inputs: TrafficInputs) -> None:
        self._source = source
        self.wires = ValueWires(inputs)
        self._steps: dict[int, DraftStep] = {}
        self.places: dict[str, str] = {}
        self.omitted: list[OmittedCall] = []
        self.clauses: list[str] = []
        self._cookies: dict[tuple[str, str], str] = {}

    def finished_steps(self) -> tuple[DraftStep, ...]:
        """The steps, with the outputs that later ones have asked for."""
        return tuple(
            _with_outputs(step, self.wires.steps[index]) for index, step in self._steps.items()
        )

    def add(self, index: int, group: CallGroup, relaxation: Relaxation) -> None:
        """Make the step of a request, if it can be one."""
        call = group.call
        if relaxation.level > 2:
            self.omitted.append(OmittedCall(call.title, relaxation.reason))
            return
        if _has_odd_body(call):
            self.omitted.append(OmittedCall(call.title, "its body is no JSON that can be read"))
            return
        operation = self._source.matcher.find(call)
        if operation is None:
            self.omitted.append(OmittedCall(call.title, "no operation of the API description"))
            return
        try:
            parsed = read_request(operation.operation, call.request, is_lenient=True)
        except ProblemError as reason:
            self.omitted.append(OmittedCall(call.title, str(reason)))
            return
        self._add_step(index, group, relaxation, operation, parsed)

    def _add_step(
        self,
        index: int,
        group: CallGroup,
        relaxation: Relaxation,
        operation: ApiOperation,
        parsed: ParsedRequest,
    ) -> None:
        call, path = group.call, operation.operation.path
        action = action_of(call.request.method, path, has_items=has_items(call))
        step_id = unused_name(_step_id(call, operation, action), self.places)
        self.places[step_id] = call.place
        self.wires.responses.add_request(index, sent_values(call))
        payload, omitted = self._payload(parsed)
        poll = poll_of(group) if relaxation.level < 1 else None
        name = operation.operation.operation_id if operation.is_unique else None
        self._steps[index] = DraftStep(
            step_id,
            _description(call, operation, action),
            operation_id=name or "",
            operation_path="" if name else self._operation_path(operation),
            parameters=tuple(self._parameters(parsed, call)),
            content_type=parsed.media.name if parsed.media and parsed.body is not MISSING else "",
            payload=payload,
            criteria=_criteria(call, poll, relaxation),
            retries=(poll.retry,) if poll else (),
            comment="\n".join(self._comments(group, poll, parsed, omitted, relaxation)),
        )
        self.clauses.append(action.clause)
        self.wires.steps[index] = WiredStep(step_id, action.noun)
        if relaxation.has_undocumented_response:
            pass  # what later requests take of it are inputs
        elif call.script is None:
            self.wires.responses.add_response(index, call)
        else:
            self._set_variables(call.script, self.wires.steps[index])
        self._cookies |= {(call.origin, name): step_id for name in set_cookies(call)}

    def _set_variables(self, script: CallScript, step: WiredStep) -> None:
        """Make what a script keeps of the response outputs, which are the variables from here."""
        for variable, expression, _ in script.outputs:
            name = step.variable_output(variable, expression)
            self.wires.inputs.set_variable(variable, f"$steps.{step.step_id}.outputs.{name}")

    def _operation_path(self, operation: ApiOperation) -> str:
        return f"{{$sourceDescriptions.{self._source.name}.url}}#{operation.pointer()}"

    def _parameters(self, parsed: ParsedRequest, call: TrafficCall) -> Iterator[DraftParameter]:
        secret = {(one.location, one.parameter): one for one in credentials_of(call)}
        for (location, name), value in parsed.parameters.items():
            credential = secret.pop((location, name), None)
            slot = Slot(name, location)
            if credential is not None:
                wired = self._credential(credential)
                made: Value = wired or self.wires.inputs.add(slot, value, is_secret=True)
                yield DraftParameter(name, location, made)
            else:
                yield DraftParameter(name, location, self.wires.value(value, slot))
        for credential in secret.values():
            wired = self._credential(credential) if credential.location != "cookie" else None
            if wired:
                yield DraftParameter(credential.parameter, credential.location, wired)

    def _credential(self, credential: Credential) -> str | None:
        """The expression of a credential that an earlier response gave."""
        if self.wires.inputs.has_output(credential.text):
            scheme = str(credential.scheme.get("scheme") or "")
            text = self.wires.text(credential.text)
            return f"{scheme.capitalize()} {text}" if scheme else text
        source = self.wires.responses.find(credential.text)
        if source is None and credential.text.endswith(MASK) and credential.name == "bearerAuth":
            source = self.wires.responses.masked_token()
        elif source is None and credential.text == MASK:
            source = self.wires.responses.masked_member(credential.parameter)
        if source is None:
            return None
        reference = self.wires.reference(source)
        kind = credential.scheme.get("scheme")
        return f"{str(kind).capitalize()} {{{reference}}}" if kind else reference

    def _payload(self, parsed: ParsedRequest) -> tuple[MaybeValue, list[str]]:
        """The payload, and the members that the API description does not have."""
        media = parsed.media
        if parsed.body is MISSING or media is None:
            return MISSING, []
        members = KnownMembers()
        described = media.description or parsed.operation.description
        schema = documented_schema(media.schema, described) if media.schema else None
        body = members.value(parsed.body, schema)
        noun = split_words(parsed.operation.path.rpartition("/")[2])
        return self.wires.value(body, Slot("body", "body", noun)), members.omitted

    def _comments(
        self,
        group: CallGroup,
        poll: Poll | None,
        parsed: ParsedRequest,
        omitted: list[str],
        relaxation: Relaxation,
    ) -> Iterator[str]:
        call = group.call
        if poll is not None:
            yield (
                f"Sent again every {poll.retry.seconds:g} seconds until {poll.member} is as in the "
                f"last of the {len(group.attempts)} recorded responses."
            )
        elif len(group.attempts) > 1:
            yield f"It was sent {len(group.attempts)} times."
        if call.script is not None:
            yield from call.script.comments
        sent = [(call.origin, name) for name, _ in cookies_of(call)]
        given = {self._cookies[one] for one in sent if one in self._cookies}
        if given:
            steps = ", ".join(f"`{one}`" for one in sorted(given))
            yield f"It sends cookies that {steps} has set: run the workflow with `--cookies`."
        if relaxation.has_undocumented_response:
            yield "The API description lacks members of its response: they are inputs below."
        known = {name for location, name in parsed.parameters if location == "query"}
        known |= {one.parameter for one in credentials_of(call)}
        query = dict(parse_qsl(call.parts.query, keep_blank_values=True))
        unknown = [name for name in query if name not in known and "[" not in name]
        unknown += dict.fromkeys(omitted)
        if unknown:
            names = ", ".join(f"`{one[:60]}`" for one in unknown[:_SHOWN])
            yield f"The request also had {names}, which the API description does not have."
        if call.request.body and parsed.body is MISSING:
            yield "It had a body, which is not in the step: add a `requestBody`."


def _has_odd_body(call: TrafficCall) -> bool:
    claims_json = is_json(call.request.header("Content-Type") or "")
    return bool(claims_json and call.request.body) and request_value(call.request) is MISSING


def _with_outputs(step: DraftStep, wired: WiredStep) -> DraftStep:
    return replace(step, outputs=tuple((name, one) for one, name in wired.outputs.items()))


def _step_id(call: TrafficCall, operation: ApiOperation, action: CallAction) -> str:
    if call.step:
        return call.step
    if operation.operation.operation_id:
        return camel_case(split_words(operation.operation.operation_id))
    return action.name


def _description(call: TrafficCall, operation: ApiOperation, action: CallAction) -> str:
    sentence = first_sentence(call.script.summary if call.script else operation.summary)
    if sentence:
        return sentence if sentence.endswith((".", "!", "?", "…")) else f"{sentence}."
    return f"{action.clause[:1].upper()}{action.clause[1:]}."


def _criteria(call: TrafficCall, poll: Poll | None, relaxation: Relaxation) -> tuple[str, ...]:
    if relaxation.level > 1:
        return ()
    if call.script is not None:
        return tuple(_script_criteria(call, call.script, relaxation))
    status = f"$statusCode == {call.response.status}"
    return (status, *poll.criteria) if poll else (status,)


def _script_criteria(
    call: TrafficCall, script: CallScript, relaxation: Relaxation
) -> Iterator[str]:
    """The statuses that the tests want, and the values of members."""
    statuses = script.statuses or ((call.response.status,) if call.response.status else ())
    if statuses:
        yield " || ".join(f"$statusCode == {one}" for one in dict.fromkeys(statuses))
    else:
        yield "$statusCode >= 200 && $statusCode < 300"
    if relaxation.level < 1:
        for place, _, text in script.values:
            yield f"$response.body#{pointer_text(place)} == {text}"
