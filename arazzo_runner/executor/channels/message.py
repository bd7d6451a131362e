"""The message of a step: where it goes and what it holds, from its plan and the scope.

AsyncAPI Specification 3.0.0, "Channel Object" (``address``) and "Message Object"; Arazzo
Specification 1.1.0, Step Object.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from arazzo_runner.executor.channels.call import ChannelCall, MessageArgument
from arazzo_runner.executor.payload.resolve import build_payload
from arazzo_runner.executor.world import Correlation
from arazzo_runner.expression.evaluate import EvaluationError, evaluate, evaluate_within_bounds
from arazzo_runner.expression.scope import Scope
from arazzo_runner.expression.value import MISSING, MaybeValue, to_text
from arazzo_runner.http_semantics.headers import Headers
from arazzo_runner.http_semantics.media_type import is_event_stream
from arazzo_runner.openapi.request.encoding import RequestRefused, percent_encode
from arazzo_runner.text.pattern import lazy_pattern

_VARIABLE: Final = lazy_pattern(r"\{([^{}]+)\}")
_OF_URLS: Final = frozenset({"http", "https", "ws", "wss"})
_CONTROLS: Final = lazy_pattern(r"[\x00-\x1f\x7f]")


class BuiltMessage(Struct, frozen=True):
    """A message ready to be sent, and the value that its payload spells."""

    address: str
    headers: Headers
    content_type: str | None
    payload: bytes
    value: MaybeValue


def build_message(call: ChannelCall, scope: Scope, seconds: float) -> BuiltMessage:
    """Evaluate the address, the headers and the payload of a step that sends.

    ``seconds`` bound its queries. Raises EvaluationError, RequestRefused or BodyError: then
    nothing may be sent.
    """
    address = channel_address(call, scope)
    if "{" in address:
        name = _VARIABLE.findall(address)[0]
        raise RequestRefused(f"the parameter `{name}` of the channel's address has no value")
    payload = build_payload(call.body, scope, seconds) if call.body else None
    if payload is None:
        return BuiltMessage(address, _headers(call, scope), None, b"", MISSING)
    kind = payload.content_type
    return BuiltMessage(address, _headers(call, scope), kind, payload.content, payload.value)


def channel_address(call: ChannelCall, scope: Scope) -> str:
    """The address; a ``{parameter}`` without a value, given or by default, stays.

    Where it becomes part of the URL that a message is sent to, values are percent-encoded, so that
    none makes it another one. Raises EvaluationError, and RequestRefused for a value that no
    address can have.
    """
    is_url = call.action == "send" and _is_of_url(call)
    values = {one.name: one.default for one in call.channel.parameters if one.default is not None}
    for argument in call.arguments:
        if argument.location == "path":
            value = evaluate(argument.value, scope)
            if value is not MISSING and value is not None:
                values[argument.name] = to_text(value)
                _check_part(call, argument, values[argument.name], is_url=is_url)
    if is_url:
        values = {name: percent_encode(text) for name, text in values.items()}
    return _fill(call.channel.address or "", values)


def _fill(address: str, values: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), address)


def _is_of_url(call: ChannelCall) -> bool:
    brokers = call.channel.brokers
    return bool(brokers) and brokers[0].protocol in _OF_URLS


def _check_part(call: ChannelCall, argument: MessageArgument, text: str, *, is_url: bool) -> None:
    """A value that makes an address another one than its description means is none of it."""
    declared = (one.enum for one in call.channel.parameters if one.name == argument.name)
    known = next(declared, ())
    fault = None
    if not text:
        fault = "is empty"
    elif is_url and text in {".", ".."}:
        fault = f"is `{text}`, which servers read as another folder"
    elif _CONTROLS.search(text) or "{" in text or "}" in text:
        fault = "has characters that no address has"
    elif known and text not in known:
        listed = ", ".join(f"`{one}`" for one in known)
        fault = f"is `{text}`, and not one of {listed}"
    if fault is not None:
        message = f"the parameter `{argument.name}` of the channel's address {fault}"
        raise RequestRefused(message, argument.name)


def _headers(call: ChannelCall, scope: Scope) -> Headers:
    """The headers that have a value, each as text; what is structured, as JSON."""
    return tuple(
        (argument.name, to_text(value))
        for argument in call.arguments
        if argument.location == "header"
        and (value := evaluate_within_bounds(argument.value, scope)) is not MISSING
    )


def correlation_of(call: ChannelCall, scope: Scope) -> Correlation | None:
    """What a message that is received has to hold; None where any will do.

    Raises EvaluationError where the step's ``correlationId`` has no value.
    """
    if call.correlation is None:
        return None
    value = evaluate(call.correlation, scope)
    if value is MISSING or value is None:
        raise EvaluationError("the `correlationId` of the step has no value", "")
    held = (one.correlation_id for one in call.messages)
    locations = dict.fromkeys(one.location for one in held if one is not None)
    return Correlation(to_text(value), tuple(locations))


def content_types(call: ChannelCall) -> tuple[str, ...]:
    """Those of the messages in the description, each once.

    That of an event stream is about the stream: what an event holds is another matter.
    """
    named = (one.content_type for one in call.messages)
    kinds = (one for one in named if one is not None and not is_event_stream(one))
    return tuple(dict.fromkeys(kinds))
