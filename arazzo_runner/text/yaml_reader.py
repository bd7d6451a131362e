"""YAML text to plain JSON data, within limits, by the parser's events and the core schema.

Nothing but values is built; when something in the text is doubtful (a duplicate key, a tag, a
number out of range), that is noted, and ``text/value_errors.py`` reads the text again to say where.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from msgspec import Struct

from arazzo_runner.errors import DocumentError
from arazzo_runner.text.diagnostic import Diagnostic, error, shorten
from arazzo_runner.text.limits import (
    DocumentLimits,
    alias_count_error,
    depth_error,
    node_count_error,
)
from arazzo_runner.text.positions import place_between
from arazzo_runner.text.source import Place, SourceFile
from arazzo_runner.text.yaml_events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NextEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    extent,
    next_event,
)
from arazzo_runner.text.yaml_scalars import FIRST, ScalarError, scalar_value

MERGE: Final = "<<"


def is_merge(key: Event) -> bool:
    """Whether a key is the merge key of YAML 1.1, which is written without quotes."""
    return isinstance(key, ScalarEvent) and key.value == MERGE and key.implicit[0]


def merge_sources(value: Any) -> list[dict[str, Any]] | None:
    """The objects that a merge key names, the first of which wins; None when it names none."""
    if isinstance(value, dict):
        return [value]
    is_list = isinstance(value, list) and value and all(isinstance(one, dict) for one in value)
    return value if is_list else None


class _Anchored(Struct, frozen=True):
    """What an alias stands for: shared, not copied; its nodes and levels count again."""

    value: Any
    nodes: int
    levels: int


def build_yaml(source: SourceFile, limits: DocumentLimits) -> tuple[Any, bool]:
    """The value of a YAML text with one document, and whether there is more to say about it.

    Raises DocumentError (AZ103 alias or key, AZ106 empty, AZ109 limit) and ``yaml.YAMLError``
    (syntax).
    """
    return _Builder(source, limits).document()


def empty_document(source: SourceFile) -> Diagnostic:
    """The finding that a text has nothing but white space and comments."""
    message = "the document is empty"
    way_out = (
        "check that this is the file you mean, and that it was saved; "
        "`arazzo new` writes an Arazzo document"
    )
    return error("AZ106", message, Place(source), help=way_out)


_Content: TypeAlias = ScalarEvent | MappingStartEvent | SequenceStartEvent


class _Builder:
    """One pass over the events; its recursion is bounded by the depth limit."""

    def __init__(self, source: SourceFile, limits: DocumentLimits) -> None:
        self.source = source
        self.limits = limits
        self.next: NextEvent = next_event(source.text)
        self.doubtful = False
        self.anchors: dict[str, _Anchored] = {}
        self.open: set[str] = set()
        self.aliases = 0
        self.nodes = 0
        self.depth = 0
        self.deepest = 0  # within the anchored node that is being built

    def document(self) -> tuple[Any, bool]:
        self.next()  # StreamStartEvent
        if type(self.next()) is StreamEndEvent:
            raise DocumentError(empty_document(self.source))
        root = self.next()
        value = self.node(root)
        self.next()  # DocumentEndEvent
        self.end(self.next())
        if type(root) is ScalarEvent and not root.value and root.implicit[0]:
            raise DocumentError(empty_document(self.source))
        return value, self.doubtful

    def end(self, event: Event) -> None:
        if type(event) is StreamEndEvent:
            return
        message = "the file contains several YAML documents, and one is expected"
        way_out = "keep what is before this `---`, and move the rest to another file"
        raise DocumentError(error("AZ103", message, self.place(event), help=way_out))

    def place(self, event: Event) -> Place:
        return place_between(self.source, *extent(event))

    def node(self, event: NodeEvent) -> Any:
        self.nodes += 1
        if self.nodes > self.limits.max_nodes:
            raise node_count_error(self.nodes, self.limits.max_nodes, self.place(event))
        if isinstance(event, ScalarEvent) and event.anchor is None:
            return self.scalar(event)
        if isinstance(event, AliasEvent):
            return self.alias(event)
        return (
            self.content(event) if event.anchor is None else self.resolve_alias(event, event.anchor)
        )

    def content(self, event: _Content) -> Any:
        if isinstance(event, MappingStartEvent):
            return self.mapping(event)
        if isinstance(event, SequenceStartEvent):
            return self.sequence(event)
        return self.scalar(event)

    def scalar(self, event: ScalarEvent) -> Any:
        text = event.value
        if event.tag is None and not (event.implicit[0] and text[:1] in FIRST):
            return text
        try:
            return scalar_value(event)
        except ScalarError:
            self.doubtful = True
            return text

    def mapping(self, start: MappingStartEvent) -> dict[str, Any]:
        self.enter(start)
        members: dict[str, Any] = {}
        merged: list[dict[str, Any]] = []
        while type(event := self.next()) is not MappingEndEvent:
            key = self.key(event)
            if key in members:
                self.doubtful = True
            value = self.node(self.next())
            if key == MERGE and is_merge(event) and (sources := merge_sources(value)) is not None:
                merged += sources
                self.doubtful = True
                continue
            members[key] = value
        self.depth -= 1
        for source in merged:
            members |= {key: one for key, one in source.items() if key not in members}
        return members

    def sequence(self, start: SequenceStartEvent) -> list[Any]:
        self.enter(start)
        items: list[Any] = []
        while type(event := self.next()) is not SequenceEndEvent:
            items.append(self.node(event))
        self.depth -= 1
        return items

    def enter(self, start: MappingStartEvent | SequenceStartEvent) -> None:
        self.doubtful |= start.tag is not None
        self.depth += 1
        self.deepest = max(self.deepest, self.depth)
        if self.depth > self.limits.max_depth:
            raise depth_error(self.depth, self.limits.max_depth, self.place(start))

    def key(self, event: Event) -> str:
        """Keys are strings as written (JSON data has no others): ``200:`` is ``"200"``."""
        if type(event) is not ScalarEvent:
            raise DocumentError(self.unusable_key(event))
        self.nodes += 1
        self.doubtful |= event.tag is not None
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchored(self.scalar(event), 1, 0)
        return event.value

    def unusable_key(self, event: Event) -> Diagnostic:
        kind = _KINDS[type(event)]
        message = f"{kind} is where a key is expected, and keys are strings"
        way_out = "if a string that begins with this character is intended, put it in quotes"
        return error("AZ103", message, self.place(event), help=way_out)

    # --- anchors and aliases: counted as if expanded, yet shared --------------------------------

    def resolve_alias(self, event: _Content, name: str) -> Any:
        nodes, deepest = self.nodes, self.deepest
        self.anchors.pop(name, None)
        self.open.add(name)
        self.deepest = self.depth
        value = self.content(event)
        self.anchors[name] = _Anchored(value, self.nodes - nodes + 1, self.deepest - self.depth)
        self.deepest = max(deepest, self.deepest)
        self.open.discard(name)
        return value

    def alias(self, event: AliasEvent) -> Any:
        self.aliases += 1
        if self.aliases > self.limits.max_aliases:
            raise alias_count_error(self.limits.max_aliases, self.place(event))
        found = self.anchors.get(str(event.anchor))
        if found is None:
            raise DocumentError(self.lost_alias(event))
        self.grow(event, found)
        return found.value

    def grow(self, event: AliasEvent, found: _Anchored) -> None:
        self.nodes += found.nodes - 1
        if self.nodes > self.limits.max_nodes:
            raise node_count_error(self.nodes, self.limits.max_nodes, self.place(event))
        self.deepest = max(self.deepest, self.depth + found.levels)
        if self.deepest > self.limits.max_depth:
            raise depth_error(self.deepest, self.limits.max_depth, self.place(event))

    def lost_alias(self, event: AliasEvent) -> Diagnostic:
        name = shorten(str(event.anchor))
        if event.anchor in self.open:
            message = f"the alias `*{name}` is inside of what `&{name}` names: it never ends"
            way_out = "write the value out: JSON data cannot contain itself"
            return error("AZ109", message, self.place(event), help=way_out)
        message = f"the alias `*{name}` has no anchor before it"
        way_out = (
            f"put `&{name}` before its value; if a string that begins with `*` is meant, quote it"
        )
        return error("AZ103", message, self.place(event), help=way_out)


_KINDS: Final[dict[type[Event], str]] = {
    MappingStartEvent: "an object",
    SequenceStartEvent: "a list",
    AliasEvent: "an alias",
}
