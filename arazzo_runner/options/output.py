"""Options about contract checks, and what is shown, written and kept of a run."""

from __future__ import annotations

from typing import Final

from arazzo_runner.options.model import Keyword, Option

_RUNS = ("run", "replay")
_JUDGING = ("run", "replay", "mcp")
_SHOWING = (*_RUNS, "demo")
_COLORED = (*_SHOWING, "validate", "new", "auth", "list", "explain")
_SECTION = "Checks and output"

OUTPUT = (
    Option(
        "check",
        "Set the severity of contract checks: status, content-type, schema, headers, openapi-core,"
        " duration.",
        _JUDGING,
        _SECTION,
        key="checks",
        metavar="[KIND[:OPERATION|STEP]=]off|warn|error",
        choices=("status", "content-type", "schema", "headers", "openapi-core", "duration"),
        is_repeatable=True,
        keyword=Keyword("checks", "CheckSeverity | Mapping[str, CheckSeverity]"),
        pytest="contract checks of responses",
    ),
    Option(
        "check-with",
        "Have requests and responses judged by openapi-core as well.",
        ("run", "mcp"),
        _SECTION,
        kind="choice",
        choices=("openapi-core",),
        keyword=Keyword("check_with", "JudgeName"),
        pytest="have requests and responses judged by openapi-core as well",
    ),
    Option(
        "max-duration",
        "Maximum time between a request of this step and its response; repeatable.",
        _JUDGING,
        _SECTION,
        kind="step-duration",
        key="max_durations",
        metavar="[WORKFLOW/]STEP=T",
        is_repeatable=True,
        keyword=Keyword("max_durations", "Mapping[str, float]"),
        pytest="maximum time between a request of this step and its response",
    ),
    Option(
        "report",
        "Write a report: json, ndjson, junit, har, html, github, markdown; PATH `-` is"
        " standard output.",
        _RUNS,
        _SECTION,
        key="reports",
        metavar="KIND[=PATH]",
        choices=("json", "ndjson", "junit", "har", "html", "github", "markdown"),
        is_repeatable=True,
        pytest="write one report of all workflows that ran",
    ),
    Option(
        "json",
        "Print the JSON report to standard output, everything else to standard error.",
        _SHOWING,
        _SECTION,
        kind="switch",
        key="as_json",
    ),
    Option(
        "coverage",
        "Show what was covered and what was not; included in -v.",
        _RUNS,
        _SECTION,
        kind="switch",
    ),
    Option(
        "verbose",
        "Show requests and responses; -vv with whole bodies.",
        _SHOWING,
        _SECTION,
        kind="counter",
        short="v",
    ),
    Option("quiet", "Print only the result.", _SHOWING, _SECTION, kind="switch", short="q"),
    Option(
        "color",
        "When to print colors: always, never, or auto: on a terminal, and as `FORCE_COLOR`"
        " and `NO_COLOR` say.",
        _COLORED,
        _SECTION,
        kind="color",
        choices=("auto", "always", "never"),
        default="auto",
    ),
    Option(
        "record",
        "Record the run to this file for `arazzo replay`; secrets are masked.",
        section=_SECTION,
        metavar="FILE",
    ),
    Option(
        "save",
        "Save an output of a step to this file: a body as it was received, an object as JSON;"
        " repeatable.",
        section=_SECTION,
        kind="saved-output",
        key="saved",
        metavar="[WORKFLOW/]STEP.OUTPUT=FILE",
        is_repeatable=True,
    ),
    Option(
        "otel",
        "Export OpenTelemetry spans of workflows, steps and requests, with --every metrics too.",
        section=_SECTION,
        kind="optional-switch",
        keyword=Keyword("otel", "bool"),
    ),
)

JOURNAL = (
    Option(
        "journal",
        "Keep every call in this file, so that `arazzo resume` can go on after a crash.",
        ("run", "resume", "journal"),
        "Journal",
        metavar="FILE",
        keyword=Keyword("journal", "DocumentPath"),
    ),
    Option(
        "journal-key",
        "Encrypt inputs and responses in the journal with this secret: a variable of the"
        " environment, or a name in the keyring.",
        ("run", "resume"),
        "Journal",
        metavar="env:NAME|keyring:NAME",
        keyword=Keyword("journal_key", "str"),
    ),
    Option(
        "idempotency-key",
        "Send a key of its own with each POST and PATCH in this header field, which all servers"
        " heed; where operations document one, it is sent without this option.",
        section="Journal",
        metavar="HEADER",
        keyword=Keyword("idempotency_key", "str"),
    ),
    Option(
        "send-again",
        "Send a call that is in doubt again, without a key all of them; repeatable.",
        ("resume",),
        "Journal",
        kind="call-key",
        metavar="[KEY]",
        is_repeatable=True,
        has_variable=False,
    ),
    Option(
        "assume-done",
        "Take calls in doubt to have had the responses in this JSON file:"
        ' `{"KEY": {"status": 201, "headers": {}, "body": {}}}`.',
        ("resume",),
        "Journal",
        kind="file",
        metavar="FILE",
        has_variable=False,
    ),
    Option(
        "cases",
        "Read secret inputs of rows, which no journal has, from the file that the run was begun"
        " with.",
        ("resume",),
        "Journal",
        key="row_file",
        metavar="FILE",
        has_variable=False,
    ),
    Option(
        "changed-document",
        "Go on although a document, an API description or an input has changed.",
        ("resume",),
        "Journal",
        kind="switch",
        has_variable=False,
    ),
    Option(
        "keep",
        "With `prune`: keep the runs that finished within this time, such as `12h`.",
        ("journal",),
        kind="age",
        metavar="DURATION",
        default="30d",
        shows_default=True,
        has_variable=False,
    ),
    Option(
        "json",
        "With `list` and `show`: print JSON.",
        ("journal",),
        kind="switch",
        key="as_json",
        has_variable=False,
    ),
)

FIXED: Final = frozenset(
    {
        "workflow", "until", "fail-fast", "send-invalid", "server", "server-var", "source",
        "source-dir", "generate", "seed", "no-auth", "secret", "rate", "idempotency-key",
    }
)  # fmt: skip
"""What a journal has of a run: a resume takes it from there, and has no flag for it."""

KEPT: Final = frozenset(
    {
        "check", "check-with", "max-duration", "max-steps", "max-depth", "max-retries", "max-wait",
        "run-timeout", "max-query-time", "max-response-size", "max-json-depth", "follow-redirects",
        "allow-origin", "http2", "header",
    }
)  # fmt: skip
"""What a journal has of a run, and a flag of the resume wins over."""

UNAVAILABLE: Final = frozenset(
    {
        "cases", "case", "repeat", "watch", "mock", "mock-inputs", "mock-case", "mock-lenient",
        "mock-seed", "dry-run", "wait-for", "wait-for-timeout", "cookies", "record", "save",
        "every", "on-failure", "step", "break",
    }
)  # fmt: skip
"""What a resume cannot have: what runs is known, and runs against servers."""
