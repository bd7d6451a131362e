"""JSON in lines, written piece by piece: of a long report, one step is in memory at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import msgspec

from arazzo_runner.executor.result import StepResult, WorkflowResult
from arazzo_runner.expression.value import Value
from arazzo_runner.report.formats.json_parts import JsonParts
from arazzo_runner.text.json_write import ASCII, INDENTED, JsonStyle, write_json

_INDENTED_ASCII: Final = JsonStyle(indent=2, ensure_ascii=True)


def indent_json(value: Value) -> str:
    """JSON in ASCII, safe for any terminal and its encoding."""
    text = write_json(value, ASCII)
    return _spread_lines(text) or write_json(value, _INDENTED_ASCII)


def indent_json_text(value: Value) -> str:
    """JSON with the characters as they are, for people."""
    text = write_json(value)
    return _spread_lines(text) or write_json(value, INDENTED)


def _spread_lines(text: str) -> str | None:
    """The text spread over lines; None where half a surrogate pair is in it, or it is too deep."""
    try:
        return msgspec.json.format(text, indent=2)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None


class OpenObject(dict[str, Any]):
    """An object that is written member by member, since one of them is open too."""


class OpenArray:
    """An array whose items are made while it is written."""

    def __init__(self, items: Iterable[Any]) -> None:
        self.items = items


def json_stream(value: Any, spell: Callable[[Value], str] = indent_json) -> Iterator[bytes]:
    """The lines that ``spell`` makes of a value, ended, in pieces."""
    for piece in _pieces(value, "\n", spell):
        yield piece.encode("utf-8", "backslashreplace")
    yield b"\n"


def json_text_stream(value: Any) -> Iterator[str]:
    """The lines of a value for people, ended, in pieces."""
    yield from _pieces(value, "\n", indent_json_text)
    yield "\n"


def _pieces(value: Any, line: str, spell: Callable[[Value], str]) -> Iterator[str]:
    """The pieces of a value; ``line`` begins the lines on its level."""
    match value:
        case OpenObject():
            members = ((f"{write_json(name, ASCII)}: ", one) for name, one in value.items())
            yield from _open_pieces("{", members, "}", line, spell)
        case OpenArray():
            yield from _open_pieces("[", (("", one) for one in value.items), "]", line, spell)
        case _:
            text = spell(value)
            yield text.replace("\n", line) if line != "\n" else text


def _open_pieces(
    opening: str,
    members: Iterable[tuple[str, Any]],
    closing: str,
    line: str,
    spell: Callable[[Value], str],
) -> Iterator[str]:
    below = line + "  "
    before, after = opening + below, opening + closing
    for key, one in members:
        yield before + key
        yield from _pieces(one, below, spell)
        before, after = "," + below, line + closing
    yield after if after[0] == "\n" else opening + closing


class OpenParts(JsonParts):
    """Parts of a report that are made while they are written: workflows step by step."""

    def workflow(self, workflow: WorkflowResult) -> dict[str, Value]:
        """A run of a workflow; its steps are made when it is their turn."""
        return OpenObject(super().workflow(workflow))

    def array(self, items: Iterable[Any]) -> Any:
        """Items that are made when it is their turn."""
        return OpenArray(items)

    def object(self, members: dict[str, Value]) -> dict[str, Value]:
        """An object that is written member by member."""
        return OpenObject(members)

    def step(self, step: StepResult) -> dict[str, Value]:
        """A visit of a step; open where there are workflows in it."""
        spelled = super().step(step)
        if step.workflow is None and not any(
            one.workflow or one.interlude for one in step.attempts
        ):
            return spelled
        attempts = [OpenObject(one) for one in spelled["attempts"]]
        for one in attempts:
            if "interlude" in one:
                one["interlude"] = OpenObject(one["interlude"])
        return OpenObject({**spelled, "attempts": OpenArray(attempts)})
