"""`arazzo validate DOCUMENT…`"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

import click

from arazzo_runner.check.suppress import Selection, unknown_code
from arazzo_runner.cli import options as flags
from arazzo_runner.cli.config import read_config
from arazzo_runner.cli.documents import load_limits, retrieve_settings
from arazzo_runner.cli.jobs import Job, run_jobs
from arazzo_runner.cli.walk import documents
from arazzo_runner.loading import is_usage
from arazzo_runner.report import validation as rendering
from arazzo_runner.report.located import Located, Validation
from arazzo_runner.report.style import style_for
from arazzo_runner.report.verdict import ExitCode
from arazzo_runner.validation import Wanted

FORMATS = ("text", "json")


def _codes(_ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]) -> tuple[str, ...]:
    """Read repeated lists of codes, or beginnings of codes, separated by commas."""
    codes = [code.strip().upper() for text in texts for code in text.split(",") if code.strip()]
    for code in codes:
        if problem := unknown_code(code):
            raise click.BadParameter(problem, param=param)
    return tuple(codes)


@click.command("validate", short_help="check documents and their agreement with API descriptions")
@click.argument("named", metavar="DOCUMENT…", nargs=-1, required=True)
@flags.flag(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default=None,
    help="How findings are written",
)
@flags.flag(
    "--select",
    multiple=True,
    metavar="CODES",
    callback=_codes,
    help="Report these codes alone: AZ304, or AZ3 for all that begin so.",
)
@flags.flag(
    "--ignore", multiple=True, metavar="CODES", callback=_codes, help="Leave out these codes."
)
@flags.flag("--strict", is_flag=True, help="Let warnings count as errors.")
@flags.flag(
    "--jobs", type=click.IntRange(1), default=1, metavar="N", help="Processes to work with."
)
@flags.DOCUMENTS
def command(named: tuple[str, ...], **given: Any) -> int:
    """Check each DOCUMENT, and its agreement with the API descriptions it names; sends nothing.

    A DOCUMENT is a path, `-` for standard input, or an https URL; of a folder, all documents in it.
    """
    chosen = documents(named)
    style = style_for(sys.stdout, os.environ)
    job = Job(retrieve_settings(given), _wanted(given, len(chosen)), style)
    found = run_jobs(job, chosen, given["jobs"])
    once = dict.fromkeys(one for each in found for one in each)
    done = Validation(tuple(chosen), tuple(once))
    sys.stdout.write(
        rendering.as_json(done) if given["form"] == "json" else rendering.text(done, style)
    )
    return _code(done.findings, given["strict"])


def _wanted(given: Mapping[str, Any], count: int) -> Wanted:
    selection = Selection(given["select"], given["ignore"], _in_files())
    if count > 1:
        # Of many documents, some will not have a source of the name that `--source` gives.
        selection = Selection(given["select"], (*given["ignore"], "AZ906"), selection.in_files)
    return Wanted(given["sources"], load_limits(given), selection)


def _in_files() -> dict[str, tuple[str, ...]]:
    """``[validate.per-file-ignores]``: patterns of paths, and the codes left out there."""
    table = read_config().get("validate", {}).get("per-file-ignores", {})
    if not isinstance(table, dict):
        raise click.UsageError("`per-file-ignores` is a table of patterns and lists of codes")
    return {pattern: _listed(pattern, codes) for pattern, codes in table.items()}


def _listed(pattern: str, codes: object) -> tuple[str, ...]:
    if not isinstance(codes, list) or not all(isinstance(one, str) for one in codes):
        raise click.UsageError(f"`per-file-ignores`: `{pattern}` needs a list of codes")
    for code in codes:
        if problem := unknown_code(code):
            raise click.UsageError(f"`per-file-ignores`: {problem}")
    return tuple(codes)


def _code(found: tuple[Located, ...], strict: bool) -> int:  # noqa: FBT001 - the flag itself
    counting = {"error", "warning"} if strict else {"error"}
    codes = {one.code for one in found if one.severity in counting}
    if not codes:
        return ExitCode.PASSED
    return ExitCode.USAGE if is_usage(codes) else ExitCode.INVALID
