"""Messages that the mock makes, from the schemas and examples of the description.

What a message has in common with the one that it answers, by name, is taken over from that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from arazzo_runner.errors import DocumentError
from arazzo_runner.executor.world import Correlation
from arazzo_runner.expression.value import MISSING, MaybeValue, Value, to_text
from arazzo_runner.http_semantics.headers import Headers
from arazzo_runner.http_semantics.media_type import FORM, essence, is_json
from arazzo_runner.mock.channels.expectations import ChannelExpectation, MessageReader
from arazzo_runner.mock.compose import with_facts
from arazzo_runner.mock.generate.flatten import NoExample
from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.mock.resources import Facts, facts_of, normalized_name, path_text
from arazzo_runner.mock.steps.expectations import BodyRead
from arazzo_runner.mock.steps.reads import value_at, with_reads, with_value
from arazzo_runner.mock.steps.wishes import Wish, WishSettings, wishes_of, with_wishes
from arazzo_runner.mock.templates import ResponseTemplate
from arazzo_runner.openapi.request.body import encode_body
from arazzo_runner.openapi.request.encoding import RequestRefused
from arazzo_runner.openapi.response.body import BodyError, decode_body
from arazzo_runner.openapi.schema.compile import standalone_schema
from arazzo_runner.text.json_write import ASCII, write_json

if TYPE_CHECKING:
    from arazzo_runner.asyncapi.model import Message, MessageLocation, MessageSchema

MAX_DEPTH: Final = 4
"""How deep in a payload values are taken over."""


class MadeMessage(Struct, frozen=True):
    """A message: its payload as a value, MISSING where it has none, and its headers as text."""

    message: Message
    payload: MaybeValue
    headers: Headers
    notes: tuple[str, ...] = ()

    def octets(self) -> bytes:
        """The payload as it is sent."""
        if self.payload is MISSING:
            return b""
        return payload_octets(self.payload, self.message.content_type)


def payload_octets(payload: Value, content_type: str | None) -> bytes:
    """A payload as it is sent: JSON, the fields of a form, or a text. Raises NoExample."""
    if content_type is None or is_json(content_type):
        return write_json(payload, ASCII).encode()
    if essence(content_type) != FORM:
        return path_text(payload).encode()
    try:
        return encode_body(content_type, payload, None)
    except RequestRefused as reason:
        raise NoExample(f"`{content_type}`: {reason}") from reason


def make_message(
    reader: MessageReader,
    message: Message,
    facts: Facts,
    correlation: Correlation | None,
    dice: SeededChoice,
    *,
    is_lenient: bool = False,
) -> MadeMessage:
    """A message as its description has it, with what its step reads and expects.

    Raises NoExample where none can be made.
    """
    wishes = tuple(wishes_of(reader.success))
    settings = WishSettings(facts.keys(), is_lenient=is_lenient)
    payload, notes = _payload(reader.reads, message, facts, wishes, settings, dice.at("payload"))
    headers, told = _headers(message, facts, wishes, dice.at("headers"))
    if correlation is not None:
        location = next((one for one in _locations(message, correlation)), None)
        if location is not None and location.part == "payload":
            payload = _with_correlation(
                _frame(message), payload, location.tokens, correlation.value
            )
        elif location is not None:
            headers = _with_header(headers, location.tokens, correlation.value)
    shown = tuple((name, to_text(value)) for name, value in headers.items())
    return MadeMessage(message, payload, shown, (*notes, *told))


def unmet_wishes(expected: ChannelExpectation, made: MadeMessage) -> int:
    """How many constants, that the criteria compare with, a message does not have."""
    headers = {name.lower(): text for name, text in made.headers}
    return sum(
        headers.get(one.header.lower()) != one.value
        if one.header
        else made.payload is MISSING or not one.is_granted(made.payload)
        for one in wishes_of(expected.reader.success)
    )


# --- the payload ----------------------------------------------------------------------------------


def _payload(
    reads: tuple[BodyRead, ...],
    message: Message,
    facts: Facts,
    wishes: Iterable[Wish],
    settings: WishSettings,
    dice: SeededChoice,
) -> tuple[MaybeValue, list[str]]:
    frame = _frame(message)
    if frame is None:
        return _documented_payload(message), []
    body = _with_facts_below(frame, frame.base(dice, facts), facts)
    body = with_reads(frame, body, reads, facts, dice)
    return with_wishes(frame, body, (one for one in wishes if not one.header), settings)


def _documented_payload(message: Message) -> MaybeValue:
    """The first example, where there is no schema that can be read."""
    for _, payload in message.examples:
        if payload is not None:
            return payload
    if message.payload is not None:
        raise NoExample(
            f"a payload of `{message.name}`, whose schema is {message.payload.language}"
        )
    return MISSING


def _with_facts_below(
    frame: ResponseTemplate, body: Value, facts: Facts, depth: int = MAX_DEPTH
) -> Value:
    """The body with the values that are known, in the objects within it too."""
    if not isinstance(body, dict) or not facts:
        return body
    body = with_facts(frame, body, facts)
    for name, member in body.items():
        if depth and isinstance(member, dict) and name in frame.members:
            within = {**facts, **facts_of(facts.get(normalized_name(name)))}
            inner = _with_facts_below(frame.part(name), member, within, depth - 1)
            changed = {**body, name: inner}
            body = changed if frame.fits(changed) else body
    return body


def _frame(message: Message) -> ResponseTemplate | None:
    """What payloads are made from; None without a schema that can be read."""
    held = message.payload
    if held is None or held.schema is None:
        return None
    examples = tuple(payload for _, payload in message.examples if payload is not None)
    return _template(held, examples, "payload")


def _template(
    held: MessageSchema, examples: tuple[Value, ...], part: str
) -> ResponseTemplate | None:
    if held.schema is None:
        return None
    place = held.schema.place
    key = ("mock", "message", part, place.source.uri, place.pointer, write_json(list(examples)))
    if key not in held.description.memo:
        try:
            schema = standalone_schema(held.schema, held.description, "response")
        except DocumentError as reason:
            raise NoExample(f"a schema that cannot be used: {reason}") from reason
        held.description.memo[key] = ResponseTemplate(schema, examples)
    found: ResponseTemplate = held.description.memo[key]
    return found.renewed()


# --- the headers ----------------------------------------------------------------------------------


def _headers(
    message: Message, facts: Facts, wishes: Iterable[Wish], dice: SeededChoice
) -> tuple[dict[str, Value], list[str]]:
    examples = tuple(headers for headers, _ in message.examples if headers is not None)
    found: dict[str, Value] = {}
    notes: list[str] = []
    for at, held in enumerate(message.headers):
        frame = _template(held, examples, "headers")
        if frame is None:
            continue
        body = _with_facts_below(frame, frame.base(dice.at(at), facts), facts)
        for wish in wishes:
            changed = _with_wish(frame, body, wish)
            if changed is not None:
                notes.append(f"`{wish.header}` is `{wish.value}`, as the step expects")
                body = changed
        found |= body if isinstance(body, dict) else {}
    return found, notes


def _with_wish(frame: ResponseTemplate, body: Value, wish: Wish) -> dict[str, Value] | None:
    """The headers with one that the step compares with a text; None where nothing changes."""
    names = {name.lower(): name for name in frame.members}
    name = names.get(wish.header.lower())
    if name is None or not isinstance(body, dict) or to_text(body.get(name)) == wish.value:
        return None
    changed = {**body, name: wish.value}
    return changed if frame.fits(changed) else None


# --- the correlation id ---------------------------------------------------------------------------


def _locations(message: Message, correlation: Correlation) -> Iterator[MessageLocation]:
    """Where the id stands: where this message has it, else where others of the channel do."""
    if message.correlation_id is not None:
        yield message.correlation_id.location
    yield from correlation.locations


def _with_correlation(
    frame: ResponseTemplate | None, payload: MaybeValue, tokens: tuple[str, ...], text: str
) -> MaybeValue:
    """The payload with the id, as the type that its schema has there."""
    forms = [with_value(payload, tokens, one) for one in _forms(text)]
    made = [one for one in forms if one is not MISSING]
    fitting = (one for one in made if frame is None or frame.fits(one))
    return next(fitting, made[0] if made else payload)


def _forms(text: str) -> Iterator[Value]:
    yield text
    try:
        value = decode_body("application/json", text.encode(), MAX_DEPTH)
    except BodyError:
        return
    if value is not MISSING and not isinstance(value, str | dict | list) and to_text(value) == text:
        yield value


def _with_header(
    headers: Mapping[str, Value], tokens: tuple[str, ...], text: str
) -> dict[str, Value]:
    if not tokens:
        return dict(headers)
    names = {name.lower(): name for name in headers}
    name = names.get(tokens[0].lower(), tokens[0])
    held = value_at(dict(headers), (name,)) if len(tokens) > 1 else MISSING
    value = with_value(held, tokens[1:], text)
    return {**headers, name: text if value is MISSING else value}
