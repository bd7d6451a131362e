"""The body of a request: what it needs, from what is documented, and inputs for the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias
from typing import Literal as Choice

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.generate.identifiers import Words, camel_case, singular, split_words
from arazzo_runner.generate.openapi.catalog import ApiOperation, json_media
from arazzo_runner.generate.openapi.inputs import InputCollector
from arazzo_runner.generate.openapi.schemas import DocumentedSchema, documented_schema
from arazzo_runner.http_semantics.media_type import essence, is_json, is_text
from arazzo_runner.mock.resources import ID_ENDS
from arazzo_runner.openapi.model import MediaType
from arazzo_runner.report.secret_names import is_secret
from arazzo_runner.text.json_write import write_json

_DEEPEST: Final = 4
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
_CHANGED: Final = (
    *("name", "title", "label", "displayname", "friendlyname", "description", "summary"),
    *("comment", "note", "text", "message", "subject", "email", "status", "state", "enabled"),
)
"""The members that a person changes first, in plain names."""
_TEXTS: Final = _CHANGED.index("email")
"""As many of them are texts that mean nothing to the API."""
_PERSONAL: Final = frozenset({"email", "phone-number", "phone", "hostname", "ipv4", "ipv6"})
_CONTACTS: Final = frozenset({"email", "phone", "mobile", "recipient", "recipients", "username"})
_PARTIES: Final = frozenset({("to",), ("from",), ("sender",), ("phone", "number")})
_OPAQUE: Final = frozenset({"id", "sid", "uuid", "guid", "key", "reference"})

Change: TypeAlias = Choice["", "some", "differs"]
Wire = Callable[[str], str | None]
"""The expression for a member by its name, where an earlier step or a parameter has its value."""


class RequestPayload(Struct, frozen=True):
    """A request body: its content type and payload."""

    content_type: str
    payload: Value


class _Member(Struct, frozen=True):
    """A value that is made: its name, the words above it, what an example has for it."""

    name: str
    above: Words = ()
    example: MaybeValue = MISSING
    depth: int = 0

    @property
    def words(self) -> Words:
        return split_words(self.name)

    def below(self, name: str) -> _Member:
        """A member of this one."""
        inner = self.example.get(name, MISSING) if isinstance(self.example, dict) else MISSING
        return _Member(name, self.words or self.above, inner, self.depth + 1)

    def item(self) -> _Member:
        """The first item of this array."""
        held = self.example
        inner = held[0] if isinstance(held, list) and held else MISSING
        name = camel_case(singular(self.words)) if self.words else self.name
        return replace(self, name=name, example=inner, depth=self.depth + 1)


def request_payload(
    operation: ApiOperation, inputs: InputCollector, prefix: Words, wire: Wire, change: Change
) -> RequestPayload | None:
    """The body of an operation; None where it takes none, or needs none.

    A ``change`` asks for a member at least, where none is required; one that ``differs`` for a
    value of its own, where an earlier step has sent one.
    """
    changes = change != ""
    body = operation.operation.request_body
    media = _media(body.content) if body else None
    if body is None or media is None:
        return None
    schema = documented_schema(media.schema, operation.operation.description)
    maker = _PayloadMaker(inputs, prefix, wire)
    if schema is None or schema.type not in ("object", ""):
        if not body.required and not changes:
            return None
        value = maker.other(schema, media)
        if is_json(_content_type(media)) and isinstance(value, str) and value[:1] != "$":
            value = write_json(value)  # a payload that is a text is read as the whole body
        return RequestPayload(_content_type(media), value)
    example = media.examples[0] if media.examples else schema.value("example")
    if change == "differs":
        maker.differ(schema, schema.required or schema.names)
    payload = maker.object(schema, _Member("", example=example))
    if not payload and (body.required or changes):
        payload = maker.some_member(schema, example)
    if not payload and not body.required:
        return None
    return RequestPayload(_content_type(media), payload)


def _media(content: Iterable[MediaType]) -> MediaType | None:
    listed = [*content]
    forms = (one for name in _FORMS for one in listed if essence(one.name) == name)
    texts = (one for one in listed if is_text(one.name))
    best = json_media(listed) or next(forms, None) or next(texts, None)
    return best or (listed[0] if listed else None)


def _content_type(media: MediaType) -> str:
    return "application/json" if media.name == "*/*" else media.name


class _PayloadMaker:
    def __init__(self, inputs: InputCollector, prefix: Words, wire: Wire) -> None:
        self._inputs = inputs
        self._prefix = prefix
        self._wire = wire
        self._differing = ""

    def object(self, schema: DocumentedSchema, at: _Member) -> dict[str, Value]:
        """An object with its required members; what its description says it cannot lack."""
        return {
            name: self.member(schema, at.below(name))
            for name in schema.required
            if not _is_read_only(schema.member(name))
        }

    def member(self, schema: DocumentedSchema, at: _Member) -> Value:
        """The value of a member."""
        wired = self._wire(at.name)
        if wired is not None:
            return wired
        inner = schema.member(at.name)
        if inner is None:
            return self._input(None, at)
        if at.depth == 1 and at.name == self._differing:
            return self._input(inner, replace(at, above=("new",)))
        return self.value(inner, at)

    def value(self, schema: DocumentedSchema, at: _Member) -> Value:
        """What is documented for a value, else what it is made of, else an input."""
        literal = documented_literal(schema, at.example)
        if literal is not MISSING and not is_secret("query", at.name.lower()):
            if _is_opaque(at) or schema.value("format") in _PERSONAL or is_personal(at.words):
                return self._input(schema, at, literal)
            return literal
        if schema.type == "object" and at.depth < _DEEPEST and (schema.names or schema.required):
            made = self.object(schema, at)
            if made or not schema.names:
                return made
            return self.some_member(schema, at.example) if schema.value("minProperties") else made
        if schema.type == "object" and at.depth < _DEEPEST:
            return {}
        if schema.type == "array" and at.depth < _DEEPEST:
            return self._array(schema, at)
        return self._input(schema, at)

    def _array(self, schema: DocumentedSchema, at: _Member) -> Value:
        item = schema.item()
        if item is None or item.type not in ("object", "array", "string", "integer", "number"):
            return self._input(schema, at)
        if item.type == "object" and not item.required:
            return []
        singular = at.item()
        return [self.value(item, singular)]

    def some_member(self, schema: DocumentedSchema, example: MaybeValue) -> dict[str, Value]:
        """One member, where none is required: the one that a person would set."""
        candidates = [
            (name, inner)
            for name in schema.names
            if (inner := schema.member(name)) is not None
            and not _is_read_only(inner)
            and not inner.has_flag("deprecated")
            and inner.type in ("string", "integer", "number", "boolean", "")
        ]
        ranked = sorted(candidates, key=lambda one: _change_rank(one[0]))
        at = _Member("", example=example)
        return {name: self.member(schema, at.below(name)) for name, _ in ranked[:1]}

    def differ(self, schema: DocumentedSchema, names: Iterable[str]) -> None:
        """Take an input of its own for the text that a person would change."""
        for name in sorted(names, key=_change_rank):
            inner = schema.member(name) if _change_rank(name) < _TEXTS else None
            if inner is not None and inner.type == "string" and not inner.choices():
                self._differing = name
                return

    def other(self, schema: DocumentedSchema | None, media: MediaType) -> Value:
        """A body that is no object: its example, or an input."""
        example = media.examples[0] if media.examples else MISSING
        at = _Member("body", example=example)
        return self._input(None, at) if schema is None else self.value(schema, at)

    def _input(
        self, schema: DocumentedSchema | None, at: _Member, example: MaybeValue = MISSING
    ) -> str:
        words = at.words
        if at.above == ("new",):
            words = ("new", *words)
        elif words in (("id",), ("name",), ("type",), ("value",), ("key",), ("code",)) and at.above:
            words = (*at.above, *words)
        stated = schema.input_schema() if schema else {"type": "string"}
        if example is not MISSING and "enum" not in stated:
            stated = {**stated, "examples": [example]}
        return self._inputs.expression(
            words, stated, schema.words() if schema else "", self._prefix
        )


def is_personal(words: Words) -> bool:
    """Whether a value says who it is about or for: whose it is, no description knows."""
    return bool(words) and (words in _PARTIES or words[-1] in _CONTACTS)


def documented_literal(schema: DocumentedSchema, example: MaybeValue = MISSING) -> MaybeValue:
    """The first documented value that can be written as it is, MISSING without one."""
    candidates = [] if example is MISSING or example is None else [example]
    candidates += [*schema.literals(), *schema.choices()[:1]]
    for one in candidates:
        if _is_writable(one) and schema.is_valid(one):
            return one
    return MISSING


def _is_writable(value: Value) -> bool:
    """Whether a value means itself in a document, and is small enough to be read."""
    match value:
        case str():
            return (
                "$" not in value and "{{" not in value and len(value) <= 200 and value.strip() != ""
            )
        case dict() | list():
            return _size(value) <= 40 and all(_is_writable(one) for one in _members(value))
        case None | bool() | int() | float():
            return True
        case _:
            return False


def _members(value: dict[str, Value] | list[Value]) -> Iterable[Value]:
    return value.values() if isinstance(value, dict) else value


def _size(value: Value) -> int:
    if isinstance(value, dict | list):
        return 1 + sum(_size(one) for one in _members(value))
    return 1


def _is_opaque(at: _Member) -> bool:
    """Whether a member names something else, which the example of a description never is."""
    words = at.words
    return bool(words) and (words[-1] in _OPAQUE or (len(words) > 1 and words[-1] in ID_ENDS[:1]))


def _is_read_only(schema: DocumentedSchema | None) -> bool:
    return schema is not None and schema.has_flag("readOnly")


def _change_rank(name: str) -> int:
    plain = "".join(split_words(name))
    return _CHANGED.index(plain) if plain in _CHANGED else len(_CHANGED)


def wire_of(known: Mapping[str, str]) -> Wire:
    """The wires by the plain names of members."""
    return lambda name: known.get("".join(split_words(name)))


def settable_members(operation: ApiOperation) -> DocumentedSchema | None:
    """The schema of the body of a request."""
    body = operation.operation.request_body
    media = _media(body.content) if body else None
    return documented_schema(media.schema, operation.operation.description) if media else None
