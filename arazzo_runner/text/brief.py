"""Values that say in a word what they are: what they hold may be secret, or without end."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class SafeRepr(Struct, frozen=True):
    """A value whose representation is :meth:`brief` alone: it reaches logs and tracebacks."""

    def brief(self) -> str:
        """A few words without anything from outside."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.brief()})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("brief", self.brief())]
