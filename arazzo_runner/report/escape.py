"""Text from outside, made safe to show: what could steer a terminal or reorder a line is spelled.

Documents, servers and file names may hold escape sequences, and directional characters that make
a line read as something else than it is (Unicode Technical Report 36, section 3.4).
"""

from __future__ import annotations

import re
from typing import Final

# Controls (C0, DEL, C1), directional and invisible formats, line separators, the byte order mark,
# interlinear marks, half surrogates (no encoding has them), and tag characters.
_UNSAFE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_UNSAFE_IN_LINES: Final = re.compile(rf"(?![\t\n]){_UNSAFE.pattern}")


def escape(text: str) -> str:
    r"""One line that shows ``text``: control characters as ``\x1b``, others as ``\u{202e}``."""
    return _UNSAFE.sub(_escape_character, text)


def escape_lines(text: str) -> str:
    """Like :func:`escape`, for text of several lines: line feeds and tabs stand."""
    return _UNSAFE_IN_LINES.sub(_escape_character, text)


def _escape_character(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{{{code:x}}}"
