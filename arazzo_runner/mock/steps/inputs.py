"""Inputs that were not given, generated: from an example, a default or the schema.

A value also fits where the workflow sends it, if one can.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Final

from arazzo_runner.executor.plan import WorkflowKey, WorkflowPlan
from arazzo_runner.expression.query.limits import QueryError
from arazzo_runner.expression.value import MISSING, Value
from arazzo_runner.mock.generate.flatten import (
    NoExample,
    combine_schemas,
    schema_part,
)
from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.mock.generate.time_budget import within_seconds
from arazzo_runner.mock.generate.validators import (
    validator_of,
)
from arazzo_runner.mock.generate.value import generate_value
from arazzo_runner.mock.resources import path_text
from arazzo_runner.mock.steps.flow import Sink, Sinks, Tokens, ValueFlow
from arazzo_runner.openapi.schema.walk import definitions_of, with_definitions, without_definitions

MAX_SECONDS: Final = 5.0
"""For all inputs of a run."""


def generated_inputs(
    flow: ValueFlow, keys: Iterable[WorkflowKey], given: Mapping[str, Value], seed: int = 0
) -> dict[str, Value]:
    """Values for the inputs that these workflows need and that were not given.

    Needed are those that the schema requires, and those without a default that a required part
    of a request is made of. What cannot be generated, or not in time, is left out.
    """
    made: dict[str, Value] = {}
    generate = partial(_generate, flow, keys, given, seed, made)
    with suppress(QueryError):
        within_seconds(MAX_SECONDS, generate)
    return made


def _generate(
    flow: ValueFlow,
    keys: Iterable[WorkflowKey],
    given: Mapping[str, Value],
    seed: int,
    made: dict[str, Value],
) -> None:
    for key in keys:
        workflow = flow.plan.workflows[key]
        for name, schema in needed_inputs(workflow, flow).items():
            if name in given or name in made or name in flow.plan.own_inputs.get(key, {}):
                continue
            dice = SeededChoice(seed).at("inputs", name)
            sinks = flow.inputs.get((key, name), {})
            value = next(_values(workflow, schema, sinks, dice), MISSING)
            if value is not MISSING:
                made[name] = value


def _values(
    workflow: WorkflowPlan, schema: Value, sinks: Sinks, dice: SeededChoice
) -> Iterator[Value]:
    """Values for an input, the best first: one that fits everywhere, one as text, any."""
    own = schema_part(schema, workflow.inputs_schema.value)
    for tried in _tries(own, sinks):
        with suppress(NoExample):
            yield generate_value(tried, dice)
    texts = [one.schema for one in sinks.get((), ()) if one.is_text]
    with suppress(NoExample):
        text = path_text(generate_value(combine_schemas(texts), dice)) if texts else MISSING
        if text is not MISSING and validator_of(own)(text):
            yield text
    with suppress(NoExample):
        yield generate_value(own, dice)


def needed_inputs(workflow: WorkflowPlan, flow: ValueFlow) -> dict[str, Value]:
    """The inputs that a workflow cannot do without, with their schemas, in the declared order."""
    inputs = workflow.inputs_schema
    declared = inputs.schemas()
    required = set(inputs.required())
    required |= {
        name
        for name in declared
        if not inputs.has_default(name)
        and any(
            sink.required
            for sinks in flow.inputs.get((workflow.key, name), {}).values()
            for sink in sinks
        )
    }
    ordered = [*declared, *sorted(required - declared.keys())]
    return {name: declared.get(name, True) for name in ordered if name in required}


def _tries(own: Value, sinks: Sinks) -> Iterator[Value]:
    """Schemas to make a value for: with all that it flows into, or with one of these."""
    taken = [_wrapped(at, one) for at, found in sinks.items() for one in found]
    if taken:
        yield combine_schemas([own, *taken])
    else:
        yield own
    for one in taken:
        yield combine_schemas([own, one])


def _wrapped(at: Tokens, sink: Sink) -> Value:
    """The schema of a value of which the part at ``at`` goes into the sink."""
    schema = sink.schema
    definitions, schema = definitions_of(schema), without_definitions(schema)
    for token in reversed(at):
        schema = {"items": schema} if isinstance(token, int) else {"properties": {token: schema}}
    return with_definitions(schema, definitions)
