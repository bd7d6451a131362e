"""The channels of a run with the mock: what was sent is judged and remembered, and answered."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.channels.checks import MessageVerdict, message_verdicts
from arazzo_runner.executor.plan import step_text
from arazzo_runner.executor.world import (
    Correlation,
    PublishCall,
    PublishedMessage,
    ReceiveCall,
    ReceivedMessage,
    TransportFailure,
)
from arazzo_runner.expression.scope import MessageValues
from arazzo_runner.expression.value import MISSING, MaybeValue, Value, to_text
from arazzo_runner.http_semantics.headers import Headers
from arazzo_runner.mock.channels.expectations import ChannelExpectation, ChannelExpectations
from arazzo_runner.mock.channels.message import MadeMessage, make_message, unmet_wishes
from arazzo_runner.mock.generate.flatten import NoExample
from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.mock.resources import facts_of, normalized_name
from arazzo_runner.mock.steps.cases import NO_MESSAGE
from arazzo_runner.mock.steps.reads import value_at
from arazzo_runner.openapi.response.body import BodyError, decode_body
from arazzo_runner.text.pattern import lazy_pattern

if TYPE_CHECKING:
    from arazzo_runner.asyncapi.model import ChannelParameter

MAX_SENT: Final = 1_000
"""Sent messages that are remembered."""
_DEPTH: Final = 512
_VARIABLE: Final = lazy_pattern(r"\{([^{}]+)\}")
_STRICT: Final = (
    "the mock is strict: it takes no message that is not as documented; "
    "with `--mock-lenient` it does"
)


class SentMessage(Struct, frozen=True):
    """A message that a step has sent; ``parts`` are those of its address by their parameters."""

    source: str
    parts: Mapping[str, str]
    headers: Headers
    payload: MaybeValue

    def facts(self) -> dict[str, Value]:
        """Its values by plain names: of its address, its headers, and before these its payload."""
        texts = (*self.parts.items(), *self.headers)
        named: dict[str, Value] = {normalized_name(name): text for name, text in texts}
        return {**named, **(facts_of(self.payload) if self.payload is not MISSING else {})}

    def has(self, text: str) -> bool:
        """Whether a value somewhere in it is this one."""
        return any(value == text for _, value in self.headers) or text in _texts(self.payload)


def _texts(value: MaybeValue) -> Iterator[str]:
    """The strings and numbers in a value, as text."""
    todo: list[Value] = [] if value is MISSING else [value]
    while todo:
        match todo.pop():
            case dict(members):
                todo.extend(members.values())
            case list(items):
                todo.extend(items)
            case (str() | int() | float()) as scalar:
                yield to_text(scalar)
            case _:
                continue


class MockChannels:
    """The channels of one run; ``expected`` are its steps on channels."""

    def __init__(
        self, expected: ChannelExpectations, seed: int = 0, *, is_lenient: bool = False
    ) -> None:
        self.expected = expected
        self.sent: deque[SentMessage] = deque(maxlen=MAX_SENT)
        self._dice = SeededChoice(seed)
        self._is_lenient = is_lenient

    def publish(self, call: PublishCall) -> PublishedMessage | TransportFailure | None:
        """Take a message that is as one of its channel's; with a note where it is lenient."""
        expected = self.expected[step_text(call.key)]
        try:
            payload = _payload_value(call.payload, call.content_type)
        except BodyError as reason:
            return _rejection(
                expected.call, f"the payload{str(reason)[len('the response body') :]}"
            )
        values = MessageValues(call.headers, payload)
        fault = _fault(expected.call, call.content_type, values)
        if fault is not None and not self._is_lenient:
            return _rejection(expected.call, fault)
        parts = _address_parts(expected.call.channel.address or "", call.address)
        self.sent.append(SentMessage(call.source, parts, call.headers, payload))
        if fault is None:
            return None
        return PublishedMessage((f"the message is not as documented: {fault}",))

    def receive(self, call: ReceiveCall) -> ReceivedMessage | TransportFailure:
        """A message that the step waits for, with what it sent before. Raises NoExample."""
        expected = self.expected[step_text(call.key)]
        if expected.case == NO_MESSAGE:
            message = f"no message was received from `{call.channel}`, as `--mock-case` says"
            return TransportFailure("timeout", message)
        before = self._question(call.source, call.correlation)
        facts = before.facts() if before is not None else {}
        made = self._best_message(expected, facts, call)
        address = _address(call.address, expected.call.channel.parameters, facts, made.payload)
        kind = made.message.content_type
        octets = made.octets()
        address = address or call.channel  # a reply, at an address that its request says
        return ReceivedMessage(address, octets, made.headers, kind, notes=made.notes)

    def _question(self, source: str, correlation: Correlation | None) -> SentMessage | None:
        """The message that an answer is to: the last one with its correlation id, else the last."""
        sent = [one for one in reversed(self.sent) if one.source == source]
        if correlation is None:
            return sent[0] if sent else None
        return next((one for one in sent if one.has(correlation.value)), None)

    def _best_message(
        self, expected: ChannelExpectation, facts: dict[str, Value], call: ReceiveCall
    ) -> MadeMessage:
        """Of the messages of a channel the one that fits the criteria best."""
        best: MadeMessage | None = None
        fewest, failure = 0, NoExample(f"a message: `{call.channel}` has none")
        for message in expected.call.messages:
            if expected.case not in ("", message.name):
                continue
            dice = self._dice.at("messages", call.source, call.channel, message.name)
            try:
                made = make_message(
                    expected.reader,
                    message,
                    facts,
                    call.correlation,
                    dice,
                    is_lenient=self._is_lenient,
                )
            except NoExample as reason:
                failure = reason
                continue
            unmet = unmet_wishes(expected, made)
            if best is None or unmet < fewest:
                best, fewest = made, unmet
        if best is None:
            raise failure
        return best


def _rejection(call: ChannelCall, fault: str) -> TransportFailure:
    message = f"the message to `{call.channel.name}` is not as documented: {fault}"
    return TransportFailure("rejected", message, _STRICT)


def _payload_value(payload: bytes, content_type: str | None) -> MaybeValue:
    return decode_body(content_type, payload, _DEPTH) if payload else MISSING


def _fault(call: ChannelCall, content_type: str | None, values: MessageValues) -> str | None:
    """What is most wrong with a message, held against the one of its channel that it fits best."""
    judged = [
        [one for one in message_verdicts(message, content_type, values) if not one.passed]
        for message in call.messages
    ]
    failed: list[MessageVerdict] = min(judged, key=len, default=[])
    return failed[0].message if failed else None


def _address_parts(template: str, address: str) -> dict[str, str]:
    """The parts of an address by the names that its template has for them."""
    names = _VARIABLE.findall(template)
    literals = (re.escape(one) for one in _VARIABLE.sub("\0", template).split("\0"))
    found = re.fullmatch("(.+)".join(literals), address)
    return dict(zip(names, found.groups(), strict=True)) if found else {}


def _address(
    address: str,
    parameters: tuple[ChannelParameter, ...],
    facts: dict[str, Value],
    payload: MaybeValue,
) -> str:
    """The address with a value for each part that the step leaves open."""
    declared = {one.name: one for one in parameters}

    def value(name: str) -> str:
        known = declared.get(name)
        if known is not None and known.location is not None and payload is not MISSING:
            held = value_at(payload, known.location.tokens)
            if held is not MISSING and held is not None:
                return to_text(held)
        if normalized_name(name) in facts:
            return to_text(facts[normalized_name(name)])
        named = known.enum if known is not None else ()
        return next(iter(named), name)

    return _VARIABLE.sub(lambda found: value(found[1]), address)
