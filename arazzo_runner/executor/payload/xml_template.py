"""XML text with expressions in it: values become character data or attribute values.

XML 1.0, section 2.4 "Character Data and Markup" and section 3.3.3.
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias
from typing import Literal as Choice

from msgspec import Struct

from arazzo_runner.executor.payload.pieces import Piece, TextFault
from arazzo_runner.expression.ast import Expression, Template
from arazzo_runner.expression.evaluate import EvaluationError, evaluate
from arazzo_runner.expression.query.limits import MAX_TEXT
from arazzo_runner.expression.scope import Scope
from arazzo_runner.text.pattern import lazy_pattern

Where: TypeAlias = Choice["text", "attribute", "cdata", "comment", "instruction", "markup"]


class XmlValue(Struct, frozen=True):
    """An expression in XML text, and where it stands."""

    expression: Expression
    where: Where


# Where one kind of text begins, and where it ends; the longest beginning first.
_OPENINGS: Final = lazy_pattern(r"<!--|<!\[CDATA\[|<\?|<")
_ENDS: Final = {"<!--": "-->", "<![CDATA[": "]]>", "<?": "?>"}
_KINDS: Final[dict[str, Where]] = {
    "": "text",
    "<": "markup",
    "<!--": "comment",
    "<![CDATA[": "cdata",
    "<?": "instruction",
    '"': "attribute",
    "'": "attribute",
}
_IN_TAG: Final = lazy_pattern(r"[\"'>]")
# XML 1.0, section 2.2: what no XML document may hold, not even escaped.
_NO_CHARACTER: Final = lazy_pattern("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES: Final = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&apos;",
    "\t": "&#9;",
    "\n": "&#10;",
    "\r": "&#13;",
}
_IN_TEXT: Final = lazy_pattern("[&<>\r]")
_IN_ATTRIBUTE: Final = lazy_pattern("[&<>\"'\t\n\r]")


def read_xml_template(pieces: list[Piece]) -> tuple[str | XmlValue, ...]:
    """Read XML; raises TextFault where it is not well-formed but for its expressions."""
    parts: list[str | XmlValue] = []
    opened = ""
    for start, piece in pieces:
        if isinstance(piece, str):
            parts.append(piece)
            opened = _after(piece, opened)
            continue
        where = _KINDS[opened]
        if where == "markup":
            reason = (
                f"cannot be read as XML: `{{{piece.text}}}` stands in the markup, where no value"
                " can be put in"
            )
            raise TextFault(reason, "put it into the text of an element or an attribute", start)
        parts.append(XmlValue(piece, where))
    _check("".join(piece if isinstance(piece, str) else _mask(piece) for _, piece in pieces))
    return tuple(parts)


def xml_text(parts: tuple[str | XmlValue, ...], scope: Scope) -> str:
    """The XML text with its values; raises EvaluationError where one cannot stand in it."""
    found = [part if isinstance(part, str) else _escape(part, scope) for part in parts]
    if sum(map(len, found)) > MAX_TEXT:
        raise EvaluationError(f"the text grows beyond {MAX_TEXT:,} characters", "")
    return "".join(found)


def _escape(part: XmlValue, scope: Scope) -> str:
    expression, where = part.expression, part.where
    text = str(evaluate(Template((expression,)), scope))
    if refused := _NO_CHARACTER.search(text):
        shown = f"U+{ord(refused[0]):04X}"
        reason = f"`{expression.text}` holds the character {shown}, which no XML can hold"
        raise EvaluationError(reason, expression.text)
    match where:
        case "attribute":
            return _IN_ATTRIBUTE.sub(lambda found: _ESCAPES[found[0]], text)
        case "cdata":
            return text.replace("]]>", "]]]]><![CDATA[>")
        case "comment" | "instruction":
            if "--" in text or "?>" in text or text.endswith("-"):
                reason = f"`{expression.text}` would end the {where} of the XML text it stands in"
                raise EvaluationError(reason, expression.text)
            return text
        case _:
            return _IN_TEXT.sub(lambda found: _ESCAPES[found[0]], text)


def _after(text: str, opened: str) -> str:
    """What is open at the end of a text that began inside of ``opened``."""
    at = 0
    while True:
        if opened == "":
            found = _OPENINGS.search(text, at)
            following = found[0] if found else ""
        elif opened == "<":
            found = _IN_TAG.search(text, at)
            following = "" if found is None or found[0] == ">" else found[0]
        else:
            found = re.compile(re.escape(_ENDS.get(opened, opened))).search(text, at)
            following = "<" if opened in ("'", '"') else ""
        if found is None:
            return opened
        at, opened = found.end(), following


def _mask(expression: Expression) -> str:
    return "x" * (len(expression.text) + 2)


def _check(text: str) -> None:
    from xml.parsers import expat

    parser = expat.ParserCreate("utf-8")
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)  # noqa: FBT003 - the last of it
    except expat.ExpatError as reason:
        lines = text.splitlines(keepends=True)
        start = sum(map(len, lines[: reason.lineno - 1])) + reason.offset
        words = f"is not well-formed XML: {expat.ErrorString(reason.code)}"
        way_out = "fix it; a value that is a whole document stands without braces: `$inputs.xml`"
        raise TextFault(words, way_out, min(start, len(text))) from None
