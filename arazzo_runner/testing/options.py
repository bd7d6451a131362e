"""The options of a pytest run: the flags of `arazzo run`, read by its own command.

A flag of pytest beats the environment (`ARAZZO_TIMEOUT`), that beats pytest's configuration
(`arazzo_timeout`), and that beats `arazzo.toml`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
import pytest

from arazzo_runner.cli.config import flags_for
from arazzo_runner.cli.main import COMMANDS
from arazzo_runner.cli.mistakes import diagnostic
from arazzo_runner.cli.run import command
from arazzo_runner.errors import UsageError
from arazzo_runner.testing.twins import OPTIONS, twin

_PATHS = ("source-dir", "env-file")


def flags(config: pytest.Config) -> dict[str, Any]:
    """The values of all flags of `arazzo run` by their names there. Raises UsageError."""
    try:
        known = {**flags_for("run", command, COMMANDS), **dict(_configured(config))}
        arguments = [*_typed(config), "--", "DOCUMENT"]
        with command.make_context("pytest", arguments, default_map=known) as context:
            return context.params
    except click.ClickException as mistake:
        raise UsageError(diagnostic(mistake)) from None


def _typed(config: pytest.Config) -> Iterator[str]:
    """What the command line of pytest says, as arguments of `arazzo run`."""
    for name, kind, _, _ in OPTIONS:
        value = config.getoption(twin(name))
        match kind:
            case "bool" if value:
                yield f"--{name}"
            case "text" if value is not None:
                yield f"--{name}={value}"
            case "list":
                yield from (f"--{name}={one}" for one in value or ())


def _configured(config: pytest.Config) -> Iterator[tuple[str, Any]]:
    """What the configuration of pytest says, by click's names; paths are from its folder."""
    parameters = {flag: one.name for one in command.params for flag in one.opts}
    for name, _, _, _ in OPTIONS:
        value = config.getini(twin(name))
        if value:
            yield str(parameters[f"--{name}"]), _placed(name, value, config)


def _placed(name: str, value: Any, config: pytest.Config) -> Any:
    if name not in _PATHS:
        return value
    if isinstance(value, str):
        return str(config.rootpath / value)
    return [str(config.rootpath / one) for one in value]
