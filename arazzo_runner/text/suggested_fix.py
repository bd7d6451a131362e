"""What a finding says to write instead, as data. ``fix/`` puts it into the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sized
from contextvars import ContextVar
from functools import lru_cache
from itertools import pairwise
from typing import Final

from msgspec import Struct

from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import Place

NEAR: Final = 0.6
"""How like the word that was written a name must be, to be suggested."""

_ALIKE: Final = 0.8
"""How like the word that was written a name must be, to be taken for what was meant."""

_APART: Final = 0.1
"""How much less like it the next name must be."""

_LONG_ENOUGH: Final = 4
"""Letters of a word in which one may be wrong; in twice as many, two."""

MAX_COMPARED: Final = 32
"""The names that are compared letter by letter with one that is not known."""

MAX_LIKENED: Final = 500_000
"""The names that look-ups of one document go through, where there are more than that."""

_likened: ContextVar[int] = ContextVar("likened", default=0)

_VARIABLE: Final = lazy_pattern(r"\{[^{}]*\}")
_WORD: Final = lazy_pattern(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|[0-9]+|[^\W_]")


class Edit(Struct, frozen=True):
    """The string, a part of it, or the key at ``place``, to be replaced by ``text``.

    ``text`` is what the string means, not how it is spelled; None takes the member out of its
    object. With a ``word``, that alone is replaced, and it must stand there once. A number or a
    boolean that is ``quoted`` becomes the string that it is written as.
    """

    place: Place
    text: str | None
    word: str | None = None
    quoted: bool = False


class Fix(Struct, frozen=True):
    """Edits that belong together; ``is_safe`` when the document means the same with them.

    A text that means nothing, since it does not parse or names nothing, has no meaning to lose.
    """

    edits: tuple[Edit, ...]
    is_safe: bool


def replace_text(place: Place, text: str) -> Fix:
    """The fix that writes ``text``, which means the same as what stands there."""
    return Fix((Edit(place, text),), is_safe=True)


def quote_value(place: Place) -> Fix:
    """The fix that makes a string of a number or boolean, where nothing but a string can stand."""
    return Fix((Edit(place, "", quoted=True),), is_safe=True)


def remove_member(place: Place) -> Fix:
    """The fix that takes out a member that has no effect."""
    return Fix((Edit(place, None),), is_safe=True)


def change_text(place: Place, text: str) -> Fix:
    """The fix that writes ``text``, which means something else than what stands there."""
    return Fix((Edit(place, text),), is_safe=False)


def rename_to_known(place: Place, name: str, known: Iterable[str]) -> Fix | None:
    """The fix that writes a known name for ``name``, which names nothing; None in doubt which one.

    The same name but for case is safe, where it is the only one; another is a guess. To be one, it
    takes more than a near spelling: `getUser` and `setUser` are near, and no slip of each other.
    """
    names = names_to_compare(name, known)
    same = _same_but_for_case(name, names)
    match = same or _single_similar_name(name, names)
    return Fix((Edit(place, match, name),), is_safe=bool(same)) if match else None


def guess_known(place: Place, name: str, known: Iterable[str]) -> Fix | None:
    """Like :func:`renamed`, for a name that means something to somebody: a server may take it."""
    found = rename_to_known(place, name, known)
    return Fix(found.edits, is_safe=False) if found else None


def _same_but_for_case(name: str, names: Iterable[str]) -> str | None:
    same = [one for one in names if one.casefold() == name.casefold()]
    return same[0] if len(same) == 1 else None


def _single_similar_name(name: str, names: Iterable[str]) -> str | None:
    from difflib import SequenceMatcher

    matcher = SequenceMatcher()
    matcher.set_seq2(name.casefold())
    ranked = []
    for one in names:
        matcher.set_seq1(one.casefold())
        if matcher.quick_ratio() >= _ALIKE - _APART:
            ranked.append((matcher.ratio(), one))
    ranked.sort(reverse=True)
    best, second = [*ranked, (0.0, ""), (0.0, "")][:2]
    if best[0] < _ALIKE or best[0] - second[0] < _APART:
        return None
    return best[1] if is_slip(name, best[1]) else None


def is_slip(written: str, name: str) -> bool:
    """Whether ``written`` is ``name`` but for separators, plurals and a letter or two in a word.

    Word by word, so that no other word and no other number passes for the one that was meant.
    """
    one, other = _words(written), _words(name)
    if "".join(one) == "".join(other):
        return True
    return len(one) == len(other) and all(map(_is_slip_of_word, one, other))


def _words(name: str) -> list[str]:
    # What a path template calls its variables makes no difference.
    return [one.casefold() for one in _WORD.findall(_VARIABLE.sub("{}", name))]


def _is_slip_of_word(written: str, word: str) -> bool:
    if _singular(written) == _singular(word) or _undoubled(written) == _undoubled(word):
        return True
    shorter = min(len(written), len(word))
    if written[0] != word[0]:
        return False
    if shorter < _LONG_ENOUGH:
        return sorted(written) == sorted(word) and _distance(written, word) == 1
    return _distance(written, word) <= (2 if shorter >= 2 * _LONG_ENOUGH else 1)


def _singular(word: str) -> str:
    return re.sub(r"ies\Z", "y", word).removesuffix("s")


def _undoubled(word: str) -> str:
    return re.sub(r"(.)\1+", r"\1", word)


def _distance(one: str, other: str) -> int:
    """How many letters are left out, put in, changed, or swapped with the next one."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, start=1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and one[i - 2 : i] == other[j - 1] + other[j - 2]:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def begin_lookups() -> None:
    """Count the names of look-ups anew: what follows is about another document."""
    _likened.set(0)


def names_to_compare(name: str, known: Iterable[str]) -> list[str]:
    """The names that may be like ``name`` by their letters, which is cheaper to see than by order.

    Of more than ``MAX_COMPARED`` names those that share most letters and pairs with it; none of
    them any more once a document has gone through ``MAX_LIKENED`` names.
    """
    if isinstance(known, Sized) and len(known) > MAX_COMPARED and _likened.get() >= MAX_LIKENED:
        return []
    names = [*dict.fromkeys(known)]
    if len(names) > MAX_COMPARED:
        _likened.set(_likened.get() + len(names))
        names = _most_alike(name, names)
    letters = _count_letters(name)  # of one reference: those of the names are asked for again
    return [one for one in names if _may_be_like(letters, len(name), one)]


def _most_alike(name: str, names: list[str]) -> list[str]:
    wanted = _parts(name)

    def likeness(candidate: str) -> float:
        parts = _parts(candidate)
        return len(wanted & parts) / (len(wanted) + len(parts) + 1)

    return sorted(names, key=likeness, reverse=True)[:MAX_COMPARED]


def _may_be_like(letters: frozenset[str], length: int, candidate: str) -> bool:
    """Whether enough letters are common to both, in whatever order and case, for a near name."""
    common = len(letters & _letters(candidate))
    return 2 * common >= NEAR * (length + len(candidate))


@lru_cache(maxsize=32_768)
def _letters(name: str) -> frozenset[str]:
    return _count_letters(name)


def _count_letters(name: str) -> frozenset[str]:
    """The letters of a name, each numbered, so that a second one is another than the first."""
    counts: dict[str, int] = {}
    letters = []
    for one in name.casefold():
        counts[one] = counts.get(one, 0) + 1
        letters.append(f"{one}{counts[one]}")
    return frozenset(letters)


@lru_cache(maxsize=32_768)
def _parts(name: str) -> frozenset[str]:
    text = name.casefold()
    return frozenset(text).union(map("".join, pairwise(text)))
