"""The body of a step, bound: its content type, and what is written in it."""

from __future__ import annotations

from msgspec import Struct

from arazzo_runner.document.model import PayloadReplacement
from arazzo_runner.executor.payload.text import PayloadText
from arazzo_runner.expression.ast import DynamicValue
from arazzo_runner.openapi.model import MediaType
from arazzo_runner.text.source import Place


class BodyPlan(Struct, frozen=True):
    """How the body is written; ``text`` when the payload is a text of a type that has structure."""

    content_type: str
    media: MediaType | None
    payload: DynamicValue | None
    text: PayloadText | None
    replacements: tuple[PayloadReplacement, ...]
    place: Place
