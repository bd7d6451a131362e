"""What a load came to, by workflow and by step; many processes add theirs up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from msgspec import Struct, field

from arazzo_runner.load_test.histogram import Histogram

WORKFLOW: Final = "WORKFLOW"
"""What stands in place of a method where Locust shows a workflow."""

EntryName: TypeAlias = tuple[str, str]
"""A workflowId with a stepId; with an empty one the workflow as a whole."""

FiguresData: TypeAlias = list[tuple[str, str, str, int, int, Any, dict[str, int]]]

_MAX_REASONS: Final = 20
"""The reasons of failures that are counted for an entry: those that come first."""


class Figure(Struct):
    """The runs of a workflow, or visits of a step: how many, how many failed, and durations.

    Of a step these are durations of its requests, of which a visit with retries has several.
    """

    label: str
    ended: int = 0
    failed: int = 0
    durations: Histogram = field(default_factory=Histogram)
    reasons: dict[str, int] = field(default_factory=dict)
    """Why how many failed, in words that are the same for equal failures."""

    def count_reason(self, reason: str, count: int = 1) -> None:
        """Add failures that have the same reason."""
        if reason in self.reasons or len(self.reasons) < _MAX_REASONS:
            self.reasons[reason] = self.reasons.get(reason, 0) + count

    @property
    def failed_share(self) -> float:
        """The share that failed, from 0 to 1."""
        return self.failed / self.ended if self.ended else 0.0


class Figures:
    """The figures of a process, or of all."""

    def __init__(self) -> None:
        self._entries: dict[EntryName, Figure] = {}

    def add(
        self,
        name: EntryName,
        label: str,
        duration: float | None,
        verdict: bool | None,  # noqa: FBT001 - a fact, no choice
        reason: str | None = None,
    ) -> None:
        """Count a request or a run; ``verdict`` is None for a request whose step goes on."""
        figure = self._entries.setdefault(name, Figure(label))
        if duration is not None:
            figure.durations.add(duration)
        if verdict is not None:
            figure.ended += 1
            figure.failed += not verdict
        if reason is not None:
            figure.count_reason(reason)

    def clear(self) -> None:
        """Begin anew."""
        self._entries.clear()

    @property
    def entries(self) -> Mapping[EntryName, Figure]:
        """The figures by name, workflows first and each before its steps."""
        return dict(sorted(self._entries.items()))

    def sum_of(self, names: Iterable[EntryName]) -> Figure:
        """What several entries come to together."""
        total = Figure("")
        for name in names:
            one = self._entries.get(name)
            if one is not None:
                total.ended += one.ended
                total.failed += one.failed
                total.durations.merge(one.durations)
        return total

    def runs(self) -> Figure:
        """All runs of workflows."""
        return self.sum_of(name for name in self._entries if not name[1])

    def take(self) -> FiguresData:
        """What has come since this was asked last, to be sent to another process."""
        data = list(self._to_data())
        self.clear()
        return data

    def _to_data(self) -> Iterator[tuple[str, str, str, int, int, Any, dict[str, int]]]:
        for (workflow, step), one in self._entries.items():
            durations = one.durations.to_data()
            yield workflow, step, one.label, one.ended, one.failed, durations, one.reasons

    def merge(self, data: FiguresData) -> None:
        """Add what another process has sent."""
        for workflow, step, label, ended, failed, durations, reasons in data:
            figure = self._entries.setdefault((workflow, step), Figure(label))
            figure.ended += ended
            figure.failed += failed
            figure.durations.merge(Histogram.from_data(durations))
            for reason, count in reasons.items():
                figure.count_reason(reason, count)


class LoadOutcome(Struct, frozen=True):
    """How a load has ended: its figures, and how long it took.

    ``received`` is the number of a signal, 0 where none came. ``is_limited``: a process that sends
    had no CPU left, so that its own delay stands in the durations.
    """

    figures: Figures
    duration: float
    received: int = 0
    is_limited: bool = False
