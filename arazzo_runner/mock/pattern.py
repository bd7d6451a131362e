"""Strings that match the ``pattern`` of a schema."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from arazzo_runner.mock.dice import Dice
from arazzo_runner.mock.pattern_tree import (
    Characters,
    Choice,
    Node,
    Repeat,
    Sequence,
    UnreadablePattern,
    parse,
)


def spell(node: Node, dice: Dice, extra: int) -> str:
    """A string of ``node``; what may be repeated without an end is, ``extra`` times more."""
    match node:
        case Characters(of):
            return dice.pick(of) if of else ""
        case Sequence(items):
            return "".join(spell(item, dice.at(at), extra) for at, item in enumerate(items))
        case Choice(options):
            return spell(dice.pick(options), dice.at("|"), extra)
        case Repeat(item, least, most):
            count = least + extra if most is None else min(most, least + extra)
            return "".join(spell(item, dice.at(at), extra) for at in range(count))
        case _:
            assert_never(node)


EXTRAS = (2, 0, 1, 3, 4, 5, 6, 8, 13, 21, 34, 55, 89, 144, 233)
"""Repetitions beyond the least, in the order they are tried: neither empty nor long by choice."""
ATTEMPTS = 12


def matching(pattern: str, dice: Dice, least: int = 0, most: int | None = None) -> str | None:
    """A string of ``least`` to ``most`` characters that matches ``pattern``, or None.

    As in JSON Schema, the pattern may match anywhere in the string.
    """
    try:
        tree, fits = parse(pattern), _judge(pattern, least, most)
    except (UnreadablePattern, ValueError):
        return None
    for extra in (*EXTRAS, max(0, least - 1), least):
        for attempt in range(ATTEMPTS):
            text = spell(tree, dice.again(attempt), extra).ljust(least, "a")
            if fits(text):
                return text
    return None


def _judge(pattern: str, least: int, most: int | None) -> Callable[[str], bool]:
    # The validator's own engine: what it accepts is what the answer will be held to. Its
    # backtracking is bounded, so a hostile pattern comes to an end. Raises ValueError.
    import jsonschema_rs

    upper = {} if most is None else {"maxLength": most}
    schema = {"pattern": pattern, "minLength": least, **upper}
    return jsonschema_rs.validator_for(schema).is_valid
