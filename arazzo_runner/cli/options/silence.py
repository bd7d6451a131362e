"""What `[validate]` of the configuration leaves out: codes, everywhere and in files."""

from __future__ import annotations

import os

import click

from arazzo_runner.cli.options.config_file import config_file, read_config
from arazzo_runner.lint.suppress import Selection, Silence, unknown_code_message


def configured_silence(document: str) -> Silence:
    """What `[validate]` leaves out of a document, by its path or URL, for commands that run it."""
    from arazzo_runner.pipeline.validate import absolute_path  # a run needs nothing else of it

    codes = read_config().get("validate", {}).get("ignore", ())
    texts = [codes] if isinstance(codes, str) else list(codes)
    ignored = _code_list("ignore", [one.strip() for text in texts for one in str(text).split(",")])
    return Silence(Selection(ignore=ignored, in_files=per_file_ignores()), absolute_path(document))


def per_file_ignores() -> dict[str, tuple[str, ...]]:
    """``[validate.per-file-ignores]``: patterns of paths, and the codes left out there.

    A pattern is taken from the folder of the configuration file.
    """
    table = read_config().get("validate", {}).get("per-file-ignores", {})
    if not isinstance(table, dict):
        raise click.UsageError("`per-file-ignores` is a table of patterns and lists of codes")
    if not table:
        return {}
    from glob import escape

    path = config_file()
    home = escape(str(path.parent)) if path else ""
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
