"""The parts of a result as the HTML report has them: values and bodies as text, cut to limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from arazzo_runner.executor.result import OperandValue, StepResult, WorkflowResult
from arazzo_runner.expression.value import MaybeValue, Value
from arazzo_runner.http_semantics.headers import Headers
from arazzo_runner.report.formats.json_parts import JsonParts
from arazzo_runner.report.formats.json_stream import indent_json_text
from arazzo_runner.report.safe_text import type_name
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.json_write import write_json

VALUE_LIMIT: Final = 2_000
"""The characters of an input, output or operand that are shown."""

BODY_LIMIT: Final = 16 * 1024
"""The characters of a body that are shown."""

ALL_BODIES: Final = 8 * 1024 * 1024
"""The characters of all bodies of a page; after them only beginnings are shown."""

_BEGINNING: Final = 200


def spell_value(value: Value) -> str:
    """A value as JSON, cut where it is long."""
    text = write_json(value)
    return text if len(text) <= VALUE_LIMIT else text[:VALUE_LIMIT] + "…"


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
        base64 = "Base64" * (body["encoding"] == "base64")
        return ", ".join(filter(None, [length, base64, body.get("note", "")]))


def _text(body: Value) -> str:
    if _is_wrapped(body):
        return str(body["data"])
    return body if isinstance(body, str) else indent_json_text(body)


def _is_wrapped(body: Value) -> bool:
    """Whether the report wraps the body: it is cut, or no text."""
    if not isinstance(body, dict) or not {"encoding", "data"} <= body.keys():
        return False
    members = body["data"], body["encoding"], body.get("truncated", 0), body.get("note", "")
    kinds = [type(one) for one in members]
    known = {"encoding", "data", "truncated", "note"}
    return kinds == [str, str, int, str] and body.keys() <= known


class PageParts(JsonParts):
    """Spells the parts of a result as the page has them: bodies and values as text, cut.

    What is inside of a step stays a result: it is rendered when it is its turn.
    """

    def __init__(self, masker: Masker, bodies: HtmlBodies) -> None:
        super().__init__(masker)
        self._bodies = bodies

    def workflow(self, workflow: WorkflowResult) -> Any:
        """The result itself."""
        return workflow

    def _interlude(self, between: WorkflowResult | StepResult) -> dict[str, Any]:
        return {"workflow" if isinstance(between, WorkflowResult) else "step": between}

    def body(self, octets: bytes, headers: Headers, read: Callable[[], MaybeValue]) -> Value:
        """The text of a body, and what it is."""
        body = super().body(octets, headers, read)
        if body is None:
            return None
        return {"text": self._bodies.text(body), "note": self._bodies.note(body)}

    def values(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """Inputs or outputs by name, each as text."""
        return {name: spell_value(value) for name, value in super().values(values).items()}

    def operand(self, operand: OperandValue) -> dict[str, Value]:
        """An expression of a condition, the type of what it was, and that as text."""
        spelled = super().operand(operand)
        value = spelled["value"]
        return {**spelled, "kind": type_name(value), "value": spell_value(value)}
