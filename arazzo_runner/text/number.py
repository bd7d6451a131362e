"""Numbers that keep the spelling they have in JSON text (RFC 8259, section 6)."""

from __future__ import annotations


class JsonNumber(float):
    """A number whose spelling a float would lose: ``19.90``, ``1E400``, twenty digits.

    It computes, compares and hashes as the nearest float; ``spelling`` is its text, which is also
    what ``str`` and ``repr`` give. What writes JSON is ``json_write.py``.
    """

    __slots__ = ("spelling",)

    spelling: str

    def __new__(cls, spelling: str) -> JsonNumber:
        """Read a number of JSON; raises ValueError for any other text."""
        self = super().__new__(cls, spelling)
        self.spelling = spelling
        return self

    def __getnewargs__(self) -> tuple[str]:  # type: ignore[override]
        """What copies and pickles are made from."""
        return (self.spelling,)

    def __repr__(self) -> str:
        """The spelling."""
        return self.spelling


def parse_number(text: str) -> float:
    """A number of JSON that is no integer: a float where that is spelled alike."""
    number = float(text)
    return number if repr(number) == text else JsonNumber(text)
