"""The parts of a ``multipart/form-data`` body in one line: names and values, no delimiters."""

from __future__ import annotations

import re
from typing import Final

_NAME: Final = re.compile(r'(?i)content-disposition:[^\r\n]*?; name="([^"\r\n]*)"')


def form_parts(text: str) -> str:
    """``name=value``, two spaces apart; a text that is cut may end within a part."""
    delimiter = text.partition("\r\n")[0]
    found: list[str] = []
    for part in text.split(delimiter)[1:]:
        head, blank, content = part.partition("\r\n\r\n")
        name = _NAME.search(head)
        if name and blank:
            value = content.removesuffix("\r\n")
            found.append(f"{name[1]}={value}")
    return "  ".join(found)
