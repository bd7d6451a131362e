"""A document whose workflows are offered, with all that a client must not see of its runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from arazzo_runner.catalog.model import WorkflowInfo
from arazzo_runner.embed.runner import Runner
from arazzo_runner.executor.inputs_schema import InputsSchema
from arazzo_runner.expression.value import MaybeValue, Value
from arazzo_runner.pipeline.load import Description
from arazzo_runner.text.diagnostic import SafeRepr

SecretLookup: TypeAlias = Callable[[str, str], MaybeValue]
"""Gives a secret input, by workflowId and name, where it is set; else MISSING."""


class OfferedDocument(SafeRepr, frozen=True):
    """A document, how its workflows run, and the inputs that are set for them.

    ``stem`` is its name in tools of the same workflowId, ``inputs`` are those that are set, by
    workflowId, ``look_up`` knows those that are secret, ``variable`` the environment variable that
    one is read from. ``secrets`` are further names of secret inputs, ``generated`` those of inputs
    that are generated.
    """

    stem: str
    description: Description
    runner: Runner
    inputs: Mapping[str, Mapping[str, Value]]
    look_up: SecretLookup
    variable: Callable[[str, str], str]
    secrets: frozenset[str] = frozenset()
    generated: frozenset[str] = frozenset()

    def brief(self) -> str:
        """Which document."""
        return self.stem

    def schema(self, info: WorkflowInfo) -> InputsSchema:
        """What a workflow declares of its inputs."""
        return self.description.entry.inputs[info.workflow_id]

    def secret_inputs(self, info: WorkflowInfo) -> frozenset[str]:
        """The inputs of a workflow that no client may see or set."""
        named = (one for one in self.schema(info).stated if one in self.secrets)
        return frozenset((*info.secret_inputs, *named))
