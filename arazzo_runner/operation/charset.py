"""Which ``charset`` of a server is taken at its word.

Python finds codecs by name that are no character encodings (`zlib` unpacks, `rot13` turns letters),
that fail on whatever comes (`undefined`), or whose work grows with the square of the text
(`punycode`).
"""

from __future__ import annotations

import codecs
from typing import Final

_REFUSED: Final = frozenset(
    {
        "base64",
        "bz2",
        "charmap",
        "hex",
        "idna",
        "mbcs",
        "oem",
        "punycode",
        "quopri",
        "raw-unicode-escape",
        "rot-13",
        "undefined",
        "unicode-escape",
        "utf-7",
        "uu",
        "zlib",
    }
)


def codec_of(charset: str) -> str | None:
    """The name of Python's codec for a character encoding, None where there is none to be used."""
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        return None
    return None if name in _REFUSED else name
