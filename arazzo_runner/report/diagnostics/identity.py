"""What makes a finding the same one in another version of its document, however it is worded.

That is its code, its file, its place by names in place of indices, and what it is about: so it
stays the same where lines, steps and other items are added or change their order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.text.positions import extents_of, text_of
from arazzo_runner.text.source import Extent, Place, Pointer, SourceFile, pointer_text

_NAMES: Final = ("workflowId", "stepId", "name", "reference", "condition", "target", "url")
"""The fields that tell the items of a list apart, the first that an item has."""
_QUOTES: Final = "\"'"
_EMPTY: Final = ("", "{}", "[]")


class IdentityReader:
    """Reads what findings are about from the texts that they stand in, each looked at once."""

    def __init__(self) -> None:
        self._parents: dict[int, frozenset[Pointer]] = {}

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
        is_scalar = place.pointer not in self._containers(place.source)
        return text_of(place) if is_scalar and place.pointer in extents_of(place.source) else ""

    def _containers(self, source: SourceFile) -> frozenset[Pointer]:
        if id(source) not in self._parents:
            pointers = extents_of(source)
            self._parents[id(source)] = frozenset(one[:-1] for one in pointers if one)
        return self._parents[id(source)]

    def _stable_token(self, source: SourceFile, pointer: Pointer) -> str | int:
        token, extents = pointer[-1], extents_of(source)
        if not isinstance(token, int) or pointer not in extents:
            return token
        if pointer not in self._containers(source):
            text = _scalar(source, extents[pointer])
            return token if text in _EMPTY else text
        name = next((one for one in _NAMES if (*pointer, one) in extents), None)
        return token if name is None else _item_name(source, extents, (*pointer, name))


def _item_name(source: SourceFile, extents: Mapping[Pointer, Extent], pointer: Pointer) -> str:
    """What an item is called; a parameter by its ``in`` too."""
    location = extents.get((*pointer[:-1], "in"))
    name = _scalar(source, extents[pointer])
    return name if location is None else f"{_scalar(source, location)}:{name}"


def _scalar(source: SourceFile, extent: Extent) -> str:
    return source.text[extent.start : extent.end].strip(_QUOTES)
