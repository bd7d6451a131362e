"""Whether a message is the one that a step waits for."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from arazzo_runner.asyncapi.model import MessageLocation
from arazzo_runner.executor.world import Correlation
from arazzo_runner.expression.ast import Path
from arazzo_runner.expression.pointer import value_at_path
from arazzo_runner.expression.value import MISSING, MaybeValue, to_text
from arazzo_runner.http_semantics.headers import header_value
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
