"""Values of requests as a workflow has them: wires to responses before, inputs, or constants."""

from __future__ import annotations

from typing import Final

from msgspec import Struct, field

from arazzo_runner.expression.value import Value
from arazzo_runner.generate.draft import OutputSource
from arazzo_runner.generate.identifiers import Words, camel_case, singular, split_words, unused_name
from arazzo_runner.generate.traffic.inputs import Slot, TrafficInputs, is_writable, varies
from arazzo_runner.generate.traffic.values import ResponseIndex, ResponseValue, is_opaque, is_wire
from arazzo_runner.report.secrets import MASK

_GENERIC: Final[frozenset[Words]] = frozenset(
    (one,)
    for one in (
        *("id", "sid", "uid", "uuid", "guid", "key", "code", "name", "slug", "number", "token"),
        "url",
    )
)
_ENVELOPES: Final[frozenset[Words]] = frozenset(
    (one,)
    for one in (
        *("data", "item", "result", "response", "payload", "content", "value", "attribute"),
        *("record", "entry", "element", "object", "body", "edge", "node", "page", "meta"),
    )
) | {()}


class WiredStep(Struct, frozen=True):
    """A step whose response may be read: ``outputs`` are the names of its outputs by expression."""

    step_id: str
    noun: Words
    outputs: dict[OutputSource, str] = field(default_factory=dict)

    def output(self, source: ResponseValue) -> str:
        """The expression by which later steps read a part of the response."""
        expression = source.expression
        if expression not in self.outputs:
            name = camel_case(self._words(source))
            self.outputs[expression] = unused_name(name, self.outputs.values())
        return f"$steps.{self.step_id}.outputs.{self.outputs[expression]}"

    def variable_output(self, variable: str, expression: str) -> str:
        """The name of the output that a variable is set to."""
        if expression not in self.outputs:
            name = camel_case(split_words(variable))
            self.outputs[expression] = unused_name(name, self.outputs.values())
        return self.outputs[expression]

    def _words(self, source: ResponseValue) -> Words:
        """The words of an output: whose id it is, where the member does not say it."""
        words: Words = split_words(source.name) or ("body",)
        if len(words) > 1 or words[-1:] not in _GENERIC:
            return words
        around = singular(split_words(source.parent))
        noun = singular(self.noun) if around[-1:] in _ENVELOPES else around
        return words if noun[-1:] == words else (*noun, *words)


class ValueWires:
    """Says of each value of a request where it comes from."""

    def __init__(self, inputs: TrafficInputs) -> None:
        self.inputs = inputs
        self.responses = ResponseIndex()
        self.steps: dict[int, WiredStep] = {}

    def value(self, value: Value, slot: Slot) -> Value:
        """A value with expressions in place of what comes from elsewhere, at any depth."""
        match value:
            case dict() if value:
                members = value.items()
                return self._whole(value) or {
                    name: self.value(one, slot.below(name)) for name, one in members
                }
            case list() if value:
                return self._whole(value) or [self.value(one, slot) for one in value]
            case dict() | list() | None | bool():
                return value
            case _:
                return self._scalar(value, slot)

    def _whole(self, value: Value) -> str | None:
        """The expression of an array or object that is an input, or was in a response."""
        expression = self.inputs.whole(value)
        if expression is None and (source := self.responses.find_container(value)):
            return self.reference(source)
        return expression

    def _scalar(self, value: Value, slot: Slot) -> Value:
        expression = self._source(value, slot)
        if expression:
            return expression
        if slot.is_secret or (isinstance(value, str) and MASK in value):
            return self.inputs.add(slot, value, is_secret=True) if value != "" else value
        if isinstance(value, str):
            text = self.text(value)
            if text != value:
                return text
        return self.inputs.add(slot, value) if varies(slot, value) else value

    def _source(self, value: Value, slot: Slot) -> str | None:
        """The expression of what has this value: the source that a person would take."""
        if value == MASK:
            return self._wire(value, slot) or self.inputs.find(value, slot)
        copy = self.responses.find_copy(value) if slot.location == "path" else None
        if copy is not None:
            return self.reference(copy)
        echo = self.responses.find_echo(value, slot.words)
        if echo is not None and self._is_nearer(echo, value, slot):
            return self._typed_reference(echo, value, slot)
        return self.inputs.find(value, slot) or self._wire(value, slot)

    def _is_nearer(self, echo: ResponseValue, value: Value, slot: Slot) -> bool:
        """Whether a response of an agreeing name counts more than the inputs with this value."""
        name = self.inputs.name_of(value)
        if name is None:
            return self.inputs.has_part(value)
        is_named = bool(set(split_words(name)) & set(slot.words))
        return not is_named and (slot.location == "path" or is_opaque(echo.value))

    def _wire(self, value: Value, slot: Slot) -> str | None:
        if value == MASK:
            masked = self.responses.masked_member(slot.name)
            return self.reference(masked) if masked else None
        source = self.responses.find(value, slot.words)
        if source is None or not is_wire(slot.name, slot.location, source):
            return None
        return self._typed_reference(source, value, slot)

    def _typed_reference(self, source: ResponseValue, value: Value, slot: Slot) -> str | None:
        """The expression that gives a value in its own type, None where there is none."""
        reference = self.reference(source)
        if slot.location != "body" or isinstance(source.value, str) == isinstance(value, str):
            return reference
        # A number as text; a text as a number has no expression.
        return f"{{{reference}}}" if isinstance(value, str) else None

    def reference(self, source: ResponseValue) -> str:
        """The expression of a response value; its step gets an output."""
        return self.steps[source.step].output(source)

    def text(self, text: str) -> str:
        """A text with expressions in place of the opaque values that stand in it."""
        pieces: list[str] = []
        end = 0
        for start, stop, source in self._parts(text):
            if start >= end:
                reference = source if isinstance(source, str) else self.reference(source)
                pieces += [text[end:start], f"{{{reference}}}"]
                end = stop
        pieces.append(text[end:])
        constant = "".join(pieces[::2])
        return "".join(pieces) if end and is_writable(constant) and "{" not in constant else text

    def _parts(self, text: str) -> list[tuple[int, int, ResponseValue | str]]:
        if len(text) < 4 or MASK in text:
            return []
        spans: list[tuple[int, int, ResponseValue | str]] = [*self.responses.parts_of(text)]
        spans += self.inputs.parts_of(text)
        return sorted(spans, key=lambda one: (one[0], -one[1]))
