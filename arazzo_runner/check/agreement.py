"""The findings about a plan's agreement with the API descriptions, for `validate` and `run`."""

from __future__ import annotations

from collections.abc import Iterator

from arazzo_runner.check.rules import AGREEMENT
from arazzo_runner.check.view import views_of
from arazzo_runner.executor.plan import Plan
from arazzo_runner.text.diagnostic import Diagnostic


def agreement(plan: Plan) -> Iterator[Diagnostic]:
    """All findings about the steps of a plan that call operations."""
    for view in views_of(plan):
        for rule in AGREEMENT.values():
            yield from rule(view)
