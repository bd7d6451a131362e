"""A document that is about to be written: all sources of workflows make it, one writer spells it.

Values are those of the Arazzo document; strings among them may be runtime expressions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal as Choice
from typing import TypeAlias

from msgspec import Struct, field

from arazzo_runner.expression.value import MISSING, MaybeValue, Value


class DraftSelector(Struct, frozen=True):
    """Selector Object of type `regex`, an extension: a part of the text of ``context``."""

    context: str
    selector: str


NamedExpressions: TypeAlias = tuple[tuple[str, str], ...]
"""Expressions by the name of the output or input that gets them, in their order."""
OutputSource: TypeAlias = str | DraftSelector
"""What an output of a step is: an expression, or a part of a text."""


class DraftSource(Struct, frozen=True):
    """Source Description Object; ``url`` is as it will be written."""

    name: str
    url: str
    type: Choice["openapi"] = "openapi"


class DraftInput(Struct, frozen=True):
    """An input of a workflow with its schema."""

    name: str
    schema: Mapping[str, Value]
    required: bool = True


class DraftParameter(Struct, frozen=True):
    """Parameter Object."""

    name: str
    location: str
    value: Value


class DraftRetry(Struct, frozen=True):
    """A failure action that repeats the step while all ``criteria`` are true."""

    name: str
    seconds: float
    limit: int
    criteria: tuple[str, ...]


class DraftGoto(Struct, frozen=True):
    """A success action that goes to a step where all ``criteria`` are true."""

    name: str
    step_id: str
    criteria: tuple[str, ...]


class DraftStep(Struct, frozen=True):
    """Step Object; one of ``operation_id`` and ``operation_path`` is set.

    ``url`` is the expression of ``x-url``, without which the request goes to the operation's own
    one. ``comment`` is written above the step.
    """

    step_id: str
    description: str
    operation_id: str = ""
    operation_path: str = ""
    parameters: tuple[DraftParameter, ...] = ()
    content_type: str = ""
    payload: MaybeValue = MISSING
    criteria: tuple[str, ...] = ()
    retries: tuple[DraftRetry, ...] = ()
    outputs: tuple[tuple[str, OutputSource], ...] = ()
    comment: str = ""
    url: str = ""
    jumps: tuple[DraftGoto, ...] = ()


class DraftCleanup(Struct, frozen=True):
    """The workflow that ``x-finally`` names, with its inputs."""

    workflow_id: str
    parameters: NamedExpressions = ()


class DraftWorkflow(Struct, frozen=True):
    """Workflow Object; ``comment`` are the lines that are written above it."""

    workflow_id: str
    summary: str
    description: str
    inputs: tuple[DraftInput, ...]
    steps: tuple[DraftStep, ...]
    outputs: NamedExpressions = ()
    cleanup: DraftCleanup | None = None
    comment: tuple[str, ...] = ()


class Draft(Struct, frozen=True):
    """Arazzo Description; ``comment`` stands above it, in lines without the sign."""

    title: str
    summary: str
    description: str
    sources: tuple[DraftSource, ...]
    workflows: tuple[DraftWorkflow, ...]
    comment: tuple[str, ...] = ()
    version: str = field(default="1.0.0")


class WorkflowFault(Struct, frozen=True):
    """Why a workflow cannot be written as it is; without ``step_id`` no step is to blame.

    Without ``workflow_id`` it is a finding about the source, whatever is written. Where it
    ``is_of_operation``, no other workflow can have that operation either.
    """

    workflow_id: str
    step_id: str
    reason: str
    is_of_operation: bool = False
