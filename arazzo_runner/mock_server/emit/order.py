"""What a client orders to be sent: the body of `POST /__arazzo/emit`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias, cast, get_args
from typing import Literal as Choice

from msgspec import Struct

from arazzo_runner.expression.value import MISSING, MaybeValue
from arazzo_runner.http_semantics.headers import OF_CONNECTION, Headers
from arazzo_runner.messaging.webhooks.event_modes import EventMode
from arazzo_runner.text.diagnostic import did_you_mean
from arazzo_runner.text.pattern import lazy_pattern

TargetKind: TypeAlias = Choice["webhook", "callback", "channel", "operationId"]
KINDS: Final[tuple[TargetKind, ...]] = get_args(TargetKind)
MODES: Final[tuple[EventMode, ...]] = get_args(EventMode)
MAX_COUNT: Final = 100
_TEXTS: Final = ("source", "method", "message", "url", "signedUrl", "mode", "correlationId")
_MEMBERS: Final = (*KINDS, *_TEXTS, "payload", "patch", "headers", "count", "sign")
_TOKEN: Final = lazy_pattern(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FIELD: Final = lazy_pattern(r"[\t\x20-\x7e\x80-\xff]*")


class EmitOrder(Struct, frozen=True):
    """``name`` is that of the ``kind``; ``source``, ``method``, ``message`` choose among several.

    ``payload`` replaces what is generated, ``patch`` changes it (JSON Merge Patch, RFC 7396).
    ``url`` is where it goes, ``signed_url`` what is signed in its place. ``mode`` is that of
    CloudEvents, empty for that of the description.
    """

    kind: TargetKind
    name: str
    source: str = ""
    method: str = ""
    message: str = ""
    url: str = ""
    signed_url: str = ""
    mode: EventMode | Choice[""] = ""
    correlation_id: str = ""
    payload: MaybeValue = MISSING
    patch: MaybeValue = MISSING
    headers: Headers = ()
    count: int = 1
    is_signed: bool = True


def read_order(read: Any) -> EmitOrder:
    """The order in a JSON body. Raises ValueError, whose text says what is wrong."""
    kinds: list[TargetKind] = [one for one in KINDS if isinstance(read, dict) and one in read]
    if len(kinds) != 1:
        raise ValueError(
            'the body is to be `{"webhook": "NAME", "url": "http://..."}`; in place of `webhook` '
            "it may have `callback`, `channel` or `operationId`"
        )
    kind: TargetKind = kinds[0]
    _check_members(read)
    texts = {name: _text(read, name) for name in (kind, *_TEXTS)}
    mode = texts["mode"]
    if mode and mode not in MODES:
        raise ValueError(f"`mode` is one of {', '.join(f'`{one}`' for one in MODES)}")
    return EmitOrder(
        kind,
        texts[kind],
        source=texts["source"],
        method=texts["method"].upper(),
        message=texts["message"],
        url=texts["url"],
        signed_url=texts["signedUrl"],
        mode=cast("EventMode", mode),
        correlation_id=texts["correlationId"],
        payload=read.get("payload", MISSING),
        patch=read.get("patch", MISSING),
        headers=_headers(read.get("headers", {})),
        count=_count(read.get("count", 1)),
        is_signed=_is_signed(read.get("sign", True)),
    )


def _check_members(read: Mapping[str, Any]) -> None:
    for name in read:
        if name not in _MEMBERS:
            hint = did_you_mean(name, _MEMBERS) or f"there are {', '.join(_MEMBERS)}"
            raise ValueError(f"the body has `{name}`, which is no member of it: {hint}")
    if "payload" in read and "patch" in read:
        raise ValueError("the body has `payload` and `patch`: write one of them")


def _text(read: Mapping[str, Any], name: str) -> str:
    value = read.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f"`{name}` is a string")  # noqa: TRY004 - of the body, not of a call
    return value


def _headers(read: Any) -> Headers:
    if not isinstance(read, dict):
        raise ValueError("`headers` is an object of strings")  # noqa: TRY004
    for name, value in read.items():
        is_sendable = isinstance(value, str) and _FIELD.fullmatch(value)
        if not is_sendable or not _TOKEN.fullmatch(name) or name.lower() in OF_CONNECTION:
            raise ValueError(f"the header field `{name}` cannot be sent")
    return tuple(read.items())


def _count(read: Any) -> int:
    if not isinstance(read, int) or isinstance(read, bool) or not 1 <= read <= MAX_COUNT:
        raise ValueError(f"`count` is a number from 1 to {MAX_COUNT}")
    return read


def _is_signed(read: Any) -> bool:
    if not isinstance(read, bool):
        raise ValueError("`sign` is true or false")  # noqa: TRY004
    return read
