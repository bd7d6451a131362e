"""The inputs of a workflow from traffic: those of the recorded run, and new ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.expression.ast import Literal
from arazzo_runner.expression.parse import parse_string
from arazzo_runner.expression.value import FileBody, Value
from arazzo_runner.generate.draft import DraftInput
from arazzo_runner.generate.identifiers import Words, camel_case, split_words, unused_name
from arazzo_runner.generate.openapi.payload import is_personal
from arazzo_runner.generate.traffic.calls import InputDefault
from arazzo_runner.generate.traffic.credentials import is_secret_member
from arazzo_runner.generate.traffic.schemas import infer_schema
from arazzo_runner.generate.traffic.values import is_comparable, is_opaque, leaves, value_key
from arazzo_runner.report.secrets import MASK

_GENERIC: Final = frozenset(
    {("id",), ("name",), ("type",), ("value",), ("key",), ("code",), ("query",), ("input",)}
)
_IDENTIFYING: Final = frozenset({"id", "sid", "uid", "uuid", "guid", "key", "ref", "reference"})
_LARGEST_DEFAULT: Final = 500


class Slot(Struct, frozen=True):
    """A place of a request that holds a value: a parameter, or a member of the body.

    ``above`` are the words of what is around it.
    """

    name: str
    location: str
    above: Words = ()

    @property
    def words(self) -> Words:
        """The words of its name."""
        return split_words(self.name)

    @property
    def is_secret(self) -> bool:
        """Whether what it holds is written nowhere."""
        return self.location == "cookie" or is_secret_member(self.name)

    def below(self, name: str) -> Slot:
        """A member of this one."""
        return replace(self, name=name, above=self.words or self.above)


class TrafficInputs:
    """The inputs that steps ask for, by their values."""

    def __init__(
        self, recorded: Mapping[str, Value], defaults: Mapping[str, InputDefault] | None = None
    ) -> None:
        self._recorded = recorded
        self._defaults = defaults
        self._outputs: dict[str, str] = {}
        self._by_key: dict[str, str] = {}
        self._containers = [(name, one) for name, one in recorded.items() if _is_container(one)]
        found = (leaf for _, one in self._containers for _, leaf in leaves(one))
        self._parts = {value_key(one) for one in found if is_comparable(one)}
        for name, one in recorded.items():
            if not _is_container(one) and one is not None and not isinstance(one, FileBody):
                self._by_key.setdefault(value_key(one), name)
        self._inputs: dict[str, DraftInput] = {}
        self._made: dict[tuple[str, bool], str] = {}

    def find(self, value: Value, slot: Slot) -> str | None:
        """The expression of the input whose value this is, if that is no accident."""
        made = self._made.get((value_key(value), isinstance(value, str)))
        if made is not None and value != MASK:
            return f"$inputs.{made}"
        name = self._by_key.get(value_key(value))
        if name is None or value == MASK:
            name = self._namesake(value, slot)
        if name is None or not _is_same(self._recorded[name], value, slot):
            return None
        is_named = split_words(name) == slot.words
        return self._use(name) if is_named or is_comparable(value) else None

    def _namesake(self, value: Value, slot: Slot) -> str | None:
        """The input of the slot's name, where it has this value, or this one is masked."""
        names = (one for one in self._recorded if split_words(one) == slot.words)
        return next((one for one in names if value in (MASK, self._recorded[one])), None)

    def name_of(self, value: Value) -> str | None:
        """The name of the recorded input with a value."""
        return self._by_key.get(value_key(value))

    def has_part(self, value: Value) -> bool:
        """Whether an array or object that is an input has this value in it."""
        return value_key(value) in self._parts

    def whole(self, value: Value) -> str | None:
        """The expression of the input that is this very array or object."""
        names = (name for name, one in self._containers if one == value and value)
        name = next(names, None)
        return self._use(name) if name else None

    def parts_of(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Where the values of recorded inputs stand in a longer text, with their expressions."""
        for key, name in self._by_key.items():
            recorded = self._recorded[name]
            at = text.find(key) if is_opaque(recorded) else -1
            if at >= 0 and key != MASK:
                yield at, at + len(key), self._use(name)

    def set_variable(self, name: str, expression: str) -> None:
        """From here on a variable is what a response gave."""
        self._outputs[name] = expression

    def has_output(self, text: str) -> bool:
        """Whether a text has a variable in it that is what a response gave."""
        known = (name for name in self._outputs if name in self._recorded)
        return any(str(self._recorded[name]) in text for name in known)

    def _use(self, name: str) -> str:
        if name in self._outputs:
            return self._outputs[name]
        value = self._recorded[name]
        if name not in self._inputs:
            self._inputs[name] = self._recorded_input(name, value)
        return f"$inputs.{name}"

    def _recorded_input(self, name: str, value: Value) -> DraftInput:
        if self._defaults is None:
            return _draft_input(name, value, is_secret=is_secret_member(name))
        default = self._defaults.get(name) or InputDefault(None, is_secret_member(name))
        if default.is_secret:
            return DraftInput(name, {"type": "string", "format": "password"})
        kind = "number" if isinstance(value, int) else "string"
        if default.value is None:
            return DraftInput(name, {"type": kind})
        return DraftInput(name, {"type": kind, "default": default.value}, required=False)

    def add(self, slot: Slot, value: Value, *, is_secret: bool = False) -> str:
        """The expression of a new input with a value, or of the one that has it already."""
        key = (value_key(value), isinstance(value, str))
        if key not in self._made or value == MASK:
            words = slot.words
            if words in _GENERIC and slot.above:
                words = (*slot.above, *words)
            name = unused_name(camel_case(words), {*self._inputs, *self._recorded})
            self._inputs[name] = _draft_input(name, value, is_secret=is_secret)
            self._made[key] = name
        return f"$inputs.{self._made[key]}"

    def inputs(self) -> tuple[DraftInput, ...]:
        """All inputs, in the order in which steps asked for them."""
        return tuple(self._inputs.values())


def _draft_input(name: str, value: Value, *, is_secret: bool) -> DraftInput:
    schema = infer_schema([value])
    if is_secret or value == MASK:
        return DraftInput(name, {"type": schema.get("type", "string"), "format": "password"})
    has_default = len(value_key(value)) <= _LARGEST_DEFAULT and not _is_of_once(name)
    if not has_default:
        return DraftInput(name, schema)
    return DraftInput(name, {**schema, "default": value}, required=False)


def _is_of_once(name: str) -> bool:
    """Whether a value is meant for one request alone, by the name of its input."""
    return bool({"idempotency", "nonce"} & set(split_words(name)))


def _is_container(value: Value) -> bool:
    return isinstance(value, dict | list)


def _is_same(recorded: Value, value: Value, slot: Slot) -> bool:
    """Whether a value is of the input's type; texts of paths and queries have no type."""
    if slot.location == "body":
        return isinstance(recorded, str) == isinstance(value, str)
    return True


def varies(slot: Slot, value: Value) -> bool:
    """Whether whoever runs the workflow will want another value than the recorded one."""
    if slot.location == "path" or is_personal(slot.words) or not is_writable(value):
        return True
    if _is_of_once(slot.name):
        return True
    words = slot.words
    return bool(words and words[-1] in _IDENTIFYING) and is_opaque(value)


def is_writable(value: Value) -> bool:
    """Whether a value means itself in a document."""
    if not isinstance(value, str):
        return True
    if "{{" in value or len(value) > 10_000:
        return False
    parsed, notices = parse_string(value)
    return isinstance(parsed, Literal) and not notices
