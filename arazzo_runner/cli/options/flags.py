"""The table of options as flags of commands, each with its environment variable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import click

from arazzo_runner.cli.options.color import take_color
from arazzo_runner.cli.options.environment import EnvironmentOption, take_env_file
from arazzo_runner.cli.options.generate import parse_generate
from arazzo_runner.cli.options.profiles import take_profile
from arazzo_runner.cli.options.settings import allowed_origins, check_headers, credential_origins
from arazzo_runner.cli.options.types import (
    RATE,
    SIZE,
    TEXT,
    CountParam,
    DurationParam,
    check_folders,
    parse_pairs,
    parse_rates,
    parse_saved,
    parse_server_variables,
    parse_servers,
    parse_step_durations,
)
from arazzo_runner.options.model import Kind, Option
from arazzo_runner.options.table import OPTIONS, Table, options_of

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def flags_of(command: str, table: Table = OPTIONS) -> Decorator:
    """One decorator that adds all flags of a command, in the order of the table."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options_of(command, table)):
            function = flag(option)(function)
        return function

    return decorate


def run_flags(flags: Mapping[str, Any], table: Table = OPTIONS) -> dict[str, Any]:
    """The values of all flags of `arazzo run`: those of a command, and without them the defaults.

    What a command lacks it lacks in the environment and in `arazzo.toml` too.
    """
    lacking = [one for one in options_of("run", table) if one.parameter not in flags]
    run = click.Command("run")
    for option in lacking:
        flag(option._replace(has_variable=False))(run)
    return {**run.make_context("run", []).params, **flags}


def flag(option: Option) -> Decorator:
    """The flag of an option.

    Several values of one variable in the environment stand on lines of their own.
    """
    names = [option.flag, option.parameter]
    return click.option(
        *([f"-{option.short}"] if option.short else []),
        *names,
        cls=EnvironmentOption,
        heading=option.section,
        help=option.help,
        metavar=option.metavar,
        envvar=option.variable,
        multiple=option.is_repeatable,
        show_default=option.shows_default or None,
        **_default(option),
        **_value(option),
    )


def _default(option: Option) -> dict[str, Any]:
    return {} if option.default is None else {"default": option.default}


def _value(option: Option) -> dict[str, Any]:
    """What click has to know to read a value."""
    match option.kind:
        case "switch":
            return {"is_flag": True}
        case "optional-switch":
            return {"is_flag": True, "default": None}
        case "counter":
            return {"count": True}
        case "call-key":
            return {"is_flag": False, "flag_value": "all"}
        case _:
            return {"type": _type(option), **_CALLBACKS.get(option.kind, {})}


def _type(option: Option) -> click.ParamType[Any] | None:
    match option.kind:
        case "choice" | "color":
            return click.Choice(option.choices)
        case "count":
            return CountParam(option.least, option.most)
        case "processes":
            return click.IntRange(option.least)
        case "duration" | "age":
            return _duration(option)
        case "rate" | "size":
            return RATE if option.kind == "rate" else SIZE
        case "file":
            return click.Path(exists=True, dir_okay=False)
        case "folder":
            return click.Path()
        case _:
            return TEXT if option.is_repeatable else None


def _duration(option: Option) -> DurationParam:
    if option.kind == "age":
        return DurationParam(least=0.0, longest="3650d")
    return DurationParam() if option.least else DurationParam(least=0.0)


def _codes(ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]) -> tuple[str, ...]:
    from arazzo_runner.cli.validate.many import read_codes

    return read_codes(ctx, param, texts)


_CALLBACKS: Final[dict[Kind, dict[str, Any]]] = {
    "folder": {"callback": check_folders},
    "env-file": {"callback": take_env_file, "is_eager": True},
    "profile": {"callback": take_profile, "is_eager": True},
    "source": {"callback": parse_pairs("NAME=PATH or NAME=URL")},
    "signer": {"callback": parse_pairs("[SOURCE.]SCHEME=NAME")},
    "server": {"callback": parse_servers},
    "server-variable": {"callback": parse_server_variables},
    "mock-case": {"callback": parse_pairs("[WORKFLOW/]STEP=STATUS or STEP=EXAMPLE")},
    "rates": {"callback": parse_rates},
    "saved-output": {"callback": parse_saved},
    "generated": {"callback": parse_generate},
    "step-duration": {"callback": parse_step_durations},
    "credential-origin": {"callback": credential_origins},
    "header": {"callback": check_headers},
    "origin": {"callback": allowed_origins},
    "codes": {"callback": _codes},
    "color": {"callback": take_color, "is_eager": True, "expose_value": False},
}
