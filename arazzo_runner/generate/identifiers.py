"""Names of workflows, steps, inputs and outputs, made from the names of an API.

A name is a tuple of lower-case words; what it is spelt like depends on what it names.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, TypeAlias

from arazzo_runner.text.pattern import lazy_pattern

Words: TypeAlias = tuple[str, ...]

_WORD: Final = lazy_pattern(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+")
# Ends of nouns that have no other plural, and singulars that end in `s`.
_INVARIABLE: Final = frozenset(
    {"series", "news", "status", "sms", "dns", "https", "analytics", "oauth", "auth", "data",
     "metadata", "media", "info", "information", "software", "hardware", "equipment", "feedback",
     "staff", "traffic", "history", "inventory"}
)  # fmt: skip
_IRREGULAR: Final = {
    "people": "person",
    "children": "child",
    "statuses": "status",
    "indices": "index",
    "matrices": "matrix",
    "movies": "movie",
    "cookies": "cookie",
    "aliases": "alias",
    "databases": "database",
    "caches": "cache",
    "releases": "release",
    "purchases": "purchase",
    "responses": "response",
    "leases": "lease",
    "licenses": "license",
    "expenses": "expense",
    "bases": "base",
    "cases": "case",
    "phases": "phase",
    "houses": "house",
    "warehouses": "warehouse",
    "courses": "course",
    "exercises": "exercise",
}


def split_words(name: str) -> Words:
    """The words of a name in any style: ``FlowSid``, ``flow_sid``, ``flow-sid``."""
    return tuple(word.lower() for word in _WORD.findall(name))


def camel_case(words: Sequence[str]) -> str:
    """``flowSid``; ``value`` where there are no words."""
    first, *others = words or ("value",)
    text = first + "".join(word[:1].upper() + word[1:] for word in others)
    return f"n{text}" if text[0].isdigit() else text


def kebab_case(words: Sequence[str]) -> str:
    """``list-flows``."""
    return "-".join(words or ("workflow",))


def phrase(words: Sequence[str]) -> str:
    """``flow revision``."""
    return " ".join(words)


def singular(words: Words) -> Words:
    """The words of one thing, by those of many: the last is the noun, or the one before ``by``."""
    at = _noun_index(words)
    return (*words[:at], _singular_noun(words[at]), *words[at + 1 :]) if words else words


def plural(words: Words) -> Words:
    """The words of many things, by those of one."""
    at = _noun_index(words)
    return (*words[:at], _plural_noun(words[at]), *words[at + 1 :]) if words else words


def _noun_index(words: Words) -> int:
    return (words.index("by", 1) if "by" in words[1:] else len(words)) - 1


def _singular_noun(noun: str) -> str:
    if noun in _IRREGULAR:
        return _IRREGULAR[noun]
    if noun in _INVARIABLE or noun.endswith(("ss", "us", "is")) or len(noun) < 4:
        return noun
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    if noun.endswith(("ches", "shes", "sses", "xes", "zzes")):
        return noun[:-2]
    return noun.removesuffix("s")


def _plural_noun(noun: str) -> str:
    irregular = next((many for many, single in _IRREGULAR.items() if single == noun), None)
    if irregular or noun in _IRREGULAR:
        return irregular or noun
    if noun in _INVARIABLE or (noun.endswith("s") and _singular_noun(noun) != noun):
        return noun
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "es" if noun.endswith(("s", "x", "z", "ch", "sh")) else noun + "s"


def with_article(words: Sequence[str]) -> str:
    """``a flow``, ``an execution``."""
    text = phrase(words)
    is_vowel = text[:1] in "aeio" or (text.startswith("u") and not text.startswith(("us", "uni")))
    return f"{'an' if is_vowel else 'a'} {text}"


def unused_name(name: str, used: Collection[str], separator: str = "") -> str:
    """The name, with a number behind it where it is used already."""
    if name not in used:
        return name
    number = 2
    while f"{name}{separator}{number}" in used:
        number += 1
    return f"{name}{separator}{number}"
