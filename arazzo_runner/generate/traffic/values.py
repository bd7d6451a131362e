"""Values of messages with their places, and which of them say where they come from.

A value of a request that an earlier response had first is a wire, if it is no accident: `200` and
`active` stand in many places.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, TypeAlias
from urllib.parse import unquote

from msgspec import Struct

from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.generate.draft import OutputSource
from arazzo_runner.generate.identifiers import Words, singular, split_words
from arazzo_runner.generate.traffic.calls import TrafficCall
from arazzo_runner.generate.traffic.links import linked_values
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
_KINDS: Final = frozenset(
    {"type", "kind", "policy", "status", "state", "mode", "role", "category", "format", "unit"}
)
_RENEWED: Final = (("token",), ("etag",), ("nonce",))
_COPYING: Final = frozenset({"clone", "copy", "duplicate", "fork"})
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
    expression: OutputSource
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
    if is_opaque(source.value):
        return True
    if wanted == member:
        # `type: doc` of two things are two constants, if they are the same word.
        return location != "body" or not set(member[-1:]) & _KINDS
    if not isinstance(source.value, str) and location != "path":
        return wanted[-1:] == member[-1:] or singular(wanted) in (member, member[:-1])
    return location == "path" or bool(member and member[-1] in _NAMING)


def names_agree(wanted: Words, source: ResponseValue) -> bool:
    """Whether the name of a parameter or member is that of a part of a response.

    `issueIdOrKey` is the `key` of one of the `issues`, `orderId` the `id` of an `order`.
    """
    member, around = split_words(source.name), singular(split_words(source.parent))
    if wanted in (member, (*around, *member)):
        return True
    is_naming = bool(set(member[-1:]) & _NAMING) and set(member) <= set(wanted)
    return is_naming and bool(set(around) & set(wanted))


def _copied_id(call: TrafficCall) -> str | None:
    """The id of what a request copies: `42` of `/versions/42/clone`."""
    *_, before, last = ("", "", *call.path.split("/"))
    return unquote(before) if set(split_words(last)) & _COPYING and before else None


def _body_value(step: int, place: Pointer, value: Value) -> ResponseValue:
    names = [one for one in place if isinstance(one, str)]
    name, parent = names[-1] if names else "", names[-2] if len(names) > 1 else ""
    expression = f"$response.body#{pointer_text(place)}" if place else "$response.body"
    return ResponseValue(step, expression, value, name, parent)


def large_containers(value: MaybeValue) -> Iterator[tuple[Pointer, Value]]:
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
        self._values: dict[ValueKey, list[ResponseValue]] = {}
        self._sent: dict[ValueKey, int] = {}
        self._echoes: dict[ValueKey, list[ResponseValue]] = {}
        self._copies: dict[ValueKey, ResponseValue] = {}
        self._containers: dict[ValueKey, ResponseValue] = {}
        self._named: dict[Words, ResponseValue] = {}
        self._masked: list[ResponseValue] = []
        self._linked: dict[ValueKey, ResponseValue] = {}

    def add_request(self, step: int, values: Iterator[Value]) -> None:
        """Take note of what the client knew before any response had it."""
        for value in values:
            is_container = isinstance(value, dict | list)
            key = write_json(value) if is_container else value_key(value)
            if key not in (self._containers if is_container else self._values):
                self._sent.setdefault(key, step)

    def add_response(self, step: int, call: TrafficCall) -> None:
        """Take in what a response holds."""
        body = call.response_value()
        copied = _copied_id(call)
        for place, value in leaves(body):
            # Which item of a list is taken is a choice, but for the first ones.
            if all(isinstance(one, str) or one < _ITEMS for one in place):
                source = _body_value(step, place, value)
                self._add(source)
                if copied and len(place) == 1 and value_key(value) == copied:
                    self._copies[copied] = source
        for place, value in large_containers(body):
            key = write_json(value)
            if key not in self._sent:
                self._containers.setdefault(key, _body_value(step, place, value))
        for name, text in call.response.headers:
            if name.lower() not in _PLAIN_HEADERS:
                self._add(ResponseValue(step, f"$response.header.{name}", text, name))
                for one in linked_values(name, text) if call.has_links else ():
                    if is_comparable(one.value) and one.value not in self._sent:
                        source = ResponseValue(step, one.selector, one.value, one.name)
                        self._linked.setdefault(one.value, source)

    def _add(self, source: ResponseValue) -> None:
        if source.value == MASK:
            self._masked.append(source)
        elif isinstance(source.value, str) and source.value:
            self._named[split_words(source.name)] = source
        if is_comparable(source.value):
            key = value_key(source.value)
            found = self._echoes if key in self._sent else self._values
            found.setdefault(key, []).append(source)

    def find(self, value: Value, wanted: Words = ()) -> ResponseValue | None:
        """The response value that is the same, as text, that of an agreeing name first.

        What only a URL has is the last choice: it needs an extension.
        """
        key = value_key(value)
        found = self._values.get(key, []) if is_comparable(value) else []
        return self._agreeing(found, wanted) or next(iter(found), self._linked.get(key))

    def _agreeing(self, sources: Sequence[ResponseValue], wanted: Words) -> ResponseValue | None:
        """The source of an agreeing name: of a token the last one, which may be a renewed one."""
        agreeing = [one for one in sources if wanted and names_agree(wanted, one)]
        exact = [one for one in agreeing if split_words(one.name) == wanted] or agreeing
        return next(reversed(exact) if wanted[-1:] in _RENEWED else iter(exact), None)

    def find_copy(self, value: Value) -> ResponseValue | None:
        """The id of a copy, which a mock or a server may have spelled as that of the original."""
        return self._copies.get(value_key(value))

    def find_echo(self, value: Value, wanted: Words) -> ResponseValue | None:
        """The response value of an agreeing name, whether or not the client knew it before."""
        key = value_key(value)
        found = (*self._values.get(key, ()), *self._echoes.get(key, ()))
        return self._agreeing(found, wanted)

    def find_container(self, value: Value) -> ResponseValue | None:
        """The array or object of a response that is the same."""
        return self._containers.get(write_json(value)) if self._containers else None

    def masked_member(self, name: str) -> ResponseValue | None:
        """The last value that is called so, a masked one first.

        What a request sends is masked, so that the name alone tells: `token` is an `exportToken`,
        and the header `X-CSRF-Token` a `csrfToken`.
        """
        wanted = split_words(name)
        wanted = wanted[wanted[:1] == ("x",) :]
        masked = [one for one in self._masked if split_words(one.name)[-len(wanted) :] == wanted]
        return self._agreeing(masked, wanted) or next(reversed(masked), self._named.get(wanted))

    def masked_token(self) -> ResponseValue | None:
        """The last value that a recording has masked, where a response gave a token."""
        return next(reversed(self._masked), None)

    def parts_of(self, text: str) -> Iterator[tuple[int, int, ResponseValue]]:
        """Where opaque values of responses stand in a longer text."""
        if len(text) > _LONGEST:
            return
        for found in _TOKEN.finditer(text):
            source = next(iter(self._values.get(found[0], ())), None)
            if source is not None and is_opaque(source.value):
                yield found.start(), found.end(), source
