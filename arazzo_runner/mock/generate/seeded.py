"""Choices that look random and are a pure function of a seed and a place.

Nothing is remembered between two choices, so a value does not depend on what was made before it:
the same seed and the same place give the same value in every run and on every machine.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

T = TypeVar("T")

MASK = 2**64 - 1


class SeededChoice(Struct, frozen=True):
    """A source of choices for one place, named by ``path``; ``attempt`` gives another series."""

    seed: int = 0
    path: tuple[str | int, ...] = ()
    attempt: int = 0

    def at(self, *tokens: str | int) -> SeededChoice:
        """The dice of a place below this one."""
        return SeededChoice(self.seed, (*self.path, *tokens), self.attempt)

    def again(self, attempt: int) -> SeededChoice:
        """The dice of the same place for another attempt."""
        return replace(self, attempt=attempt)

    def below(self, count: int) -> int:
        """A number from 0 to ``count`` - 1."""
        text = repr((self.seed, self.path, self.attempt)).encode()
        return _mix(zlib.crc32(text) << 32 | zlib.crc32(text[::-1])) % count

    def pick(self, items: Sequence[T]) -> T:
        """One of ``items``."""
        return items[self.below(len(items))]


def _mix(number: int) -> int:
    """Spread what is alike far apart (the last step of SplitMix64); checksums alone do not."""
    number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9 & MASK
    number = (number ^ number >> 27) * 0x94D049BB133111EB & MASK
    return number ^ number >> 31
