"""Whether a message is the one that a step waits for."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from arazzo_runner.asyncapi.model import MessageLocation
from arazzo_runner.executor.channels.message_types import EVENT_TYPES
from arazzo_runner.executor.world import Correlation, MessageType, ReceiveCall, TypeMark
from arazzo_runner.expression.ast import Path
from arazzo_runner.expression.pointer import value_at_path
from arazzo_runner.expression.value import MISSING, MaybeValue, to_text
from arazzo_runner.http_semantics.headers import header_value
from arazzo_runner.messaging.event_identity import plain_event_type
from arazzo_runner.messaging.model import Delivery
from arazzo_runner.messaging.protocols.address import literal_parts
from arazzo_runner.openapi.response.body import BodyError, decode_body

_DEPTH: Final = 512


def matches(
    delivery: Delivery,
    address: str,
    correlation: Correlation | None,
    content_type: str | None = None,
    *,
    takes_retained: bool = False,
    separator: str = "/",
) -> bool:
    """Whether a message came from an address and holds the correlation id, where one is wanted.

    ``address`` may hold ``{parameters}``, each a part of a level between two ``separator``;
    ``content_type`` is that of a message which says none.
    A retained message is from before the run: without a correlation id it is no answer, unless the
    description says that the messages of the operation are retained (``takes_retained``).
    """
    if not matches_address(address, delivery.address, separator):
        return False
    if correlation is None:
        return takes_retained or not delivery.is_retained
    payload = _payload(delivery, content_type)
    return any(
        _text_at(one, delivery, payload) == correlation.value for one in correlation.locations
    )


def is_other_type(delivery: Delivery, call: ReceiveCall) -> bool:
    """Whether a message is surely of another type than those that a step receives.

    It is one of these types where its protocol names it so. Else a value at a mark tells: one that
    none of the step's types has there, and another type has. What can be none of both is no
    other's: the step gets it, and says what is wrong with it.
    """
    if not call.other_types:
        return False
    named = _named_type(delivery, call)
    if named is not None:
        return named not in call.types
    content_type = next(iter(call.content_types), None)
    marked = _MarkedMessage(delivery, _payload(delivery, content_type))
    return all(marked.is_against(one) for one in call.types) and any(
        all(marked.is_of(one, unlike) for unlike in call.types) for one in call.other_types
    )


def type_of(delivery: Delivery, call: ReceiveCall) -> MessageType | None:
    """The type that a message has by the name in its protocol, else by its marks; None: unsure."""
    named = _named_type(delivery, call)
    if named is not None:
        return named
    marked = _MarkedMessage(delivery, _payload(delivery, next(iter(call.content_types), None)))
    types = (*call.types, *call.other_types)
    possible = [one for one in types if not marked.is_against(one)]
    return possible[0] if len(possible) == 1 and marked.has_mark(possible[0]) else None


def correlation_text(delivery: Delivery, call: ReceiveCall) -> str | None:
    """The correlation id that a message has, where the step wants one; None without one."""
    locations = () if call.correlation is None else call.correlation.locations
    payload = _payload(delivery, next(iter(call.content_types), None))
    texts = (_text_at(one, delivery, payload) for one in locations)
    return next((text for text in texts if text is not None), None)


def event_type(delivery: Delivery, call: ReceiveCall) -> str | None:
    """The type of a CloudEvent, in binary or in structured mode; None for what is none."""
    for name in EVENT_TYPES:
        if (text := header_value(delivery.headers, name)) is not None:
            return text
    if (plain := plain_event_type(delivery.headers)) is not None:
        return plain
    payload = _payload(delivery, next(iter(call.content_types), None))
    if not isinstance(payload, dict) or "specversion" not in payload:
        return None
    kind = payload.get("type")
    return kind if isinstance(kind, str) else None


def _named_type(delivery: Delivery, call: ReceiveCall) -> MessageType | None:
    types = (*call.types, *call.other_types)
    return next((one for one in types if delivery.type_name in one.wire_names), None)


class _MarkedMessage:
    """A message, and what stands at the marks of types in it."""

    def __init__(self, delivery: Delivery, payload: MaybeValue) -> None:
        plain = plain_event_type(delivery.headers)
        named = () if plain is None else ((EVENT_TYPES[0], plain),)
        self._delivery = replace(delivery, headers=(*delivery.headers, *named))
        self._payload = payload

    def _text(self, mark: TypeMark) -> str | None:
        texts = (_text_at(one, self._delivery, self._payload) for one in mark.places)
        return next((text for text in texts if text is not None), None)

    def is_against(self, kind: MessageType) -> bool:
        """Whether the message cannot be of a type: a mark says otherwise."""
        return any(not self._allows(one) for one in kind.marks)

    def _allows(self, mark: TypeMark) -> bool:
        text = self._text(mark)
        return not mark.is_required if text is None else text in mark.values

    def has_mark(self, kind: MessageType) -> bool:
        """Whether a mark of the type is there."""
        return any(self._text(one) in one.values for one in kind.marks)

    def is_of(self, kind: MessageType, unlike: MessageType) -> bool:
        """Whether it may be of a type, and has a mark of it that another type has not."""
        return not self.is_against(kind) and any(
            (text := self._text(mark)) in mark.values and not _has_value(unlike, mark, text)
            for mark in kind.marks
        )


def _has_value(kind: MessageType, mark: TypeMark, text: str | None) -> bool:
    return any(one.places == mark.places and text in one.values for one in kind.marks)


def matches_address(pattern: str, address: str, separator: str = "/") -> bool:
    """Whether an address is of a pattern: ``{name}`` stands for text without the separator."""
    return pattern == address or _expression(pattern, separator).fullmatch(address) is not None


@lru_cache(maxsize=256)
def _expression(pattern: str, separator: str) -> re.Pattern[str]:
    literal = (re.escape(one) for one in literal_parts(pattern))
    return re.compile(f"[^{separator}]+".join(literal))


def _payload(delivery: Delivery, content_type: str | None) -> MaybeValue:
    try:
        return decode_body(delivery.content_type or content_type, delivery.payload, _DEPTH)
    except BodyError:
        return MISSING


def _text_at(location: MessageLocation, delivery: Delivery, payload: MaybeValue) -> str | None:
    """What stands at a place of a message, as text; None where nothing does."""
    tokens = location.tokens
    value = payload
    if location.part == "header":
        text = header_value(delivery.headers, tokens[0]) if tokens else None
        if text is None or len(tokens) == 1:
            return text
        value, tokens = _json(text), tokens[1:]
    found = value_at_path(value, Path("pointer", tokens)) if tokens else value
    return None if found is MISSING or found is None else to_text(found)


def _json(text: str) -> MaybeValue:
    try:
        return decode_body("application/json", text.encode(), _DEPTH)
    except BodyError:
        return MISSING
