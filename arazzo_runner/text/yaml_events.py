"""The parse events of YAML text: libyaml's parser, or PyYAML's own where libyaml is missing."""

from __future__ import annotations

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

from arazzo_runner.text.pattern import lazy_pattern

__all__ = [
    "AliasEvent",
    "DocumentEndEvent",
    "Event",
    "MappingEndEvent",
    "MappingStartEvent",
    "NextEvent",
    "NodeEvent",
    "ScalarEvent",
    "SequenceEndEvent",
    "SequenceStartEvent",
    "StreamEndEvent",
    "extent",
    "next_event",
]

NodeEvent: TypeAlias = ScalarEvent | AliasEvent | MappingStartEvent | SequenceStartEvent
"""An event with which a value begins."""

NextEvent: TypeAlias = Callable[[], Any]
"""Gives the next event; the last is a ``StreamEndEvent``. Raises ``yaml.YAMLError``."""


def next_event(text: str) -> NextEvent:
    """A reader of the events of ``text``; their offsets are those in ``text``."""
    if _SEPARATOR.search(text) is None:
        return _parser(text)
    used = set(text)
    unused = [char for char in map(chr, _PRIVATE_USE) if char not in used][: len(SEPARATORS)]
    # A text with all 6,400 characters of private use keeps the line breaks of YAML 1.1.
    return _with_separators(text, "".join(unused)) if len(unused) == 3 else _parser(text)


def _parser(text: str) -> NextEvent:
    return yaml.CBaseLoader(text).get_event if yaml.__with_libyaml__ else _python_parser(text)


def _python_parser(text: str) -> NextEvent:
    from arazzo_runner.installation import InstallationWarning

    # Python shows the same warning once: the channel for facts about the installation.
    warnings.warn(
        "PyYAML is installed without libyaml: documents are read about ten times slower",
        InstallationWarning,
        stacklevel=2,
    )
    get: NextEvent = yaml.BaseLoader(text).get_event

    def next_checked() -> Any:
        event = get()
        # This parser alone takes half a character for one.
        if _SURROGATE.search(getattr(event, "value", "")):
            problem = "found invalid Unicode character escape code"
            raise ScannerError(_QUOTED, event.start_mark, problem, event.end_mark)
        return event

    return next_checked


def _with_separators(text: str, stand_ins: str) -> NextEvent:
    """YAML 1.2.2, section 5.4: NEL, LS and PS are no line breaks, as they were in YAML 1.1.

    The parsers know 1.1, so they get characters instead that are not in the text.
    """
    restored = str.maketrans(stand_ins, SEPARATORS)
    get = _parser(text.translate(str.maketrans(SEPARATORS, stand_ins)))

    def restoring() -> Any:
        event = get()
        if isinstance(event, ScalarEvent):
            event.value = event.value.translate(restored)
        return event

    return restoring


SEPARATORS: Final = "\x85\u2028\u2029"
_SEPARATOR: Final = lazy_pattern(f"[{SEPARATORS}]")
_PRIVATE_USE: Final = range(0xE000, 0xF900)
_SURROGATE: Final = lazy_pattern("[\ud800-\udfff]")
_QUOTED: Final = "while parsing a quoted scalar"


def extent(event: Event) -> tuple[int, int]:
    """Where an event begins and ends, as offsets in the text."""
    start, end = event.start_mark, event.end_mark
    assert start is not None and end is not None  # events of a parser have marks
    return start.index, end.index
