"""Strings that match the ``pattern`` of a schema: its regular expression parsed and used.

An own small parser of ECMA-262: the libraries that make strings take Python's dialect, read it with
a private module of the standard library, and repeat without regard to ``maxLength``. What a pattern
demands beyond its characters (look-around, back-references) is not in the tree: candidates are
tried.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final, TypeAlias, assert_never

from msgspec import Struct

from arazzo_runner.expression.value import Value
from arazzo_runner.mock.generate.flatten import (
    NoExample,
)
from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.mock.generate.time_budget import check_time
from arazzo_runner.mock.generate.validators import (
    validator_of,
)

# Letters and digits first: where anything goes, what comes out should be easy to read.
READABLE = string.ascii_lowercase + string.digits + string.ascii_uppercase
ANY = READABLE + "-_.:/@#+= !\"$%&'()*,;<>?[\\]^`{|}~"
SPACE = " \t\n\r\f\v"
WORD = READABLE + "_"

CLASSES = {
    "d": string.digits,
    "w": WORD,
    "s": " ",
    "D": "".join(one for one in ANY if one not in string.digits),
    "W": "".join(one for one in ANY if one not in WORD),
    "S": "".join(one for one in ANY if one not in SPACE),
}
CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}
PROPERTIES = {
    "L": string.ascii_letters,
    "Letter": string.ascii_letters,
    "Alphabetic": string.ascii_letters,
    "Ll": string.ascii_lowercase,
    "Lu": string.ascii_uppercase,
    "N": string.digits,
    "Nd": string.digits,
    "P": ".,-!?",
    "Z": " ",
    "Zs": " ",
    "S": "+<=>",
}


class CharacterSet(Struct, frozen=True):
    """One of these characters."""

    of: str


class PatternSequence(Struct, frozen=True):
    """All of these, in order; empty for assertions, which are only tried."""

    items: tuple[PatternNode, ...] = ()


class PatternChoice(Struct, frozen=True):
    """One of these."""

    options: tuple[PatternNode, ...]


class PatternRepeat(Struct, frozen=True):
    """``item`` from ``least`` to ``most`` times; None: without an end."""

    item: PatternNode
    least: int
    most: int | None


PatternNode: TypeAlias = CharacterSet | PatternSequence | PatternChoice | PatternRepeat


MAX_DIGITS: Final = 9
"""More repetitions than that many digits can say are none that a string could have."""


MAX_GROUPS: Final = 50
"""Groups within groups that are followed, as many as parentheses of a condition."""


class PatternError(Exception):
    """The pattern is not a regular expression that this parser knows."""


class PatternParser:
    """A recursive descent over the text of a pattern; ``at`` is the next character."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.groups = 0

    def peek(self) -> str:
        """The next character, or an empty string at the end."""
        return self.text[self.at : self.at + 1]

    def take(self, token: str) -> bool:
        """Step over ``token`` if it comes next."""
        if not self.text.startswith(token, self.at):
            return False
        self.at += len(token)
        return True

    def next(self) -> str:
        """Step over one character and return it."""
        if self.at >= len(self.text):
            raise PatternError(self.text)
        self.at += 1
        return self.text[self.at - 1]

    def until(self, end: str) -> str:
        """Step behind ``end`` and return what stood before it."""
        stop = self.text.find(end, self.at)
        if stop < 0:
            raise PatternError(self.text)
        found, self.at = self.text[self.at : stop], stop + len(end)
        return found

    def choice(self) -> PatternNode:
        """``a|b``"""
        options = [self.sequence()]
        while self.take("|"):
            options.append(self.sequence())
        return options[0] if len(options) == 1 else PatternChoice(tuple(options))

    def sequence(self) -> PatternNode:
        """Terms up to ``|``, ``)`` or the end."""
        items: list[PatternNode] = []
        while self.peek() not in ("", "|", ")"):
            items.append(self.parse_quantified())
        return PatternSequence(tuple(items))

    def parse_quantified(self) -> PatternNode:
        """A term and its quantifier; a lazy one makes the same strings."""
        item = self.term()
        bounds = self.bounds()
        if bounds is None:
            return item
        self.take("?")
        return PatternRepeat(item, *bounds)

    def bounds(self) -> tuple[int, int | None] | None:
        """``*``, ``+``, ``?``, ``{n}``, ``{n,}``, ``{n,m}``"""
        for sign, found in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.take(sign):
                return found
        least, comma, most = self.braces()
        if not least.isdecimal() or (most and not most.isdecimal()):
            return None
        if max(len(least), len(most)) > MAX_DIGITS:
            raise PatternError(self.text)
        self.at = self.text.index("}", self.at) + 1
        if not comma:
            return int(least), int(least)
        return int(least), int(most) if most else None

    def braces(self) -> tuple[str, str, str]:
        """What stands in the braces that come next, without stepping over them."""
        stop = self.text.find("}", self.at)
        inside = self.text[self.at + 1 : stop] if self.peek() == "{" and stop > 0 else ""
        return inside.partition(",")

    def term(self) -> PatternNode:
        """A character, class, escape, group or assertion."""
        match self.next():
            case "^" | "$":
                return PatternSequence()
            case ".":
                return CharacterSet(ANY)
            case "(":
                return self.group()
            case "[":
                return CharacterSet(self.bracket())
            case "\\":
                return self.escape()
            case character:
                return CharacterSet(character)

    def group(self) -> PatternNode:
        """A group of any kind; of a look-around nothing is made."""
        assertion = False
        if self.take("?"):
            assertion = self.opening()
        self.groups += 1
        if self.groups > MAX_GROUPS:
            raise PatternError(self.text)
        inside = self.choice()
        self.groups -= 1
        if not self.take(")"):
            raise PatternError(self.text)
        return PatternSequence() if assertion else inside

    def opening(self) -> bool:
        """Step over what follows ``(?``; true for a look-around."""
        if any(self.take(sign) for sign in ("=", "!", "<=", "<!")):
            return True
        if self.take("<") or self.take("P<"):
            self.until(">")
        else:
            self.until(":")  # `(?:`, or flags as in `(?i:`
        return False

    def escape(self) -> PatternNode:
        """What follows a backslash outside a class."""
        if self.peek() in ("b", "B", "A", "Z", "z"):
            self.at += 1
            return PatternSequence()
        return CharacterSet(self.parse_escape())

    def parse_escape(self) -> str:
        """The characters that an escape stands for."""
        sign = self.next()
        if sign in CLASSES:
            return CLASSES[sign]
        if sign in CONTROLS:
            return CONTROLS[sign]
        if sign in ("p", "P"):
            return self.property(sign)
        if sign in ("x", "u"):
            return self.code(2 if sign == "x" else 4)
        return sign

    def property(self, sign: str) -> str:
        r"""``\p{L}`` and its negation."""
        if not self.take("{"):
            raise PatternError(self.text)
        name = self.until("}").rpartition("=")[2]
        known = PROPERTIES.get(name)
        if known is None:
            raise PatternError(self.text)
        return known if sign == "p" else _without(known)

    def code(self, digits: int) -> str:
        r"""``\x41``, ``\u0041``, ``\u{1F600}``"""
        if self.take("{"):
            return _character(self.until("}"), self.text)
        self.at += digits
        return _character(self.text[self.at - digits : self.at], self.text)

    def bracket(self) -> str:
        """A class in brackets, the first one already passed."""
        negated = self.take("^")
        members: list[str] = []
        while not self.take("]"):
            members.append(self.member())
        found = "".join(members)
        return _without(found) if negated else found

    def member(self) -> str:
        """A character, an escape or a range of a class."""
        first = self.item()
        if len(first) != 1 or self.peek() != "-" or self.text[self.at + 1 : self.at + 2] == "]":
            return first
        self.at += 1
        last = self.item()
        if len(last) != 1:
            raise PatternError(self.text)
        return "".join(map(chr, range(ord(first), min(ord(last), ord(first) + 0xFF) + 1)))

    def item(self) -> str:
        """One end of a range, or what stands alone."""
        character = self.next()
        return self.parse_escape() if character == "\\" else character


def _character(digits: str, pattern: str) -> str:
    try:
        return chr(int(digits, 16))
    except (ValueError, OverflowError):
        raise PatternError(pattern) from None


def _without(excluded: str) -> str:
    return "".join(one for one in ANY + "éßдあ\n" if one not in excluded)


def parse(text: str) -> PatternNode:
    """The tree of a pattern. Raises PatternError."""
    parser = PatternParser(text)
    tree = parser.choice()
    if parser.at < len(text):
        raise PatternError(text)
    return tree


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
            check_time()
            yield speller.spell(tree, dice.again(attempt)).ljust(least, "a")
