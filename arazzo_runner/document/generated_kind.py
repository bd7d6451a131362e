"""Kinds of values that are generated for inputs: ``x-generate`` of a schema, and ``--generate``.

What is generated follows from a seed and the time alone, both of which are handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, TypeAlias
from typing import Literal as Choice

from msgspec import Struct

from arazzo_runner.expression.value import Value
from arazzo_runner.text.diagnostic import did_you_mean, shorten
from arazzo_runner.text.pattern import lazy_pattern

KINDS: Final = (
    "uuid",
    "now",
    "date",
    "timestamp",
    "random:N",
    "number:MIN-MAX",
    "email",
    "name",
    "phone",
    "choice:A|B",
)
"""The kinds as they are written; N and MIN-MAX may be left out."""

_NAMES: Final = tuple(one.partition(":")[0] for one in KINDS)
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
_LENGTH: Final = 8
_LONGEST: Final = 1_000
_RANGE: Final = lazy_pattern(r"(-?[0-9]{1,18})-(-?[0-9]{1,18})")
_FIRST: Final = [
    "Ada",
    "Ben",
    "Chidi",
    "Dana",
    "Emil",
    "Fatima",
    "Goran",
    "Hana",
    "Ivo",
    "Jun",
    "Kofi",
    "Lena",
    "Mei",
    "Nils",
    "Olga",
    "Priya",
    "Rosa",
    "Sami",
    "Tara",
    "Yusuf",
]
_LAST: Final = [
    "Berg",
    "Costa",
    "Diallo",
    "Eriksen",
    "Fischer",
    "Garcia",
    "Haddad",
    "Ito",
    "Jansen",
    "Kaya",
    "Larsen",
    "Moreau",
    "Novak",
    "Okafor",
    "Petrov",
    "Quinn",
    "Rossi",
    "Singh",
    "Tanaka",
    "Weber",
]
_AREAS: Final = ("202", "212", "303", "312", "404", "415", "503", "512", "617", "702")

ValueType: TypeAlias = Choice["string", "integer"]


class GeneratedKind(Struct, frozen=True):
    """A kind of values: ``size`` of ``random``, ``least`` and ``most`` of ``number``."""

    name: str
    size: int = _LENGTH
    least: int = 1
    most: int = 1_000_000
    choices: tuple[str, ...] = ()

    @property
    def type(self) -> ValueType:
        """The type of its values, by JSON Schema."""
        return "integer" if self.name in ("timestamp", "number") else "string"


class SeededNumbers(Struct, frozen=True):
    """Picks numbers that follow from a seed and a name: the same each time, others for others."""

    seed: int
    name: str

    def pick(self, sides: int, throw: int = 0) -> int:
        """A number from 0 on, less than ``sides``."""
        import hashlib  # it takes longer to import than all that is here

        text = f"{self.seed}\0{self.name}\0{throw}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()) % sides

    def choose(self, items: Sequence[str], throw: int = 0) -> str:
        """One of some texts."""
        return items[self.pick(len(items), throw)]


def parse_kind(text: object) -> GeneratedKind:
    """Read a kind. Raises ValueError with a sentence that says what is wrong."""
    name, colon, rest = text.partition(":") if isinstance(text, str) else ("", "", "")
    if name not in _NAMES or (colon and name not in _WITH_REST):
        raise ValueError(_unknown_text(text, name))
    match name:
        case "random":
            return GeneratedKind(name, size=_parse_size(rest) if colon else _LENGTH)
        case "number" if colon:
            least, most = _parse_range(rest)
            return GeneratedKind(name, least=least, most=most)
        case "choice":
            choices = tuple(one for one in rest.split("|") if one)
            if not choices:
                raise ValueError("`choice` needs values: `choice:red|green`")
            return GeneratedKind(name, choices=choices)
        case _:
            return GeneratedKind(name)


_WITH_REST: Final = ("random", "number", "choice")


def _unknown_text(text: object, name: str) -> str:
    listed = ", ".join(f"`{one}`" for one in KINDS)
    hint = did_you_mean(name, _NAMES) if name not in _NAMES else None
    shown = f"`{shorten(text)}`" if isinstance(text, str) else "it"
    return f"{shown} is no kind of generated values, which are {listed}" + (
        f"; {hint}" if hint else ""
    )


def _parse_size(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:9]) <= _LONGEST):
        raise ValueError(f"`random:{shorten(text)}`: write a length from 1 to {_LONGEST:,}")
    return int(text)


def _parse_range(text: str) -> tuple[int, int]:
    found = _RANGE.fullmatch(text)
    if found is None or int(found[1]) > int(found[2]):
        raise ValueError(
            f"`number:{shorten(text)}`: write the smallest and the largest, such as `number:1-100`"
        )
    return int(found[1]), int(found[2])


def has_type(kind: GeneratedKind, types: Collection[str]) -> bool:
    """Whether values of a kind can be of these types, of which none stands for any."""
    if not types or "string" in types:  # a number is spelled
        return True
    if kind.type == "integer":
        return not {"integer", "number"}.isdisjoint(types)
    return kind.name == "choice" and not _SPELLED.isdisjoint(types)


_SPELLED: Final = {"integer", "number", "boolean", "null"}


def generate_kind(kind: GeneratedKind, numbers: SeededNumbers, moment: float) -> Value:
    """A value of a kind; ``moment`` is the time in seconds since 1970."""
    return _MAKERS[kind.name](kind, numbers, datetime.fromtimestamp(moment, UTC))


def _instant_text(_kind: GeneratedKind, _dice: SeededNumbers, now: datetime) -> Value:
    return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _number(kind: GeneratedKind, numbers: SeededNumbers, _now: datetime) -> Value:
    return kind.least + numbers.pick(kind.most - kind.least + 1)


def _person_name(_kind: GeneratedKind, numbers: SeededNumbers, _now: datetime) -> Value:
    return f"{numbers.choose(_FIRST)} {numbers.choose(_LAST, 1)}"


def _phone_number(_kind: GeneratedKind, numbers: SeededNumbers, _now: datetime) -> Value:
    """E.164: in each area of North America 555-0100 to 555-0199 are for fiction."""
    return f"+1{numbers.choose(_AREAS)}55501{numbers.pick(100, 1):02}"


def _random_text(numbers: SeededNumbers, size: int) -> str:
    return "".join(numbers.choose(_ALPHABET, throw) for throw in range(size))


def _uuid_text(numbers: SeededNumbers) -> str:
    """RFC 9562, section 5.4: version 4."""
    bits = numbers.pick(1 << 128)
    bits = bits & ~(0xF << 76) | 4 << 76
    bits = bits & ~(0x3 << 62) | 2 << 62
    text = f"{bits:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


_MAKERS: Final[Mapping[str, Callable[[GeneratedKind, SeededNumbers, datetime], Value]]] = {
    "uuid": lambda _kind, numbers, _now: _uuid_text(numbers),
    "now": _instant_text,
    "date": lambda _kind, _dice, now: now.date().isoformat(),
    "timestamp": lambda _kind, _dice, now: int(now.timestamp()),
    "random": lambda kind, numbers, _now: _random_text(numbers, kind.size),
    "number": _number,
    # RFC 2606: this domain belongs to nobody.
    "email": lambda _kind, numbers, _now: f"user-{_random_text(numbers, 10)}@example.com",
    "name": _person_name,
    "phone": _phone_number,
    "choice": lambda kind, numbers, _now: numbers.choose(kind.choices),
}
