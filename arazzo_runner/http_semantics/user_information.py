"""User information of URLs (RFC 3986, section 3.2.1) in texts that need not hold whole URLs."""

from __future__ import annotations

import re
from typing import Final

from arazzo_runner.text.pattern import lazy_pattern

# `user:password@host`, also where the scheme is missing; `mailto:` is a scheme and no user.
_LOGIN: Final = lazy_pattern(
    r"""(?<![^\s"'`=(/])(?!mailto:)[^/?#\s"'<>`\\@:=]+:[^/?#\s"'<>`\\]*@(?=[\w\[])""",
    re.IGNORECASE,
)


def without_logins(text: str) -> str:
    """A text in which each ``user:password@`` before a host is ``***@``."""
    return _LOGIN.sub("***@", text) if "@" in text else text
