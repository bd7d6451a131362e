"""A walk through JSON text that tells where everything stands, also in text that is malformed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from arazzo_runner.text.outline import Outline

Token = re.Match[str]
"""A token; ``lastgroup`` is its kind: string, open, close, word, or other (not JSON)."""

# Possessive, and a string may lack its end: no text makes this look at a character twice.
_TOKEN: Final = re.compile(
    r'(?P<string>"[^"\\]*+(?:\\.[^"\\]*+)*+"?)|(?P<open>[\[{])|(?P<close>[\]}])'
    r"|(?P<word>-?(?:[0-9][-+.eE0-9]*+|Infinity)|NaN|true|false|null)|(?P<other>[^\s,:])",
    re.DOTALL,
)
_BEGINNING: Final = re.compile(r"\s*+[\[{]")


class NotJson(Exception):
    """The text has something in it that JSON has not."""


def is_json_start(text: str) -> bool:
    """Whether the first character that is not white space opens an object or a list."""
    return _BEGINNING.match(text) is not None


def tokens(text: str) -> Iterator[Token]:
    """The tokens of JSON text, commas and colons aside."""
    return _TOKEN.finditer(text)


def walk_json(text: str, outline: Outline) -> Iterator[Token]:
    """The tokens of a JSON text; each is given before the outline has it.

    Raises NotJson at the first thing that no JSON text has there.
    """
    for token in tokens(text):
        yield token
        _take_token(token, outline)


def _take_token(token: Token, outline: Outline) -> None:
    kind = token.lastgroup
    if outline.expects_key and kind == "string":
        outline.key(unescape_string(token[0]), token.span())
    elif kind == "close" and outline.is_open:
        outline.close(token.end())
    elif outline.expects_key or kind in {"close", "other"}:
        raise NotJson
    elif kind == "open":
        outline.open("object" if token[0] == "{" else "list", token.start())
    else:
        outline.value(*token.span())


def unescape_string(token: str) -> str:
    """The text of a string token. Raises NotJson for an escape that JSON has not."""
    if "\\" not in token:
        return token[1:-1]
    try:
        return str(json.loads(token, strict=False))
    except ValueError as reason:
        raise NotJson from reason
