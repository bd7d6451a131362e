"""Workflows as data: what a program, or a model that calls tools, has to know to run one."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class OperationInfo(Struct, frozen=True):
    """An operation that a step calls: its source description, names, method and path template."""

    source: str
    operation_id: str | None
    method: str
    path: str


class StepInfo(Struct, frozen=True):
    """A step: the operation that it calls, or the workflow, by its workflowId.

    Neither is known of a step that cannot run.
    """

    step_id: str
    description: str | None
    operation: OperationInfo | None
    workflow: str | None


class WorkflowInfo(Struct, frozen=True):
    """A workflow, as its caller sees it.

    ``inputs`` and ``outputs`` are JSON Schemas (2020-12) of objects that stand by themselves; what
    the API descriptions do not tell of an output is left open. ``secret_inputs`` are those that
    hold a ``format: password`` or ``writeOnly``. ``errors`` are the messages of what keeps it from
    running.

    The methods of all steps that the workflow can reach tell what a run may do (RFC 9110, section
    9.2): ``read_only`` where all are safe; ``destructive`` where one changes or deletes what is
    there (PUT, PATCH, DELETE); ``deletes`` where one is DELETE; ``idempotent`` where a second run
    changes nothing more. Of a workflow that cannot run the worst is said.
    """

    workflow_id: str
    summary: str | None
    description: str | None
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    steps: tuple[StepInfo, ...]
    secret_inputs: tuple[str, ...]
    read_only: bool
    destructive: bool
    deletes: bool
    idempotent: bool
    errors: tuple[str, ...] = ()
