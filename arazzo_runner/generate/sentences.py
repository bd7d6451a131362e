"""Sentences of documents: the first one of a description, and those about what steps do."""

from __future__ import annotations

from collections.abc import Sequence

from arazzo_runner.text.pattern import lazy_pattern

_MARKUP = lazy_pattern(r"<[^>]*>|\[([^\]]*)\]\([^)]*\)|`{3}.*")
_SENTENCE_END = lazy_pattern(r"(?<=[.!?])\s+(?=[A-Z(`])")
_LONGEST = 200


def first_sentence(text: str) -> str:
    """The first sentence of a description, without markup, in one line."""
    plain = " ".join(_MARKUP.sub(lambda found: found[1] or "", text).replace("**", "").split())
    sentence = _SENTENCE_END.split(plain, maxsplit=1)[0]
    if len(sentence) <= _LONGEST:
        return sentence
    return sentence[:_LONGEST].rsplit(" ", 1)[0] + " …"


def joined_clauses(clauses: Sequence[str]) -> str:
    """``create a pet, read it, and delete it``."""
    if len(clauses) < 2:
        return "".join(clauses)
    return f"{', '.join(clauses[:-1])}{',' if len(clauses) > 2 else ''} and {clauses[-1]}"


def joined_nouns(nouns: Sequence[str]) -> str:
    """``features, groups and tokens``."""
    *others, last = nouns
    return f"{', '.join(others)} and {last}" if others else last
