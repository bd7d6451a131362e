"""The summary of contract findings at the end of a pytest run, equal findings once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

import pytest

from arazzo_runner.executor.result import RunResult
from arazzo_runner.report.checks import placed_sentence
from arazzo_runner.report.exit_code import summarize_run
from arazzo_runner.report.safe_text import SafeText, count_text
from arazzo_runner.report.secrets import Masker

ItemFindings: TypeAlias = list[tuple[str, int]]
"""Sentences, and how often each of them came."""

KEY: Final = pytest.StashKey[ItemFindings]()
WIDTH: Final = 300


def keep_findings(item: pytest.Item, result: RunResult, masker: Masker) -> None:
    """Keep the contract findings of a run for the report of its test."""
    shown = SafeText(masker, "…")
    told = item.stash.setdefault(KEY, [])
    for one in summarize_run(result).findings:
        told.append((shown.line(placed_sentence(one.check), WIDTH), one.times))


def summary_lines(reports: Iterable[tuple[str, ItemFindings]]) -> tuple[str, list[str]]:
    """A title and lines about what tests, by their node ids, have found."""
    times: dict[str, int] = {}
    tests: dict[str, dict[str, None]] = {}
    for test, told in reports:
        for sentence, count in told:
            times[sentence] = times.get(sentence, 0) + count
            tests.setdefault(sentence, {})[test] = None
    lines = [f"{one}{_where(list(tests[one]), count)}" for one, count in times.items()]
    return count_text(sum(times.values()), "contract finding"), lines


def _where(tests: list[str], times: int) -> str:
    others = f" and {count_text(len(tests) - 1, 'other test')}" if len(tests) > 1 else ""
    return f" ({f'{times:,} times, ' if times > 1 else ''}{tests[0]}{others})"
