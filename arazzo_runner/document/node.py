"""The objects of the specification read field by field, with every finding collected.

A :class:`Node` is a value, where it stands, and the :class:`ReadContext` it belongs to. Its methods
give a field in the type that the specification states, or None after reporting what is wrong: no
finding ends the reading. The functions are words that messages about a document share.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, TypedDict, Unpack

from msgspec import Struct, field

from arazzo_runner.expression.value import Value
from arazzo_runner.text.diagnostic import (
    Diagnostic,
    Severity,
    did_you_mean,
    nearest,
    shorten,
    suggest,
)
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import Place, Pointer, SourceFile
from arazzo_runner.text.suggested_fix import Fix, quote_value, rename_to_known


def type_label(value: Value) -> str:
    """What a value is, in the words of a message."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return f"the number {value}"
        case str():
            return "a string"
        case list():
            return "a list"
        case _:
            return "an object"


def join_names(names: Sequence[str], word: Literal["or", "and"] = "or") -> str:
    """Names in backticks, as a sentence lists them."""
    quoted = [f"`{name}`" for name in names]
    return (
        f" {word} ".join((", ".join(quoted[:-1]), quoted[-1]))
        if len(quoted) > 1
        else "".join(quoted)
    )


def type_help(value: Value, wanted: str) -> str | None:
    """The way out where a value is not of the wanted type, if there is a plain one."""
    if value is None:
        return "remove the field when it has no value"
    if wanted == "a string" and isinstance(value, bool | int | float):
        spelled = str(value).lower() if isinstance(value, bool) else value
        return f'put it in quotes: "{spelled}"'
    if wanted == "a list" and isinstance(value, dict):
        return "begin each item with `- `"
    if wanted == "an object (Criterion Object)" and isinstance(value, str):
        return f"write `condition: {shorten(value)}`"
    if wanted in ("a number", "an integer") and isinstance(value, str):
        return _number_help(value)
    return None


def _number_help(text: str) -> str | None:
    """``"3"`` is a number in quotes, ``5s`` one with its unit."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)", text.strip())
    if found is None:
        return None
    return f"write it without {'its unit' if found[2] else 'quotes'}: {found[1]}"


def field_help(name: str, known: Sequence[str]) -> str:
    """The way out after a field that an object does not have."""
    if name == "$ref":
        return "outside of `inputs`, write `reference: $components.<type>.<name>`"
    return f"its fields are {join_names(known, 'and')}; extension fields begin with `x-`"


ArazzoVersion = tuple[int, int]

# "The name MUST use keys that match the regular expression" (outputs, Components Object).
_KEY: Final = lazy_pattern(r"[a-zA-Z0-9.\-_]+")
# "SHOULD conform to the regular expression" (workflowId, stepId, name of a source description).
_ID: Final = lazy_pattern(r"[A-Za-z0-9_\-]+")


def is_name(text: str) -> bool:
    """Whether a text is a name as expressions hold them."""
    return _KEY.fullmatch(text) is not None


def unreadable_name(text: str, names: Iterable[str]) -> str | None:
    """The longest name in a text of an expression that none can hold; None without one."""
    named = (one for one in names if f".{one}" in text and not is_name(one))
    return max(named, key=len, default=None)


def _other_name(name: str, taken: Iterable[str]) -> str | None:
    """A name in place of one that cannot be, unless nothing is left of it or it is taken."""
    other = re.sub(r"[^a-zA-Z0-9.\-_]+", "_", name).strip("_")
    return f"rename it, to `{other}` for instance" if other and other not in taken else None


class ObjectSpec(Struct, frozen=True):
    """The fixed fields of one object; ``new`` are those that came with Arazzo 1.1.

    ``foreign`` are fields of others, which may stand there too.
    """

    title: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    new: frozenset[str] = frozenset()
    foreign: frozenset[str] = frozenset()

    def unknown_fields(self, names: Iterable[str]) -> list[str]:
        """Those of the names that the object may not have (Specification Extensions it may)."""
        known = (*self.required, *self.optional, *self.foreign)
        return [name for name in names if name not in known and not name.startswith("x-")]


class ReadContext(Struct, frozen=True):
    """One document being read: what is known before, and what was found.

    ``sources`` are its source descriptions' URLs by name, ``unreadable`` the inputs and outputs
    that it declares by names that no expression can hold. ``holes`` are the places where an object
    could not be read: it is left out of the model, or has a stand-in for what is missing.
    """

    source: SourceFile
    version: ArazzoVersion
    sources: Mapping[str, str] = field(default_factory=dict)
    findings: list[Diagnostic] = field(default_factory=list)
    holes: list[Place] = field(default_factory=list)
    unreadable: frozenset[str] = frozenset()

    def unreadable_in(self, text: str) -> str | None:
        """The declared name in a text that no expression can hold; None without one."""
        return unreadable_name(text, self.unreadable)


class _FindingDetails(TypedDict, total=False):
    """What a finding may say besides its message; the place is that of the node without one."""

    place: Place
    label: str
    help: str | None
    fix: Fix | None
    subject: str


def _is_scalar(value: Value) -> bool:
    return isinstance(value, bool | int | float)


class Node(Struct, frozen=True):
    """A value of the document, and where it stands."""

    value: Value
    pointer: Pointer
    reading: ReadContext

    @property
    def place(self) -> Place:
        """Where the value stands."""
        return Place(self.reading.source, self.pointer)

    @property
    def is_1_0(self) -> bool:
        """Whether the document says that it is written in Arazzo 1.0."""
        return self.reading.version == (1, 0)

    def at(self, token: str | int) -> Node:
        """A member or an item, which must be there."""
        return Node(self.value[token], (*self.pointer, token), self.reading)

    def has(self, name: str) -> bool:
        """Whether the object has this field."""
        return name in self.value

    # --- saying what is wrong ---------------------------------------------------------------------

    def error(self, code: str, message: str, **more: Unpack[_FindingDetails]) -> None:
        """Report an error at this value, or at ``place``."""
        self._say(Severity.ERROR, code, message, more)

    def warn(self, code: str, message: str, **more: Unpack[_FindingDetails]) -> None:
        """Report a warning at this value, or at ``place``."""
        self._say(Severity.WARNING, code, message, more)

    def hint(self, code: str, message: str, **more: Unpack[_FindingDetails]) -> None:
        """Report a hint at this value, or at ``place``."""
        self._say(Severity.HINT, code, message, more)

    def hole(self) -> None:
        """Note that the model misses something here."""
        self.reading.holes.append(self.place)

    def new_in_1_1(self, what: str) -> None:
        """Warn when a 1.0 document uses what came with 1.1; it works all the same."""
        if self.is_1_0:
            self.warn(
                "AZ116",
                f"{what} needs Arazzo 1.1, and the document declares 1.0",
                help="write `arazzo: 1.1.0` at the top",
            )

    def wrong_type(self, wanted: str) -> None:
        """Report that the value is not of the type that the specification states."""
        self.hole()
        self.error(
            "AZ112",
            f"{self._subject()} must be {wanted}, and is {type_label(self.value)}",
            label=f"not {wanted}",
            help=type_help(self.value, wanted),
            fix=quote_value(self.place)
            if wanted == "a string" and _is_scalar(self.value)
            else None,
        )

    def _subject(self) -> str:
        """The value, by the name of its field, or of the list that it is an item of."""
        *_, name = (one for one in self.pointer if isinstance(one, str))
        return f"`{name}`" if self.pointer[-1] == name else f"an item of `{name}`"

    def _say(self, severity: Severity, code: str, message: str, more: _FindingDetails) -> None:
        place = more.get("place") or self.place
        label, help_ = more.get("label", ""), more.get("help")
        fix, subject = more.get("fix"), more.get("subject", "")
        found = Diagnostic(code, severity, message, place, label, help_, (), fix, subject)
        self.reading.findings.append(found)

    # --- the fields -------------------------------------------------------------------------------

    def is_object(self, shape: ObjectSpec) -> bool:
        """Check that this is an object with the fields of ``shape`` and no others."""
        if not isinstance(self.value, dict):
            self.wrong_type(f"an object ({shape.title})")
            return False
        meant = [self._report_unknown(name, shape) for name in shape.unknown_fields(self.value)]
        for name in shape.required:
            if name not in self.value:
                self._report_missing(name, shape, meant)
        for name in shape.new.intersection(self.value) if self.is_1_0 else ():
            self.at(name).new_in_1_1(f"`{name}` of the {shape.title}")
        return True

    def _report_unknown(self, name: str, shape: ObjectSpec) -> str | None:
        """Report an unknown field; returns the known one that was probably meant."""
        known = [one for one in (*shape.required, *shape.optional) if one not in self.value]
        near = nearest(name, known)
        place = self.place.at(name).key()
        self.error(
            "AZ110",
            f"`{name}` is not a field of the {shape.title}",
            place=place,
            label="unknown",
            help=suggest(near) or field_help(name, (*shape.required, *shape.optional)),
            fix=rename_to_known(place, name, known),
        )
        return near

    def _report_missing(self, name: str, shape: ObjectSpec, meant: Sequence[str | None]) -> None:
        self.hole()
        if name not in meant:  # else the unknown field says it already
            message = f"the field `{name}` of the {shape.title} is missing"
            self.error("AZ111", message, label="missing here", subject=name)

    def text(self, name: str) -> str | None:
        """The string in a field; None without it."""
        if name not in self.value:
            return None
        value = self.value[name]
        if isinstance(value, str):
            return value
        self.at(name).wrong_type("a string")
        return None

    def identifier(self, name: str) -> str | None:
        """The string in a field that names an object; a hint when its characters are unusual."""
        value = self.text(name)
        if value is not None and not _ID.fullmatch(value):
            self.at(name).hint(
                "AZ122",
                f"`{value}` has characters that the specification advises against in a `{name}`",
                help="use letters, digits, `_` and `-`",
            )
        return value

    def choice(self, name: str, allowed: Sequence[str]) -> str | None:
        """The string in a field that has a fixed set of values; None without it or outside them."""
        value = self.text(name)
        if value is None or value in allowed:
            return value
        node = self.at(name)
        node.hole()
        node.error(
            "AZ113",
            f"`{name}` cannot be `{value}`",
            label=f"one of {join_names(allowed)}",
            help=did_you_mean(value, allowed) or f"write {join_names(allowed, 'or')}",
            fix=rename_to_known(node.place, value, allowed),
        )
        return None

    def integer(self, name: str) -> int | None:
        """The non-negative integer in a field; None without it."""
        match self.value.get(name):
            case int(value) if not isinstance(value, bool):
                return value if self._check_not_negative(name, value) else None
            case _:
                self._no_number(name, "an integer")
                return None

    def number(self, name: str) -> float | None:
        """The non-negative number in a field; None without it."""
        match self.value.get(name):
            case int(value) | float(value) if not isinstance(value, bool):
                # More than this, 30 million years, is no other wait; and floats have an end.
                return float(min(value, 1e15)) if self._check_not_negative(name, value) else None
            case _:
                self._no_number(name, "a number")
                return None

    def _check_not_negative(self, name: str, value: float) -> bool:
        if 0 <= value < math.inf:
            return True
        node = self.at(name)
        node.hole()
        node.error("AZ113", f"`{name}` must not be negative", label="zero or more")
        return False

    def _no_number(self, name: str, wanted: str) -> None:
        if name in self.value:
            self.at(name).wrong_type(wanted)

    def items(self, name: str) -> Iterator[Node]:
        """The items of the list in a field; none without it."""
        if name not in self.value:
            return
        node = self.at(name)
        if not isinstance(node.value, list):
            node.wrong_type("a list")
            return
        for index, value in enumerate(node.value):
            yield Node(value, (*node.pointer, index), node.reading)

    def members(self, name: str) -> Iterator[tuple[str, Node]]:
        """The members of the map in a field, whose keys have a pattern; none without it."""
        if name not in self.value:
            return
        node = self.at(name)
        if not isinstance(node.value, dict):
            node.wrong_type("an object")
            return
        for key in node.value:
            member = node.at(key)
            if not _KEY.fullmatch(key):
                member.error(
                    "AZ113",
                    f"`{key}` cannot be a name in `{name}`:"
                    " names hold letters, digits, `.`, `-` and `_` alone",
                    place=member.place.key(),
                    help=_other_name(key, node.value),
                )
            yield key, member
