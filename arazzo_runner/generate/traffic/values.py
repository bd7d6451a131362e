"""Values of messages with their places, and which of them say where they come from.

A value of a request that an earlier response had first is a wire, if it is no accident: `200` and
`active` stand in many places.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final, TypeAlias

from msgspec import Struct

from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.generate.identifiers import split_words
from arazzo_runner.generate.traffic.calls import TrafficCall
from arazzo_runner.report.secrets import MASK
from arazzo_runner.text.json_write import write_json
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import Pointer, pointer_text

ValueKey: TypeAlias = str

_SHORTEST: Final = 3
_SMALLEST: Final = 10
_LONGEST: Final = 16_384
_MOST: Final = 20_000
_DEPTH: Final = 40
_PLAIN_HEADERS: Final = frozenset(
    {"accept-ranges", "age", "alt-svc", "cache-control", "connection", "content-encoding",
     "content-language", "content-length", "content-security-policy", "content-type", "cookie",
     "date", "expires", "keep-alive", "pragma", "retry-after", "server", "set-cookie",
     "strict-transport-security", "transfer-encoding", "vary", "via", "x-powered-by"}
)  # fmt: skip
_NAMING: Final = frozenset(
    {"id", "sid", "uid", "uuid", "guid", "key", "code", "slug", "name", "token", "number", "ref",
     "reference", "handle", "href", "url", "etag", "cursor", "version", "login", "hash", "sha"}
)  # fmt: skip
_PAGING: Final = frozenset({"limit", "page", "size", "offset", "count", "per", "skip", "top"})
_LONG: Final = 60
_CONTAINERS: Final = 500
_ITEMS: Final = 2
_OPAQUE: Final = lazy_pattern(r"(?=.*[0-9])[A-Za-z0-9_.:~=+/@-]{6,}|[A-Za-z0-9_.:~=+/@-]{16,}")
_TOKEN: Final = lazy_pattern(r"[A-Za-z0-9_.~-]{6,}|[0-9]{3,}")


class ResponseValue(Struct, frozen=True):
    """A value of the response to the ``step``-th request; ``name`` is its member or header.

    ``parent`` is the name of the object around it, empty for one at the top.
    """

    step: int
    expression: str
    value: Value
    name: str
    parent: str = ""


def value_key(value: Value) -> ValueKey:
    """What a scalar is compared by: the text that a path or a query has for it."""
    return value if isinstance(value, str) else write_json(value)


def leaves(value: MaybeValue, at: Pointer = ()) -> Iterator[tuple[Pointer, Value]]:
    """The scalars of a value with their places, those nearest to its top first."""
    level: list[tuple[Pointer, Value]] = [] if value is MISSING else [(at, value)]
    count = 0
    for _ in range(_DEPTH):
        inner: list[tuple[Pointer, Value]] = []
        for place, node in level:
            if isinstance(node, dict):
                inner += [((*place, key), one) for key, one in node.items()]
            elif isinstance(node, list):
                inner += [((*place, index), one) for index, one in enumerate(node)]
            else:
                count += 1
                yield place, node
            if count >= _MOST or len(inner) > _MOST:
                return
        level = inner


def is_comparable(value: Value) -> bool:
    """Whether a value is long or large enough that finding it again means something."""
    match value:
        case str():
            return _SHORTEST <= len(value) <= _LONGEST and MASK not in value
        case bool() | None:
            return False
        case int() | float():
            return abs(value) >= _SMALLEST
        case _:
            return False


def is_opaque(value: Value) -> bool:
    """Whether a value is what a server made up: an id or a token, not a word or a small number."""
    if isinstance(value, str):
        return len(value) >= _LONG or _OPAQUE.fullmatch(value) is not None
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 1000


def is_wire(slot: str, location: str, source: ResponseValue) -> bool:
    """Whether a value of a request is meant to be that of a response with the same text.

    ``slot`` is the name of the parameter or member.
    """
    wanted, member = split_words(slot), split_words(source.name)
    if not isinstance(source.value, str) and set(wanted) & _PAGING and "next" not in member:
        return False
    if is_opaque(source.value) or wanted == member:
        return True
    if not isinstance(source.value, str) and location != "path":
        return wanted[-1:] == member[-1:]
    return location == "path" or bool(member and member[-1] in _NAMING)


def _body_value(step: int, place: Pointer, value: Value) -> ResponseValue:
    names = [one for one in place if isinstance(one, str)]
    name, parent = names[-1] if names else "", names[-2] if len(names) > 1 else ""
    expression = f"$response.body#{pointer_text(place)}" if place else "$response.body"
    return ResponseValue(step, expression, value, name, parent)


def _large_containers(value: MaybeValue) -> Iterator[tuple[Pointer, Value]]:
    """The arrays and objects of three scalars or more near the top, as far as they are small."""
    level: list[tuple[Pointer, Value]] = [] if value is MISSING else [((), value)]
    for _ in range(3):
        inner: list[tuple[Pointer, Value]] = []
        for place, node in level[:_CONTAINERS]:
            if isinstance(node, dict | list) and _is_telling_container(node):
                yield place, node
            if isinstance(node, dict):
                inner += [((*place, key), one) for key, one in node.items()]
            elif isinstance(node, list):
                inner += [((*place, index), one) for index, one in enumerate(node)]
        level = inner


def _is_telling_container(value: Value) -> bool:
    """Whether finding an array or object again means something."""
    scalars = sum(1 for _ in islice(leaves(value), _CONTAINERS))
    return 3 <= scalars < _CONTAINERS


class ResponseIndex:
    """The values of responses so far, each at the earliest response, next to its top."""

    def __init__(self) -> None:
        self._values: dict[ValueKey, ResponseValue] = {}
        self._sent: dict[ValueKey, int] = {}
        self._containers: dict[ValueKey, ResponseValue] = {}
        self._masked: list[ResponseValue] = []

    def add_request(self, step: int, values: Iterator[Value]) -> None:
        """Take note of what the client knew before any response had it."""
        for value in values:
            key = value_key(value)
            if key not in self._values:
                self._sent.setdefault(key, step)

    def add_response(self, step: int, call: TrafficCall) -> None:
        """Take in what a response holds."""
        body = call.response_value()
        for place, value in leaves(body):
            # Which item of a list is taken is a choice, but for the first ones.
            if all(isinstance(one, str) or one < _ITEMS for one in place):
                self._add(_body_value(step, place, value))
        for place, value in _large_containers(body):
            self._containers.setdefault(write_json(value), _body_value(step, place, value))
        for name, text in call.response.headers:
            if name.lower() not in _PLAIN_HEADERS:
                self._add(ResponseValue(step, f"$response.header.{name}", text, name))

    def _add(self, source: ResponseValue) -> None:
        if source.value == MASK:
            self._masked.append(source)
        if is_comparable(source.value):
            key = value_key(source.value)
            if key not in self._sent:
                self._values.setdefault(key, source)

    def find(self, value: Value) -> ResponseValue | None:
        """The response value that is the same, as text."""
        return self._values.get(value_key(value)) if is_comparable(value) else None

    def find_container(self, value: Value) -> ResponseValue | None:
        """The array or object of a response that is the same."""
        return self._containers.get(write_json(value)) if self._containers else None

    def masked_member(self, name: str) -> ResponseValue | None:
        """The last value of this name that a recording has masked."""
        words = split_words(name)
        return next((one for one in reversed(self._masked) if split_words(one.name) == words), None)

    def masked_token(self) -> ResponseValue | None:
        """The last value that a recording has masked, where a response gave a token."""
        return self._masked[-1] if self._masked else None

    def parts_of(self, text: str) -> Iterator[tuple[int, int, ResponseValue]]:
        """Where opaque values of responses stand in a longer text."""
        if len(text) > _LONGEST:
            return
        for found in _TOKEN.finditer(text):
            source = self._values.get(found[0])
            if source is not None and is_opaque(source.value):
                yield found.start(), found.end(), source
