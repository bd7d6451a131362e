"""Common mistakes in conditions and queries, and what to write instead.

These forms stand in thousands of published documents: they are explained, never ignored.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Final

from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import pointer_text

_PATH: Final = lazy_pattern(r"""\$(?:\.[A-Za-z_][\w-]*|\[[0-9]+\]|\['[^']*'\]|\["[^"]*"\])+""")
_STEP: Final = lazy_pattern(r"""\.([A-Za-z_][\w-]*)|\[([0-9]+)\]|\['([^']*)'\]|\["([^"]*)"\]""")
_DOUBLE_QUOTED: Final = lazy_pattern(r'"([^"\']*)"')
_COUNTED: Final = lazy_pattern(r"\bcount\(\s*(\$(?:\.[A-Za-z_][\w-]*)+)\s*\)")
_LENGTH: Final = lazy_pattern(r"(\$(?:\.[A-Za-z_][\w-]*|\[[0-9]+\])*)\.length(?:\(\))?(?![\w(-])")
# A comparison with the length of the root itself, and the parts of one that ask for an empty array.
_ROOT_LENGTH: Final = lazy_pattern(
    r"(?:(?P<left>[0-9]+)\s*(?P<before>[<>=!]=?)\s*)?"
    r"(?:\$\.length(?:\(\))?(?![\w(-])|length\(\s*\$\s*\)|count\(\s*\$(?:\.\*|\[\*\])\s*\))"
    r"(?:\s*(?P<after>[<>=!]=?)\s*(?P<right>[0-9]+))?"
)
_NEGATION: Final = lazy_pattern(r"!(?!=)")
_OF_LENGTH: Final = lazy_pattern(r"(?:\.|#?/)length")
_OPERATOR: Final = lazy_pattern(r"==|!=|<|>|&&|\|\|")
_HYPHENATED: Final = lazy_pattern(r"\.([A-Za-z_]\w*(?:-[A-Za-z]\w*)+)")
_AND_OR: Final = lazy_pattern(r"\s(and|or)\s", re.IGNORECASE)
_STRINGS: Final = lazy_pattern(r"'[^']*'|\"[^\"]*\"")
_RANGE: Final = lazy_pattern(r"(?P<class>[1-5])[xX]{2}")
_ASKED: Final = lazy_pattern(r"(?P<operand>\$[^\s()<>=!&|]+)\s*(?P<operator>[=!]=)\s*\Z")
_LENGTH_OF: Final = lazy_pattern(
    r"\s*(?:length|len|size|count)\(\s*\$response\.body(?:#(?P<pointer>/[^\s()]*))?\s*\)"
    r"\s*(?P<compared>(?:[=!]=|[<>]=?)\s*[0-9]+)\s*"
)
_LISTED: Final = lazy_pattern(r"in\s*[\[(](?P<items>[^\[\]()]+)[\])]", re.IGNORECASE)
_OPERAND_BEFORE: Final = lazy_pattern(r"(?P<operand>\$[^\s()<>=!&|]+)\s+\Z")
_SPACE_IN_POINTER: Final = lazy_pattern(
    r"(?P<head>\$[^\s()#]+#(?:/[^\s()/]+)*)/(?P<name>[^\s()/]+) \Z"
)
_REST_OF_NAME: Final = lazy_pattern(r"[\w-]+(?= ?[=!<>]=?)")
_SCRIPT: Final = lazy_pattern(r"\[\(|\bin\b|=~|\.length\b")

_BETWEEN_SLASHES: Final = lazy_pattern(r"/(?P<body>.+)/(?P<flags>[dgimsuvxy]*)", re.DOTALL)
_HAS_OPERATOR: Final = lazy_pattern(r"[\[(*+?|\\{]")
_INLINE_FLAGS: Final = "imsx"

CALCULATES: Final = lazy_pattern(r"\s+(?:[=!<>]=?|&&?|\|\|?|\?|[-+*/%]\s)")
"""What follows an expression where text is meant as a comparison or a sum."""

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

MATCHING: Final = frozenset({"=~", "!~", "~", "~=", "matches", "contains", "like"})
"""Operators of other languages that look for something in a text."""

_COMPARES: Final[dict[str, Callable[[int, int], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


_BARE_STATUS: Final = lazy_pattern("status_?(?:code)?", re.IGNORECASE)
_COMPARED_STATUS: Final = lazy_pattern(r"\s*[=!<>]=?\s*[1-5][0-9]{2}(?!\w)")
_STATUS: Final = lazy_pattern("[1-5][0-9]{2}")


def pattern_without_slashes(pattern: str) -> str | None:
    """What `/^a+$/i`, a pattern of another language, is as a regular expression; None for others.

    `/users/` may be a part of a path: an anchor between the slashes, which then never matches, or
    flags behind a pattern tell them apart.
    """
    found = _BETWEEN_SLASHES.fullmatch(pattern)
    if found is None:
        return None
    body, flags = found["body"], found["flags"]
    is_anchored = body.startswith("^") or (body.endswith("$") and not body.endswith("\\$"))
    if not is_anchored and not (flags and _HAS_OPERATOR.search(body)):
        return None
    inline = "".join(one for one in _INLINE_FLAGS if one in flags)
    return (f"(?{inline})" if inline else "") + body.replace("\\/", "/")


def status_comparison(value: object) -> str | None:
    """A status alone, a number or its text, as the condition that is meant; None for others."""
    return f"$statusCode == {value}" if _STATUS.fullmatch(str(value)) else None


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
    """The JSONPath for a comparison with ``.length``, which RFC 9535 has as a function, if any.

    A filter selects nothing from an empty array: there is none for what an empty one has to fulfil.
    """
    replaced, count = _LENGTH.subn(r"length(\1)", text)
    if not count or "[?" in text or _may_hold_for_empty(text):
        return None
    return f"$[?{replaced}]"


def _may_hold_for_empty(text: str) -> bool:
    """Whether a comparison with the root's own length can hold for an empty array."""
    compared = list(_ROOT_LENGTH.finditer(text))
    return any(_holds_for_empty(one) for one in compared) or (
        bool(compared) and _NEGATION.search(text) is not None
    )


def _holds_for_empty(compared: re.Match[str]) -> bool:
    before, after = _COMPARES.get(compared["before"]), _COMPARES.get(compared["after"])
    if after is not None:
        return after(0, _length(compared["right"]))
    return before is None or before(_length(compared["left"]), 0)


def _length(digits: str | None) -> int:
    from arazzo_runner.http_semantics.integers import parse_digits

    return parse_digits(digits or "0") or 0


def _needs_empty(compared: re.Match[str]) -> bool:
    """Whether it holds for an empty array alone: lengths are whole and not negative."""
    before, after = _COMPARES.get(compared["before"]), _COMPARES.get(compared["after"])
    if after is not None:
        bound = _length(compared["right"])
        return after(0, bound) and not after(1, bound) and not after(bound + 1, bound)
    bound = _length(compared["left"])
    return before is not None and before(bound, 0) and not before(bound, 1)


def is_filter_for_empty(query: str) -> bool:
    """Whether a JSONPath is a filter on the root that only an empty array fulfils.

    RFC 9535, section 2.3.5.2: a filter selects among members, and an empty array has none.
    """
    text = "".join(query.split())
    if not (text.startswith("$[?") and text.endswith("]")):
        return False
    compared = _ROOT_LENGTH.fullmatch(text[3:-1])
    return compared is not None and _needs_empty(compared)


def empty_array(text: str, context: str) -> str | None:
    """What to write instead of asking a JSONPath whether the root is an empty array; None else."""
    compared = _ROOT_LENGTH.fullmatch(text.strip())
    if not is_filter_for_empty(text) and (compared is None or not _needs_empty(compared)):
        return None
    first = f"{context}/0" if "#" in context else f"{context}#/0"
    return (
        "a filter selects nothing from an empty array (RFC 9535); whether it is empty is"
        f" `{first} == null`, a condition of type simple"
    )


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
    if empty := empty_array(text, "$response.body"):
        return f"this is a JSONPath; {empty}"
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


def bare_word(phrase: str, before: str, after: str) -> str:
    """Why a word without quotes is no value, with the text to write: that round it tells which."""
    meant = WORDS.get(phrase.lower())
    if meant:
        return f"`{phrase}` is not a literal; write `{meant}`"
    if phrase.endswith(";") and len(phrase) > 1:
        return f"`;` is no part of a condition; remove it: `{phrase[:-1]}`"
    if _BARE_STATUS.fullmatch(phrase) and _COMPARED_STATUS.match(after):
        return f"`{phrase}` is not an expression; write `$statusCode`"
    first = phrase.split(" ", 1)[0]
    if first.lower() in OPERATORS:
        return f"`{first}` is not an operator; write `{OPERATORS[first.lower()]}`"
    if after.startswith("("):
        return _no_function(phrase, before, after)
    asked = _ASKED.search(before)
    if _RANGE.fullmatch(phrase):
        return f"`{phrase}` is not a literal; write `{range_of_statuses(phrase, asked)}`"
    if phrase in ("[]", "{}"):
        return _no_collection(phrase, asked)
    quoted = phrase.replace("'", "''")
    return f"`{phrase}` is not a literal, and strings are in single quotes; quote it: `'{quoted}'`"


def _no_function(name: str, before: str, after: str) -> str:
    found = _LENGTH_OF.fullmatch(before + name + after)
    tokens = (found["pointer"] or "").split("/")[1:] if found else ["items"]
    path = "$" + "".join(f"['{token}']" for token in tokens)
    query = f"$[?length({path}) {found['compared'] if found else '> 0'}]"
    if not found or is_filter_for_empty(query):
        query = "$[?length($.items) > 0]"
    return (
        f"`{name}` is not a literal, and simple conditions have no functions; one of type jsonpath"
        f" counts, with a `context`: `{query}`"
    )


def _no_collection(phrase: str, asked: re.Match[str] | None) -> str:
    if asked is None or phrase == "{}":
        return f"`{phrase}` is not a literal; arrays and objects cannot be written in a condition"
    items = asked["operand"]
    first = f"{items}/0" if "#" in items else f"{items}#/0"
    what = "has items" if asked["operator"] == "!=" else "is empty"
    return f"`[]` is not a literal; whether an array {what} is `{first} {asked['operator']} null`"


def range_of_statuses(phrase: str, match: re.Match[str] | None) -> str:
    """The condition for ``2XX`` and the like after a comparison."""
    first = int(phrase[0]) * 100
    operand = match["operand"] if match else "$statusCode"
    if match and match["operator"] == "!=":
        return f"{operand} < {first} || {operand} >= {first + 100}"
    return f"{operand} >= {first} && {operand} < {first + 100}"


def no_operator(word: str, before: str, rest: str) -> str | None:
    """What to write instead of an operator that simple conditions do not have; None for others."""
    operand = _OPERAND_BEFORE.search(before)
    if word.lower() in MATCHING:
        context = operand["operand"] if operand else "$response.body"
        return (
            f"`{word}` is not an operator; a condition of `type: regex` searches in a text:"
            f" `context: {context}`, and the pattern as its `condition`"
        )
    if word.lower() == "in" and operand and (listed := _LISTED.match(rest)):
        items = (one.strip().replace('"', "'") for one in listed["items"].split(","))
        choice = " || ".join(f"{operand['operand']} == {one}" for one in items if one)
        return f"`{word}` is not an operator; write `{choice}`"
    name, more = _SPACE_IN_POINTER.search(before), _REST_OF_NAME.match(rest)
    if name and more and name["head"].endswith("#"):
        whole = f"{name['head'][:-1]}['{name['name']} {more[0]}']"
        return f"white space ends a JSON Pointer; a name that holds some is written `{whole}`"
    return None


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
    portable = _COUNTED.sub(r"count(\1[*])", replaced)
    return None if is_filter_for_empty(portable) else portable


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
    if empty := empty_array(query, context):
        return empty
    if _may_hold_for_empty(query):
        return "a filter selects nothing from an empty array (RFC 9535), which fulfils this, too"
    portable = length_as_function(query)
    if portable:
        return f"the length of an array is a function (RFC 9535): `{portable}`"
    simple = simple_condition(query, context)
    if simple:
        return (
            "a JSONPath has comparisons only inside a filter (RFC 9535); as a condition of"
            f" type simple: `{simple}`"
        )
    if spelled := _spell_for_rfc(query):
        return spelled
    if version == "draft-goessner-dispatch-jsonpath-00" or _SCRIPT.search(query):
        return (
            "paths are read by the rules of RFC 9535: a filter is `[?@.a == 1]`, the last item"
            " `[-1]`; draft-goessner-dispatch-jsonpath-00 has `[(@.length-1)]` besides"
        )
    return None


def _spell_for_rfc(query: str) -> str | None:
    plain = _STRINGS.sub("", query)
    if _HYPHENATED.search(plain):
        bracketed = _HYPHENATED.sub(r"['\1']", query)
        return f"a name with a hyphen stands in quotes and brackets (RFC 9535): `{bracketed}`"
    if found := _AND_OR.search(plain):
        return f"in a filter `{found[1]}` is `{OPERATORS[found[1].lower()]}` (RFC 9535)"
    return None
