"""Options about what is run: inputs, credentials, rows, workflows, servers, secrets."""

from __future__ import annotations

from arazzo_runner.options.model import Keyword, Option

_RUNS = ("run", "replay")
_RUNNING = ("run", "mcp")
_WITH_INPUTS = ("run", "replay", "mcp")
_WITH_CREDENTIALS = ("run", "replay", "auth", "mcp")
_SENDING = ("run", "auth", "mcp")
_INPUTS = "Inputs and credentials"
_CASES = "Data-driven runs"
_SELECTION = "Selection"
_SERVERS = "Servers"
_SECRETS = "Secrets"

INPUTS = (
    Option(
        "input",
        "Set an input, of all workflows or one; NAME=@FILE reads a file, NAME:=JSON is JSON.",
        _WITH_INPUTS,
        _INPUTS,
        short="i",
        key="inputs",
        metavar="[WORKFLOW.]NAME=VALUE",
        is_repeatable=True,
        keyword=Keyword("inputs", "Mapping[str, Value] | None", "call"),
    ),
    Option(
        "inputs",
        "Read inputs from JSON or YAML, for all workflows or by workflow; -i overrides them.",
        _WITH_INPUTS,
        _INPUTS,
        key="inputs_file",
        metavar="FILE",
    ),
    Option(
        "generate",
        "Generate this input where it is not set: uuid, now, date, timestamp, random:N,"
        " number:MIN-MAX, email, name, phone, choice:A|B.",
        _RUNNING,
        _INPUTS,
        kind="generated",
        metavar="NAME=KIND",
        is_repeatable=True,
        keyword=Keyword("generate", "Mapping[str, str]"),
        pytest="generate this input where it is not set",
    ),
    Option(
        "seed",
        "Seed of the generated inputs; without it they differ with each run.",
        ("run",),
        _INPUTS,
        kind="count",
        metavar="N",
        least=0,
        most=4_294_967_295,
        keyword=Keyword("input_seed", "int"),
        pytest="seed of the generated inputs",
    ),
    Option(
        "profile",
        "Use the table `[profiles.NAME]` of arazzo.toml.",
        _WITH_CREDENTIALS,
        _INPUTS,
        kind="profile",
        metavar="NAME",
        pytest="use the table `[profiles.NAME]` of arazzo.toml",
    ),
    Option(
        "env-file",
        "Read environment variables (credentials, ARAZZO_*) from a file.",
        _WITH_CREDENTIALS,
        _INPUTS,
        kind="env-file",
        metavar="FILE",
        pytest="variables for credentials and ARAZZO_*",
    ),
    Option(
        "keyring",
        "Read credentials that are not set from this service of the system keyring.",
        _WITH_CREDENTIALS,
        _INPUTS,
        metavar="SERVICE",
    ),
)

AUTH = (
    Option(
        "no-auth",
        "Send no credentials: to all servers, those of a source description, or of one scheme.",
        _RUNNING,
        _INPUTS,
        key="no_auth",
        metavar="all|SOURCE[.SCHEME]",
        is_repeatable=True,
        keyword=Keyword("no_auth", "Sequence[str]"),
        pytest="send no credentials to all servers, those of a source description, or of a scheme",
    ),
    Option(
        "token-cache",
        "Keep tokens that a person has agreed to between runs: in the system keyring, or not.",
        ("run", "auth", "mcp"),
        _INPUTS,
        kind="choice",
        choices=("none", "keyring"),
        default="none",
        shows_default=True,
    ),
    Option(
        "logout",
        "Delete the tokens that `--token-cache keyring` keeps for the document.",
        ("auth",),
        _INPUTS,
        kind="switch",
        has_variable=False,
    ),
    Option(
        "signer",
        "Sign the requests of a security scheme: by `aws-sigv4`, or a signer of another package.",
        ("run", "auth", "mcp"),
        _INPUTS,
        kind="signer",
        key="signers",
        metavar="[SOURCE.]SCHEME=NAME",
        is_repeatable=True,
        keyword=Keyword("signers", "Mapping[str, str]", "load"),
    ),
)

CASES = (
    Option(
        "cases",
        "Run once per row of this CSV, JSONL or JSON file; its columns are inputs.",
        section=_CASES,
        metavar="FILE",
    ),
    Option(
        "case", "Run only this row; repeatable.", section=_CASES, metavar="ID", is_repeatable=True
    ),
    Option(
        "jobs",
        "Number of rows, repetitions or documents to run in parallel.",
        section=_CASES,
        kind="count",
        metavar="N",
        default=1,
    ),
    Option(
        "repeat",
        "Run N times, each row too, with one result.",
        section=_CASES,
        kind="count",
        metavar="N",
        most=100_000,
        default=1,
    ),
    Option(
        "rate",
        "Maximum number of requests of the whole run in a time, such as `5/s` or `100/m`.",
        _RUNNING,
        _CASES,
        kind="rate",
        metavar="N/s",
        keyword=Keyword("rate", "float | RateLimit"),
        pytest="maximum number of requests of all tests in a time, such as 5/s",
    ),
)

SELECTION = (
    Option(
        "workflow",
        "Run only this workflow; repeatable.",
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
        "Skip the remaining workflows after the first failure.",
        section=_SELECTION,
        kind="switch",
        keyword=Keyword("fail_fast", "bool"),
    ),
    Option(
        "step",
        "Stop before and after each step, and ask what to do.",
        section=_SELECTION,
        kind="switch",
    ),
    Option(
        "break",
        "Stop before this step, and ask what to do; repeatable.",
        section=_SELECTION,
        key="breaks",
        metavar="[WORKFLOW.]STEP",
        is_repeatable=True,
    ),
    Option(
        "watch",
        "Run again when a document, an API description, inputs or the configuration change.",
        section=_SELECTION,
        kind="switch",
    ),
    Option(
        "every",
        "Run again and again until a signal comes: from begin to begin in this time, such as `5m`.",
        section=_SELECTION,
        kind="duration",
        metavar="T",
    ),
    Option(
        "on-failure",
        "Call this command of the shell once for each run that fails; it gets the JSON report on"
        " standard input.",
        section=_SELECTION,
        metavar="COMMAND",
    ),
    Option(
        "send-invalid",
        "Send requests of this step as written, also against the API description.",
        _RUNNING,
        _SELECTION,
        metavar="STEP|all",
        is_repeatable=True,
        keyword=Keyword("send_invalid", "Sequence[str]"),
        pytest="send requests of this step as written",
    ),
)

SERVERS = (
    Option(
        "server",
        "Use this server, or the documented one of this name or description, for one source"
        " description or all.",
        _SENDING,
        _SERVERS,
        kind="server",
        key="servers",
        metavar="[SOURCE=]URL|NAME",
        is_repeatable=True,
        keyword=Keyword("server", "str", by_name="servers"),
        pytest="server of a source description (of all)",
    ),
    Option(
        "server-var",
        "Set a server variable.",
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
        "wait-for",
        "Wait until this server, or that of this source description, responds; repeatable.",
        section=_SERVERS,
        metavar="URL|SOURCE",
        is_repeatable=True,
        pytest="wait until this server, or that of this source description, responds",
    ),
    Option(
        "wait-for-timeout",
        "Maximum time to wait for each server.",
        section=_SERVERS,
        kind="duration",
        metavar="T",
        default="30s",
        shows_default=True,
        pytest="maximum time to wait for each server",
    ),
    Option(
        "mock",
        "Respond to all requests from the API descriptions, without a server.",
        _RUNNING,
        _SERVERS,
        kind="switch",
        keyword=Keyword("mock", "bool"),
        pytest="answer all requests with mock responses from the API descriptions",
    ),
    Option(
        "mock-inputs",
        "Whether the mock generates required inputs that are not set.",
        section=_SERVERS,
        kind="choice",
        choices=("on", "off"),
        default="on",
        keyword=Keyword("mock_inputs", "OnOff"),
        pytest="whether the mock generates required inputs that are not set",
    ),
    Option(
        "mock-case",
        "Answer this step with a documented status or example; repeatable.",
        _RUNNING,
        _SERVERS,
        kind="mock-case",
        key="mock_cases",
        metavar="[WORKFLOW/]STEP=STATUS|EXAMPLE",
        is_repeatable=True,
        keyword=Keyword("mock_cases", "Mapping[str, str]"),
        pytest="answer this step with a documented status or example",
    ),
    Option(
        "mock-lenient",
        "Answer requests too that are not as documented, with a note.",
        _RUNNING,
        _SERVERS,
        kind="switch",
        keyword=Keyword("mock_lenient", "bool"),
        pytest="answer requests too that are not as documented",
    ),
    Option(
        "mock-seed",
        "Seed of the mock's generated values.",
        _RUNNING,
        _SERVERS,
        kind="count",
        metavar="N",
        least=0,
        default=0,
        keyword=Keyword("seed", "int"),
    ),
    Option(
        "dry-run",
        "Send nothing; show the requests that can be built.",
        section=_SERVERS,
        kind="switch",
    ),
)

SECRETS = (
    Option(
        "secret",
        "Mask this input, output or header of --header everywhere.",
        _WITH_INPUTS,
        _SECRETS,
        key="secrets",
        metavar="NAME",
        is_repeatable=True,
        keyword=Keyword("secrets", "Sequence[str]"),
        pytest="mask this input, output or header everywhere",
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
