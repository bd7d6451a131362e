"""Regular expressions of our own that are compiled when they are first used.

There are some 150 of them in what a run imports, and it uses a third: to compile all takes a tenth
of a cold run.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class _LazyPattern:
    """Stands in for a ``re.Pattern``; what was used of it is an attribute of its own."""

    def __init__(self, text: Any, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        value = getattr(re.compile(self._text, self._flags), name)
        self.__dict__[name] = value
        return value


def lazy_pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """A pattern by its methods, ``match`` and the like, the first of which may raise ``re.error``.

    Not for functions of ``re``, which want a compiled one.
    """
    return cast("re.Pattern[AnyStr]", _LazyPattern(text, flags))
