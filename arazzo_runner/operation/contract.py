"""Is this response what the API description says?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal as Choice

from arazzo_runner.text.source import Place


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One judgement of a response against its API description.

    ``pointer`` is into the response body (JSON Pointer text); ``place`` into the description.
    """

    kind: Choice["status", "content-type", "schema", "headers"]
    severity: Choice["warn", "error"]
    passed: bool
    message: str
    pointer: str | None = None
    place: Place | None = None
