"""YAML text to plain JSON data, within limits, by the parser's events.

Nothing but values is built; when something in the text is doubtful (an equal key, a tag, a number
out of range), that is noted, and ``text/value_errors.py`` reads the text again to say where.

What a plain scalar means: the core schema of YAML 1.2.2 (section 10.3.2), kept to JSON data.

``yes``, ``on`` and dates are strings, ``010`` is ten. Numbers that JSON cannot hold are refused.
"""

from __future__ import annotations

import re
from typing import Any, Final, TypeAlias
from typing import Literal as Choice

from msgspec import Struct

from arazzo_runner.errors import DocumentError
from arazzo_runner.text.diagnostic import Diagnostic, error, shorten
from arazzo_runner.text.limits import (
    DocumentLimits,
    alias_count_error,
    depth_error,
    node_count_error,
)
from arazzo_runner.text.number import JsonNumber
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

Scalar: TypeAlias = str | int | float | bool | None

MAX_DIGITS: Final = 4300
"""The longest integer, in characters; longer ones take quadratic time to convert."""

CONSTANTS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}

FIRST: Final = frozenset(["", *"~nNtTfF-+.0123456789"])
"""What a plain scalar that is not a string begins with."""

TAG_PREFIX: Final = "tag:yaml.org,2002:"

_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_JSON_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_OCTAL: Final = re.compile(r"0o[0-7]+")
_HEXADECIMAL: Final = re.compile(r"0x[0-9a-fA-F]+")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


class ScalarError(Exception):
    """A scalar that cannot become JSON data; its place is the caller's knowledge."""

    def __init__(self, code: str, message: str, way_out: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.way_out = way_out


def scalar_value(event: ScalarEvent) -> Scalar:
    """The value of a scalar in YAML. Raises Refused for a tag or number that JSON has not."""
    if event.tag is not None:
        return tagged_value(event.tag, event.value)
    return resolve_plain(event.value) if event.implicit[0] else event.value


def resolve_plain(text: str) -> Scalar:
    """The value of a plain scalar. Raises Refused for a number that JSON cannot hold."""
    if text in CONSTANTS:
        return CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return parse_integer(text)
    if _FLOAT.fullmatch(text):
        return parse_decimal(text)
    return _other(text)


def _other(text: str) -> Scalar:
    if _NOT_FINITE.fullmatch(text):
        message = f"`{text}` is not a number that JSON data can hold"
        raise ScalarError("AZ113", message, f'write a finite number, or quote it: "{text}"')
    if _HEXADECIMAL.fullmatch(text):
        return _with_base(text, 16)
    if _OCTAL.fullmatch(text):
        return _with_base(text, 8)
    return text


def parse_integer(text: str) -> int:
    """A decimal integer, exact. Raises Refused beyond 4,300 digits."""
    if len(text) > MAX_DIGITS and len(text.lstrip("+-")) > MAX_DIGITS:
        raise _digits_error(len(text.lstrip("+-")))
    return int(text)


def _with_base(text: str, base: int) -> int:
    value = int(text[2:], base)
    # 3,000 digits of any base up to 16 are fewer than 4,300 decimal ones.
    if len(text) > 3000 and value >= 10**MAX_DIGITS:
        raise _digits_error(len(text) - 2)
    return value


def _digits_error(digits: int) -> ScalarError:
    message = f"an integer has {digits:,} digits, and the limit is {MAX_DIGITS:,}"
    return ScalarError("AZ109", message, "quote it, so that it is a string")


def parse_decimal(text: str) -> float:
    """A floating point number; as JSON spells it, where a float would lose that.

    Raises Refused when it is too large to be finite.
    """
    value = float(text)
    if value in (float("inf"), float("-inf")):
        message = f"the number `{shorten(text)}` is too large: it is not finite"
        raise ScalarError(
            "AZ113", message, "write a smaller number, or quote it, so that it is a string"
        )
    is_spelled = repr(value) != text and _JSON_NUMBER.fullmatch(text)
    return JsonNumber(text) if is_spelled else value


def tagged_value(tag: str, text: str) -> Scalar:
    """The value of a scalar with an explicit tag. Raises Refused when the tag does not fit.

    The tags of the JSON schema (YAML 1.2.2, section 10.2) are honoured; there are no others.
    """
    if tag in ("!", TAG_PREFIX + "str"):
        return text
    accepted = _ACCEPTED.get(tag)
    if accepted is None:
        raise _tag_error(tag, f"`{shorten(text)}`")
    value = resolve_plain(text)
    if tag == TAG_PREFIX + "float" and type(value) is int:
        return float(parse_decimal(text if _INTEGER.fullmatch(text) else str(value)))
    if type(value) not in accepted:
        raise _tag_value_error(tag, f"`{shorten(text)}`")
    return value


_ACCEPTED: Final[dict[str, tuple[type, ...]]] = {
    TAG_PREFIX + "int": (int,),
    TAG_PREFIX + "float": (float, JsonNumber),
    TAG_PREFIX + "bool": (bool,),
    TAG_PREFIX + "null": (type(None),),
}
_JSON_TAGS: Final = (*_ACCEPTED, TAG_PREFIX + "str", TAG_PREFIX + "map", TAG_PREFIX + "seq")


def check_collection_tag(tag: str | None, kind: Choice["map", "seq"]) -> None:
    """Raise Refused unless an object (``map``) or a list (``seq``) may bear this tag."""
    if tag is not None and tag not in ("!", TAG_PREFIX + kind):
        raise _tag_error(tag, "an object" if kind == "map" else "a list")


def check_key_tag(tag: str | None) -> None:
    """Raise Refused for a tag that is not in the JSON schema; keys are text in any case."""
    if tag is not None and tag not in ("!", *_JSON_TAGS):
        raise foreign_tag_error(tag)


def _tag_error(tag: str, what: str) -> ScalarError:
    return _tag_value_error(tag, what) if tag in _JSON_TAGS else foreign_tag_error(tag)


def _tag_value_error(tag: str, what: str) -> ScalarError:
    message = f"the tag `{shorten(tag_name(tag))}` does not fit {what}"
    return ScalarError("AZ105", message, "remove the tag, or write a value of its type")


def foreign_tag_error(tag: str) -> ScalarError:
    """The refusal of a tag that is not in the JSON schema."""
    known = ", ".join(f"`{tag_name(one)}`" for one in _JSON_TAGS)
    message = f"the tag `{shorten(tag_name(tag))}` is not allowed"
    return ScalarError("AZ105", message, f"remove it: the only tags are {known}")


def tag_name(tag: str) -> str:
    """A tag as people write it: ``!!int`` for ``tag:yaml.org,2002:int``."""
    if tag.startswith(TAG_PREFIX):
        return "!!" + tag.removeprefix(TAG_PREFIX)
    return tag if tag.startswith("!") else f"!<{tag}>"


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
    way_out = "check that this is the file you mean, and that it was saved"
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
