"""Values and bodies as the HTML page shows them, within bounds."""

from __future__ import annotations

import json
from typing import Final

from arazzo_runner.expression.value import Value
from arazzo_runner.report.indented import indent_json_text
from arazzo_runner.report.shown import type_name

VALUE_LIMIT: Final = 2_000
"""The characters of an input, output or operand that are shown."""

BODY_LIMIT: Final = 16 * 1024
"""The characters of a body that are shown."""

ALL_BODIES: Final = 8 * 1024 * 1024
"""The characters of all bodies of a page; after them only beginnings are shown."""

_BEGINNING: Final = 200


def spell_value(value: Value) -> str:
    """A value as JSON, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= VALUE_LIMIT else text[:VALUE_LIMIT] + "…"


def type_name_of(value: Value) -> str:
    """The JSON type of a value, empty for null."""
    return type_name(value)


def counts_text(by_status: dict[str, int]) -> str:
    """``3 passed, 1 failed``."""
    told = [f"{count:,} {status}" for status, count in by_status.items() if count]
    return ", ".join(told) or "none"


class HtmlBodies:
    """Spells the bodies of a page; ``cut`` tells whether one was shortened."""

    def __init__(self) -> None:
        self._left = ALL_BODIES
        self.cut = False

    def text(self, body: Value) -> str:
        """A body of the report: JSON indented, text as it is, octets in Base64."""
        text = _text(body)
        limit = min(BODY_LIMIT, max(self._left, _BEGINNING))
        self._left -= min(len(text), limit)
        if len(text) <= limit:
            return text
        self.cut = True
        return text[:limit] + "…"

    def note(self, body: Value) -> str:
        """What the body is, where its text does not say it: how long, or in Base64."""
        if not _is_wrapped(body):
            return ""
        length = f"{body['truncated']:,} bytes" if "truncated" in body else ""
        return ", ".join(filter(None, [length, "Base64" * (body["encoding"] == "base64")]))


def _text(body: Value) -> str:
    if _is_wrapped(body):
        return str(body["data"])
    return body if isinstance(body, str) else indent_json_text(body)


def _is_wrapped(body: Value) -> bool:
    """Whether the report wraps the body: it is cut, or no text."""
    if not isinstance(body, dict) or not {"encoding", "data"} <= body.keys():
        return False
    members = body["data"], body["encoding"], body.get("truncated", 0)
    kinds = [type(one) for one in members]
    return kinds == [str, str, int] and body.keys() <= {"encoding", "data", "truncated"}
