"""Runs of a workflow in worlds that differ: other inputs, another seed of the mock.

A wire that was found again is judged by what it does there: the rediscovered workflow gets the
same inputs, and to each step the response that the original's step got.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from contextlib import suppress
from zlib import crc32

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.errors import ArazzoError, InputError
from arazzo_runner.executor.world import SendCall, TransportFailure, World
from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.generate.traffic.calls import TrafficCall
from arazzo_runner.generate.traffic.requests import sent_values
from arazzo_runner.generate.traffic.values import is_opaque, leaves, value_key
from arazzo_runner.http_semantics.media_type import is_json
from arazzo_runner.mock.problem import ProblemError
from arazzo_runner.mock.request import read_request
from arazzo_runner.mock.settings import MockSettings
from arazzo_runner.openapi.lookup import find_by_pointer
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.model import Operation
from arazzo_runner.pipeline.load import Description
from arazzo_runner.pipeline.run import (
    RunConfig,
    execute_run,
    plan_run,
    select_workflows,
    with_inputs,
)
from arazzo_runner.text.json_write import write_json
from arazzo_runner.worlds.mock import mock_world

Slot = tuple[str, ...]
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_SEEDS = (11, 12, 13)
_LETTERS = (string.ascii_lowercase, string.ascii_uppercase, string.digits)


class SentCall(Struct, frozen=True):
    """A request of a step with its operation, and what came of it."""

    step: str
    request: HttpRequest
    operation: Operation | None
    outcome: HttpResponse | TransportFailure


class OriginalRun(Struct, frozen=True):
    """A run of the original workflow: its inputs, and what was sent."""

    seed: int
    inputs: Mapping[str, Value]
    calls: tuple[SentCall, ...]
    passed: bool


class _Recorder:
    """Keeps what goes through a world.

    An id that is the same as in the ``first`` run is an example of the API description: each place
    gets one of its own, unless the client has sent that value, and so its response echoes it.
    """

    def __init__(
        self, world: World, description: Description, first: Sequence[SentCall], known: Value
    ) -> None:
        self._world = world
        self._apis = description.apis()
        self._first = [*first]
        self._sent = {value_key(one) for _, one in leaves(known)}
        self.calls: list[SentCall] = []
        self.sleep, self.publish, self.receive = world.sleep, world.publish, world.receive

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        outcome = await self._world.send(call)
        source, method, path = call.operation
        operation = find_by_pointer(self._apis[source], ("paths", path, method.lower()))
        step = step_name(call.key)
        traffic = TrafficCall("", call.request, HttpResponse(200, (), b""))
        self._sent |= {value_key(one) for one in sent_values(traffic)}
        before = next((one for one in self._first if one.step == step), None)
        if before is not None:
            self._first.remove(before)
            outcome = self._with_other_ids(step, outcome, before.outcome)
        self.calls.append(SentCall(step, call.request, operation, outcome))
        return outcome

    def _with_other_ids(
        self,
        step: str,
        outcome: HttpResponse | TransportFailure,
        before: HttpResponse | TransportFailure,
    ) -> HttpResponse | TransportFailure:
        if isinstance(outcome, TransportFailure) or isinstance(before, TransportFailure):
            return outcome
        value, constant = _json_of(outcome), dict(leaves(_json_of(before)))
        if value is MISSING:
            return outcome
        for place, one in leaves(value):
            is_id = isinstance(one, str) and is_opaque(one) and not _DATE.match(one)
            if is_id and constant.get(place) == one and value_key(one) not in self._sent:
                other = other_value(one, None, crc32(f"{step}{place}".encode()))
                value = _with_part(value, [*place], other)
        return replace(outcome, body=write_json(value).encode())


def _json_of(response: HttpResponse) -> MaybeValue:
    """The body of a response, where it is JSON."""
    if not is_json(response.header("Content-Type") or ""):
        return MISSING
    return TrafficCall("", HttpRequest("GET", "", (), b""), response).response_value()


def _with_part(value: Value, place: list[str | int], part: Value) -> Value:
    if not place:
        return part
    first, *rest = place
    if isinstance(value, dict) and isinstance(first, str):
        return {**value, first: _with_part(value[first], rest, part)}
    if isinstance(value, list) and isinstance(first, int):
        return [*value[:first], _with_part(value[first], rest, part), *value[first + 1 :]]
    return value


class _ScriptedWorld:
    """Gives each step the responses that the original's step of that name got, in their order."""

    def __init__(self, calls: Sequence[SentCall]) -> None:
        self._left: dict[str, list[SentCall]] = {}
        for one in calls:
            self._left.setdefault(one.step, []).append(one)
        self.requests: dict[str, list[HttpRequest]] = {}

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        step = step_name(call.key)
        self.requests.setdefault(step, []).append(call.request)
        left = self._left.get(step)
        if not left:
            return TransportFailure("refused", f"the original has no step `{step}`")
        return (left.pop(0) if len(left) > 1 else left[0]).outcome

    async def sleep(self, key: str, seconds: float) -> None:
        pass

    async def publish(self, call: object) -> TransportFailure:  # noqa: ARG002
        return TransportFailure("refused", "no channels")

    async def receive(self, call: object) -> TransportFailure:  # noqa: ARG002
        return TransportFailure("refused", "no channels")


def step_name(key: str) -> str:
    """The stepId of the key of a call."""
    return re.sub(r"(#\d+)?(@\d+)?(\.2)?$", "", key.rpartition("/")[2])


class WireWorlds:
    """The runs of one workflow of a document: the recorded one, and those that differ from it."""

    def __init__(self, description: Description, workflow_id: str) -> None:
        self._description = description
        self._workflow_id = workflow_id
        self._first = self._run(0, {})
        found = (self._other_run(seed) for seed in _SEEDS)
        self._others = [one for one in found if one is not None]

    def _run(
        self, seed: int, inputs: Mapping[str, Value], first: Sequence[SentCall] = ()
    ) -> OriginalRun:
        settings = MockSettings(seed)
        options = RunConfig(needs_credentials=False, mock=settings, environment={})
        selected = select_workflows(self._description, [self._workflow_id])
        planned = plan_run(self._description, selected, options)
        prepared = with_inputs(self._description, planned, inputs, mock=settings)
        world = mock_world(prepared.plan, self._description.apis(), settings)
        recorder = _Recorder(world, self._description, first, dict(prepared.inputs))
        result = execute_run(prepared, recorder, options)
        return OriginalRun(
            seed,
            dict(prepared.inputs),
            tuple(recorder.calls),
            all(one.passed for one in result.workflows),
        )

    def _passing_run(self, seed: int, inputs: Mapping[str, Value]) -> OriginalRun | None:
        for first in (self._first.calls, ()):
            with suppress(ArazzoError):
                run = self._run(seed, inputs, first)
                if run.passed:
                    return run
        return None

    def _other_run(self, seed: int) -> OriginalRun | None:
        """A run with another value for each input that may have one."""
        made = self._passing_run(seed, {})
        known = {**self._defaults(), **self._first.inputs, **(made.inputs if made else {})}
        schemas = self._schemas(self._description)
        others = {name: other_value(one, schemas.get(name), seed) for name, one in known.items()}
        run = self._passing_run(seed, others)
        if run is not None:
            return run
        kept = dict(known)
        for name, value in others.items():
            if self._passing_run(seed, {**kept, name: value}) is not None:
                kept[name] = value
        return self._passing_run(seed, kept)

    def _schemas(self, description: Description) -> Mapping[str, Value]:
        workflows = description.entry.document.workflows
        found = next(one for one in workflows if one.workflow_id == self._workflow_id)
        properties = found.inputs.get("properties") if isinstance(found.inputs, dict) else None
        return properties if isinstance(properties, dict) else {}

    def _defaults(self) -> dict[str, Value]:
        schemas = self._schemas(self._description).items()
        return {
            name: one["default"]
            for name, one in schemas
            if isinstance(one, dict) and "default" in one
        }

    def rediscovered(self, made: Description) -> Rediscovery:
        """What another workflow of this name sends in the same worlds."""
        pairs = []
        for run in self._others:
            world = _ScriptedWorld(run.calls)
            options = RunConfig(needs_credentials=False, environment={})
            selected = select_workflows(made, [self._workflow_id])
            planned = plan_run(made, selected, options)
            names = self._schemas(made)
            inputs = {name: one for name, one in run.inputs.items() if name in names}
            # What the original does not have is of its own, and generated.
            settings = MockSettings(run.seed + 100)
            with suppress(InputError):  # an input of another type: nothing is sent, and all differs
                execute_run(with_inputs(made, planned, inputs, mock=settings), world, options)
            pairs.append((run, world.requests))
        return Rediscovery(self._first, tuple(pairs))


class Rediscovery(Struct, frozen=True):
    """The requests of a rediscovered workflow beside those of the original."""

    first: OriginalRun
    pairs: tuple[tuple[OriginalRun, Mapping[str, list[HttpRequest]]], ...]

    def was_sent(self, slot: Slot) -> bool:
        """Whether the recorded run had a value at a place."""
        return any(one is not None for one in slot_values(self.first.calls, slot))

    def verdict(self, slot: Slot) -> str:
        """Whether a part of a step's request is the original's in each world.

        ``same``, ``differs``, ``unproven`` where it is the same but for all that is known constant.
        """
        before = slot_values(self.first.calls, slot)
        has_changed = False
        for run, requests in self.pairs:
            wanted = slot_values(run.calls, slot)
            step = slot[0]
            operation = next((one.operation for one in run.calls if one.step == step), None)
            got = [_slot_value(one, operation, slot) for one in requests.get(step, ())]
            if wanted != got:
                return "differs"
            has_changed |= wanted != before
        return "same" if has_changed else "unproven"


def slot_values(calls: Sequence[SentCall], slot: Slot) -> list[str | None]:
    """What each request of a step had at a place: the text of a scalar, None for nothing."""
    return [_slot_value(one.request, one.operation, slot) for one in calls if one.step == slot[0]]


def _slot_value(request: HttpRequest, operation: Operation | None, slot: Slot) -> str | None:
    if operation is None:
        return None
    try:
        parsed = read_request(operation, request, is_lenient=True)
    except ProblemError:
        return None
    _, location, name, *place = slot
    if location == "body":
        value = _part(parsed.body, [one for one in (name, *place) if one])
    elif location == "path":
        value = parsed.pieces.get(name, MISSING)
    else:
        value = parsed.parameters.get((location, name), MISSING)
    return None if value is MISSING else value_key(value)


def _part(value: MaybeValue, place: Sequence[str]) -> MaybeValue:
    for one in place:
        if isinstance(value, dict):
            value = value.get(one, MISSING)
        elif isinstance(value, list) and one.isdigit() and int(one) < len(value):
            value = value[int(one)]
        else:
            return MISSING
    return value


def other_value(value: Value, schema: Value, seed: int) -> Value:
    """Another value of the same form: other letters and digits, another member of an `enum`."""
    choices = schema.get("enum") if isinstance(schema, dict) else None
    if isinstance(choices, list) and choices:
        others = [one for one in choices if one != value]
        return others[seed % len(others)] if others else value
    match value:
        case bool() | None:
            return value
        case int() | float():
            return value + seed
        case str():
            return "".join(_other_character(one, seed) for one in value)
        case list():
            return [other_value(one, None, seed) for one in value]
        case dict():
            return {name: other_value(one, None, seed) for name, one in value.items()}
        case _:
            return value


def _other_character(character: str, seed: int) -> str:
    for one in _LETTERS:
        if character in one:
            return one[(one.index(character) + seed % 7 + 1) % len(one)]
    return character
