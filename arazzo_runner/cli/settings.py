"""What flags say of a run, as the engine takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from arazzo_runner.cli.checks import read_checks
from arazzo_runner.executor.settings import Limits, Settings


def settings_of(given: Mapping[str, Any]) -> Settings:
    """Limits, checks, and where to stop. Raises click.UsageError."""
    limits = Limits(
        max_steps=given["max_steps"],
        max_depth=given["max_depth"],
        max_retries=given["max_retries"],
        max_wait=given["max_wait"],
        run_timeout=given["run_timeout"],
        query_seconds=given["max_query_time"],
        json_depth=given["max_json_depth"],
    )
    return Settings(limits, read_checks(given["checks"]), given["until"], given["fail_fast"])
