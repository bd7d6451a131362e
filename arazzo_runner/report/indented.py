"""JSON over lines, as ``json.dumps(…, indent=2)`` has it, in a fifth of the time."""

from __future__ import annotations

import json

import msgspec

from arazzo_runner.expression.value import Value


def indent_json(value: Value) -> str:
    """JSON in ASCII, safe for any terminal and its encoding."""
    text = json.dumps(value)
    return _spread_lines(text) or json.dumps(value, indent=2)


def indent_json_text(value: Value) -> str:
    """JSON with the characters as they are, for people."""
    text = json.dumps(value, ensure_ascii=False)
    return _spread_lines(text) or json.dumps(value, ensure_ascii=False, indent=2)


def _spread_lines(text: str) -> str | None:
    """The text spread over lines; None where half a surrogate pair is in it, or it is too deep."""
    try:
        return msgspec.json.format(text, indent=2)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None
