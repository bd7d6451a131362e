"""Options about what is run: inputs, credentials, rows, workflows, servers, secrets."""

from __future__ import annotations

from arazzo_runner.options.model import Keyword, Option

_RUNS = ("run", "replay")
_WITH_CREDENTIALS = ("run", "replay", "auth")
_SENDING = ("run", "auth")
_INPUTS = "Inputs and credentials"
_CASES = "Many inputs"
_SELECTION = "What is run"
_SERVERS = "Where requests go"
_SECRETS = "Secrets"

INPUTS = (
    Option(
        "input",
        "An input; NAME=@FILE reads a file, NAME:=JSON is JSON.",
        _RUNS,
        _INPUTS,
        short="i",
        key="inputs",
        metavar="NAME=VALUE",
        is_repeatable=True,
        keyword=Keyword("inputs", "Mapping[str, Value] | None", "call"),
    ),
    Option(
        "inputs",
        "Inputs from JSON or YAML; -i wins over it.",
        _RUNS,
        _INPUTS,
        key="inputs_file",
        metavar="FILE",
    ),
    Option(
        "profile",
        "Use this table of arazzo.toml, `[profiles.NAME]`.",
        _WITH_CREDENTIALS,
        _INPUTS,
        kind="profile",
        metavar="NAME",
        pytest="use the table `[profiles.NAME]` of arazzo.toml",
    ),
    Option(
        "env-file",
        "Variables for credentials and ARAZZO_*.",
        _WITH_CREDENTIALS,
        _INPUTS,
        kind="env-file",
        metavar="FILE",
        pytest="variables for credentials and ARAZZO_*",
    ),
    Option(
        "keyring",
        "Read credentials that are not set from this service of the system's keyring.",
        _WITH_CREDENTIALS,
        _INPUTS,
        metavar="SERVICE",
    ),
)

CASES = (
    Option(
        "cases",
        "Run once for each row of this CSV, JSONL or JSON file; its columns are inputs.",
        section=_CASES,
        metavar="FILE",
    ),
    Option(
        "case", "Only these rows; repeatable.", section=_CASES, metavar="ID", is_repeatable=True
    ),
    Option(
        "jobs", "Run so many rows at once.", section=_CASES, kind="count", metavar="N", default=1
    ),
)

SELECTION = (
    Option(
        "workflow",
        "Run this workflow; repeatable.",
        section=_SELECTION,
        key="workflows",
        metavar="ID",
        is_repeatable=True,
        keyword=Keyword("workflow", "Workflows", "call"),
    ),
    Option(
        "until",
        "Stop after this step.",
        section=_SELECTION,
        metavar="STEP",
        keyword=Keyword("until", "str"),
    ),
    Option(
        "fail-fast",
        "Leave out the workflows after one that does not pass.",
        section=_SELECTION,
        kind="switch",
        keyword=Keyword("fail_fast", "bool"),
    ),
)

SERVERS = (
    Option(
        "server",
        "The server of a source description (of all), instead of the documented one.",
        _SENDING,
        _SERVERS,
        kind="server",
        key="servers",
        metavar="[SOURCE=]URL",
        is_repeatable=True,
        keyword=Keyword("server", "str", by_name="servers"),
        pytest="server of a source description (of all)",
    ),
    Option(
        "server-var",
        "A server variable.",
        _SENDING,
        _SERVERS,
        kind="server-variable",
        key="server_variables",
        metavar="NAME=VALUE",
        is_repeatable=True,
        keyword=Keyword("server_variables", "Mapping[str, str]"),
        pytest="a server variable",
    ),
    Option(
        "mock",
        "Answer every request from the API descriptions, in process.",
        section=_SERVERS,
        kind="switch",
        keyword=Keyword("mock", "bool"),
        pytest="answer every request from the API descriptions, in process",
    ),
    Option(
        "mock-seed",
        "Other values from the same schemas.",
        section=_SERVERS,
        kind="count",
        metavar="N",
        least=0,
        default=0,
        keyword=Keyword("seed", "int"),
    ),
    Option(
        "dry-run",
        "Everything but sending: show the requests that can be built.",
        section=_SERVERS,
        kind="switch",
    ),
)

SECRETS = (
    Option(
        "secret",
        "Mask this input everywhere.",
        _RUNS,
        _SECRETS,
        key="secrets",
        metavar="NAME",
        is_repeatable=True,
        keyword=Keyword("secrets", "Sequence[str]"),
        pytest="mask this input everywhere",
    ),
    Option(
        "show-secrets",
        "Do not mask secrets.",
        _RUNS,
        _SECRETS,
        kind="switch",
        keyword=Keyword("show_secrets", "bool"),
    ),
)
