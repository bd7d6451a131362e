"""The figures of a load as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from arazzo_runner.load_test.figures import Figure, LoadOutcome

_TITLES = ("count", "failed", "mean", "p50", "p95", "p99", "max")
_REASONS = 5


def figure_lines(outcome: LoadOutcome) -> Iterator[str]:
    """A table of workflows and their steps, and what all came to; durations in milliseconds."""
    rows = [(_label(name[1], one), _cells(one)) for name, one in outcome.figures.entries.items()]
    width = max((len(label) for label, _ in rows), default=0)
    if rows:
        yield _row("", _TITLES, width)
    for label, cells in rows:
        yield _row(label, cells, width)
    yield from _reason_lines(outcome)
    runs = outcome.figures.runs()
    rate = runs.ended / outcome.duration if outcome.duration > 0 else 0.0
    counts = f"{runs.ended:,} runs, {runs.failed:,} failed"
    yield f"{counts}, {rate:.1f} runs/s in {outcome.duration:.1f} s"
    if outcome.is_limited:
        yield (
            "note: the generator was the limit: its CPU was over 90 %, so that its own delay stands"
            " in the durations; take fewer users, or more workers (`--master`, `--worker`)"
        )


def _reason_lines(outcome: LoadOutcome) -> Iterator[str]:
    """Why steps failed, the most frequent reasons first."""
    found = [
        (count, one.label, reason)
        for (_, step), one in outcome.figures.entries.items()
        if step
        for reason, count in one.reasons.items()
    ]
    found.sort(key=lambda entry: -entry[0])
    for count, label, reason in found[:_REASONS]:
        yield f"{label}: {count:,} failed: {reason}"
    if len(found) > _REASONS:
        yield f"further reasons: {len(found) - _REASONS}"


def _label(step: str, figure: Figure) -> str:
    return f"  {figure.label}" if step else figure.label


def _cells(figure: Figure) -> tuple[str, ...]:
    durations = figure.durations
    times = (
        durations.mean,
        *(durations.percentile(one) for one in (0.5, 0.95, 0.99)),
        durations.longest,
    )
    shares = (f"{figure.ended:,}", f"{figure.failed_share:.1%}")
    return (*shares, *(f"{one * 1000:,.1f}" for one in times))


def _row(label: str, cells: tuple[str, ...], width: int) -> str:
    return f"{label:{width}}" + "".join(f"{one:>10}" for one in cells)
