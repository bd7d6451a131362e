"""The options of a pytest run: the flags of `arazzo run`, read by its own command.

A flag of pytest beats the environment (`ARAZZO_TIMEOUT`), that beats pytest's configuration
(`arazzo_timeout`), and that beats `arazzo.toml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click
import pytest
from msgspec import Struct

from arazzo_runner.cli.options.command_list import COMMANDS
from arazzo_runner.cli.options.config_file import flags_for
from arazzo_runner.cli.run.command import command
from arazzo_runner.cli.run.keywords import run_options
from arazzo_runner.cli.run.world import check_mock
from arazzo_runner.cli.usage_errors import usage_diagnostic
from arazzo_runner.embed.options import RunOptions
from arazzo_runner.errors import UsageError
from arazzo_runner.options.model import Option
from arazzo_runner.pytest_support.flags import form, option_dest, twins


class PytestOptions(Struct, frozen=True):
    """``flags`` are the values by their names in `arazzo run`, ``run`` what they say of runs."""

    flags: Mapping[str, Any]
    run: RunOptions


def read_options(config: pytest.Config) -> PytestOptions:
    """What is said for all tests. Raises UsageError."""
    try:
        known = {**flags_for("run", command, COMMANDS), **dict(_configured_values(config))}
        arguments = [*_typed_arguments(config), "--", "DOCUMENT"]
        with command.make_context("pytest", arguments, default_map=known) as context:
            check_mock(context)
            return PytestOptions(context.params, run_options(context.params))
    except click.ClickException as mistake:
        raise UsageError(usage_diagnostic(mistake)) from None


def _typed_arguments(config: pytest.Config) -> Iterator[str]:
    """What the command line of pytest says, as arguments of `arazzo run`."""
    for option in twins():
        value = config.getoption(option_dest(option))
        match form(option):
            case "bool" if value:
                yield option.flag
            case "text" if value is not None:
                yield f"{option.flag}={value}"
            case "list":
                yield from (f"{option.flag}={one}" for one in value or ())


def _configured_values(config: pytest.Config) -> Iterator[tuple[str, Any]]:
    """What the configuration of pytest says, by click's names; paths are from its folder."""
    for option in twins():
        value = config.getini(option_dest(option))
        if value:
            yield option.parameter, _resolve_path(option, value, config)


def _resolve_path(option: Option, value: Any, config: pytest.Config) -> Any:
    if not option.is_path:
        return value
    if isinstance(value, str):
        return str(config.rootpath / value)
    return [str(config.rootpath / one) for one in value]
