"""Faults and latency: which requests they hit follows from the seed and the request's number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.text.pattern import lazy_pattern

_MILLION: Final = 1_000_000
_FAULT: Final = lazy_pattern(r"(reset|[1-5][0-9]{2}):([0-9]{1,3}(?:\.[0-9]{1,4})?)%")
_LATENCY: Final = lazy_pattern(
    r"([0-9]{1,6}(?:\.[0-9]{1,3})?)(ms|s)(?:\.\.([0-9]{1,6}(?:\.[0-9]{1,3})?)(ms|s))?"
)
_UNITS: Final = {"ms": 0.001, "s": 1.0}
_LONGEST: Final = 60.0


class Fault(Struct, frozen=True):
    """``status`` is None for a connection that is reset; ``share`` of a million requests."""

    status: int | None
    share: int

    def text(self) -> str:
        """The fault as it is typed."""
        return f"{self.status or 'reset'}:{self.share / (_MILLION / 100):g}%"


class Latency(Struct, frozen=True):
    """The time that every response takes at least, in seconds: from ``least`` to ``most``."""

    least: float = 0.0
    most: float = 0.0

    def text(self) -> str:
        """The latency as it is typed."""
        return f"{self.least * 1e3:g}ms..{self.most * 1e3:g}ms"


def parse_faults(texts: Iterable[str]) -> tuple[Fault, ...]:
    """``503:5%`` and ``reset:1%``. Raises ValueError, whose text says what is wrong."""
    faults = tuple(map(_parse_fault, texts))
    if sum(one.share for one in faults) > _MILLION:
        raise ValueError("together the faults are more than 100 % of the requests")
    return faults


def _parse_fault(text: str) -> Fault:
    found = _FAULT.fullmatch(text.strip())
    if found is None or float(found[2]) > 100:
        raise ValueError(f"`{text}` is no fault; write `503:5%`, or `reset:1%`")
    status = None if found[1] == "reset" else int(found[1])
    if status is not None and status < 200:
        raise ValueError(f"`{text}`: {status} is no status of a response that ends a request")
    return Fault(status, round(float(found[2]) * _MILLION / 100))


def parse_latency(text: str) -> Latency:
    """``100ms`` or ``50ms..200ms``. Raises ValueError, whose text says what is wrong."""
    found = _LATENCY.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"`{text}` is no latency; write `100ms`, or `50ms..200ms`")
    least = float(found[1]) * _UNITS[found[2]]
    most = float(found[3]) * _UNITS[found[4]] if found[3] else least
    if most < least or most > _LONGEST:
        raise ValueError(f"`{text}` has to grow, to `60s` at the most")
    return Latency(least, most)


class Disturbance:
    """What befalls the requests, one after the other."""

    def __init__(
        self,
        seed: int = 0,
        faults: tuple[Fault, ...] = (),
        latency: Latency = Latency(),  # noqa: B008 - frozen
    ) -> None:
        self._dice = SeededChoice(seed)
        self.faults = faults
        self.latency = latency
        self._count = 0

    def restart(self) -> None:
        """Begin again with the first request."""
        self._count = 0

    def next(self) -> tuple[Fault | None, float]:
        """The fault of the next request, if it has one, and the seconds it has to wait."""
        if not self.faults and not self.latency.most:
            return None, 0.0
        self._count += 1
        dice = self._dice.at("request", self._count)
        span = self.latency.most - self.latency.least
        wait = self.latency.least + span * dice.at("latency").below(_MILLION) / _MILLION
        number = dice.at("fault").below(_MILLION)
        for one in self.faults:
            if number < one.share:
                return one, wait
            number -= one.share
        return None, wait
