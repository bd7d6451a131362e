"""Reading `WWW-Authenticate`: the challenges of a server. RFC 9110, section 11.6.1."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

_WORD: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
# A parameter, or the name of the next scheme; a token68 (`Negotiate abc==`) is passed over.
_PIECE: Final = re.compile(
    rf"""[\s,]*(?:
        (?P<name>{_WORD})[ \t]*=[ \t]*
        (?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>{_WORD}))(?=[\s,]|$)
      | (?P<scheme>{_WORD})(?=[\s,]|$)
      | [^\s,]+
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
# A header may be 100 kB long; no server asks so much.
_LONGEST: Final = 4_096


class Challenge(Struct, frozen=True):
    """What one scheme asks for; names of schemes and parameters are in lower case."""

    scheme: str
    parameters: Mapping[str, str]


def parse_challenges(text: str) -> list[Challenge]:
    """The challenges of a header, in order; what cannot be read is left out."""
    found: list[Challenge] = []
    for piece in _PIECE.finditer(text[:_LONGEST]):
        if piece["scheme"]:
            found.append(Challenge(piece["scheme"].lower(), {}))
        elif piece["name"] and found:
            value = piece["plain"]
            if value is None:
                value = _ESCAPED.sub(r"\1", piece["quoted"])
            last = found[-1]
            found[-1] = Challenge(last.scheme, {**last.parameters, piece["name"].lower(): value})
    return found
