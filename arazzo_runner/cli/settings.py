"""What flags say of a run, as the engine takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from arazzo_runner.cli.checks import read_checks
from arazzo_runner.executor.settings import Limits, Settings
from arazzo_runner.options.table import members_of


def settings_of(given: Mapping[str, Any]) -> Settings:
    """Limits, checks, and where to stop. Raises click.UsageError."""
    limits = Limits(**members_of("Limits", given))
    return Settings(limits, read_checks(given["checks"]), given["until"], given["fail_fast"])
