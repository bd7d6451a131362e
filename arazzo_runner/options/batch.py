"""Options of `arazzo batch`, and which options of a run a batch and its workers have."""

from __future__ import annotations

from typing import Final

from arazzo_runner.options.model import Option

_SECTION: Final = "Batches"
_ALL: Final = (
    "batch init", "batch start", "batch work", "batch status", "batch results", "batch cancel",
    "batch pause", "batch resume", "batch retry", "batch prune",
)  # fmt: skip

BATCH = (
    Option(
        "database",
        "The PostgreSQL database that has the batches.",
        _ALL,
        _SECTION,
        metavar="URL",
    ),
    Option(
        "key",
        "Submit these rows once: the same key again prints the id of the batch that there is.",
        ("batch start",),
        _SECTION,
        key="submission_key",
        metavar="KEY",
        has_variable=False,
    ),
    Option(
        "rate",
        "Maximum number of requests of all workers together in a time, such as `50/s`; repeatable,"
        " for each source description.",
        ("batch start",),
        _SECTION,
        kind="rates",
        key="rates",
        metavar="[SOURCE=]N/s",
        is_repeatable=True,
    ),
    Option(
        "chunk",
        "Number of rows that a worker takes at once.",
        ("batch start",),
        _SECTION,
        kind="count",
        metavar="N",
        most=10_000,
        default=50,
        shows_default=True,
    ),
    Option(
        "priority",
        "Batches of a higher priority run first.",
        ("batch start",),
        _SECTION,
        kind="count",
        metavar="N",
        least=0,
        most=1_000,
        default=0,
        shows_default=True,
    ),
    Option(
        "keep-calls",
        "Keep the calls of all rows, or of rows that failed alone.",
        ("batch start",),
        _SECTION,
        kind="choice",
        choices=("all", "failed"),
        default="all",
        shows_default=True,
    ),
    Option(
        "batch",
        "Work on this batch alone.",
        ("batch work",),
        _SECTION,
        kind="count",
        key="batch",
        metavar="ID",
        has_variable=False,
    ),
    Option(
        "until-done",
        "End when no batch is left that runs.",
        ("batch work",),
        _SECTION,
        kind="switch",
        has_variable=False,
    ),
    Option(
        "jobs",
        "Number of rows to run in parallel.",
        ("batch work",),
        _SECTION,
        kind="count",
        metavar="N",
        most=10_000,
        default=50,
        shows_default=True,
    ),
    Option(
        "json",
        "Print JSON.",
        ("batch status",),
        _SECTION,
        kind="switch",
        key="as_json",
        has_variable=False,
    ),
    Option(
        "watch",
        "Show the status anew every two seconds, until the batch is done.",
        ("batch status",),
        _SECTION,
        kind="switch",
        has_variable=False,
    ),
    Option(
        "failed",
        "Only rows that failed.",
        ("batch results", "batch retry"),
        _SECTION,
        kind="switch",
        has_variable=False,
    ),
    Option(
        "doubt",
        "Only rows with a call in doubt.",
        ("batch results",),
        _SECTION,
        kind="switch",
        has_variable=False,
    ),
    Option(
        "dead",
        "Only dead letters: rows that ended the workers that ran them.",
        ("batch results", "batch retry"),
        _SECTION,
        kind="switch",
        has_variable=False,
    ),
    Option(
        "format",
        "Print JSON lines, or a table as CSV with the outputs as columns.",
        ("batch results",),
        _SECTION,
        kind="choice",
        key="results_format",
        choices=("json", "csv"),
        default="json",
        shows_default=True,
        has_variable=False,
    ),
    Option(
        "send-again",
        "Send a call that is in doubt again, without a key all of them; repeatable.",
        ("batch retry",),
        _SECTION,
        kind="call-key",
        metavar="[KEY]",
        is_repeatable=True,
        has_variable=False,
    ),
    Option(
        "assume-done",
        "Take calls in doubt to have had the responses in this JSON file:"
        ' `{"KEY": {"status": 201, "headers": {}, "body": {}}}`.',
        ("batch retry",),
        _SECTION,
        kind="file",
        metavar="FILE",
        has_variable=False,
    ),
    Option(
        "passed",
        "Remove the calls of rows that passed, and keep their results.",
        ("batch prune",),
        _SECTION,
        kind="switch",
        has_variable=False,
    ),
    Option(
        "keep",
        "Keep the batches that finished within this time, such as `12h`.",
        ("batch prune",),
        _SECTION,
        kind="age",
        metavar="DURATION",
        default="30d",
        shows_default=True,
        has_variable=False,
    ),
)

_READING: Final = frozenset(
    {
        "allow-read", "allow-http", "allow-net", "max-document-size", "max-document-depth",
        "max-document-nodes", "max-sources", "max-findings", "no-cache", "timeout", "cacert",
        "insecure", "proxy", "retry-connect",
    }
)  # fmt: skip
_STARTING: Final = _READING | {"input", "inputs", "profile", "env-file", "cases", "journal-key"}
_NOT_STARTING: Final = frozenset({"fail-fast", "rate"})
_WORKING: Final = frozenset(
    {
        "input", "profile", "env-file", "keyring", "allow-http", "allow-net", "timeout", "cacert",
        "cert", "key", "key-password", "insecure", "proxy", "retry-connect", "credential", "otel",
        "header", "journal-key",
    }
)  # fmt: skip

SUBMITTED: Final = (
    "max_document_size", "max_document_depth", "max_document_nodes", "max_sources", "max_findings",
)  # fmt: skip
"""What workers read the documents of a batch with, as it was started."""


def with_batch(option: Option, asked: frozenset[str]) -> Option:
    """A row of `run` as one of `batch start`, which asks for the runs, and of `batch work`."""
    if "run" not in option.commands:
        return option
    commands = option.commands
    if option.name in (asked | _STARTING) - _NOT_STARTING:
        commands = (*commands, "batch start")
    if option.name in _WORKING:
        commands = (*commands, "batch work")
    if option.name == "journal-key":
        commands = (*commands, "batch results", "batch retry")
    return option._replace(commands=commands)
