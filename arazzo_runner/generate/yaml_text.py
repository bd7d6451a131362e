"""YAML as a person writes it: block style, quotes where they are needed, comments.

What is written reads the same in YAML 1.1 and 1.2: what one of them takes for a number, a boolean,
a date or null is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import Final

from msgspec import Struct

from arazzo_runner.text.json_write import write_json

WIDTH: Final = 100
_PLAIN: Final = re.compile(r"[A-Za-z_$/.(][^\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]*")
_WORDS: Final = frozenset(
    {"true", "false", "null", "yes", "no", "on", "off", "y", "n", "~", ".nan", ".inf"}
)
_VERSION: Final = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")
_NUMBER: Final = re.compile(r"\.[0-9.eE+_-]+")
_BLOCK_SAFE: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]+")


class Commented(Struct, frozen=True):
    """A value with lines of comment above it."""

    value: object
    comment: tuple[str, ...]


def write_yaml(node: Mapping[str, object]) -> str:
    """The text of a mapping; its values are plain data, some of them :class:`Commented`."""
    return "".join(f"{line}\n" for line in _mapping(node, ""))


def _mapping(node: Mapping[str, object], indent: str) -> Iterator[str]:
    for key, held in node.items():
        value, comment = _parts(held)
        yield from _comment_lines(comment, indent)
        yield from _entry(f"{indent}{scalar(key)}:", value, indent)


def _entry(key: str, value: object, indent: str) -> Iterator[str]:
    match value:
        case dict() if value:
            yield key
            yield from _mapping(value, f"{indent}  ")
        case list() if value:
            yield key
            yield from _sequence(value, indent)
        case str() if len(key) + 1 + len(value) > WIDTH and _is_foldable(value):
            yield f"{key} >-"
            yield from wrap(
                value,
                WIDTH,
                initial_indent=f"{indent}  ",
                subsequent_indent=f"{indent}  ",
                break_long_words=False,
                break_on_hyphens=False,
            )
        case _:
            yield f"{key} {scalar(value)}"


def _sequence(items: list[object], indent: str) -> Iterator[str]:
    for held in items:
        value, comment = _parts(held)
        yield from _comment_lines(comment, indent)
        if isinstance(value, dict) and value:
            first, *others = _mapping(value, f"{indent}  ")
            yield f"{indent}- {first.removeprefix(f'{indent}  ')}"
            yield from others
        elif isinstance(value, list) and value:
            first, *others = _sequence(value, f"{indent}  ")
            yield f"{indent}- {first.removeprefix(f'{indent}  ')}"
            yield from others
        else:
            yield f"{indent}- {scalar(value)}"


def _comment_lines(comment: tuple[str, ...], indent: str) -> Iterator[str]:
    for line in comment:
        shown = wrap(
            "".join(one if one.isprintable() else " " for one in line),
            WIDTH - len(indent) - 2,
            break_long_words=False,
            break_on_hyphens=False,
        )
        yield from (f"{indent}# {one}" for one in shown)


def _parts(held: object) -> tuple[object, tuple[str, ...]]:
    return (held.value, held.comment) if isinstance(held, Commented) else (held, ())


def _is_foldable(text: str) -> bool:
    """Whether a block scalar of folded lines reads as this text: single spaces between words."""
    is_clean = _BLOCK_SAFE.fullmatch(text) is not None
    return is_clean and text == " ".join(text.split()) and " " in text and "\t" not in text


def scalar(value: object) -> str:
    """A scalar, or an empty collection."""
    if not isinstance(value, str):
        return write_json(value)
    if _is_plain(value):
        return value
    if _BLOCK_SAFE.fullmatch(value) and "'" not in value:
        return f"'{value}'"
    return _double_quoted(value)


def _is_plain(text: str) -> bool:
    if _VERSION.fullmatch(text):
        return True
    return bool(
        _PLAIN.fullmatch(text)
        and text == text.strip()
        and ": " not in text
        and " #" not in text
        and not text.endswith(":")
        and text.lower() not in _WORDS
        and not _NUMBER.fullmatch(text)
        and not text.startswith("...")
    )


def _double_quoted(text: str) -> str:
    """JSON's spelling, which is YAML's too, without what a reader of YAML 1.1 breaks lines at."""
    quoted = write_json(text)
    return "".join(
        one if one.isprintable() or one == " " else "".join(_escapes(one)) for one in quoted
    )


def _escapes(character: str) -> Iterator[str]:
    code = ord(character)
    yield f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
