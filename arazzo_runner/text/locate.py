"""Where in a text a thing stands: looked up when a message or report asks, the index built once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arazzo_runner.text.json_walk import NotJson, is_json_start, walk_json
from arazzo_runner.text.outline import Outline
from arazzo_runner.text.source import Extent, Place, Pointer, SourceFile, Span, span_between

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from arazzo_runner.text.diagnostic import Diagnostic


def locate_place(place: Place) -> Span:
    """The span of a place; for a pointer that leads nowhere, that of the nearest value above it."""
    if place.span is not None:
        return place.span
    return span_between(place.source, *_offsets(place))


def extent_of(source: SourceFile, pointer: Pointer) -> Extent | None:
    """Where the value at a pointer is written, its key and anchor with it; None if it is not there.

    What an alias stands for is written at its anchor.
    """
    extent, found = _find(_extents(source), pointer)
    return extent if found else None


def sort_findings(findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Findings as a reader meets their places: file by file, from the top; those without first."""
    every = list(findings)
    files = {id(one.place.source): None for one in every if one.place is not None}
    order = {file: number for number, file in enumerate(files)}

    def position(found: Diagnostic) -> tuple[int, int, int]:
        if found.place is None:
            return -1, 0, 0
        span = locate_place(found.place)
        return order[id(found.place.source)], span.line, span.column

    return sorted(every, key=position)


def place_between(source: SourceFile, start: int, end: int) -> Place:
    """The place between two offsets, with the pointer of the value that stands there.

    It does not need a text that parses beyond ``start``.
    """
    pointer = _build_outline(source.text, start).pointer
    return Place(source, pointer, span=span_between(source, start, end))


def _offsets(place: Place) -> tuple[int, int]:
    extents = _extents(place.source)
    extent, found = _find(extents, place.pointer)
    if place.target == "key" and extent.key is not None:
        return extent.key
    if place.part is None or not found:
        return extent.start, extent.end
    content = extent if extent.target is None else extents.get(extent.target, extent)
    from arazzo_runner.text.part import part_of_scalar

    return part_of_scalar(place.source.text, content, place.part)


def _extents(source: SourceFile) -> Mapping[Pointer, Extent]:
    if not source.extents:
        outline = _build_outline(source.text, len(source.text) + 1)
        outline.finish()
        # In one go, since other threads may look; `()` also for a text without any value.
        source.extents.update({(): Extent(0, 0), **outline.extents})
    return source.extents


def _find(extents: Mapping[Pointer, Extent], pointer: Pointer) -> tuple[Extent, bool]:
    """The extent at a pointer, or above it (then False); through aliases to what they mean."""
    found = extents[()]
    at: Pointer = ()
    for token in pointer:
        at = _member(extents, at if found.target is None else found.target, token)
        if at not in extents:
            return found, False
        found = extents[at]
    return found, True


def _member(extents: Mapping[Pointer, Extent], at: Pointer, token: str | int) -> Pointer:
    """The pointer of a member; ``0`` and ``"0"`` both find the first item, and the key ``0``."""
    below = (*at, token)
    if below in extents or not str(token).isascii() or not str(token).isdigit():
        return below
    other = str(token) if isinstance(token, int) else int(token[:18])
    return (*at, other)


def _build_outline(text: str, until: int) -> Outline:
    """The outline of a text before the offset ``until``, as far as it can be read."""
    if is_json_start(text):
        outline = Outline()
        try:
            _outline_json(text, outline, until)
        except NotJson:
            pass  # a YAML flow mapping, or malformed
        else:
            return outline
    return _outline_yaml(text, until)


def _outline_json(text: str, outline: Outline, until: int) -> None:
    for token in walk_json(text, outline):
        if token.start() >= until:
            return


def _outline_yaml(text: str, until: int) -> Outline:
    from yaml import YAMLError

    from arazzo_runner.text.events import extent
    from arazzo_runner.text.yaml_walk import walk_yaml

    outline = Outline()
    try:
        for event in walk_yaml(text, outline):
            if extent(event)[0] >= until:
                break
    except YAMLError:
        pass  # what was read before it still has its place
    return outline
