"""The journal that `--journal FILE` names, opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from arazzo_runner.errors import UsageError
from arazzo_runner.journal import open as opening
from arazzo_runner.journal.journal import Journal
from arazzo_runner.text.diagnostic import error


def open_journal(given: Mapping[str, Any], *, creates: bool = False) -> Journal:
    """Open the journal of the flags. Raises UsageError."""
    file = given["journal"]
    if file is None:
        raise UsageError(error("AZ906", "`--journal FILE` is missing"))
    return opening.open_journal(file, given.get("journal_key"), creates=creates)
