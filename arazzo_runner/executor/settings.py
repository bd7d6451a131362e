"""What the user decides about a run, beyond the document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal as Choice
from typing import TypeAlias

from msgspec import Struct, field

CheckKind: TypeAlias = Choice["status", "content-type", "schema", "headers"]
CheckSeverity: TypeAlias = Choice["off", "warn", "error"]

ALL_WARN: dict[CheckKind, CheckSeverity] = {
    "status": "warn",
    "content-type": "warn",
    "schema": "warn",
    "headers": "warn",
}


class Limits(Struct, frozen=True):
    """The guards of a run (docs/limits.md); times in seconds."""

    max_steps: int = 1_000
    max_depth: int = 16
    max_retries: int = 10
    max_wait: float = 60.0
    all_waits: float = 3_600.0
    run_timeout: float = 3_600.0
    query_seconds: float = 1.0
    json_depth: int = 512


class Clock(Struct, frozen=True):
    """Two clocks: ``monotonic`` in seconds for durations, ``now`` in seconds since 1970, UTC."""

    monotonic: Callable[[], float]
    now: Callable[[], float]


class Settings(Struct, frozen=True):
    """``checks`` are the contract checks' severities; ``until`` is the last step to run.

    ``fail_fast`` leaves out the workflows after the first that does not pass.
    """

    limits: Limits = field(default_factory=Limits)
    checks: Mapping[CheckKind, CheckSeverity] = field(default_factory=lambda: ALL_WARN)
    until: str | None = None
    fail_fast: bool = False
