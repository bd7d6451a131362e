"""The outline of YAML text: where each value stands, by its pointer."""

from __future__ import annotations

from collections.abc import Iterator

from arazzo_runner.text.outline import Outline
from arazzo_runner.text.yaml_events import (
    AliasEvent,
    DocumentEndEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
    extent,
    next_event,
)


def walk_yaml(text: str, outline: Outline) -> Iterator[Event]:
    """The events of the first document; each is given before the outline has it.

    Raises ``yaml.YAMLError`` where the syntax ends.
    """
    following = next_event(text)
    following()  # StreamStartEvent
    if type(following()) is StreamEndEvent:
        return
    anchors: dict[str, int] = {}
    while type(event := following()) is not DocumentEndEvent:
        yield event
        _take_event(event, outline, anchors, text)


def _take_event(
    event: NodeEvent | MappingEndEvent | SequenceEndEvent,
    outline: Outline,
    anchors: dict[str, int],
    text: str,
) -> None:
    if isinstance(event, (MappingEndEvent, SequenceEndEvent)):
        start, end = extent(event)
        # The end of a block collection has no width: it is noticed only at what follows.
        outline.close(end if start < end else None)
    elif isinstance(event, ScalarEvent) and outline.expects_key:
        outline.key(event.value, extent(event))
    else:
        _take_value(event, outline, anchors, text)


def _take_value(event: NodeEvent, outline: Outline, anchors: dict[str, int], text: str) -> None:
    start, end = extent(event)
    if isinstance(event, AliasEvent):
        outline.value(start, end, anchors.get(str(event.anchor)))
        return
    if event.anchor is not None:
        anchors[event.anchor] = len(outline.extents)  # the index of what comes next
    if isinstance(event, ScalarEvent):
        outline.value(start, _scalar_end(event, text))
    else:
        outline.open("object" if isinstance(event, MappingStartEvent) else "list", start)


def _scalar_end(event: ScalarEvent, text: str) -> int:
    """Block scalars end where their text does, not below the empty lines after it."""
    start, end = extent(event)
    return start + len(text[start:end].rstrip("\r\n")) if event.style in {"|", ">"} else end
