"""``--check [KIND=]off|warn|error``"""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

import click

from arazzo_runner.executor.settings import ALL_WARN, CheckKind, CheckSeverity


def read_checks(texts: Iterable[str]) -> dict[CheckKind, CheckSeverity]:
    """The severities of the contract checks; a bare severity is for all kinds."""
    found = dict(ALL_WARN)
    for text in texts:
        kind, equals, severity = text.rpartition("=")
        kinds = [one for one in get_args(CheckKind) if not equals or one == kind]
        severities = [one for one in get_args(CheckSeverity) if one == severity]
        if not kinds or not severities:
            listed = ", ".join(f"`{one}`" for one in ALL_WARN)
            raise click.UsageError(
                f"`--check {text}`: write `off`, `warn` or `error`, or one of {listed} before it, "
                "such as `schema=error`"
            )
        found.update(dict.fromkeys(kinds, severities[0]))
    return found
