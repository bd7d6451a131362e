"""What people write in conditions instead of what works, and what to write.

These forms stand in thousands of published documents: they are explained, never passed over.
"""

from __future__ import annotations

import re
from typing import Final

from arazzo_runner.text.source import pointer_text

_PATH: Final = re.compile(r"""\$(?:\.[A-Za-z_][\w-]*|\[[0-9]+\]|\['[^']*'\]|\["[^"]*"\])+""")
_STEP: Final = re.compile(r"""\.([A-Za-z_][\w-]*)|\[([0-9]+)\]|\['([^']*)'\]|\["([^"]*)"\]""")
_DOUBLE_QUOTED: Final = re.compile(r'"([^"\']*)"')
_COUNTED: Final = re.compile(r"\bcount\(\s*(\$(?:\.[A-Za-z_][\w-]*)+)\s*\)")
_LENGTH: Final = re.compile(r"(\$(?:\.[A-Za-z_][\w-]*|\[[0-9]+\])*)\.length(?:\(\))?(?![\w(-])")
_OF_LENGTH: Final = re.compile(r"(?:\.|#?/)length")
_OPERATOR: Final = re.compile(r"==|!=|<|>|&&|\|\|")
_SCRIPT: Final = re.compile(r"\[\(|\bin\b|=~|\.length\b")

OPERATORS: Final = {
    "=": "==",
    "===": "==",
    "!==": "!=",
    "<>": "!=",
    "=>": ">=",
    "=<": "<=",
    "&": "&&",
    "|": "||",
    "and": "&&",
    "or": "||",
    "not": "!",
}
"""Operators of other languages, and the one of simple conditions that each means."""

WORDS: Final = {
    "true": "true",
    "false": "false",
    "null": "null",
    "none": "null",
    "nil": "null",
    "undefined": "null",
}
"""Words, in lower case, that mean a literal."""


def simple_condition(text: str, context: str = "$response.body") -> str | None:
    """The simple condition for a comparison of JSONPaths such as ``$.status == 'x'``, if any."""
    if not _OPERATOR.search(text) or _LENGTH.search(text):
        return None
    prefix = context if "#" in context else context + "#"
    replaced, paths = _PATH.subn(lambda path: prefix + _as_pointer(path.group()), text)
    if not paths or any(mark in replaced for mark in ("$.", "$[", "@", "?", "*")):
        return None
    return _DOUBLE_QUOTED.sub(r"'\1'", replaced)


def _as_pointer(path: str) -> str:
    steps = (next(filter(None, step.groups()), "") for step in _STEP.finditer(path))
    return pointer_text(tuple(steps))


def length_as_function(text: str) -> str | None:
    """The JSONPath for a comparison with ``.length``, which RFC 9535 has as a function, if any."""
    replaced, count = _LENGTH.subn(r"length(\1)", text)
    return f"$[?{replaced}]" if count and "[?" not in text else None


def length_of_array(expression: str) -> str | None:
    """What to write instead of ``.length`` of an array, which no expression reads; None else."""
    found = _OF_LENGTH.search(expression)
    if found is None or found.end() != len(expression):
        return None
    items = expression[: found.start()]
    first = f"{items}/0" if "#" in items else f"{items}[0]"
    return f"an array has no member `length`; whether it has items is `{first} != null`"


def jsonpath_in_simple(text: str) -> str:
    """Why a JSONPath cannot stand in a simple condition, with the condition to write."""
    portable = length_as_function(text)
    if portable:
        return f"this is a JSONPath; as a condition of type jsonpath it is `{portable}`"
    simple = simple_condition(text)
    if simple:
        return f"this is a JSONPath; as a simple condition it is `{simple}`"
    return (
        "this is a JSONPath; it needs `type: jsonpath` and a `context`,"
        " such as `context: $response.body`"
    )


def bare_word(phrase: str) -> str:
    """Why a word without quotes is no value, with the text to write."""
    meant = WORDS.get(phrase.lower())
    if meant:
        return f"`{phrase}` is not a literal; write `{meant}`"
    first = phrase.split(" ", 1)[0]
    if first.lower() in OPERATORS:
        return f"`{first}` is not an operator; write `{OPERATORS[first.lower()]}`"
    quoted = phrase.replace("'", "''")
    return f"`{phrase}` is not a literal, and strings are in single quotes; quote it: `'{quoted}'`"


def filter_on_members(query: str) -> str | None:
    """What to know about a JSONPath that begins with a filter, where the root is an object.

    RFC 9535, section 2.3.5: a filter selects among the members of an object or array, so that
    ``@`` is never the root itself. None for any other path.
    """
    portable = portable_filter(query)
    if portable is None:
        return None
    return (
        "a filter at the beginning tests the members of the root, each of them as `@`,"
        f" never the root itself; to filter on the root, write `{portable}`"
    )


def portable_filter(query: str) -> str | None:
    """The path with ``@`` of its first filter replaced by ``$``; None if it has none in front."""
    if not query.replace(" ", "").startswith("$[?"):
        return None
    replaced = "".join(_roots_for_members(query))
    if replaced == query:
        return None  # it asks about the root as it is
    # count() counts nodes: the items of an array, not the one array.
    return _COUNTED.sub(r"count(\1[*])", replaced)


def _roots_for_members(query: str) -> list[str]:
    out: list[str] = []
    quote = ""
    brackets: list[bool] = []
    for at, character in enumerate(query):
        filters = sum(brackets)
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "[":
            brackets.append(query[at + 1 :].lstrip().startswith("?"))
        elif character == "]" and brackets:
            brackets.pop()
        # Inside a filter of its own, `@` is another node.
        plain = not quote and character == "@" and filters == 1
        out.append("$" if plain else character)
    return out


def jsonpath_syntax(query: str, version: str | None, context: str) -> str | None:
    """The way out of a JSONPath that does not parse, when its form is a known one."""
    portable = length_as_function(query)
    if portable:
        return f"the length of an array is a function (RFC 9535): `{portable}`"
    simple = simple_condition(query, context)
    if simple:
        return (
            "a JSONPath has comparisons only inside a filter (RFC 9535); as a condition of"
            f" type simple: `{simple}`"
        )
    if version == "draft-goessner-dispatch-jsonpath-00" or _SCRIPT.search(query):
        return (
            "paths follow the rules of RFC 9535, including those of"
            " draft-goessner-dispatch-jsonpath-00: a filter is `[?@.a == 1]`, the last item `[-1]`"
        )
    return None
