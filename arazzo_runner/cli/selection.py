"""Which findings a user wants to hear of: `--select`, `--ignore`, and the configuration."""

from __future__ import annotations

import glob
import os
from collections.abc import Mapping
from typing import Any

import click

from arazzo_runner.check.suppress import Selection, unknown_code_message
from arazzo_runner.cli.config import config_file, read_config


def read_codes(
    _ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> tuple[str, ...]:
    """Read repeated lists of codes, or beginnings of codes, separated by commas."""
    codes = [code.strip().upper() for text in texts for code in text.split(",") if code.strip()]
    for code in codes:
        if problem := unknown_code_message(code):
            raise click.BadParameter(problem, param=param)
    return tuple(codes)


def selection(given: Mapping[str, Any], count: int) -> Selection:
    """What is reported of so many documents; ``given`` are the flags by name."""
    # Of many documents, some will not have a source of the name that `--source` gives.
    lost = ("AZ906",) if count > 1 else ()
    return Selection(given["select"], (*given["ignore"], *lost), _per_file_ignores())


def _per_file_ignores() -> dict[str, tuple[str, ...]]:
    """``[validate.per-file-ignores]``: patterns of paths, and the codes left out there.

    A pattern is taken from the folder of the configuration file.
    """
    table = read_config().get("validate", {}).get("per-file-ignores", {})
    if not isinstance(table, dict):
        raise click.UsageError("`per-file-ignores` is a table of patterns and lists of codes")
    path = config_file()
    home = glob.escape(str(path.parent)) if path else ""
    return {
        os.path.join(home, pattern): _code_list(pattern, codes)  # noqa: PTH118 - no path, a pattern
        for pattern, codes in table.items()
    }


def _code_list(pattern: str, codes: object) -> tuple[str, ...]:
    if not isinstance(codes, list) or not all(isinstance(one, str) for one in codes):
        raise click.UsageError(f"`per-file-ignores`: `{pattern}` needs a list of codes")
    for code in codes:
        if problem := unknown_code_message(code):
            raise click.UsageError(f"`per-file-ignores`: {problem}")
    return tuple(codes)
