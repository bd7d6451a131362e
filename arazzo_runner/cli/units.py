"""Values with units on the command line: durations, sizes, counts."""

from __future__ import annotations

import re
from typing import Any, Final

import click

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_BYTES = {
    "": 1,
    "b": 1,
    "kb": 1_000,
    "mb": 1_000_000,
    "kib": 1 << 10,
    "mib": 1 << 20,
    "gib": 1 << 30,
}
_LONGEST: Final = 1_000 * 3600.0
_LARGEST: Final = 1 << 40


class DurationParam(click.ParamType[float]):
    """``500ms``, ``2s``, ``1m``, ``1h``: seconds as a number, at most 1,000 hours.

    No time at all is a value only where ``least`` is 0.
    """

    name = "duration"

    def __init__(self, least: float = 0.001) -> None:
        self._least = least

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Turn the text into seconds, or fail with the forms that are understood."""
        if isinstance(value, float):
            return value
        match = re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,12})?)\s*(ms|s|m|h)", str(value).strip())
        if match is None:
            self.fail(
                f"`{value}` is no duration; write a number and a unit, such as `500ms` or `2s`",
                param,
                ctx,
            )
        seconds = float(match[1]) * _SECONDS[match[2]]
        if not self._least <= seconds <= _LONGEST:
            least = "1ms" if self._least else "0s"
            self.fail(f"`{value}` is not between `{least}` and `1000h`", param, ctx)
        return seconds


class SizeParam(click.ParamType[int]):
    """``500``, ``64KiB``, ``10MB``: bytes as an integer, at most 1 TiB."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Turn the text into bytes, or fail with the forms that are understood."""
        match = re.fullmatch(r"([0-9]{1,15})\s*([a-z]*)", str(value).strip().lower())
        if match is None or match[2] not in _BYTES:
            self.fail(
                f"`{value}` is no size; write bytes or a unit, such as `64KiB` or `10MB`",
                param,
                ctx,
            )
        size = int(match[1]) * _BYTES[match[2]]
        if not 1 <= size <= _LARGEST:
            self.fail(f"`{value}` is not between 1 byte and `1024GiB`", param, ctx)
        return size


class CountParam(click.ParamType[int]):
    """A whole number from ``least`` to ``most``."""

    name = "count"

    def __init__(self, least: int, most: int = 1_000_000_000) -> None:
        self._least = least
        self._most = most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Turn the text into a number, or fail with what is expected."""
        text = str(value).strip()
        is_number = re.fullmatch(r"[0-9]{1,10}", text) is not None
        if not is_number or not self._least <= int(text) <= self._most:
            self.fail(
                f"`{value}` is no whole number from {self._least} to {self._most:,}",
                param,
                ctx,
            )
        return int(text)


class TextParam(click.ParamType[str]):
    """A text; several of them stand on lines of their own in an environment variable."""

    name = "text"
    envvar_list_splitter = "\n"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take the text as it is."""
        if not isinstance(value, str):
            self.fail(f"`{value}` is no text", param, ctx)
        return value


SIZE = SizeParam()
TEXT = TextParam()
