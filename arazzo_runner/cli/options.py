"""The flags that commands share; each has a twin in the environment, ``ARAZZO_<FLAG>``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from arazzo_runner.cli.elsewhere import credential_origins
from arazzo_runner.cli.environment import Flag, take_env_file
from arazzo_runner.cli.headings import under
from arazzo_runner.cli.places import folders, pair, server_variables, servers
from arazzo_runner.cli.profiles import take_profile
from arazzo_runner.cli.units import DEPTH, DURATION, DURATION_OR_NONE, FROM_0, FROM_1, SIZE, TEXT

Command = TypeVar("Command", bound=Callable[..., Any])
Decorator = Callable[[Command], Command]


def flag(*names: str, **settings: Any) -> Decorator[Any]:
    """An option with a twin in the environment: ``--max-steps`` is ``ARAZZO_MAX_STEPS``.

    Several values of one variable stand on lines of their own.
    """
    long = next(name for name in names if name.startswith("--"))
    twin = "ARAZZO_" + long.partition("/")[0].lstrip("-").replace("-", "_").upper()
    if settings.get("multiple"):
        settings.setdefault("type", TEXT)
    return click.option(*names, envvar=twin, cls=Flag, **settings)


DOCUMENTS = under(
    "Source descriptions",
    flag(
        "--source",
        "sources",
        multiple=True,
        metavar="NAME=PATH|URL",
        callback=pair("NAME=PATH or NAME=URL"),
        help="Read a source description from here instead of its `url`.",
    ),
    flag(
        "--source-dir",
        "source_dirs",
        multiple=True,
        metavar="DIR",
        type=click.Path(),
        callback=folders,
        help="Find moved source descriptions by file name in this folder.",
    ),
    flag("--allow-read", is_flag=True, help="Let a document from a URL name local files."),
    flag(
        "--allow-http",
        is_flag=True,
        help="Let source descriptions and tokens come over plain http.",
    ),
    flag(
        "--allow-net",
        is_flag=True,
        help="Let a document from a URL name private and loopback addresses, for tokens too.",
    ),
    flag("--max-document-size", type=SIZE, metavar="SIZE", help="Size of one document."),
    flag("--max-document-depth", type=FROM_1, metavar="N", help="Nesting of a document."),
    flag(
        "--max-document-nodes",
        type=FROM_1,
        metavar="N",
        help="Nodes of a document, aliases expanded.",
    ),
    flag("--max-sources", type=FROM_1, metavar="N", help="Source descriptions in all."),
    flag("--no-cache", is_flag=True, help="Keep no large API descriptions parsed on disk."),
)

CREDENTIALS = under(
    "Inputs and credentials",
    flag(
        "--profile",
        metavar="NAME",
        is_eager=True,
        callback=take_profile,
        help="Use this table of arazzo.toml, `[profiles.NAME]`.",
    ),
    flag(
        "--env-file",
        metavar="FILE",
        is_eager=True,
        callback=take_env_file,
        help="Variables for credentials and ARAZZO_*.",
    ),
    flag(
        "--keyring",
        metavar="SERVICE",
        help="Read credentials that are not set from this service of the system's keyring.",
    ),
)

INPUTS = under(
    "Inputs and credentials",
    flag(
        "-i",
        "--input",
        "inputs",
        multiple=True,
        metavar="NAME=VALUE",
        help="An input; NAME=@FILE reads a file, NAME:=JSON is JSON.",
    ),
    flag(
        "--inputs", "inputs_file", metavar="FILE", help="Inputs from JSON or YAML; -i wins over it."
    ),
    CREDENTIALS,
)

SERVERS = under(
    "Where requests go",
    flag(
        "--server",
        "servers",
        multiple=True,
        metavar="[SOURCE=]URL",
        callback=servers,
        help="The server of a source description (of all), instead of the documented one.",
    ),
    flag(
        "--server-var",
        "server_variables",
        multiple=True,
        metavar="NAME=VALUE",
        callback=server_variables,
        help="A server variable.",
    ),
)

WHERE = under(
    "Where requests go",
    SERVERS,
    flag(
        "--mock", is_flag=True, help="Answer every request from the API descriptions, in process."
    ),
    flag(
        "--mock-seed",
        type=FROM_0,
        default=0,
        metavar="N",
        help="Other values from the same schemas.",
    ),
    flag(
        "--dry-run",
        is_flag=True,
        help="Everything but sending: show the requests that can be built.",
    ),
)

SECRETS = under(
    "Secrets",
    flag("--secret", "secrets", multiple=True, metavar="NAME", help="Mask this input everywhere."),
    flag("--show-secrets", is_flag=True, help="Do not mask secrets."),
)

SELECTION = under(
    "What is run",
    flag(
        "--workflow",
        "workflows",
        multiple=True,
        metavar="ID",
        help="Run this workflow; repeatable.",
    ),
    flag("--until", metavar="STEP", help="Stop after this step."),
    flag("--fail-fast", is_flag=True, help="Leave out the workflows after one that does not pass."),
)

CASES = under(
    "Many inputs",
    flag(
        "--cases",
        metavar="FILE",
        help="Run once for each row of this CSV, JSONL or JSON file; its columns are inputs.",
    ),
    flag("--case", "case", multiple=True, metavar="ID", help="Only these rows; repeatable."),
    flag("--jobs", type=FROM_1, default=1, metavar="N", help="Run so many rows at once."),
)

OTEL = under(
    "Checks and output",
    flag(
        "--otel",
        is_flag=True,
        default=None,
        help="OpenTelemetry: a span for each workflow, step and request.",
    ),
)

RECORD = under(
    "Checks and output",
    flag(
        "--record",
        metavar="FILE",
        help="Keep the run in this file, for `arazzo replay`; masked.",
    ),
)

TIMEOUT = under(
    "Limits",
    flag(
        "--timeout",
        type=DURATION,
        default="60s",
        show_default=True,
        metavar="T",
        help="One request, as a whole.",
    ),
)
RESPONSE_SIZE = under(
    "Limits",
    flag(
        "--max-response-size",
        type=SIZE,
        default="10MiB",
        show_default=True,
        metavar="SIZE",
        help="A response on the wire.",
    ),
)

LIMITS = under(
    "Limits",
    flag(
        "--max-steps",
        type=FROM_1,
        default=1000,
        show_default=True,
        metavar="N",
        help="Steps of a run.",
    ),
    flag(
        "--max-depth",
        type=DEPTH,
        default=16,
        show_default=True,
        metavar="N",
        help="Nesting of workflows.",
    ),
    flag(
        "--max-retries",
        type=FROM_0,
        default=10,
        show_default=True,
        metavar="N",
        help="Retries of one visit of a step.",
    ),
    flag(
        "--max-wait",
        type=DURATION_OR_NONE,
        default="60s",
        show_default=True,
        metavar="T",
        help="One wait before a retry.",
    ),
    TIMEOUT,
    flag(
        "--run-timeout",
        type=DURATION,
        default="1h",
        show_default=True,
        metavar="T",
        help="The whole run.",
    ),
    flag(
        "--max-query-time",
        type=DURATION,
        default="1s",
        show_default=True,
        metavar="T",
        help="One regex, JSONPath or XPath.",
    ),
    RESPONSE_SIZE,
    flag(
        "--max-json-depth",
        type=FROM_1,
        default=512,
        show_default=True,
        metavar="N",
        help="Nesting of a JSON response.",
    ),
)

NETWORK = under(
    "Network",
    flag(
        "--cacert",
        type=click.Path(exists=True, dir_okay=False),
        metavar="FILE",
        help="Certificate authorities to trust.",
    ),
    flag(
        "--cert",
        type=click.Path(exists=True, dir_okay=False),
        metavar="FILE",
        help="Client certificate.",
    ),
    flag(
        "--key",
        type=click.Path(exists=True, dir_okay=False),
        metavar="FILE",
        help="Its private key.",
    ),
    flag("--insecure", is_flag=True, help="Do not verify TLS certificates; each report says so."),
    flag("--proxy", metavar="URL", help="Send requests through this proxy."),
    flag(
        "--follow-redirects",
        type=FROM_0,
        default=0,
        metavar="N",
        help="Follow up to N redirects of a step.",
    ),
    flag(
        "--credential",
        "credential_origins",
        multiple=True,
        metavar="NAME@ORIGIN",
        callback=credential_origins,
        help="Take the credential of this security scheme along on a redirect to this origin.",
    ),
    flag("--http2", is_flag=True, help="Offer HTTP/2."),
    flag("--cookies", is_flag=True, help="Keep cookies during the run, one jar per origin."),
)

OUTPUT = under(
    "Checks and output",
    flag(
        "--check",
        "checks",
        multiple=True,
        metavar="[KIND=]off|warn|error",
        help="Contract checks: status, content-type, schema, headers.",
    ),
    flag(
        "--report",
        "reports",
        multiple=True,
        metavar="KIND[=PATH]",
        help="Write a report: json, ndjson, junit, har, html, github, markdown; PATH `-` is"
        " standard output.",
    ),
    flag(
        "--json",
        "as_json",
        is_flag=True,
        help="The report on standard output, everything else on standard error.",
    ),
    flag("--coverage", is_flag=True, help="Say what was gone through; so does -v."),
    flag("-v", "--verbose", count=True, help="Headers; -vv whole bodies."),
    flag("-q", "--quiet", is_flag=True, help="The verdict alone."),
)
