"""``--fail-if EXPRESSION``: what a load must not come to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from arazzo_runner.errors import UsageError
from arazzo_runner.load_test.figures import EntryName, Figures
from arazzo_runner.text.diagnostic import did_you_mean, error

_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0}
_PERCENTILES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
_MEASURES: Final = (*_PERCENTILES, "mean", "max", "failed")
_FORM: Final = re.compile(
    r"\s*(?P<measure>[A-Za-z][A-Za-z0-9]*)\s*\(\s*(?P<name>[^()]+?)\s*\)\s*>"
    r"\s*(?P<number>[0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(?P<unit>[A-Za-z%]*)\s*",
    re.ASCII,
)
_EXAMPLES: Final = "write `p95(STEP) > 300ms` or `failed(WORKFLOW) > 1%`"


class Threshold(Struct, frozen=True):
    """One expression. ``bound`` is in seconds, or a share from 0 to 1 of ``failed``."""

    text: str
    measure: str
    names: tuple[EntryName, ...]
    bound: float

    def figure(self, figures: Figures) -> float:
        """What it came to."""
        found = figures.sum_of(self.names)
        match self.measure:
            case "failed":
                return found.failed_share
            case "mean":
                return found.durations.mean
            case "max":
                return found.durations.longest
            case percentile:
                return found.durations.percentile(_PERCENTILES[percentile])

    def is_tripped(self, figures: Figures) -> bool:
        """Whether it came to more than the bound."""
        return self.figure(figures) > self.bound

    def sentence(self, figures: Figures) -> str:
        """The figure and the bound."""
        figure = self.figure(figures)
        if self.measure == "failed":
            return f"{self.text}: it was {figure:.2%}"
        return f"{self.text}: it was {figure * 1000:.1f} ms"


def parse_thresholds(
    texts: Iterable[str], steps: Mapping[str, Sequence[str]]
) -> tuple[Threshold, ...]:
    """Read expressions; ``steps`` are the stepIds by workflow. Raises UsageError."""
    return tuple(_parse(text, steps) for text in texts)


def _parse(text: str, steps: Mapping[str, Sequence[str]]) -> Threshold:
    found = _FORM.fullmatch(text)
    if found is None:
        raise _mistake(text, "is no expression", _EXAMPLES)
    measure, unit = found["measure"], found["unit"]
    if measure not in _MEASURES:
        listed = ", ".join(f"`{one}`" for one in _MEASURES)
        raise _mistake(text, f"`{measure}` is not measured", f"it is one of {listed}")
    scale = _scale(text, measure, unit)
    return Threshold(
        text.strip(), measure, _names(text, found["name"], steps), float(found["number"]) * scale
    )


def _scale(text: str, measure: str, unit: str) -> float:
    if measure == "failed":
        if unit != "%":
            raise _mistake(text, "`failed` is a share", "write a number with `%`")
        return 0.01
    if unit not in _UNITS:
        shown = f"`{unit}` is no unit of time" if unit else "the bound has no unit"
        raise _mistake(text, shown, "write a number with `ms`, `s` or `m`")
    return _UNITS[unit]


def _names(text: str, name: str, steps: Mapping[str, Sequence[str]]) -> tuple[EntryName, ...]:
    """The entries that a name is about: a workflow, or the steps of this stepId."""
    found = [(workflow, name) for workflow, own in steps.items() if name in own]
    if name in steps and found:
        raise _mistake(text, f"`{name}` is a workflow and a step", "give one of them another name")
    if name in steps:
        return ((name, ""),)
    if not found:
        known = [*steps, *(one for own in steps.values() for one in own)]
        hint = did_you_mean(name, known) or "name a stepId or a workflowId"
        raise _mistake(text, f"no step and no workflow is called `{name}`", hint)
    return tuple(found)


def _mistake(text: str, why: str, hint: str) -> UsageError:
    return UsageError(error("AZ906", f"`--fail-if {text}`: {why}", help=hint))
