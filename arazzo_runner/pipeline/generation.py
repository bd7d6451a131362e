"""Inputs that are generated for a run: those of `--generate`, and those with `x-generate`."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from arazzo_runner.executor.inputs_schema import InputsSchema
from arazzo_runner.executor.plan import Plan
from arazzo_runner.executor.run import run_keys
from arazzo_runner.expression.value import Value

if TYPE_CHECKING:
    from arazzo_runner.document.generated_kind import GeneratedKind
    from arazzo_runner.messaging.webhooks.address import ListenAddress


class Generation(Struct, frozen=True):
    """What is generated: ``kinds`` by the name of the input, beside those of the schemas.

    Without a ``seed`` each run has one of its own. ``occurrence`` sets runs of one seed apart, such
    as the rows of a table. ``shared`` names are those that count only where they are declared.
    ``listen`` is where channels are received whose addresses inputs get (``x-webhook``).
    """

    kinds: Mapping[str, str] = field(default_factory=dict)
    seed: int | None = None
    occurrence: str = ""
    shared: frozenset[str] = frozenset()
    listen: ListenAddress | None = None

    def at(self, occurrence: str) -> Generation:
        """What is generated for another run of the same seed."""
        return replace(self, occurrence=f"{self.occurrence}/{occurrence}")


def new_seed() -> int:
    """A seed that nobody has chosen."""
    return int.from_bytes(os.urandom(4))


def with_generated(
    plan: Plan, inputs: Mapping[str, Value], generation: Generation
) -> tuple[Plan, Mapping[str, Value]]:
    """The plan and the inputs, with values for what is to be generated and is not set."""
    if generation.listen is not None:
        inputs = {**dict(_addresses(plan, inputs, generation.listen)), **inputs}
    schemas = [plan.workflows[key].inputs_schema for key in run_keys(plan)]
    kinds = dict(_kinds(schemas, generation, inputs))
    if not kinds:
        return plan, inputs
    from arazzo_runner.document.generated_kind import SeededNumbers, generate_kind

    seed = new_seed() if generation.seed is None else generation.seed
    moment = time.time()
    # Documents of one command have other values, wherever the command runs.
    scope = f"{PurePath(plan.entry).name}{generation.occurrence}"
    made: dict[str, Value] = {}
    for name, kind in kinds.items():
        value = generate_kind(kind, SeededNumbers(seed, f"{scope}/{name}"), moment)
        made[name] = _fit(value, _types(schemas, name))
    return replace(plan, generated=made, seed=seed), {**inputs, **made}


def _addresses(
    plan: Plan, inputs: Collection[str], listen: ListenAddress
) -> Iterator[tuple[str, Value]]:
    """The addresses of channels that inputs name which are not set.

    Raises UsageError where the port cannot be had.
    """
    for key in reversed(run_keys(plan)):  # what the first workflow says counts
        for one in plan.workflows[key].webhooks:
            if one.name not in inputs:
                yield one.name, listen.public_address(one.address)


def _kinds(
    schemas: Iterable[InputsSchema], generation: Generation, inputs: Collection[str]
) -> Iterator[tuple[str, GeneratedKind]]:
    schemas = list(schemas)
    for one in reversed(schemas):  # what the first workflow says counts
        yield from ((name, kind) for name, kind in one.generated.items() if name not in inputs)
    for name, text in generation.kinds.items():
        is_known = any(one.accepts(name) for one in schemas)
        if name not in inputs and (is_known or name not in generation.shared):
            from arazzo_runner.document.generated_kind import parse_kind

            yield name, parse_kind(text)


def _types(schemas: Iterable[InputsSchema], name: str) -> Collection[str]:
    return next((one.types_of(name) for one in schemas if name in one.stated), ())


def _fit(value: Value, types: Collection[str]) -> Value:
    """The value as the input wants it: a number as text, or what a text spells."""
    if not types:
        return value
    if isinstance(value, int) and not {"integer", "number"} & {*types}:
        return str(value) if "string" in types else value
    if isinstance(value, str) and "string" not in types:
        import json

        try:
            spelled: Value = json.loads(value)
        except (ValueError, RecursionError):
            return value
        return spelled
    return value
