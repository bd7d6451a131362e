"""Values with units on the command line: durations and sizes."""

from __future__ import annotations

import re
from typing import Any

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


class Duration(click.ParamType[float]):
    """``500ms``, ``2s``, ``1m``, ``1h``: seconds as a number."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Turn the text into seconds, or fail with the forms that are understood."""
        if isinstance(value, float):
            return value
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h)", str(value).strip())
        if match is None:
            self.fail(
                f"`{value}` is no duration; write a number and a unit, such as `500ms` or `2s`",
                param,
                ctx,
            )
        return float(match[1]) * _SECONDS[match[2]]


class Size(click.ParamType[int]):
    """``500``, ``64KiB``, ``10MB``: bytes as an integer."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Turn the text into bytes, or fail with the forms that are understood."""
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"(\d+)\s*([a-z]*)", str(value).strip().lower())
        if match is None or match[2] not in _BYTES:
            self.fail(
                f"`{value}` is no size; write bytes or a unit, such as `64KiB` or `10MB`",
                param,
                ctx,
            )
        return int(match[1]) * _BYTES[match[2]]


DURATION = Duration()
SIZE = Size()
