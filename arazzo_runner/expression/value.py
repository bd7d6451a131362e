"""The values that expressions yield: JSON data, bytes for binary bodies, and MISSING.

MISSING is not null: a member that is not there has no value at all, and what that means depends
on where it is used (a parameter is left out, a condition reads null, a template is an error).
"""

from __future__ import annotations

from enum import Enum
from typing import Any, Final, TypeAlias


class Missing(Enum):
    """The type of :data:`MISSING`."""

    MISSING = "missing"

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing.MISSING

# JSON data is recursive and mostly read: Any spares a cast at every index.
Value: TypeAlias = Any
"""None, bool, int, float, str, bytes, ``list[Value]`` or ``dict[str, Value]``."""

Found: TypeAlias = Value | Missing
"""What evaluating an expression yields."""
