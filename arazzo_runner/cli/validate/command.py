"""`arazzo validate DOCUMENT…`"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import click
from click.core import ParameterSource
from msgspec.structs import replace

from arazzo_runner.cli.diagnostics import show_diagnostics
from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.color import terminal_style
from arazzo_runner.cli.options.flags import flags_of
from arazzo_runner.cli.options.settings import load_limits, retrieve_settings
from arazzo_runner.cli.validate.many import (
    JobResult,
    ValidationJob,
    run_jobs,
    selection,
)
from arazzo_runner.options.model import MOST
from arazzo_runner.pipeline.fix import FixOptions
from arazzo_runner.pipeline.load import is_usage
from arazzo_runner.pipeline.validate import ValidateOptions
from arazzo_runner.report.diagnostics import validate as rendering
from arazzo_runner.report.diagnostics.located import LocatedFinding, ValidationReport
from arazzo_runner.report.exit_code import ExitCode
from arazzo_runner.report.safe_text import escape_lines, escape_stream
from arazzo_runner.report.terminal.style import PLAIN, AnsiStyle
from arazzo_runner.retrieve.files import find_documents
from arazzo_runner.text.diagnostic import Diagnostic, warning
from arazzo_runner.text.limits import split_findings


@click.command(
    "validate",
    cls=SectionedCommand,
    short_help="check documents against the specification and their API descriptions",
)
@click.argument("named", metavar="DOCUMENT…", nargs=-1, required=True)
@flags_of("validate")
def command(named: tuple[str, ...], **given: Any) -> int:
    """Check each DOCUMENT against the specification and its API descriptions; sends nothing.

    A DOCUMENT is a path, `-` for standard input, or an https URL; a folder stands
    for all documents in it.
    """
    chosen = find_documents(named)
    if not chosen:
        show_diagnostics([_no_documents(named)])
    _check_flags(given, chosen)
    if given["output"] or given["write_baseline"]:
        from arazzo_runner.cli.options.overwrite import check_outputs

        check_outputs(given, chosen)
    job = ValidationJob(
        retrieve_settings(given),
        ValidateOptions(
            given["sources"], load_limits(given), selection(given, len(chosen)), given["rules"]
        ),
        _style(given),
        _fix_options(given),
        # What a baseline holds is not reported.
        MOST if given["baseline"] else given["max_findings"],
    )
    done = list(run_jobs(job, chosen, given["jobs"]))
    if given["diff"]:
        return _show_diff(done, given["output"])
    found = tuple(dict.fromkeys(one for each in done for one in each.findings))
    new, known = _compare_baseline(given, found, chosen)
    if given["baseline"]:
        done = list(_within_limit(done, frozenset(new), given, chosen))
        shown = {one for each in done for one in each.findings}
        new = tuple(one for one in new if one in shown)
    report = ValidationReport(
        tuple(chosen),
        new,
        sum(one.mended for one in done),
        known,
        tuple(one.omission for one in done if one.omission),
        sum(one.omitted for one in done),
    )
    _write(report, given)
    return _code(report.reported, _failing_severities(given))


def _no_documents(folders: Sequence[str]) -> Diagnostic:
    named = ", ".join(f"`{one}`" for one in folders)
    hint = (
        "their names end in `.arazzo.yaml`, `.yml` or `.json`, or `arazzo` is a key at their root"
    )
    return warning("AZ906", f"no Arazzo document is in {named}", help=hint)


def _check_flags(given: Mapping[str, Any], chosen: Sequence[str]) -> None:
    if given["write_baseline"] and not given["baseline"]:
        raise click.UsageError("`--write-baseline` needs `--baseline FILE`, the file to write")
    is_typed = click.get_current_context().get_parameter_source("unsafe_fixes")
    if is_typed is ParameterSource.COMMANDLINE and not given["fix"] and not given["diff"]:
        raise click.UsageError("`--unsafe-fixes` needs `--fix`, or `--diff` to show what they do")
    away = next((one for one in chosen if one == "-" or "://" in one), None)
    if given["fix"] and not given["diff"] and away is not None:
        raise click.UsageError(
            f"`--fix` writes to files, and `{away}` is not a file; `--diff` shows what would change"
        )


def _style(given: Mapping[str, Any]) -> AnsiStyle | None:
    """The colours of the text, where the format needs text at all."""
    if given["form"] in ("json", "github", "sarif"):
        return None
    is_shown = given["form"] != "junit" and not given["output"]
    return terminal_style(sys.stdout) if is_shown else PLAIN


def _is_log_of_job() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true" or "TF_BUILD" in os.environ


def _fix_options(given: Mapping[str, Any]) -> FixOptions | None:
    if not given["fix"] and not given["diff"]:
        return None
    return FixOptions(not given["diff"], given["unsafe_fixes"])


def _show_diff(done: Sequence[JobResult], output: str | None) -> int:
    """The diff, and what it does on standard error; 3 when there is one."""
    diff = "".join(one.diff for one in done)
    if output:
        from arazzo_runner.report.files import write_atomically

        write_atomically(output, diff.encode("utf-8", "backslashreplace"))
    elif sys.stdout.isatty():
        from arazzo_runner.report.diagnostics.diff import render_diff

        sys.stdout.write(render_diff(diff, terminal_style(sys.stdout)))
    else:
        # `patch` takes the bytes as they are; the log of a job would take some for commands.
        sys.stdout.write(escape_lines(diff) if _is_log_of_job() else diff)
    sys.stderr.write(rendering.diff_summary([one.mended for one in done if one.diff]))
    unread = [one.text for each in done for one in each.findings if one.code == "AZ101"]
    sys.stderr.write("".join(unread))
    if diff:
        return ExitCode.INVALID
    return ExitCode.USAGE if unread else ExitCode.PASSED


def _compare_baseline(
    given: Mapping[str, Any], found: tuple[LocatedFinding, ...], chosen: Sequence[str]
) -> tuple[tuple[LocatedFinding, ...], int]:
    """What is new beside the baseline, and how many it holds; writes it when that is asked for."""
    path = given["baseline"]
    if not path:
        return found, 0
    from arazzo_runner.cli.validate.baseline import compare, read_baseline, write_baseline

    is_there = os.path.exists(path)  # noqa: PTH110 - a path as it was typed
    baseline = read_baseline(path) if is_there or not given["write_baseline"] else {}
    if given["write_baseline"]:
        write_baseline(path, found, baseline, chosen)
        return (), len(found)
    compared = compare(baseline, found, chosen, path)
    if compared.gone:
        sys.stderr.write(rendering.stale_baseline_line(sum(compared.gone.values()), path))
    return compared.new, compared.known


def _within_limit(
    done: Iterable[JobResult],
    new: frozenset[LocatedFinding],
    given: Mapping[str, Any],
    documents: Sequence[str],
) -> Iterator[JobResult]:
    """Of each document the findings that are new, as many as are to be reported."""
    for one, document in zip(done, documents, strict=True):
        fresh = [finding for finding in one.findings if finding in new]
        shown, others = split_findings(fresh, given["max_findings"])
        kept = replace(one, findings=tuple(shown))
        yield kept.omitting(others, _style(given), document)


def _write(done: ValidationReport, given: Mapping[str, Any]) -> None:
    if not given["output"]:
        for piece in _pieces(done, given):
            sys.stdout.write(escape_stream(piece, given["form"]))
        return
    from arazzo_runner.report.files import write_pieces

    pieces = _pieces(done, given, is_file=True)
    write_pieces(given["output"], (one.encode("utf-8", "backslashreplace") for one in pieces))
    sys.stderr.write(rendering.summary_line(done, PLAIN) + "\n")


def _pieces(
    done: ValidationReport, given: Mapping[str, Any], *, is_file: bool = False
) -> Iterator[str]:
    match given["form"]:
        case "json":
            return rendering.json_pieces(done)
        case "github":
            return rendering.github_pieces(done)
        case "sarif":
            from arazzo_runner.report.diagnostics.sarif import sarif_pieces

            return sarif_pieces(done)
        case "junit":
            from arazzo_runner.report.diagnostics.junit import junit_pieces

            return junit_pieces(done, _failing_severities(given))
        case None if not is_file and os.environ.get("GITHUB_ACTIONS") == "true":
            text = rendering.summary_text_pieces(done, _style(given) or PLAIN)
            return chain(map(rendering.escape_commands, text), rendering.github_pieces(done))
        case _:
            return rendering.summary_text_pieces(done, _style(given) or PLAIN)


def _failing_severities(given: Mapping[str, Any]) -> frozenset[str]:
    """The severities that fail."""
    return frozenset({"error", "warning"} if given["strict"] else {"error"})


def _code(found: Sequence[LocatedFinding], counting: frozenset[str]) -> int:
    codes = {one.code for one in found if one.severity in counting}
    if not codes:
        return ExitCode.PASSED
    return ExitCode.USAGE if is_usage(codes) else ExitCode.INVALID
