"""Where the values of a plan flow to: which schema waits for an input, or for a part of a response.

An output `id` that a later step puts into the path parameter `pet_id` has to be one that the
parameter takes. So what the mock makes up is made for its readers too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from arazzo_runner.document.model import QueryCriterion, Step
from arazzo_runner.document.rules.expressions import expressions_in, in_value
from arazzo_runner.errors import DocumentError
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.payload.plan import BodyPlan
from arazzo_runner.executor.plan import (
    OperationCall,
    Plan,
    StepKey,
    StepPlan,
    WorkflowCall,
    WorkflowKey,
    WorkflowPlan,
)
from arazzo_runner.expression.ast import (
    ArrayTemplate,
    BodyRef,
    DynamicValue,
    Expression,
    InputRef,
    Literal,
    ObjectTemplate,
    Path,
    Selector,
    StepOutputRef,
    WorkflowRef,
)
from arazzo_runner.expression.query.jsonpath_prefix import leading_tokens
from arazzo_runner.expression.value import Value
from arazzo_runner.http_semantics.integers import parse_digits
from arazzo_runner.lint.reads import selector_tokens, selectors
from arazzo_runner.mock.generate.flatten import (
    NoExample,
    combine_schemas,
    flatten,
    schema_part,
)
from arazzo_runner.mock.generate.validators import (
    is_name_match,
)
from arazzo_runner.openapi.model import ApiDescription, Schema
from arazzo_runner.openapi.schema.compile import standalone_schema
from arazzo_runner.openapi.schema.walk import item_schemas, member_schemas, properties_of

if TYPE_CHECKING:
    from arazzo_runner.asyncapi.model import Message

Tokens: TypeAlias = tuple[str | int, ...]

NOT_EMPTY: Final[Value] = {"minLength": 1}
"""An empty text in a path would be another path."""
MAX_HOPS: Final = 16
"""How far a value is followed through outputs and inputs."""
VARIANTS: Final = 8
"""How many alternatives of a request's schema are looked at."""


class Sink(Struct, frozen=True):
    """A schema that a value has to fit where it is sent; ``required``: it has to be sent.

    ``is_text`` tells that it is sent as text, so that `"5"` is as good as 5.
    """

    schema: Value
    required: bool = False
    is_text: bool = False


Sinks: TypeAlias = dict[Tokens, list[Sink]]
"""Sinks by the way from a value to the part of it that they take."""


class ValueFlow(Struct):
    """The sinks of a plan: of inputs by workflow and name, of responses by workflow and step."""

    plan: Plan
    inputs: dict[tuple[WorkflowKey, str], Sinks] = field(default_factory=dict)
    bodies: dict[StepKey, Sinks] = field(default_factory=dict)

    def follow(self, flow: WorkflowPlan, value: DynamicValue | None, sink: Sink, at: Tokens = (),
               hops: int = 0) -> None:  # fmt: skip
        """Note a sink for what ``value`` reads; ``at`` is the way into it."""
        if hops > MAX_HOPS:
            return
        match value:
            case InputRef(name=name, path=path, walk=walk):
                first, tokens = _split(name, path, walk)
                _add(self.inputs.setdefault((flow.key, first), {}), (*tokens, *at), sink)
            case StepOutputRef(step_id=step_id, name=name, path=path, walk=walk):
                first, tokens = _split(name, path, walk)
                self._follow_step(flow, step_id, first, sink, (*tokens, *at), hops + 1)
            case WorkflowRef(workflow_id=called, field="outputs", name=name, path=path, walk=walk):
                first, tokens = _split(name, path, walk)
                for other in self.plan.workflows.values():
                    if other.workflow.workflow_id == called and value.step_id:
                        self._follow_step(
                            other, value.step_id, first, sink, (*tokens, *at), hops + 1
                        )
                    elif other.workflow.workflow_id == called:
                        self._follow_output(other, first, sink, (*tokens, *at), hops + 1)
            case ObjectTemplate(members) if at and isinstance(at[0], str):
                self.follow(flow, dict(members).get(at[0]), sink, at[1:], hops + 1)
            case _:
                return

    def _follow_step(
        self, flow: WorkflowPlan, step_id: str, name: str, sink: Sink, at: Tokens, hops: int
    ) -> None:
        planned = next((one for one in flow.steps if one.step.step_id == step_id), None)
        if planned is None:
            return
        value = dict(planned.step.outputs).get(name)
        for tokens in _response_ways(value):
            _add(self.bodies.setdefault(planned.key, {}), (*tokens, *at), sink)
        if value is not None:
            self.follow(flow, value, sink, at, hops)
        elif isinstance(planned.call, WorkflowCall) and planned.call.key in self.plan.workflows:
            self._follow_output(self.plan.workflows[planned.call.key], name, sink, at, hops)

    def _follow_output(
        self, flow: WorkflowPlan, name: str, sink: Sink, at: Tokens, hops: int
    ) -> None:
        self.follow(flow, dict(flow.workflow.outputs).get(name), sink, at, hops)

    def add_call(self, flow: WorkflowPlan, call: OperationCall) -> None:
        """The sinks that the request of a step is."""
        description = call.operation.description
        for argument in call.arguments:
            schema = _standalone(argument.parameter.schema, description)
            if schema is not None:
                required = argument.parameter.required
                if argument.parameter.location == "path":
                    schema = combine_schemas([schema, NOT_EMPTY])
                self.follow(flow, argument.value, Sink(schema, required, is_text=True))
        if call.body is not None:
            media = call.body.media
            self._add_body(flow, call.body, media.schema if media else None, description)

    def _add_body(
        self,
        flow: WorkflowPlan,
        body: BodyPlan,
        documented: Schema | None,
        description: ApiDescription,
    ) -> None:
        schema = _standalone(documented, description)
        if schema is None:
            return
        for value, part, required in _parts(body.payload, schema, schema, required=True):
            self.follow(flow, value, Sink(schema_part(part, schema), required))
        for one in body.replacements:
            if isinstance(one.target, Literal) and str(one.target.value).startswith("/"):
                tokens = str(one.target.value).split("/")[1:]
                found = _descend(schema, schema, tokens)
                if found is not None:
                    self.follow(flow, one.value, Sink(schema_part(found, schema)))

    def add_message(self, flow: WorkflowPlan, call: ChannelCall) -> None:
        """The sinks that a message is: its address, its headers, its payload, its correlation."""
        text = Sink(NOT_EMPTY, required=True, is_text=True)
        if call.correlation is not None:
            self.follow(flow, call.correlation, text)
        for argument in call.arguments:
            if argument.location == "path":
                self.follow(flow, argument.value, text)
            for sink in _header_sinks(call.messages, argument.name):
                self.follow(flow, argument.value, sink)
        held = call.messages[0].payload if call.messages else None
        if call.body is not None and held is not None:
            self._add_body(flow, call.body, held.schema, held.description)

    def add_links(self, flow: WorkflowPlan, call: WorkflowCall) -> None:
        """What a called workflow does with its inputs is done with what it is given."""
        for argument in call.arguments:
            known = self.inputs.get((call.key, argument.name), {})
            for at, sinks in list(known.items()):
                for sink in sinks:
                    self.follow(flow, argument.value, sink, at)


def value_flow(plan: Plan) -> ValueFlow:
    """Follow all that the steps of a plan send back to where it comes from; worked out once."""
    known = plan.memo.get("value flow")
    if known is None:
        known = plan.memo["value flow"] = _value_flow(plan)
    return replace(known, plan=plan)


def _value_flow(plan: Plan) -> ValueFlow:
    found = ValueFlow(plan)
    calls = [(flow, step.call) for flow in plan.workflows.values() for step in flow.steps]
    for flow, call in calls:
        if isinstance(call, OperationCall):
            found.add_call(flow, call)
        elif isinstance(call, ChannelCall):
            found.add_message(flow, call)
    for _ in range(3):  # the inputs of a workflow may be those of one that calls it, and so on
        for flow, call in calls:
            if isinstance(call, WorkflowCall):
                found.add_links(flow, call)
    return found


def body_reads(planned: StepPlan) -> Iterator[Tokens]:
    """The parts of its response that a step reads, in its criteria and outputs."""
    step: Step = planned.step
    for criterion in planned.criteria:
        for one, _ in expressions_in(criterion):
            yield from _response_ways(one)
        if isinstance(criterion, QueryCriterion) and criterion.kind == "jsonpath":
            tokens = _concrete(leading_tokens(criterion.text))
            for way in _response_ways(criterion.context):
                yield (*way, *tokens)
    for _, value in step.outputs:
        for one, _ in in_value(value, step.place):
            yield from _response_ways(one)
        for selector, _ in selectors(value, step.place):
            yield from _response_ways(selector)


def _response_ways(value: DynamicValue | None) -> Iterator[Tokens]:
    match value:
        case BodyRef(message="response" | "message", path=path):
            yield path.tokens
        case Selector(context=BodyRef(message="response" | "message", path=path)):
            yield (*path.tokens, *_concrete(selector_tokens(value)))
        case _:
            return


def _concrete(tokens: tuple[str | int | None, ...]) -> Tokens:
    """Tokens with the first item where any may be."""
    return tuple(0 if one is None else one for one in tokens)


def _split(name: str, path: Path, walk: tuple[str | int, ...]) -> tuple[str, Tokens]:
    """The name of an input or output, and the way into it."""
    first = name.partition(".")[0] if walk else name
    return first, (*walk, *path.tokens)


def _add(sinks: Sinks, at: Tokens, sink: Sink) -> None:
    known = sinks.setdefault(at, [])
    if all(one.schema is not sink.schema for one in known):
        known.append(sink)


def _standalone(schema: Schema | None, description: ApiDescription) -> Value | None:
    if schema is None:
        return None
    try:
        return standalone_schema(schema, description, "request")
    except DocumentError:
        return None


def _header_sinks(messages: Sequence[Message], name: str) -> Iterator[Sink]:
    for held in (headers for one in messages[:1] for headers in one.headers):
        schema = _standalone(held.schema, held.description)
        inner = None if schema is None else _descend(schema, schema, [name])
        if inner is not None:
            yield Sink(schema_part(inner, schema), is_text=True)


def _parts(
    value: DynamicValue | None, schema: Value, root: Value, *, required: bool
) -> Iterator[tuple[DynamicValue, Value, bool]]:
    """The expressions in a payload with the schemas of what they stand for."""
    match value:
        case Expression():
            yield value, schema, required
        case ObjectTemplate(members):
            flat = _flat_with(schema, root, frozenset(name for name, _ in members))
            for name, member in members:
                inner = _schema_below(flat, name)
                if inner is not None:
                    needed = required and name in flat.get("required", ())
                    yield from _parts(member, inner, root, required=needed)
        case ArrayTemplate(items):
            flat = _flat_with(schema, root, frozenset())
            for index, item in enumerate(items):
                inner = _schema_below(flat, index)
                if inner is not None:
                    yield from _parts(item, inner, root, required=False)
        case _:
            return


def _flat_with(schema: Value, root: Value, names: frozenset[str]) -> dict[str, Value]:
    """The schema, of its alternatives that which has members of these names."""
    best: dict[str, Value] = {}
    score = -1
    for variant in range(VARIANTS):
        try:
            flat = flatten(schema, root, (), variant).schema
        except NoExample:
            continue
        has = len(names & properties_of(flat).keys())
        if has > score:
            best, score = flat, has
        if score == len(names):
            break
    return best


def _descend(schema: Value, root: Value, tokens: list[str]) -> Value | None:
    for token in tokens:
        flat = _flat_with(schema, root, frozenset((token,)))
        found = _schema_below(flat, token)
        index = parse_digits(token)
        if found is None and index is not None:
            found = _schema_below(flat, index)
        if found is None:
            return None
        schema = found
    return schema


def _schema_below(flat: dict[str, Value], token: str | int) -> Value | None:
    """The schema of a member or an item; None where none is stated."""
    if isinstance(token, int):
        return next((one for one, _ in item_schemas(flat, token)), None)
    return next((one for one, _ in member_schemas(flat, token, is_name_match)), None)
