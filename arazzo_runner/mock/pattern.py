"""Strings that match the ``pattern`` of a schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final, assert_never

from arazzo_runner.expression.value import Value
from arazzo_runner.mock.dice import SeededChoice
from arazzo_runner.mock.flatten import NoExample
from arazzo_runner.mock.judge import validator_of
from arazzo_runner.mock.pattern_tree import (
    CharacterSet,
    PatternChoice,
    PatternError,
    PatternNode,
    PatternRepeat,
    PatternSequence,
    parse,
)

MAX_SPELLED: Final = 300_000
"""The characters, and repetitions of nothing, that the search for one string may take in all."""


class _TooLongError(Exception):
    """The characters are used up."""


class PatternGenerator:
    """Spells strings; what may be repeated without an end is, ``extra`` times more."""

    def __init__(self) -> None:
        self.extra = 0
        self.left = MAX_SPELLED

    def spell(self, node: PatternNode, dice: SeededChoice) -> str:
        """A string of ``node``. Raises _TooLongError."""
        self.left -= 1
        if self.left < 0:
            raise _TooLongError
        match node:
            case CharacterSet(of):
                return dice.pick(of if dice.attempt else _lower_case(of)) if of else ""
            case PatternSequence(items):
                return "".join(self.spell(item, dice.at(at)) for at, item in enumerate(items))
            case PatternChoice(options):
                return self.spell(dice.pick(options), dice.at("|"))
            case PatternRepeat(item, least, most):
                count = least + self.extra if most is None else min(most, least + self.extra)
                return "".join(self.spell(item, dice.at(at)) for at in range(count))
            case _:
                assert_never(node)


@lru_cache(maxsize=256)
def _matcher(pattern: str) -> Callable[[Value], bool]:
    return validator_of({"pattern": pattern})


def _lower_case(characters: str) -> str:
    """Without capitals where small letters would do: hexadecimal is easier to read so."""
    return "".join(one for one in characters if one == one.lower() or one.lower() not in characters)


EXTRAS = (2, 0, 1, 3, 4, 5, 6, 8, 13, 21, 34, 55, 89, 144, 233)
"""Repetitions beyond the least, in the order they are tried: neither empty nor long by choice."""
ATTEMPTS = 12


def generate_string(
    pattern: str, dice: SeededChoice, least: int = 0, most: int | None = None
) -> str | None:
    """A string of ``least`` to ``most`` characters that matches ``pattern``, or None.

    As in JSON Schema, the pattern may match anywhere in the string.
    """
    try:
        # What the validator accepts is what the answer will be held to; its backtracking is
        # bounded, so a hostile pattern comes to an end.
        tree, fits = parse(pattern), _matcher(pattern)
    except (PatternError, NoExample):
        return None
    try:
        return next(
            (
                text
                for text in _candidates(tree, dice, least)
                if (most is None or len(text) <= most) and fits(text)
            ),
            None,
        )
    except _TooLongError:
        return None


def _candidates(tree: PatternNode, dice: SeededChoice, least: int) -> Iterator[str]:
    speller = PatternGenerator()
    for speller.extra in (*EXTRAS, max(0, least - 1), least):
        for attempt in range(ATTEMPTS):
            yield speller.spell(tree, dice.again(attempt)).ljust(least, "a")
