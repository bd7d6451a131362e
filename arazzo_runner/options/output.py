"""Options about contract checks, and what is shown and written of a run."""

from __future__ import annotations

from arazzo_runner.options.model import Keyword, Option

_RUNS = ("run", "replay")
_SECTION = "Checks and output"

OUTPUT = (
    Option(
        "check",
        "Contract checks: status, content-type, schema, headers.",
        _RUNS,
        _SECTION,
        key="checks",
        metavar="[KIND=]off|warn|error",
        is_repeatable=True,
        keyword=Keyword("checks", "CheckSeverity | Mapping[CheckKind, CheckSeverity]"),
        pytest="contract checks of responses",
    ),
    Option(
        "report",
        "Write a report: json, ndjson, junit, har, html, github, markdown; PATH `-` is"
        " standard output.",
        _RUNS,
        _SECTION,
        key="reports",
        metavar="KIND[=PATH]",
        is_repeatable=True,
        pytest="write one report of all workflows that ran",
    ),
    Option(
        "json",
        "The report on standard output, everything else on standard error.",
        _RUNS,
        _SECTION,
        kind="switch",
        key="as_json",
    ),
    Option("coverage", "Say what was gone through; so does -v.", _RUNS, _SECTION, kind="switch"),
    Option("verbose", "Headers; -vv whole bodies.", _RUNS, _SECTION, kind="counter", short="v"),
    Option("quiet", "The verdict alone.", _RUNS, _SECTION, kind="switch", short="q"),
    Option(
        "record",
        "Keep the run in this file, for `arazzo replay`; masked.",
        section=_SECTION,
        metavar="FILE",
    ),
    Option(
        "otel",
        "OpenTelemetry: a span for each workflow, step and request.",
        section=_SECTION,
        kind="optional-switch",
        keyword=Keyword("otel", "bool"),
    ),
)
