"""The parse events of YAML text: libyaml's parser, or PyYAML's own where libyaml is missing."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any, Final, TypeAlias

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml.scanner import ScannerError

__all__ = [
    "AliasEvent",
    "DocumentEndEvent",
    "Event",
    "MappingEndEvent",
    "MappingStartEvent",
    "NextEvent",
    "Node",
    "ScalarEvent",
    "SequenceEndEvent",
    "SequenceStartEvent",
    "StreamEndEvent",
    "extent",
    "next_event",
]

Node: TypeAlias = ScalarEvent | AliasEvent | MappingStartEvent | SequenceStartEvent
"""An event with which a value begins."""

NextEvent: TypeAlias = Callable[[], Any]
"""Gives the next event; the last is a ``StreamEndEvent``. Raises ``yaml.YAMLError``."""


def next_event(text: str) -> NextEvent:
    """A reader of the events of ``text``."""
    if not yaml.__with_libyaml__:
        return _pure(text)
    return yaml.CBaseLoader(text).get_event


def _pure(text: str) -> NextEvent:
    # Python shows the same warning once: the channel for facts about the installation.
    warnings.warn(
        "PyYAML is installed without libyaml: documents are read about ten times slower",
        RuntimeWarning,
        stacklevel=2,
    )
    get: NextEvent = yaml.BaseLoader(text).get_event

    def checked() -> Any:
        event = get()
        # This parser alone takes half a character for one.
        if _SURROGATE.search(getattr(event, "value", "")):
            problem = "found invalid Unicode character escape code"
            raise ScannerError(_QUOTED, event.start_mark, problem, event.end_mark)
        return event

    return checked


_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_QUOTED: Final = "while parsing a quoted scalar"


def extent(event: Event) -> tuple[int, int]:
    """Where an event begins and ends, as offsets in the text."""
    start, end = event.start_mark, event.end_mark
    assert start is not None and end is not None  # events of a parser have marks
    return start.index, end.index
