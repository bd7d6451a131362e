"""What makes a finding the same one in another version of its document, however it is worded.

That is its code, its file, its place by names in place of indices, and what it is about: so it
stays the same where lines, steps and other items are added or change their order.
"""

from __future__ import annotations

from typing import Final

from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.text.positions import extents_of, text_of
from arazzo_runner.text.source import Place, Pointer, SourceFile, pointer_text

_NAMES: Final = ("workflowId", "stepId", "name", "reference", "condition", "target", "url")
"""The fields that tell the items of a list apart, the first that an item has."""
_QUOTES: Final = "\"'"
_EMPTY: Final = ("", "{}", "[]")


class IdentityReader:
    """Reads what findings are about from the texts that they stand in, each looked at once."""

    def stable_place(self, finding: Diagnostic) -> str:
        """The JSON Pointer of a finding with names for indices: ``/workflows/order/steps/pay``."""
        if finding.place is None:
            return ""
        source, pointer = finding.place.source, finding.place.pointer
        tokens = (self._stable_token(source, pointer[: at + 1]) for at in range(len(pointer)))
        return pointer_text(tuple(tokens))

    def subject(self, finding: Diagnostic) -> str:
        """A hash of what a finding is about: what it says of that, else the scalar at its place."""
        from hashlib import sha256

        about = finding.subject or self._text_at(finding.place)
        return sha256(about.encode("utf-8", "backslashreplace")).hexdigest()[:16]

    def _text_at(self, place: Place | None) -> str:
        if place is None or place.target == "key" or place.span is not None:
            return ""
        extents = extents_of(place.source)
        index = extents.index(place.pointer)
        return "" if index is None or extents.has_members(index) else text_of(place)

    def _stable_token(self, source: SourceFile, pointer: Pointer) -> str | int:
        token, extents = pointer[-1], extents_of(source)
        item = extents.index(pointer) if isinstance(token, int) else None
        if item is None:
            return token
        if not extents.has_members(item):
            text = _scalar(source, item)
            return token if text in _EMPTY else text
        names = (extents.member(item, one) for one in _NAMES)
        name = next((one for one in names if one is not None), None)
        return token if name is None else _item_name(source, item, name)


def _item_name(source: SourceFile, item: int, name: int) -> str:
    """What an item is called; a parameter by its ``in`` too."""
    location = extents_of(source).member(item, "in")
    text = _scalar(source, name)
    return text if location is None else f"{_scalar(source, location)}:{text}"


def _scalar(source: SourceFile, index: int) -> str:
    extent = extents_of(source).extent(index)
    return source.text[extent.start : extent.end].strip(_QUOTES)
