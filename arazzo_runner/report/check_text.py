"""What a contract check found, as a sentence: where in the body, and where in the description."""

from __future__ import annotations

from arazzo_runner.openapi.response.contract import CheckResult
from arazzo_runner.text.locate import locate_place


def check_sentence(check: CheckResult) -> str:
    """The finding; the pointer into the body is said where the message does not begin with it."""
    if not check.pointer or check.message.startswith(f"`{check.pointer}`"):
        return check.message
    return f"{check.message} (at `{check.pointer}` in the body)"


def placed_sentence(check: CheckResult) -> str:
    """The finding with its place in the API description: ``… (shop.yaml:7:11)``."""
    if check.place is None:
        return check_sentence(check)
    span = locate_place(check.place)
    return f"{check_sentence(check)} ({check.place.source.name}:{span.line}:{span.column})"
