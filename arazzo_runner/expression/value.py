"""The values that expressions yield: JSON data, bytes for binary bodies, files, and MISSING.

MISSING is not null: a member that is not there has no value at all, and what that means depends
on where it is used (a parameter is omitted, a condition reads null, a template is an error).
A file is binary whose content is read when it is sent; only the command line and programs make
such values, no text of a document becomes one.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, Final, TypeAlias, assert_never
from typing import Literal as Choice

from arazzo_runner.text.number import JsonNumber, parse_number
from arazzo_runner.text.pattern import lazy_pattern


class FileBody(bytes):
    """Binary that stays on disk; as bytes it is the label that reports show: ``@path (7 bytes)``.

    ``name`` is the file's own name, ``size`` what it had in bytes when it was named, ``media_type``
    a guess by its name or None. ``mark`` is known to nobody else: no file can hold a boundary that
    was made with it.
    """

    path: str
    name: str
    size: int
    media_type: str | None
    mark: str

    def __new__(
        cls, path: str, name: str, size: int, media_type: str | None = None, mark: str = ""
    ) -> FileBody:
        """Name a file; ``path`` is shown as it was typed."""
        label = f"@{path} ({size:,} bytes)".encode("utf-8", "replace")
        self = super().__new__(cls, label)
        self.path, self.name, self.size = path, name, size
        self.media_type, self.mark = media_type, mark
        return self

    @property
    def label(self) -> str:
        """What reports show."""
        return self.decode("utf-8")


class Missing(Enum):
    """The type of :data:`MISSING`."""

    MISSING = "missing"

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing.MISSING

# JSON data is recursive and mostly read: Any spares a cast at every index.
Value: TypeAlias = Any
"""None, bool, int, float, str, bytes, ``list[Value]`` or ``dict[str, Value]``."""

MaybeValue: TypeAlias = Value | Missing
"""What evaluating an expression yields."""

JsonType: TypeAlias = Choice[
    "integer", "number", "string", "boolean", "null", "object", "array", "binary", "missing"
]
OrderOperator: TypeAlias = Choice["<", "<=", ">", ">="]

# bool before int: in Python a bool is an int, in JSON it is not.
_KINDS: Final[tuple[tuple[type, JsonType], ...]] = (
    (str, "string"),
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (dict, "object"),
    (list, "array"),
    (type(None), "null"),
    (bytes, "binary"),
    (Missing, "missing"),
)
_NUMERIC: Final = lazy_pattern(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WHOLE_NUMBER: Final = lazy_pattern(r"[+-]?[0-9]+")
_NOT_A_NUMBER: Final = float("nan")


def json_type(value: MaybeValue) -> JsonType:
    """What a value is, in the words of JSON Schema, with ``binary`` and ``missing`` beside them."""
    for type_, name in _KINDS:
        if isinstance(value, type_):
            return name
    raise TypeError(f"not a JSON value: {type(value).__name__}")


def to_text(value: Value) -> str:
    """A value inside text: a string as it stands, anything else as JSON; binary as base64.

    A file is its name there: its content is sent as a body, or as a part of one.

    Arazzo 1.1.0, "Runtime Expressions": how an embedded expression becomes text.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, FileBody):
        return value.name
    if isinstance(value, bytes):
        from base64 import b64encode

        return b64encode(value).decode("ascii")
    return str(value) if type(value) is int else _json(value)


def _json(value: Value) -> str:
    """JSON in one line; what is binary within it as :func:`to_text` has it."""
    from arazzo_runner.text.json_write import JsonStyle, write_json

    return write_json(value, JsonStyle(compact=True, default=to_text))


def describe(value: MaybeValue, limit: int = 80) -> str:
    """A value for a message, its kind first: ``integer 201``, ``string "abc"``, ``missing``.

    The value's spelling is cut after ``limit`` characters.
    """
    name = json_type(value)
    if name in ("null", "missing"):
        return name
    if isinstance(value, FileBody):
        return f"file {value.label}"
    if isinstance(value, bytes):
        return f"binary of {len(value)} bytes"
    return f"{name} {_cut_json(value, limit)}"


def _binary_label(value: bytes) -> str:
    return value.label if isinstance(value, FileBody) else f"binary of {len(value)} bytes"


def _cut_json(value: Value, limit: int) -> str:
    if isinstance(value, str):
        shown = _json(value[: limit + 1])
        return shown if len(value) <= limit else f'{_json(value[:limit])[:-1]}…"'
    from arazzo_runner.text.json_write import JsonStyle, json_pieces

    # Piece by piece: a body of megabytes is not spelled out to show its first words.
    text = ""
    for piece in json_pieces(value, JsonStyle(default=_binary_label)):
        text += piece
        if len(text) > limit:
            return text[:limit] + "…"
    return text


def is_equal(a: MaybeValue, b: MaybeValue) -> bool:
    """Whether ``==`` of a simple condition holds.

    Strings compare without case, a numeric string counts as a number against a number only,
    booleans are not numbers, null equals null only, objects and arrays compare member by member;
    MISSING reads as null. Arazzo 1.1.0, "Simple Conditions".
    """
    return has_equal_leaves(a, b, _is_equal_scalar)


def has_equal_leaves(a: Any, b: Any, is_equal_leaf: Callable[[Any, Any], bool]) -> bool:
    """Whether two values have the same shape, and ``is_equal_leaf`` holds wherever it ends.

    A leaf is what is not on both sides an object, or on both an array.
    """
    pending = [(a, b)]
    while pending:
        left, right = pending.pop()
        if isinstance(left, dict) and isinstance(right, dict):
            if left.keys() != right.keys():
                return False
            pending += [(value, right[key]) for key, value in left.items()]
        elif isinstance(left, list) and isinstance(right, list):
            if len(left) != len(right):
                return False
            pending += zip(left, right, strict=True)
        elif not is_equal_leaf(left, right):
            return False
    return True


def _is_equal_scalar(a: MaybeValue, b: MaybeValue) -> bool:
    if isinstance(a, str) and isinstance(b, str):
        return a == b or a.casefold() == b.casefold()
    if a is None or a is MISSING:
        return b is None or b is MISSING
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, bytes):
        return isinstance(b, bytes) and a == b
    left, right = _numbers(a, b)
    return bool(left == right)


def is_ordered(op: OrderOperator, a: MaybeValue, b: MaybeValue) -> bool:
    """Whether ``a op b`` holds: numbers by size, two strings without case, anything else never.

    A numeric string counts as a number against a number only.
    """
    if isinstance(a, str) and isinstance(b, str):
        return _is_in_order(op, a.casefold(), b.casefold())
    return _is_in_order(op, *_numbers(a, b))


def _is_in_order(op: OrderOperator, a: Any, b: Any) -> bool:
    match op:
        case "<":
            return bool(a < b)
        case "<=":
            return bool(a <= b)
        case ">":
            return bool(a > b)
        case ">=":
            return bool(a >= b)
        case _:
            assert_never(op)


def _numbers(a: MaybeValue, b: MaybeValue) -> tuple[Any, Any]:
    """Two values as numbers side by side; exact where one has a spelling that no float keeps."""
    return exact_numbers(_number(a, b), _number(b, a))


def exact_numbers(left: float, right: float) -> tuple[Any, Any]:
    """Two numbers that compare by their exact values, whatever spelling they have."""
    if not isinstance(left, JsonNumber) and not isinstance(right, JsonNumber):
        return left, right  # Python compares integers with floats exactly
    from decimal import Decimal, InvalidOperation

    if left != left or right != right:  # noqa: PLR0124 - NaN, and integers that are no float
        return left, right
    try:
        return Decimal(str(left)), Decimal(str(right))
    except InvalidOperation:  # an exponent of more than 18 digits
        return left, right


def _number(value: MaybeValue, other: MaybeValue) -> int | float:
    """``value`` as a number beside ``other``, or NaN, which equals and precedes nothing."""
    if isinstance(value, bool) or isinstance(other, bool):
        return _NOT_A_NUMBER
    if isinstance(value, int | float):
        return value
    if isinstance(value, str) and isinstance(other, int | float):
        return to_number(value)
    return _NOT_A_NUMBER


def to_number(text: str) -> int | float:
    """The number that a text spells, exactly; NaN for other texts."""
    if not _NUMERIC.fullmatch(text):
        return _NOT_A_NUMBER
    # Python refuses to read integers of more digits; JSON of this size is refused alike.
    if _WHOLE_NUMBER.fullmatch(text) and len(text) <= 4_300:
        return int(text)
    return parse_number(text)


def value_size(value: Value, most: int) -> int:
    """About as many bytes as a value takes; counting stops where there are more than ``most``."""
    todo, size = [value], 0
    while todo and size <= most:
        one = todo.pop()
        size += _shallow_size(one)
        if isinstance(one, dict):
            todo += one.values()
        elif isinstance(one, list):
            todo += one
    return size


def _shallow_size(value: Value) -> int:
    """About as many bytes as CPython takes for a value without its items."""
    match value:
        case str():
            return len(value) if value.isascii() else 4 * len(value)
        case bytes():
            return len(value)
        case dict():
            return 64 + 100 * len(value)
        case list():
            return 56 + 8 * len(value)
        case _:
            return 32
