"""Standard streams as users have them: closed ones, and those of any encoding."""

from __future__ import annotations

import codecs
import os
import sys
from io import TextIOWrapper
from typing import Final

_ESCAPED: Final = "arazzo.escaped"


def prepare_streams() -> None:
    """Open what is closed (`arazzo … >&-`), and let standard output take every character."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # Python has no stream for a closed descriptor
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))
    codecs.register_error(_ESCAPED, escape_unencodable)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors=_ESCAPED)


def escape_unencodable(error: UnicodeError) -> tuple[str, int]:
    """Spell what an encoding does not have as JSON does, which means the same there."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    pairs = zip(units[::2], units[1::2], strict=True)
    return "".join(f"\\u{high:02x}{low:02x}" for high, low in pairs), error.end
