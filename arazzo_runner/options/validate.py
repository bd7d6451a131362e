"""Options of `arazzo validate`, `new`, `demo`, `mock`, `mcp`, and of those with one or two."""

from __future__ import annotations

from arazzo_runner.options.model import Option

_VALIDATE = ("validate",)
_NEW = ("new",)
_MOCK = ("mock",)
_MCP = ("mcp",)

VALIDATE = (
    Option(
        "format",
        "Output format; without it, on GitHub Actions, text and annotations.",
        _VALIDATE,
        kind="choice",
        key="form",
        choices=("text", "json", "github", "sarif", "junit"),
    ),
    Option("output", "Write the findings, or the diff, to a file.", _VALIDATE, metavar="FILE"),
    Option("fix", "Apply safe fixes in place.", _VALIDATE, kind="switch"),
    Option(
        "diff",
        "Show what `--fix` would change, and write nothing.",
        _VALIDATE,
        kind="switch",
    ),
    Option(
        "unsafe-fixes",
        "Also apply fixes that change what a document means.",
        _VALIDATE,
        kind="switch",
    ),
    Option(
        "select",
        "Report only these codes: AZ304, or a prefix such as AZ3.",
        _VALIDATE,
        kind="codes",
        metavar="CODES",
        is_repeatable=True,
    ),
    Option(
        "ignore",
        "Do not report these codes.",
        _VALIDATE,
        kind="codes",
        metavar="CODES",
        is_repeatable=True,
    ),
    Option(
        "rule",
        "Also report what this rule of another package finds.",
        _VALIDATE,
        key="rules",
        metavar="NAME",
        is_repeatable=True,
    ),
    Option("baseline", "Do not report the findings in this file.", _VALIDATE, metavar="FILE"),
    Option("write-baseline", "Write all findings to the baseline file.", _VALIDATE, kind="switch"),
    Option("strict", "Treat warnings as errors.", _VALIDATE, kind="switch"),
    Option(
        "jobs",
        "Number of parallel processes.",
        _VALIDATE,
        kind="processes",
        metavar="N",
        default=1,
    ),
)

OTHERS = (
    Option(
        "test", "Fetch tokens, and send one GET request per credential.", ("auth",), kind="switch"
    ),
    Option("json", "Print JSON to standard output.", ("auth",), kind="switch", key="as_json"),
    Option(
        "json",
        "Print JSON to standard output.",
        ("list",),
        kind="switch",
        key="as_json",
    ),
    Option(
        "workflow",
        "The workflow whose schema is printed, where the document has several.",
        ("schema",),
        metavar="ID",
        has_variable=False,
    ),
    Option(
        "stdio",
        "Talk over standard input and output, which it does anyway: many clients say so.",
        ("lsp",),
        kind="switch",
        has_variable=False,
    ),
    Option(
        "diagram",
        "Print a Mermaid flowchart of each workflow: its steps and where their actions lead.",
        ("list",),
        kind="switch",
    ),
    Option(
        "workflow",
        "Show this workflow only; repeatable.",
        ("list",),
        key="workflows",
        metavar="ID",
        is_repeatable=True,
    ),
    # In the environment, `ARAZZO_FORMAT` is that of `validate`.
    Option(
        "format",
        "Output format.",
        ("explain",),
        kind="choice",
        key="form",
        choices=("text", "json"),
        default="text",
    ),
)

DEMO = (
    Option(
        "eject",
        "Write the files of the demo to this folder.",
        ("demo",),
        metavar="DIR",
        has_variable=False,
    ),
)

NEW = (
    Option(
        "output",
        "Write the document to this file; standard output without it.",
        (*_NEW, "bundle"),
        short="o",
        metavar="FILE",
    ),
    Option("force", "Overwrite files that exist.", ("new", "demo", "bundle"), kind="switch"),
    Option(
        "only",
        "Use only these operations: operationIds, or `GET /pets`; comma-separated or repeated.",
        _NEW,
        metavar="OPERATIONS",
        is_repeatable=True,
    ),
    Option(
        "workflow",
        "Write only this workflow; with `--only`, the name of the workflow.",
        _NEW,
        metavar="ID",
    ),
    Option(
        "cleanup",
        "Delete what a workflow has created when it ends, also after a failure (`x-finally`).",
        _NEW,
        kind="switch",
    ),
    Option(
        "api",
        "The API description of the requests in a recording, a HAR or a collection: a path or URL.",
        _NEW,
        metavar="DESCRIPTION",
    ),
    Option(
        "from-scratch",
        "Write a document with comments to begin with, without reading an API description.",
        _NEW,
        kind="switch",
    ),
)


MOCK = (
    Option(
        "host",
        "Listen on this host; others than loopback addresses can be reached from outside.",
        _MOCK,
        metavar="HOST",
        default="127.0.0.1",
        shows_default=True,
    ),
    Option(
        "port",
        "Listen on this port; 0 takes a free one, and prints it.",
        _MOCK,
        kind="count",
        metavar="N",
        least=0,
        most=65_535,
        default=4010,
        shows_default=True,
    ),
    Option(
        "seed",
        "Seed of generated values, faults and latency.",
        _MOCK,
        kind="count",
        metavar="N",
        least=0,
        default=0,
    ),
    Option(
        "latency",
        "Let every response take at least this long: `100ms`, or between `50ms..200ms`.",
        _MOCK,
        metavar="TIME",
    ),
    Option(
        "fault",
        "Fail a share of the requests: `503:5%`, or `reset:1%` for reset connections; repeatable.",
        _MOCK,
        key="faults",
        metavar="STATUS|reset:N%",
        is_repeatable=True,
    ),
    Option(
        "state",
        "Read the state from this file, and write it when the server ends.",
        _MOCK,
        metavar="FILE",
    ),
    Option(
        "record",
        "Record requests and responses to this file; secrets are masked.",
        _MOCK,
        metavar="FILE",
    ),
    Option(
        "judge",
        "Have requests and responses judged by openapi-core as well.",
        _MOCK,
        kind="choice",
        choices=("openapi-core",),
    ),
    Option("no-cors", "Send no CORS headers.", _MOCK, kind="switch"),
    Option("no-admin", "Have no `/__arazzo`.", _MOCK, kind="switch"),
    Option("no-reload", "Do not read documents again when they change.", _MOCK, kind="switch"),
    Option("quiet", "Print no line for each request.", _MOCK, kind="switch", short="q"),
)

MCP = (
    Option(
        "http",
        "Serve at this address, under the path /mcp, instead of standard input and output.",
        _MCP,
        metavar="HOST:PORT",
    ),
    Option(
        "token-file",
        "Demand the bearer token in this file of whoever uses --http; without it, that in"
        " `ARAZZO_MCP_TOKEN`.",
        _MCP,
        kind="file",
        metavar="FILE",
    ),
    Option(
        "read-only",
        "Offer only workflows that change nothing: all of their requests are GET, HEAD, OPTIONS or"
        " QUERY.",
        _MCP,
        kind="switch",
    ),
    Option(
        "allow", "Offer only this workflow; repeatable.", _MCP, metavar="ID", is_repeatable=True
    ),
    Option("no-docs", "Offer no documentation tools.", _MCP, kind="switch"),
    Option("docs-only", "Offer the documentation tools alone.", _MCP, kind="switch"),
)
