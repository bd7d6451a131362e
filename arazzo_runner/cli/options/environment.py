"""``--env-file``: variables for credentials, and the environment variables of flags."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

_KEY = "arazzo.env_file"


class EnvironmentOption(click.Option):
    """An option whose twin in the environment may also stand in the file of ``--env-file``.

    ``heading`` is what `--help` lists it under.
    """

    def __init__(self, *names: Any, heading: str = "", **settings: Any) -> None:
        super().__init__(*names, **settings)
        self.heading = heading

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """The value of the variable; the environment wins over the file."""
        found = super().resolve_envvar_value(ctx)
        if found is None and isinstance(self.envvar, str):
            variables: Mapping[str, str] = ctx.meta.get(_KEY, {})
            found = variables.get(self.envvar) or None
        return found


def take_env_file(ctx: click.Context, param: click.Parameter, path: Any) -> dict[str, str]:
    """The callback of the flag, called before those of all others: read the file, keep it."""
    variables = {} if path is None else read_env_file(path, param)
    ctx.meta[_KEY] = variables
    return variables


def read_env_file(path: str, param: click.Parameter | None = None) -> dict[str, str]:
    """Variables from a file of ``NAME=VALUE`` lines.

    ``#`` begins a comment line, ``export`` before a name is allowed, quotes round a value fall.
    Raises click.BadParameter.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError) as reason:
        why = _words(reason)
        raise click.BadParameter(f"`{path}` cannot be read: {why}", param=param) from None
    numbered = [(number, line.strip()) for number, line in enumerate(lines, 1)]
    counting = [(number, line) for number, line in numbered if line and not line.startswith("#")]
    return dict(_variable(path, number, line, param) for number, line in counting)


def _words(reason: OSError | ValueError) -> str:
    if isinstance(reason, UnicodeDecodeError):
        return "it is not UTF-8"
    return ((reason.strerror if isinstance(reason, OSError) else "") or str(reason)).lower()


def _variable(path: str, number: int, line: str, param: click.Parameter | None) -> tuple[str, str]:
    name, equals, value = line.removeprefix("export ").partition("=")
    if not equals or not name.strip():
        # The line is not shown: it may be a secret.
        raise click.BadParameter(f"line {number} of `{path}` is not NAME=VALUE", param=param)
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        value = value[1:-1]
    return name.strip(), value
