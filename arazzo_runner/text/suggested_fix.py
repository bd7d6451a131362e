"""What a finding says to write instead, as data. ``fix/`` puts it into the text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from arazzo_runner.text.source import Place

_ALIKE: Final = 0.8
"""How like the word that was written a name must be, to be taken for what was meant."""

_APART: Final = 0.1
"""How much less like it the next name must be."""


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

    The same name but for case is safe, where it is the only one; another is a guess.
    """
    names = set(known)
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
        if matcher.real_quick_ratio() >= _ALIKE - _APART:
            ranked.append((matcher.ratio(), one))
    ranked.sort(reverse=True)
    best, second = [*ranked, (0.0, ""), (0.0, "")][:2]
    return best[1] if best[0] >= _ALIKE and best[0] - second[0] >= _APART else None
