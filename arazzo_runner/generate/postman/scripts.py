"""Test scripts of Postman by their usual forms: variables that are set, statuses, values.

No script is run. What is not recognized is kept as text, so that a person can do what it did.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import pointer_text

_LONGEST: Final = 20_000
_STRING: Final = r"""(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\$]|\\.)*`)"""
_BODY: Final = r"(?:pm\.response\.json\(\)|JSON\.parse\((?:responseBody|pm\.response\.text\(\))\))"
_PATH: Final = r"""(?:\??\.[A-Za-z_$][\w$]*|(?:\?\.)?\[(?:[0-9]{1,9}|"[^"\]\n]*"|'[^'\]\n]*')\])*"""
_VALUE: Final = rf"(?P<root>{_BODY}|[A-Za-z_$][\w$]*)(?P<path>{_PATH})"
_HEADER: Final = (
    rf"(?:pm\.response\.headers\.get|postman\.getResponseHeader)\(\s*(?P<header>{_STRING})\s*\)"
)
_COMMENTS: Final = lazy_pattern(rf"({_STRING})|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/")
_BODY_NAME: Final = lazy_pattern(
    rf"\b(?:var|let|const)\s+(?P<name>[A-Za-z_$][\w$]*)\s*=\s*{_VALUE}\s*(?:;|\n|$)"
)
_PARTS: Final = lazy_pattern(
    rf"\b(?:var|let|const)\s+\{{(?P<names>[\w$\s,:]*)\}}\s*=\s*{_VALUE}\s*(?:;|\n|$)"
)
_SET: Final = lazy_pattern(
    r"(?:pm\.(?:environment|collectionVariables|globals|variables)\.set"
    r"|postman\.set(?:Environment|Global)Variable)"
    rf"\(\s*(?P<variable>{_STRING})\s*,\s*(?:{_HEADER}|{_VALUE})\s*\)\s*;?"
)
_STATUSES: Final = (
    lazy_pattern(r"pm\.response\.to\.(?:have|be)\.status\(\s*(?P<codes>[0-9]{3})\s*\)\s*;?"),
    lazy_pattern(
        r"pm\.expect\(\s*(?:pm\.response\.code|responseCode\.code)\s*\)\.to\.(?:be\.|deep\.)*"
        r"(?:eql|equals?|eq|oneOf)\(\s*\[?\s*(?P<codes>[0-9]{3}(?:\s*,\s*[0-9]{3})*)\s*\]?\s*\)\s*;?"
    ),
    lazy_pattern(
        rf"tests\[\s*{_STRING}\s*\]\s*=\s*responseCode\.code\s*={{2,3}}\s*(?P<codes>[0-9]{{3}})\s*;?"
    ),
)
_SUCCESS: Final = lazy_pattern(r"pm\.response\.to\.be\.(?P<word>ok|success)\b(?:\(\s*\))?\s*;?")
_LITERAL: Final = rf"(?P<literal>{_STRING}|-?[0-9]{{1,300}}(?:\.[0-9]+)?|true|false|null)"
_EXPECTED: Final = (
    lazy_pattern(
        rf"pm\.expect\(\s*{_VALUE}\s*\)\.to\.(?:be\.|deep\.)*(?:eql|equals?|eq)\(\s*{_LITERAL}"
        r"\s*\)\s*;?"
    ),
    lazy_pattern(rf"pm\.expect\(\s*{_VALUE}\s*\)\.to\.be\.(?P<literal>true|false|null)\b\s*;?"),
    lazy_pattern(rf"tests\[\s*{_STRING}\s*\]\s*=\s*{_VALUE}\s*={{2,3}}\s*{_LITERAL}\s*;?"),
)
_FRAME: Final = lazy_pattern(
    rf"pm\.test\(\s*{_STRING}\s*,\s*(?:async\s+)?(?:function\s*\w*\s*\([^)\n]*\)|\([^)\n]*\)\s*=>"
    r"|\w+\s*=>)\s*\{?|\}\s*\)\s*;?"
)
_TOKEN: Final = lazy_pattern(r"""\.([A-Za-z_$][\w$]*)|\[([0-9]{1,9})\]|\[["']([^"'\]]*)["']\]""")

Tokens = tuple[str | int, ...]


class ScriptOutput(Struct, frozen=True):
    """A variable that is set from the response: by a member of its body, or by a header."""

    variable: str
    expression: str
    place: Tokens = ()


class ScriptValue(Struct, frozen=True):
    """A member of the body that has to have a value."""

    place: Tokens
    value: str | float | bool | None
    text: str


class TestScript(Struct, frozen=True):
    """What a script does: ``rest`` are the lines that were not recognized."""

    outputs: tuple[ScriptOutput, ...] = ()
    statuses: tuple[int, ...] = ()
    is_any_success: bool = False
    values: tuple[ScriptValue, ...] = ()
    rest: tuple[str, ...] = ()


def read_test_script(text: str) -> TestScript:
    """What a script of tests does, as far as it has the usual forms."""
    if len(text) > _LONGEST:
        return TestScript(rest=tuple(_lines(text)))
    return _ScriptReader(_COMMENTS.sub(lambda found: found[1] or "", text)).script()


class _ScriptReader:
    """Takes recognized forms out of a text, until the rest is left."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._places: dict[str, Tokens] = {}

    def script(self) -> TestScript:
        self._take_names()
        outputs = tuple(self._outputs())
        statuses = tuple(self._statuses())
        is_success = self._take_success()
        values = tuple(self._values())
        self._text = _FRAME.sub("", self._text)
        if is_success == "ok" and not statuses:
            statuses = (200,)
        rest = tuple(_lines(self._text))
        return TestScript(outputs, statuses, is_success == "success", values, rest)

    def _take(self, found: re.Match[str]) -> None:
        """Leave blanks, so that the places of other finds stay as they are."""
        start, end = found.span()
        blank = re.sub(r"[^\n]", " ", found[0])
        self._text = self._text[:start] + blank + self._text[end:]

    def _take_names(self) -> None:
        """The names that stand for the body of the response, or for a part of it."""
        for found in [*_BODY_NAME.finditer(self._text)]:
            place = self._place(found)
            if place is not None:
                self._places[found["name"]] = place
                self._take(found)
        for found in [*_PARTS.finditer(self._text)]:
            place = self._place(found)
            if place is not None:
                for pair in found["names"].split(","):
                    member, _, name = (one.strip() for one in pair.partition(":"))
                    if member:
                        self._places[name or member] = (*place, member)
                self._take(found)

    def _place(self, found: re.Match[str]) -> Tokens | None:
        root, path = found["root"], found["path"]
        if root is None:
            return None
        start = () if "(" in root else self._places.get(root)
        if start is None:
            return None
        tokens = (
            int(index) if index else name or quoted
            for name, index, quoted in _TOKEN.findall(path.replace("?.", "."))
        )
        return (*start, *tokens)

    def _outputs(self) -> Iterator[ScriptOutput]:
        for found in [*_SET.finditer(self._text)]:
            name = found["variable"][1:-1]
            if found["header"] is not None:
                yield ScriptOutput(name, f"$response.header.{found['header'][1:-1]}")
                self._take(found)
                continue
            place = self._place(found)
            if place is not None:
                pointer = f"#{pointer_text(place)}" if place else ""
                yield ScriptOutput(name, f"$response.body{pointer}", place)
                self._take(found)

    def _statuses(self) -> Iterator[int]:
        for form in _STATUSES:
            for found in [*form.finditer(self._text)]:
                yield from (int(one) for one in found["codes"].split(","))
                self._take(found)

    def _take_success(self) -> str:
        word = ""
        for found in [*_SUCCESS.finditer(self._text)]:
            word = found["word"]
            self._take(found)
        return word

    def _values(self) -> Iterator[ScriptValue]:
        for form in _EXPECTED:
            for found in [*form.finditer(self._text)]:
                place = self._place(found)
                if place:
                    yield _script_value(place, found["literal"])
                    self._take(found)


def _script_value(place: Tokens, literal: str) -> ScriptValue:
    words: dict[str, bool | None] = {"true": True, "false": False, "null": None}
    if literal in words:
        return ScriptValue(place, words[literal], literal)
    if literal[0] in "\"'`":
        text = literal[1:-1].replace("\\" + literal[0], literal[0])
        quoted = text.replace("'", "''")
        return ScriptValue(place, text, f"'{quoted}'")
    return ScriptValue(place, float(literal) if "." in literal else int(literal), literal)


def _lines(text: str) -> Iterator[str]:
    """The lines that say something."""
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.strip("{}();, \t"):
            yield stripped
