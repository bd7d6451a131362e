"""What the names in an expression mean at one moment of a run."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.http_semantics.headers import Headers


class Exchange(Struct, frozen=True):
    """A request as it was really sent, and its answer; ``status`` None when there is no answer.

    ``query`` and ``path`` hold the parameters by name, as values before serialization.
    """

    method: str
    url: str
    request_headers: Headers = ()
    query: Mapping[str, Value] = field(default_factory=dict)
    path: Mapping[str, Value] = field(default_factory=dict)
    request_body: MaybeValue = MISSING
    status: int | None = None
    response_headers: Headers = ()
    response_body: MaybeValue = MISSING


class MessageValues(Struct, frozen=True):
    """A message as it was sent, or as it was received (``$message``)."""

    headers: Headers = ()
    payload: MaybeValue = MISSING


class WorkflowValues(Struct, frozen=True):
    """Inputs and outputs of the latest run of a workflow; ``steps`` are those of its steps."""

    inputs: Mapping[str, Value]
    outputs: Mapping[str, Value]
    steps: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)


class Scope(Struct, frozen=True):
    """All that an expression can read; replaced, never changed.

    ``steps`` maps a stepId to the outputs of its latest visit; ``outputs`` are those of the
    called workflow (``$outputs``); ``sources`` maps a source description's name to its fields;
    ``query_seconds`` bounds each Selector Object.
    """

    inputs: Mapping[str, Value] = field(default_factory=dict)
    steps: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    workflows: Mapping[str, WorkflowValues] = field(default_factory=dict)
    outputs: Mapping[str, Value] = field(default_factory=dict)
    exchange: Exchange | None = None
    message: MessageValues | None = None
    self_uri: str | None = None
    sources: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    query_seconds: float = 1.0
